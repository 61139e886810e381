//! Which login a command is about.
//!
//! The first of these that is given decides; a flag is never overridden by the environment:
//!
//! 1. `--profile`, or a profile as the positional argument,
//! 2. `--host`, or a host as the positional argument,
//! 3. `DATABRICKS_CONFIG_PROFILE`,
//! 4. `DATABRICKS_HOST`, with `DATABRICKS_ACCOUNT_ID` and `DATABRICKS_WORKSPACE_ID`,
//! 5. the default profile.
//!
//! A host that one profile stands for means that profile.

mod spot;

use std::str::FromStr;

use lakekey::{
    ACCOUNT_ID, Builder, Code, Environment, Error, Host, Origin, WORKSPACE_ID, WorkspaceId,
    shell_word,
};
use lakekey_config::{PROFILE, Profile, ProfileFile};

pub(crate) use self::spot::Spot;
use crate::args::{Here, Place};
use crate::machine::{Machine, U2M};

/// What the command line says about the login.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The positional argument: a profile or a host.
    pub(crate) subject: Option<String>,
    /// The value of `--profile`.
    pub(crate) profile: Option<String>,
    pub(crate) place: Place,
    pub(crate) here: Here,
}

/// The login that is meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The profile; `None` for a host that no profile stands for, and for the default profile.
    pub(crate) profile: Option<String>,
    /// The host and its ids. Beside a profile, only ids that were given as flags.
    pub(crate) spot: Spot,
}

impl Selection {
    /// Decides which login is meant.
    pub(crate) fn of(wanted: Wanted, machine: &Machine) -> Result<Self, Error> {
        let asked = Asked::of(wanted, machine)?;
        match asked {
            Asked {
                profile: Some(profile),
                spot,
            } => Self::of_profile(profile, spot, machine),
            Asked {
                profile: None,
                spot,
            } if spot.host.is_some() => of_host(spot, preferred(machine)?, machine),
            Asked {
                profile: None,
                spot,
            } => of_environment(spot, machine),
        }
    }

    /// A profile, with the flags that go with it.
    fn of_profile(name: String, mut spot: Spot, machine: &Machine) -> Result<Self, Error> {
        let own = machine.profiles.profile(&name).and_then(host_of);
        if let (Some(own), Some(flag)) = (own, spot.host.take())
            && own != flag
        {
            let message =
                format!("profile `{name}` is for {own}, which conflicts with --host {flag}");
            return Err(Error::new(Code::Usage, message).with_hint("leave --host or --profile out"));
        }
        Ok(Self {
            profile: Some(name),
            spot,
        })
    }

    /// Hands the selection on to the library.
    pub(crate) fn apply(&self, mut builder: Builder) -> Builder {
        let Self {
            profile,
            spot:
                Spot {
                    host,
                    account_id,
                    workspace_id,
                },
        } = self;
        if let Some(profile) = profile {
            builder = builder.profile(profile);
        }
        if let Some(host) = host {
            builder = builder.host(host.as_str());
        }
        if let Some(id) = account_id {
            builder = builder.account_id(id.as_str());
        }
        match workspace_id {
            Some(id) => builder.workspace_id(id.as_str()),
            None => builder,
        }
    }
}

/// What the flags and the positional argument ask for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) profile: Option<String>,
    pub(crate) spot: Spot,
}

impl Asked {
    pub(crate) fn of(wanted: Wanted, machine: &Machine) -> Result<Self, Error> {
        let Wanted {
            subject,
            profile,
            place,
            here: _,
        } = wanted;
        if let (Some(subject), true) = (&subject, profile.is_some() || place.host.is_some()) {
            let message = format!(
                "`{}` cannot be combined with --profile or --host",
                subject.escape_debug()
            );
            return Err(
                Error::new(Code::Usage, message).with_hint("give the profile or the host once")
            );
        }
        let (profile, host) = match subject {
            Some(name) if machine.profiles.profile(&name).is_some() => (Some(name), None),
            Some(host) if looks_like_a_host(&host) => (None, Some(host)),
            Some(name) => (Some(name), None),
            None => (profile, place.host.clone()),
        };
        let flags = |text: &Option<String>| text.clone().map(|text| (text, Origin::Explicit));
        let spot = Spot::parse(
            host.map(|text| (text, Origin::Explicit)),
            flags(&place.account_id),
            flags(&place.workspace_id),
        )?;
        Ok(Self { profile, spot })
    }
}

/// What the environment says where the flags are silent.
fn of_environment(flags: Spot, machine: &Machine) -> Result<Selection, Error> {
    if let Some(profile) = preferred(machine)? {
        return Ok(Selection {
            profile: Some(profile.to_owned()),
            spot: flags,
        });
    }
    let spot = Spot::of_environment(&machine.environment)?;
    let spot = Spot {
        host: spot.host,
        account_id: flags.account_id.or(spot.account_id),
        workspace_id: flags.workspace_id.or(spot.workspace_id),
    };
    if spot.host.is_some() {
        of_host(spot, None, machine)
    } else {
        Ok(Selection {
            profile: None,
            spot,
        })
    }
}

/// A host: the one profile that stands for it, or the host itself.
///
/// The profile that the environment prefers decides between several.
fn of_host(spot: Spot, preferred: Option<&str>, machine: &Machine) -> Result<Selection, Error> {
    let matching: Vec<_> = standing_for(&spot, &machine.profiles)
        .map(|profile| profile.name())
        .collect();
    let one = match matching.as_slice() {
        [] => {
            return Ok(Selection {
                profile: None,
                spot,
            });
        }
        [one] => *one,
        several => preferred
            .and_then(|name| several.iter().find(|one| **one == name).copied())
            .ok_or_else(|| ambiguous(&spot, several, machine))?,
    };
    Ok(Selection {
        profile: Some(one.to_owned()),
        spot: Spot { host: None, ..spot },
    })
}

/// The profiles of persons that sign in at this host, and at this account if one is given.
pub(crate) fn standing_for<'a>(
    spot: &'a Spot,
    profiles: &'a ProfileFile,
) -> impl Iterator<Item = Profile<'a>> {
    let Spot {
        host,
        account_id,
        workspace_id,
    } = spot;
    profiles.profiles().filter(move |profile| {
        let account = account_id
            .as_ref()
            .is_none_or(|id| id_of(*profile, ACCOUNT_ID.key()).as_ref() == Some(id));
        let own_workspace: Option<WorkspaceId> = id_of(*profile, WORKSPACE_ID.key());
        let workspace = workspace_id
            .as_ref()
            .is_none_or(|id| own_workspace.is_none_or(|own| own == *id));
        host.is_some()
            && host_of(*profile) == *host
            && account
            && workspace
            && is_of_a_person(*profile)
    })
}

/// Whether a profile is for the login of a person, and not for a token or a service principal.
pub(crate) fn is_of_a_person(profile: Profile<'_>) -> bool {
    let has = |key| {
        profile
            .get(key)
            .is_some_and(|value| !value.trim().is_empty())
    };
    match profile.get("auth_type").as_deref().map(str::trim) {
        None | Some("") => !has("token") && !has("client_secret") && !has("password"),
        Some(method) => method == U2M || method == "external-browser",
    }
}

/// The host of a profile, if it is one.
pub(crate) fn host_of(profile: Profile<'_>) -> Option<Host> {
    profile.get("host")?.parse().ok()
}

fn id_of<T: FromStr>(profile: Profile<'_>, key: &str) -> Option<T> {
    profile.get(key)?.trim().parse().ok()
}

/// The profile that the environment names.
pub(crate) fn preferred(machine: &Machine) -> Result<Option<&str>, Error> {
    first(&machine.environment, PROFILE.env_names()).map(|found| found.map(|(_, value)| value))
}

/// The first of some variables that is set.
fn first<'a>(
    environment: &'a Environment,
    names: &'static [&'static str],
) -> Result<Option<(&'static str, &'a str)>, Error> {
    for name in names {
        if let Some(value) = environment.get(name)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

fn ambiguous(spot: &Spot, names: &[&str], machine: &Machine) -> Error {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let host = spot.host.as_ref().map(Host::as_str).unwrap_or_default();
    let error = Error::new(
        Code::Config,
        format!("{} stand for {host}", quoted.join(", ")),
    )
    .with_hint(format!("say which one: --profile {}", shell_word(names[0])));
    match machine.profile_file() {
        Ok(path) => error.with_note(format!("they are in {}", path.display())),
        Err(_) => error,
    }
}

/// Whether a text is rather a host than a profile: it has a scheme, a dot, or a port.
fn looks_like_a_host(text: &str) -> bool {
    let has_port = text
        .rsplit_once(':')
        .is_some_and(|(name, port)| !name.is_empty() && port.parse::<u16>().is_ok());
    text.contains('.') || text.contains("://") || has_port
}

/// What is wrong when a command needs a login and none is meant.
pub(crate) const NOTHING_NAMED: &str =
    "no profile and no host is named, and there is no default profile";

#[cfg(test)]
mod tests;
