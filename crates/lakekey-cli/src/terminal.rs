//! Talking with the person at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use lakekey::{Code, Environment, Error};

use crate::render::{DIM, STRONG};

/// Whether somebody can be asked: questions go to standard error, answers come from standard
/// input, and a terminal is at both.
pub(crate) fn is_there(environment: &Environment) -> bool {
    let is_dumb = environment
        .get_os("TERM")
        .is_some_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stderr().is_terminal() && !is_dumb
}

/// How many columns a line on standard output may have: those of the terminal, or else 80.
pub(crate) fn width() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout())
        && size.ws_col > 0
    {
        return size.ws_col.into();
    }
    80
}

/// Asks for a line of text; an empty answer is the suggestion.
pub(crate) fn ask(question: &str, suggestion: Option<&str>) -> Result<String, Error> {
    loop {
        let shown = suggestion.map_or_else(String::new, |text| format!(" {DIM}[{text}]{DIM:#}"));
        let answer = answer(&format!("{STRONG}{question}{STRONG:#}{shown}: "))?;
        match (answer.trim(), suggestion) {
            ("", Some(suggestion)) => return Ok(suggestion.to_owned()),
            ("", None) => {}
            (text, _) => return Ok(text.to_owned()),
        }
    }
}

/// Asks whether to go on; only `y` and `yes` mean it.
pub(crate) fn confirm(question: &str) -> Result<bool, Error> {
    let answer = answer(&format!("{STRONG}{question}{STRONG:#} {DIM}[y/N]{DIM:#}: "))?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// Hands each further line of standard input to `take`, from a thread of its own, for as long as
/// it wants more. The thread ends with the process.
pub(crate) fn listen(mut take: impl FnMut(&str) -> bool + Send + 'static) {
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            match line {
                Ok(line) if take(&line) => {}
                _ => return,
            }
        }
    });
}

fn answer(question: &str) -> Result<String, Error> {
    let mut stderr = anstream::stderr();
    let mut line = String::new();
    let asked = stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush());
    match asked.and_then(|()| io::stdin().lock().read_line(&mut line)) {
        Ok(0) | Err(_) => Err(
            Error::new(Code::Usage, "the question was left without an answer")
                .with_hint("give the answer as an option; see --help"),
        ),
        Ok(_) => Ok(line),
    }
}
