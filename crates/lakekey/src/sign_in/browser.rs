use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::{Command, Stdio};

use lakekey_core::{Code, Error};
use url::Url;

use super::scrub::harmless;

/// How the person's browser is opened.
///
/// 1. A command that is set: by [`Browser::with_command`], or else by the variable `BROWSER`.
///    `none` opens nothing. `%s` stands for the address, which otherwise comes last. Words are
///    split as a shell does, with single and double quotes; no shell is run, so the address
///    arrives as it is.
/// 2. The system's own way: `xdg-open` and its kin, the Windows side of WSL, `AppKit`, or
///    `ShellExecute`.
///
/// A launcher that was started says nothing about whether a page is shown: always show the
/// address as well. The launcher's output is discarded and nobody waits for its end. Its
/// environment is this process's without tokens, secrets and proxy passwords, save on macOS and
/// Windows, where the system starts the default browser itself.
///
/// ```
/// use lakekey::Browser;
///
/// let browser = Browser::new([("BROWSER", "none")])?;
/// assert!(!browser.open(&"https://example.test".parse()?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Browser {
    choice: Choice,
    environment: Vec<(OsString, OsString)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Nothing,
    System,
    Command(Vec<String>),
}

impl Browser {
    /// The browser of a person with these environment variables, `BROWSER` among them.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when `BROWSER` cannot be split into words.
    pub fn new<K, V>(environment: impl IntoIterator<Item = (K, V)>) -> Result<Self, Error>
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let all: Vec<(OsString, OsString)> = environment
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let command = all
            .iter()
            .find(|(name, _)| name == "BROWSER")
            .map(|(_, value)| value);
        let choice = match command {
            Some(command) => Choice::parse("BROWSER", command)?,
            None => Choice::System,
        };
        let environment = all.into_iter().filter_map(harmless).collect();
        Ok(Self {
            choice,
            environment,
        })
    }

    /// The same with another command; empty for the system's own way.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the command cannot be split into words.
    pub fn with_command(self, command: &str) -> Result<Self, Error> {
        Ok(Self {
            choice: Choice::parse("the browser command", command.as_ref())?,
            ..self
        })
    }

    /// Whether [`Browser::open`] opens nothing, because it was told so.
    pub fn is_none(&self) -> bool {
        self.choice == Choice::Nothing
    }

    /// Has the address opened; `false` when told to open nothing.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the command cannot be started, or when there is no way to open a
    /// browser here. The sign-in can go on with the address being opened by hand.
    pub fn open(&self, url: &Url) -> Result<bool, Error> {
        match &self.choice {
            Choice::Nothing => Ok(false),
            Choice::Command(words) => self.start(&arguments(words, url)).map(|()| true),
            Choice::System => self.open_default(url).map(|()| true),
        }
    }

    #[cfg(any(windows, target_os = "macos"))]
    fn open_default(&self, url: &Url) -> Result<(), Error> {
        webbrowser::open_browser(webbrowser::Browser::Default, url.as_str())
            .map_err(|error| unopened("the default browser").caused_by(error))
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    fn open_default(&self, url: &Url) -> Result<(), Error> {
        let mut last = unopened("a browser");
        for words in self.launchers() {
            match self.start(&arguments(words, url)) {
                Ok(()) => return Ok(()),
                Err(error) => last = unopened("a browser").caused_by(error),
            }
        }
        Err(last)
    }

    /// The launchers of this system, the likeliest first. Text browsers are not among them: they
    /// would take the terminal.
    #[cfg(not(any(windows, target_os = "macos")))]
    fn launchers(&self) -> impl Iterator<Item = &'static [&'static str]> {
        let is_wsl = self
            .environment
            .iter()
            .any(|(name, _)| name == "WSL_DISTRO_NAME");
        let bridges = if is_wsl { WSL_LAUNCHERS } else { &[] };
        bridges.iter().chain(LAUNCHERS).copied()
    }

    /// The door to processes.
    fn start(&self, words: &[OsString]) -> Result<(), Error> {
        let (program, arguments) = words.split_first().ok_or_else(|| unopened("a browser"))?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the door through which a browser is started"
        )]
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(k, v)| (k, v)));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // A Ctrl-C at the terminal is meant for the program, not for the browser it opened.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|error| unopened(&format!("`{}`", program.display())).caused_by(error))?;
        // Collects the exit status, so that a short-lived launcher does not stay as a zombie.
        std::thread::spawn(move || child.wait());
        Ok(())
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Browser")
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

impl Choice {
    fn parse(origin: &str, command: &OsStr) -> Result<Self, Error> {
        let refused = |problem: &str| {
            Error::new(Code::Config, format!("{origin} {problem}"))
                .with_hint("set BROWSER to a command such as `firefox %s`, or to `none`")
        };
        let command = command
            .to_str()
            .ok_or_else(|| refused("does not hold valid Unicode"))?;
        let words = words(command).ok_or_else(|| refused("has a quote that is not closed"))?;
        Ok(match words.as_slice() {
            [] => Self::System,
            [only] if only == "none" => Self::Nothing,
            _ => Self::Command(words),
        })
    }
}

/// The words with the address in the place of `%s`, or behind them.
fn arguments<S: AsRef<str>>(words: &[S], url: &Url) -> Vec<OsString> {
    let (program, rest) = match words.split_first() {
        Some((program, rest)) => (program.as_ref(), rest),
        None => return Vec::new(),
    };
    let has_place = rest.iter().any(|word| word.as_ref().contains("%s"));
    let replaced = rest
        .iter()
        .map(|word| word.as_ref().replace("%s", url.as_str()));
    let appended = (!has_place).then(|| url.as_str().to_owned());
    std::iter::once(program.to_owned())
        .chain(replaced)
        .chain(appended)
        .map(OsString::from)
        .collect()
}

/// Splits at blanks outside of single and double quotes; `None` when a quote is not closed.
///
/// A backslash is a character like any other, as paths on Windows need it.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if character == '"' || character == '\'' => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

fn unopened(what: &str) -> Error {
    Error::new(Code::Config, format!("{what} could not be started"))
        .with_hint("open the address by hand, or set BROWSER")
}

#[cfg(not(any(windows, target_os = "macos")))]
const LAUNCHERS: &[&[&str]] = &[
    &["xdg-open"],
    &["gio", "open"],
    &["gnome-open"],
    &["kde-open"],
    &["exo-open"],
    &["x-www-browser"],
];

/// `rundll32` hands the address to Windows without a shell in between.
#[cfg(not(any(windows, target_os = "macos")))]
const WSL_LAUNCHERS: &[&[&str]] = &[
    &["wslview"],
    &["rundll32.exe", "url.dll,FileProtocolHandler"],
];

#[cfg(test)]
mod tests {
    use super::{Browser, Choice, Url, arguments};

    const ADDRESS: &str = "https://ws.example.test/oidc/v1/authorize?a=1&b=%20%27x%27&c=$(id);d=%s";

    fn argv(command: &str) -> Vec<String> {
        let Choice::Command(words) = Choice::parse("BROWSER", command.as_ref()).unwrap() else {
            panic!("{command} is a command");
        };
        let url = Url::parse(ADDRESS).unwrap();
        arguments(&words, &url)
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_address_arrives_byte_for_byte() {
        for (command, expected) in [
            ("firefox", vec!["firefox", ADDRESS]),
            ("firefox %s", vec!["firefox", ADDRESS]),
            (
                "firefox --new-window %s --safe",
                vec!["firefox", "--new-window", ADDRESS, "--safe"],
            ),
            (
                "'/opt/my browser/run' -a",
                vec!["/opt/my browser/run", "-a", ADDRESS],
            ),
            (
                r#""C:\Program Files\b.exe""#,
                vec![r"C:\Program Files\b.exe", ADDRESS],
            ),
            ("b '' x", vec!["b", "", "x", ADDRESS]),
        ] {
            assert_eq!(argv(command), expected, "{command}");
        }
        let inside = format!("--url={ADDRESS}");
        assert_eq!(argv("b --url=%s"), ["b", &inside]);
    }

    #[test]
    fn words_that_are_no_command() {
        let parse = |text: &str| Choice::parse("BROWSER", text.as_ref());
        assert_eq!(parse("none").unwrap(), Choice::Nothing);
        assert_eq!(parse(" none ").unwrap(), Choice::Nothing);
        assert_eq!(parse("").unwrap(), Choice::System);
        insta::assert_snapshot!(parse("fire'fox").unwrap_err(), @"BROWSER has a quote that is not closed");
    }

    #[test]
    fn told_to_open_nothing_opens_nothing() {
        let browser = Browser::new([("BROWSER", "none")]).unwrap();
        assert!(browser.is_none());
        assert!(!browser.open(&Url::parse(ADDRESS).unwrap()).unwrap());
        assert!(!browser.with_command("b").unwrap().is_none());
    }

    #[test]
    fn a_command_that_is_not_there_is_an_error_that_names_it() {
        let browser = Browser::new([("BROWSER", "/nowhere/browser")]).unwrap();
        let error = browser.open(&Url::parse(ADDRESS).unwrap()).unwrap_err();
        insta::assert_snapshot!(error, @"`/nowhere/browser` could not be started");
    }
}
