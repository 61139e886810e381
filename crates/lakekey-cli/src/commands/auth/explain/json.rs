//! The explanation as programs read it.

use lakekey::{ATTRIBUTES, Attribute, ChosenCloud, Setting, Settings, Verdict};
use lakekey_config::Remark;
use serde::Serialize;

use super::Story;
use crate::render::{Failure, clean};

/// Every setting, set or not, with all that was found about it.
pub(super) fn text(story: &Story) -> String {
    let Story {
        all: _,
        home: _,
        files,
        set_aside,
        found,
    } = story;
    let values = ATTRIBUTES.iter();
    let answer = Answer {
        profile_file: files.path.as_deref(),
        profiles: &files.profiles,
        profile: files.profile.as_deref(),
        reason: &files.reason,
        remarks: files.remarks.iter().map(remark).collect(),
        set_aside,
        values: values
            .map(|attribute| Value::of(attribute, &found.settings, &found.passed))
            .collect(),
        strategies: found.strategies.iter().map(Strategy::of).collect(),
        cloud: found.cloud.as_ref().map(Cloud::of),
        error: found.problem.as_ref().map(Failure::of),
    };
    serde_json::to_string_pretty(&answer).expect("texts and flags can be written as JSON")
}

#[derive(Serialize)]
struct Answer<'a> {
    profile_file: Option<&'a str>,
    profiles: &'a [String],
    profile: Option<&'a str>,
    /// Why that profile, or why none.
    reason: &'a str,
    /// What in the profile may be a mistake.
    remarks: Vec<String>,
    set_aside: &'a [&'static str],
    values: Vec<Value>,
    strategies: Vec<Strategy>,
    cloud: Option<Cloud<'a>>,
    error: Option<Failure>,
}

/// The cloud whose strategies are among them.
#[derive(Serialize)]
struct Cloud<'a> {
    name: &'a str,
    reason: &'a str,
}

impl<'a> Cloud<'a> {
    fn of(cloud: &'a ChosenCloud) -> Self {
        Self {
            name: cloud.name,
            reason: &cloud.reason,
        }
    }
}

fn remark(remark: &Remark) -> String {
    clean(&remark.to_string())
}

#[derive(Serialize)]
struct Value {
    key: &'static str,
    secret: bool,
    #[serde(flatten)]
    found: Option<Found>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    passed_over: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    value: String,
    origin: String,
}

impl Value {
    fn of(attribute: &Attribute, settings: &Settings, passed: &[Setting]) -> Self {
        let is_own = |setting: &&Setting| setting.attribute().key() == attribute.key();
        Self {
            key: attribute.key(),
            secret: attribute.is_secret(),
            found: settings.iter().find(is_own).map(Found::of),
            passed_over: passed.iter().filter(is_own).map(Found::of).collect(),
        }
    }
}

impl Found {
    fn of(setting: &Setting) -> Self {
        Self {
            value: super::shown(setting),
            origin: clean(&setting.origin().to_string()),
        }
    }
}

#[derive(Serialize)]
struct Strategy {
    name: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Strategy {
    fn of((name, verdict): &(&'static str, Verdict)) -> Self {
        let (verdict, reason) = match verdict {
            Verdict::First => ("first", None),
            Verdict::Next => ("next", None),
            Verdict::Passed(reason) | Verdict::Unset(reason) => ("passed", Some(clean(reason))),
            Verdict::Refused(error) => ("refused", Some(clean(&error.to_string()))),
            _ => ("unknown", None),
        };
        Self {
            name,
            verdict,
            reason,
        }
    }
}
