//! Which file was read, which profile was chosen, and why.

use lakekey::{HOST, Origin, Settings};
use lakekey_config::{PROFILE, Remark};

use crate::machine::Machine;

/// The profile file and the profile.
pub(super) struct Files {
    /// Where the profile file is or would be.
    pub(super) path: Option<String>,
    pub(super) is_there: bool,
    /// Whether its profiles are known; an absent file has none.
    pub(super) is_read: bool,
    /// The profiles in it.
    pub(super) profiles: Vec<String>,
    /// The profile that was chosen.
    pub(super) profile: Option<String>,
    /// Why that one, or why none.
    pub(super) reason: String,
    /// What in that profile may be a mistake.
    pub(super) remarks: Vec<Remark>,
}

impl Files {
    pub(super) fn of(machine: &Machine, settings: &Settings, by_command_line: bool) -> Self {
        let files = Self::without_profile(machine);
        match settings.profile() {
            Some(name) => Self {
                profile: Some(name.to_owned()),
                reason: why(name, settings, machine),
                remarks: machine
                    .profiles
                    .profile(name)
                    .map_or_else(Vec::new, |profile| profile.remarks()),
                ..files
            },
            None => Self {
                reason: why_none(settings, by_command_line, files.is_there),
                ..files
            },
        }
    }

    /// The file where the profile that is wanted cannot be had.
    pub(super) fn without_profile(machine: &Machine) -> Self {
        let profiles = machine.profiles.profiles();
        let path = machine.profile_file().ok();
        Self {
            path: path.map(|path| path.display().to_string()),
            is_there: path.is_some_and(|path| path.exists()),
            is_read: true,
            profiles: profiles.map(|profile| profile.name().to_owned()).collect(),
            profile: None,
            reason: "see the error".to_owned(),
            remarks: Vec::new(),
        }
    }
}

fn why(name: &str, settings: &Settings, machine: &Machine) -> String {
    match settings.origin(&PROFILE) {
        Some(Origin::Env(variable)) => format!("{variable} names it"),
        Some(_) => "the command line chooses it".to_owned(),
        None if machine.profiles.default_profile().as_deref() == Some(name) => {
            "default_profile in [__settings__] names it".to_owned()
        }
        None => "it is read when nothing names another".to_owned(),
    }
}

fn why_none(settings: &Settings, by_command_line: bool, is_there: bool) -> String {
    let is_given = settings.get(&HOST).is_some()
        || settings
            .iter()
            .any(|setting| setting.attribute().auth_group().is_some());
    let reason = if is_given && by_command_line {
        "no profile is for this host"
    } else if is_given {
        "a host or credential is given, and nothing names a profile"
    } else if !is_there {
        "there is no file to read one from"
    } else {
        "nothing names one, and there is no profile DEFAULT"
    };
    reason.to_owned()
}
