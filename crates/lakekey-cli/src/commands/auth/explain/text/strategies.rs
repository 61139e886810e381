//! The strategies: which is taken, what would be next, and why the rest is not.

use lakekey::{Explanation, Verdict};

use super::lines::Lines;
use crate::render::{GOOD, clean};

/// A line for each thing that becomes of strategies, in the order in which they are tried. What
/// those would need that nothing is set for is told with `all`.
pub(super) fn write(found: &Explanation, all: bool, lines: &mut Lines) {
    let of = |wanted: fn(&Verdict) -> bool| {
        let mut names = Vec::new();
        for (name, verdict) in &found.strategies {
            if wanted(verdict) {
                names.push((*name).to_owned());
            }
        }
        names
    };
    lines.head("Strategies");
    lines.align(Some(PASSED.len()));
    if found.problem.is_some() {
        let configured = of(|verdict| matches!(verdict, Verdict::First | Verdict::Next));
        list(lines, "configured", configured, ", ");
    } else {
        for name in of(|verdict| matches!(verdict, Verdict::First)) {
            lines.row("taken", &format!("{GOOD}{name}{GOOD:#}"), "");
        }
        let next = of(|verdict| matches!(verdict, Verdict::Next));
        list(lines, "next", next, ", ");
    }
    for (name, verdict) in &found.strategies {
        if let Verdict::Refused(error) = verdict {
            lines.row("wrong", name, &clean(&error.to_string()));
        }
    }
    let groups = reasons(found, all);
    let last = groups.len().saturating_sub(1);
    let mut words = Vec::new();
    for (at, (reason, names)) in groups.into_iter().enumerate() {
        let end = if at < last { ";" } else { "" };
        let group = format!("{} ({}){end}", names.join(", "), clean(reason));
        // A group that fits a line stays together.
        if lines.fits(&group) {
            words.push(group);
        } else {
            words.extend(group.split(' ').map(str::to_owned));
        }
    }
    list(lines, PASSED, words, " ");
    if !all {
        let unset = of(|verdict| matches!(verdict, Verdict::Unset(_)));
        list(lines, "unset", unset, ", ");
    }
}

fn list(lines: &mut Lines, label: &str, words: Vec<String>, separator: &str) {
    if !words.is_empty() {
        lines.list(label, words.into_iter(), separator);
    }
}

/// The strategies that were passed over, those with the same reason together.
fn reasons(found: &Explanation, all: bool) -> Vec<(&str, Vec<&'static str>)> {
    let mut groups: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for (name, verdict) in &found.strategies {
        let reason = match verdict {
            Verdict::Passed(reason) => reason,
            Verdict::Unset(reason) if all => reason,
            _ => continue,
        };
        match groups.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(name),
            None => groups.push((reason, vec![name])),
        }
    }
    groups
}

const PASSED: &str = "passed over";

#[cfg(test)]
mod tests {
    use lakekey::{Credentials, Environment, Verdict};

    use super::{Lines, write};

    #[test]
    fn many_strategies_take_a_few_lines_and_those_with_one_reason_share_it() {
        let builder = Credentials::builder().environment(Environment::default());
        let mut found = builder.explain().unwrap();
        let passed = |reason: &str| Verdict::Passed(reason.to_owned());
        let elsewhere = || passed("the host is not on Azure");
        found.strategies = vec![
            ("pat", Verdict::Unset("no `token` is set".to_owned())),
            ("basic", passed("no `username` and no `password` is set")),
            ("oauth-m2m", Verdict::First),
            ("databricks-cli", Verdict::Next),
            ("azure-msi", elsewhere()),
            ("azure-client-secret", elsewhere()),
            ("azure-cli", elsewhere()),
            ("google-id", Verdict::Next),
        ];
        let mut lines = Lines::new(72);
        write(&found, false, &mut lines);
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines.text()), @r"
        Strategies
          taken        oauth-m2m
          next         databricks-cli, google-id
          passed over  basic (no `username` and no `password` is set);
                       azure-msi, azure-client-secret, azure-cli (the host is
                       not on Azure)
          unset        pat
        ");
    }
}
