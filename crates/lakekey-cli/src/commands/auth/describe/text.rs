//! The description as people read it.

use std::fmt::Write as _;

use super::{Place, Shown, Status, shown};
use crate::render::{DIM, ERROR, GOOD, STRONG, clean, details};

/// Who and where first, then the values in use; the lines are those of the official command.
pub(super) fn text(status: &Status, sensitive: bool) -> String {
    let mut text = head(status);
    if let Some(Place {
        mode,
        location,
        source,
    }) = &status.storage
    {
        let _ = writeln!(
            text,
            "Token storage: {}, {location} (from {})",
            clean(mode),
            clean(source)
        );
    }
    let _ = write!(text, "{DIM}-----{DIM:#}\nCurrent configuration:");
    for value in &shown(status, sensitive) {
        let _ = write!(text, "\n  {}", line(value, status.auth_type));
    }
    text
}

fn head(status: &Status) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{label}: {STRONG}{}{STRONG:#}", clean(value));
        }
    };
    match &status.who {
        Ok(who) => {
            line("Host", status.settings.get(&lakekey::HOST));
            line(
                "Account ID",
                who.account_id.as_ref().map(lakekey::AccountId::as_str),
            );
            line("User", who.user.as_deref());
            line("Authenticated with", status.auth_type);
        }
        Err(error) => {
            let fact = clean(&error.to_string());
            let _ = writeln!(
                text,
                "{ERROR}Unable to authenticate{ERROR:#}: {fact}{}",
                details(error)
            );
        }
    }
    text
}

fn line(shown: &Shown, auth_type: Option<&str>) -> String {
    let Shown {
        key,
        value,
        source,
        is_unused,
    } = shown;
    let source = format!("{} {}", source.name, source.kind);
    let mut asides = Vec::new();
    if !source.trim().is_empty() {
        asides.push(format!("from {}", clean(source.trim())));
    }
    if *is_unused {
        let used = auth_type.unwrap_or_default();
        asides.push(format!("not used for auth type {used}"));
    }
    let aside = match asides.join(", ") {
        none if none.is_empty() => none,
        asides => format!(" {DIM}({asides}){DIM:#}"),
    };
    let mark = if *is_unused {
        "~".to_owned()
    } else {
        format!("{GOOD}✓{GOOD:#}")
    };
    format!("{mark} {key}: {}{aside}", clean(value))
}
