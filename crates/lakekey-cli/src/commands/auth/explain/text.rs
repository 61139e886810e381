//! The explanation as people read it.

mod lines;
mod strategies;

use std::path::Path;

use lakekey::{ATTRIBUTES, Attribute, HOST, Origin, Setting, Verdict};

use self::lines::Lines;
use super::Story;
use super::chosen::Files;
use crate::render::{DIM, HINT, STRONG, clean, problem};

/// What was decided, the values that led to it, the strategies, and last what stands in the way.
///
/// `width` is that of the terminal, in columns.
pub(super) fn text(story: &Story, width: usize) -> String {
    let mut lines = Lines::new(width);
    decision(story, &mut lines);
    settings(story, &mut lines);
    strategies::write(&story.found, story.all, &mut lines);
    lines.blank();
    if let Some(error) = &story.found.problem {
        lines.line(&problem(error));
    } else if taken(story).is_none() {
        let (fact, next) = match story.files.profiles.as_slice() {
            [] => ("There is no login yet", "lakekey auth login --host <HOST>"),
            _ => ("No profile is chosen", "lakekey auth switch"),
        };
        lines.line(&format!("{fact}. {HINT}Next{HINT:#}: {next}"));
    }
    lines.text()
}

/// Host, profile and strategy, and the file they may be from.
fn decision(story: &Story, lines: &mut Lines) {
    let Files {
        path,
        is_there,
        is_read,
        profiles,
        profile,
        reason,
        remarks,
    } = &story.files;
    let host = story.found.settings.get(&HOST);
    lines.row("Host", &strong(host), "");
    lines.row("Profile", &strong(profile.as_deref()), reason);
    if let Some(cloud) = &story.found.cloud {
        lines.row("Cloud", &strong(Some(cloud.name)), &clean(&cloud.reason));
    }
    let (strategy, aside) = match taken(story) {
        _ if story.found.problem.is_some() => (None, "see the error"),
        strategy => (strategy, ""),
    };
    lines.row("Strategy", &strong(strategy), aside);
    let path = match path {
        Some(path) => clean(&short(story, Path::new(path))),
        None => "none".to_owned(),
    };
    lines.row("File", &path, &content(*is_there, *is_read, profiles));
    for remark in remarks {
        lines.row("", &clean(&remark.to_string()), "");
    }
}

fn strong(text: Option<&str>) -> String {
    text.map_or_else(
        || format!("{DIM}none{DIM:#}"),
        |text| format!("{STRONG}{}{STRONG:#}", clean(text)),
    )
}

fn taken(story: &Story) -> Option<&'static str> {
    let mut strategies = story.found.strategies.iter();
    strategies.find_map(|(name, verdict)| matches!(verdict, Verdict::First).then_some(*name))
}

fn content(is_there: bool, is_read: bool, profiles: &[String]) -> String {
    let names: Vec<_> = profiles.iter().take(MOST).map(|name| clean(name)).collect();
    let more = if profiles.len() > MOST { ", …" } else { "" };
    match profiles.len() {
        _ if !is_read => "not read: see the error".to_owned(),
        0 if !is_there => "not there".to_owned(),
        0 => "no profiles".to_owned(),
        1 => format!("1 profile: {}", names[0]),
        count => format!("{count} profiles: {}{more}", names.join(", ")),
    }
}

/// What is set, each with the values that it beat; all else in one line, or by name.
fn settings(story: &Story, lines: &mut Lines) {
    let found = &story.found;
    let is_set = |attribute: &&Attribute| found.settings.secret(attribute).is_some();
    let (set, unset): (Vec<&Attribute>, Vec<&Attribute>) = ATTRIBUTES.iter().partition(is_set);
    lines.head("Settings");
    lines.align(set.iter().map(|row| row.key().len()).max());
    for key in set.into_iter().map(Attribute::key) {
        let of_key = |setting: &&Setting| setting.attribute().key() == key;
        for setting in found.settings.iter().filter(of_key) {
            lines.row(key, &super::shown(setting), &origin(story, setting));
        }
        for setting in found.passed.iter().filter(of_key) {
            let value = format!("{DIM}instead of{DIM:#} {}", super::shown(setting));
            lines.row("", &value, &origin(story, setting));
        }
    }
    if !story.set_aside.is_empty() {
        let names = story.set_aside.iter().map(|name| (*name).to_owned());
        lines.list("Not read, since the command line chooses:", names, ", ");
    }
    if story.all {
        let names = unset.iter().map(|row| row.key().to_owned());
        lines.list("Unset:", names, ", ");
    } else {
        lines.list(
            &format!("{} others are unset: --all lists them", unset.len()),
            std::iter::empty(),
            "",
        );
    }
}

/// Where a value comes from, in few words: the file stands above.
fn origin(story: &Story, setting: &Setting) -> String {
    match setting.origin() {
        Origin::Env(name) => (*name).to_owned(),
        Origin::Explicit => "command line".to_owned(),
        Origin::Profile { name, path, line }
            if story.files.path.as_deref().map(Path::new) == Some(path.as_path()) =>
        {
            let line = line.map(|line| format!(", line {line}"));
            clean(&format!("profile [{name}]{}", line.unwrap_or_default()))
        }
        origin => clean(&origin.to_string()),
    }
}

/// A path with `~` for the home directory.
fn short(story: &Story, path: &Path) -> String {
    let in_home = story.home.as_deref();
    match in_home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// How many profiles are named.
const MOST: usize = 6;
