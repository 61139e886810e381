//! The explanation as people read it.

use std::fmt::Write as _;

use lakekey::{ATTRIBUTES, Attribute, Setting, Verdict};

use super::Story;
use super::chosen::Files;
use crate::render::{DIM, GOOD, HINT, STRONG, clean, problem};

/// File and profile, ways to authenticate, values, and last what stands in the way.
pub(super) fn text(story: &Story) -> String {
    let mut text = files(&story.files);
    if !story.set_aside.is_empty() {
        let label = "Set aside:     ";
        text.push_str(&wrapped(label, &story.set_aside));
        let _ = writeln!(
            text,
            "{:width$}{DIM}(the command line chooses the login){DIM:#}",
            "",
            width = label.len()
        );
    }
    text.push_str(&strategies(story));
    text.push_str(&values(story));
    if let Some(error) = &story.found.problem {
        text.push('\n');
        text.push_str(&problem(error));
    } else if !story.found.strategies.iter().any(is_tried) {
        let _ = write!(
            text,
            "\nThere is no login. {HINT}Next{HINT:#}: lakekey auth login --host <HOST>"
        );
    }
    text.trim_end().to_owned()
}

fn is_tried((_, verdict): &(&'static str, Verdict)) -> bool {
    matches!(verdict, Verdict::First)
}

fn files(files: &Files) -> String {
    let Files {
        path,
        is_there,
        profiles,
        profile,
        reason,
    } = files;
    let path = path
        .as_deref()
        .map_or_else(|| "none: no home directory is known".to_owned(), clean);
    let names: Vec<_> = profiles.iter().map(|name| clean(name)).collect();
    let profiles = match names.as_slice() {
        [] if !is_there => "not there".to_owned(),
        [] => "no profiles".to_owned(),
        [one] => format!("1 profile: {one}"),
        names if names.len() <= MOST => format!("{} profiles: {}", names.len(), names.join(", ")),
        names => format!("{} profiles: {}, …", names.len(), names[..MOST].join(", ")),
    };
    let profile = profile.as_deref().map_or_else(|| "none".to_owned(), clean);
    format!(
        "Profile file:  {path} {DIM}({profiles}){DIM:#}\n\
         Profile:       {STRONG}{profile}{STRONG:#} {DIM}({reason}){DIM:#}\n"
    )
}

/// What is set, with what was passed over for it; then the names of all that is not.
fn values(story: &Story) -> String {
    let settings = &story.found.settings;
    let is_set = |attribute: &&Attribute| settings.secret(attribute).is_some();
    let (set, unset): (Vec<&Attribute>, Vec<&Attribute>) = ATTRIBUTES.iter().partition(is_set);
    let width = set.iter().map(|row| row.key().len()).max().unwrap_or(0);
    let mut text = format!("\n{STRONG}Settings{STRONG:#}, each with where it comes from\n");
    for key in set.into_iter().map(Attribute::key) {
        let of_key = |setting: &&Setting| setting.attribute().key() == key;
        for setting in settings.iter().filter(of_key) {
            let _ = writeln!(text, "  {key:width$}  {}", line(setting));
        }
        for setting in story.found.passed.iter().filter(of_key) {
            let line = line(setting);
            let _ = writeln!(text, "  {:width$}  {DIM}passed over:{DIM:#} {line}", "");
        }
    }
    let unset: Vec<_> = unset.into_iter().map(Attribute::key).collect();
    text.push('\n');
    text.push_str(&wrapped("Not set: ", &unset));
    text
}

fn line(setting: &Setting) -> String {
    format!(
        "{} {DIM}({}){DIM:#}",
        super::shown(setting),
        clean(&setting.origin().to_string())
    )
}

/// Words with commas, on lines that are not too long.
fn wrapped(label: &str, words: &[&str]) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for word in words {
        let (separator, used) = match length {
            0 => (String::new(), 0),
            _ if label.len() + length + word.len() > WIDTH => {
                (format!(",\n{:width$}", "", width = label.len()), 0)
            }
            _ => (", ".to_owned(), length + 2),
        };
        let _ = write!(text, "{separator}{word}");
        length = used + word.len();
    }
    format!("{label}{DIM}{text}{DIM:#}\n")
}

fn strategies(story: &Story) -> String {
    let strategies = &story.found.strategies;
    let width = strategies
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    let mut text =
        format!("\n{STRONG}Ways to authenticate{STRONG:#}, in the order in which they are tried\n");
    let is_stopped = story.found.problem.is_some();
    for (name, verdict) in strategies {
        let verdict = match verdict {
            Verdict::First | Verdict::Next if is_stopped => "configured".to_owned(),
            Verdict::First => format!("{GOOD}tried first{GOOD:#}"),
            Verdict::Next => "tried next, if there is nothing before it".to_owned(),
            Verdict::Passed(reason) => format!("{DIM}passed over: {}{DIM:#}", clean(reason)),
            Verdict::Refused(error) => format!("wrong: {}", clean(&error.to_string())),
            _ => String::new(),
        };
        let _ = writeln!(text, "  {name:width$}  {verdict}");
    }
    text
}

/// How many profiles are named.
const MOST: usize = 8;
/// How long a line may be.
const WIDTH: usize = 96;
