//! Where to sign in, and under which profile: decided before a browser opens.

use std::path::Path;

use lakekey::attributes::CA_FILE;
use lakekey::{
    ACCOUNT_ID, AUTH_TYPE, AccountId, Error, HOST, Host, Origin, SCOPES, Settings, Target,
    WORKSPACE_ID, WorkspaceId,
};
use lakekey_config::{Profile, ProfileFile};

use super::questions;
use crate::args::Login as Args;
use crate::machine::{Machine, U2M};
use crate::selection::{Asked, Spot, Wanted, host_of, preferred};

/// A sign-in to be.
#[derive(Debug)]
pub(super) struct Plan {
    profile: String,
    host: Host,
    account_id: Option<AccountId>,
    workspace_id: Option<WorkspaceId>,
    scopes: Option<String>,
    /// Whom the profile trusts already.
    ca_file: Option<String>,
}

impl Plan {
    /// Decides from flags, environment and profile file, and asks for the rest where somebody can
    /// answer.
    pub(super) fn of(args: &Args, wanted: Wanted, machine: &Machine) -> Result<Self, Error> {
        // Where the profile will be kept must be known before anybody signs in.
        machine.profile_file()?;
        let asked = completed(Asked::of(wanted, machine)?, machine)?;
        let named = asked
            .profile
            .as_deref()
            .and_then(|name| machine.profiles.profile(name));
        let spot = with_own_values(asked.spot, named, machine)?;
        let (host, spot) = questions::with_host(spot, asked.profile.as_deref(), machine)?;
        let account_id = questions::with_account(&spot, &host, machine)?;
        let spot = Spot { account_id, ..spot };
        let profile = match &asked.profile {
            Some(name) => name.clone(),
            None => questions::name_asked_for(&spot, &host, machine)?,
        };
        let before = machine.profiles.profile(&profile);
        match before {
            Some(before) => {
                questions::check_replacing(before, &host, asked.profile.is_some(), machine)?;
            }
            // A name that cannot be written is refused before anybody signs in.
            None => ProfileFile::default().save_login(&profile, &[(HOST.key(), host.as_str())])?,
        }
        let kept = before
            .filter(|before| host_of(*before).as_ref() == Some(&host))
            .and_then(|before| before.get("scopes"));
        let scopes = args
            .scopes
            .clone()
            .or(kept.map(std::borrow::Cow::into_owned));
        let ca_file = before.and_then(|before| before.get(CA_FILE.key()));
        let ca_file = ca_file.map(|file| file.trim().to_owned());
        let Spot {
            host: _,
            account_id,
            workspace_id,
        } = spot;
        Ok(Self {
            profile,
            host,
            account_id,
            workspace_id,
            scopes,
            ca_file,
        })
    }

    /// The name of the profile.
    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    /// What the library is told: this, and nothing of the environment.
    pub(super) fn settings(&self) -> Settings {
        let Self {
            profile,
            host,
            account_id,
            workspace_id,
            scopes,
            ca_file,
        } = self;
        let optional = [
            (&ACCOUNT_ID, account_id.as_ref().map(ToString::to_string)),
            (
                &WORKSPACE_ID,
                workspace_id.as_ref().map(ToString::to_string),
            ),
            (&SCOPES, scopes.clone()),
            (&CA_FILE, ca_file.clone()),
        ];
        let settings = Settings::default()
            .with(&HOST, host.as_str(), Origin::Explicit)
            .with(&AUTH_TYPE, U2M, Origin::Explicit)
            .with_profile(profile);
        optional
            .into_iter()
            .fold(settings, |settings, (attribute, value)| match value {
                Some(value) => settings.with(attribute, value, Origin::Explicit),
                None => settings,
            })
    }

    /// Writes the profile, and says into which file.
    pub(super) fn save<'a>(
        &self,
        target: &Target,
        machine: &'a Machine,
    ) -> Result<&'a Path, Error> {
        let path = machine.profile_file()?;
        let mut values = vec![(HOST.key(), self.host.as_str())];
        values.extend(
            target
                .account_id()
                .map(|id| (ACCOUNT_ID.key(), id.as_str())),
        );
        values.extend(
            target
                .workspace_id()
                .map(|id| (WORKSPACE_ID.key(), id.as_str())),
        );
        values.push((AUTH_TYPE.key(), U2M));
        values.extend(self.scopes.as_deref().map(|scopes| (SCOPES.key(), scopes)));
        ProfileFile::edit(path, |file| {
            let is_elsewhere = file
                .profile(&self.profile)
                .is_some_and(|before| host_of(before).as_ref() != Some(&self.host));
            if is_elsewhere {
                for key in BOUND_TO_A_HOST {
                    file.unset(&self.profile, key)?;
                }
            }
            file.save_login(&self.profile, &values)
        })?;
        Ok(path)
    }
}

/// Where flags name neither profile nor host: the environment's, or the default profile.
fn completed(asked: Asked, machine: &Machine) -> Result<Asked, Error> {
    if asked.profile.is_some() || asked.spot.host.is_some() {
        return Ok(asked);
    }
    if let Some(name) = preferred(machine)? {
        return Ok(Asked {
            profile: Some(name.to_owned()),
            spot: asked.spot,
        });
    }
    let environment = Spot::of_environment(&machine.environment)?;
    if environment.host.is_some() {
        let spot = Spot {
            host: environment.host,
            account_id: asked.spot.account_id.or(environment.account_id),
            workspace_id: asked.spot.workspace_id.or(environment.workspace_id),
        };
        return Ok(Asked {
            profile: None,
            spot,
        });
    }
    let default = machine
        .profiles
        .default_profile()
        .unwrap_or_else(|| "DEFAULT".to_owned());
    let has_host = machine
        .profiles
        .profile(&default)
        .is_some_and(|profile| profile.get("host").is_some());
    Ok(Asked {
        profile: has_host.then_some(default),
        spot: asked.spot,
    })
}

/// What the profile says where the flags are silent; its ids only if it keeps its host.
fn with_own_values(
    flags: Spot,
    profile: Option<Profile<'_>>,
    machine: &Machine,
) -> Result<Spot, Error> {
    let Some(profile) = profile else {
        return Ok(flags);
    };
    let path = machine.profile_file()?;
    let origin = |key: &str| Origin::Profile {
        name: profile.name().to_owned(),
        path: path.clone(),
        line: profile.line(key),
    };
    let value = |key: &str| {
        profile
            .get(key)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty() && text != "none")
    };
    let given = |key: &str| value(key).map(|text| (text, origin(key)));
    if flags.host.is_some() && flags.host != host_of(profile) {
        return Ok(flags);
    }
    let own = Spot::parse(
        given(HOST.key()),
        given(ACCOUNT_ID.key()),
        given(WORKSPACE_ID.key()),
    )?;
    Ok(Spot {
        host: own.host,
        account_id: flags.account_id.or(own.account_id),
        workspace_id: flags.workspace_id.or(own.workspace_id),
    })
}

/// Keys that mean nothing at another host.
const BOUND_TO_A_HOST: &[&str] = &[
    "account_id",
    "workspace_id",
    "cluster_id",
    "serverless_compute_id",
    "warehouse_id",
    "scopes",
];

#[cfg(test)]
mod tests {
    use lakekey::ATTRIBUTES;
    use lakekey_config::ProfileFile;

    /// The list of what a sign-in removes is kept by the profile file, which has no attributes.
    #[test]
    fn a_sign_in_removes_the_values_of_other_methods_and_no_others() {
        let keys = ATTRIBUTES.iter().flat_map(|row| {
            let names = [row.key()]
                .into_iter()
                .chain(row.key_aliases().iter().copied());
            names.map(move |name| (name, row))
        });
        let keys: Vec<_> = keys.collect();
        let mut file = ProfileFile::default();
        for (key, _) in &keys {
            file.set("dev", key, "v").unwrap();
        }
        file.save_login("dev", &[("host", "h")]).unwrap();
        let profile = file.profile("dev").unwrap();
        for (key, row) in keys {
            let is_credential = row.auth_group().is_some();
            assert_eq!(profile.get(key).is_none(), is_credential, "{key}");
        }
    }
}
