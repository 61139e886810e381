//! What is asked of the person at the terminal, and decided without one.

use lakekey::{AccountId, Code, Error, Host, shell_word};
use lakekey_config::{Profile, ProfileFile};

use crate::machine::Machine;
use crate::selection::{Spot, host_of, is_of_a_person, standing_for};
use crate::terminal;

/// The host, asked for if need be; the ids in its query fill what is not given.
pub(super) fn with_host(
    spot: Spot,
    profile: Option<&str>,
    machine: &Machine,
) -> Result<(Host, Spot), Error> {
    if let Some(host) = spot.host.clone() {
        return Ok((host, spot));
    }
    if !terminal::is_there(&machine.environment) {
        return Err(no_host(profile));
    }
    let text = terminal::ask(
        "Databricks host, such as https://dbc-a1b2.cloud.databricks.com",
        None,
    )?;
    let pasted = Host::parse_pasted(&text)
        .map_err(|error| Error::new(Code::InvalidHost, error.to_string()))?;
    let spot = Spot {
        host: Some(pasted.host.clone()),
        account_id: spot.account_id.or(pasted.account_id),
        workspace_id: spot.workspace_id.or(pasted.workspace_id),
    };
    Ok((pasted.host, spot))
}

fn no_host(profile: Option<&str>) -> Error {
    let (message, profile) = match profile {
        Some(name) => {
            let message = format!(
                "there is no profile `{}` yet, and no host to make it for",
                name.escape_debug()
            );
            (message, format!(" --profile {}", shell_word(name)))
        }
        None => ("no host is given to sign in to".to_owned(), String::new()),
    };
    Error::new(Code::Usage, message).with_hint(format!("lakekey auth login --host <HOST>{profile}"))
}

/// The account id, which an accounts console needs.
pub(super) fn with_account(
    spot: &Spot,
    host: &Host,
    machine: &Machine,
) -> Result<Option<AccountId>, Error> {
    if spot.account_id.is_some() || !host.is_accounts() || !terminal::is_there(&machine.environment)
    {
        return Ok(spot.account_id.clone());
    }
    let text = terminal::ask(
        "Databricks account id, from the user menu of the console",
        None,
    )?;
    let parsed = text
        .parse()
        .map_err(|error: <AccountId as std::str::FromStr>::Err| {
            Error::new(Code::InvalidAccountId, error.to_string())
        });
    parsed.map(Some)
}

/// The name of the profile to be.
pub(super) fn name_asked_for(spot: &Spot, host: &Host, machine: &Machine) -> Result<String, Error> {
    let suggestion = suggestion(spot, host, &machine.profiles);
    if terminal::is_there(&machine.environment) {
        terminal::ask("Profile name", Some(&suggestion))
    } else {
        Ok(suggestion)
    }
}

/// The one profile that is for the same login already; or else a name after account or host.
fn suggestion(spot: &Spot, host: &Host, profiles: &ProfileFile) -> String {
    let mut same = standing_for(spot, profiles);
    if let (Some(profile), None) = (same.next(), same.next()) {
        return profile.name().to_owned();
    }
    if let Some(id) = spot.account_id.as_ref().filter(|_| host.is_accounts()) {
        return format!("ACCOUNT-{id}");
    }
    let is_address =
        host.name().starts_with('[') || host.name().parse::<std::net::IpAddr>().is_ok();
    if is_address {
        let port = host
            .port()
            .map_or_else(String::new, |port| format!("-{port}"));
        return format!(
            "{}{port}",
            host.name().replace(['.', ':'], "-").replace(['[', ']'], "")
        );
    }
    host.name()
        .split('.')
        .next()
        .unwrap_or(host.name())
        .to_owned()
}

/// A profile of another host or another method is not replaced by accident.
pub(super) fn check_replacing(
    before: Profile<'_>,
    host: &Host,
    was_named: bool,
    machine: &Machine,
) -> Result<(), Error> {
    let is_same = host_of(before).as_ref() == Some(host) && is_of_a_person(before);
    if is_same || before.is_empty() {
        return Ok(());
    }
    let name = before.name();
    let what = match host_of(before) {
        Some(other) if other != *host => format!("is for {other}"),
        _ => "holds another way to authenticate".to_owned(),
    };
    if terminal::is_there(&machine.environment) {
        if terminal::confirm(&format!("Profile `{name}` {what}. Replace it?"))? {
            return Ok(());
        }
    } else if was_named {
        return Ok(());
    }
    Err(Error::new(
        Code::Usage,
        format!("profile `{name}` {what}, and stays as it is"),
    )
    .with_hint("choose another name: --profile <NAME>"))
}
