//! Any words in the place of a command line.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, Parser as _};
use proptest::prelude::*;

use super::{Cli, Refused};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn words_are_followed_or_refused_and_nothing_else(words in words()) {
        let words: Vec<OsString> = std::iter::once("lakekey".into()).chain(words).collect();
        match Cli::try_parse_from(&words) {
            Ok(cli) => {
                let (early_output, early_profile) = (cli.early.output, cli.early.profile.clone());
                let (settled, output) = cli.settled();
                prop_assert!(output.is_some() || early_output.is_none());
                let is_profile = |name: &String| !name.trim().is_empty();
                prop_assert!(early_profile.as_ref().is_none_or(is_profile));
                let shown = format!("{settled:?}");
                prop_assert!(!shown.is_empty());
            }
            Err(error) => {
                let is_help = matches!(
                    error.kind(),
                    ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                );
                let text = error.render().to_string();
                prop_assert!(is_help || text.starts_with("error: ") || text.contains("Usage:"));
                let exit = if is_help { 0 } else { 2 };
                prop_assert_eq!(error.exit_code(), exit, "{}", text);
                let told = format!("{:?}", Refused::new(error, &words));
                prop_assert!(told.contains("wants_json"));
            }
        }
    }
}

/// Words that mean something here more often than chance would have it.
fn words() -> impl Strategy<Value = Vec<OsString>> {
    let vocabulary = vocabulary(&Cli::command());
    let known = prop::sample::select(vocabulary).prop_map(OsString::from);
    let values = prop::sample::select(vec![
        "dev",
        "",
        " ",
        "json",
        "text",
        "plaintext",
        "5m",
        "0",
        "-1",
        "--",
        "-",
        "@",
        "ws.example",
        "99999999999999999999h",
        "{}",
        "\u{202e}",
        "=",
        "--output=json",
        "-ojson",
        "-pdev",
    ]);
    let odd = prop::collection::vec(any::<u8>(), 0..12).prop_map(os_string);
    let joined = (known.clone(), "\\PC{0,8}").prop_map(|(mut word, value)| {
        word.push("=");
        word.push(value);
        word
    });
    let word = prop_oneof![
        8 => known,
        3 => values.prop_map(OsString::from),
        1 => joined,
        1 => odd,
    ];
    prop::collection::vec(word, 0..8)
}

/// Every command and every option there is.
fn vocabulary(command: &Command) -> Vec<String> {
    let long = command.get_arguments().filter_map(clap::Arg::get_long);
    let short = command.get_arguments().filter_map(clap::Arg::get_short);
    let mut words: Vec<_> = long.map(|name| format!("--{name}")).collect();
    words.extend(short.map(|name| format!("-{name}")));
    for below in command.get_subcommands() {
        words.push(below.get_name().to_owned());
        words.extend(vocabulary(below));
    }
    words
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    // No argument holds a NUL.
    OsString::from_vec(bytes.into_iter().filter(|byte| *byte != 0).collect())
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
