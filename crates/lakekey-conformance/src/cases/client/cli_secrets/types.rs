//! What the public types show of what is in them, and what a panic shows of what is at hand.

mod messages;
mod samples;

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::path::Path;

use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::one("C-SEC-02", nothing_is_shown)];

fn nothing_is_shown(probe: &mut Probe) -> Finding {
    let mut shown = Shown::default();
    samples::all(probe, &mut shown)?;
    messages::all(probe, &mut shown)?;
    every_type(&shown)?;
    for (name, text) in shown.texts {
        holds(!text.is_empty(), format!("`{name}` shows nothing at all"))?;
        probe.printed(&format!("what `{name}` shows"), text);
    }
    super::panics::say_nothing(probe)?;
    probe.saw("ok");
    Ok(())
}

/// The types that were made of canaries, and how they look.
#[derive(Debug, Default)]
struct Shown {
    texts: Vec<(String, String)>,
}

impl Shown {
    /// As in a log or in a failed assertion.
    fn debug<T: Debug>(&mut self, value: &T) {
        self.texts
            .push((name::<T>(), format!("{value:?}\n{value:#?}")));
    }

    /// As people see it, too.
    fn display<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        self.texts.push((name::<T>(), format!("{value}")));
    }

    /// An error with all that is below it.
    fn error<T: std::error::Error>(&mut self, error: &T) {
        self.display(error);
        let mut next = error.source();
        while let Some(cause) = next {
            self.texts
                .push((name::<T>(), format!("{cause} {cause:?} {cause:#?}")));
            next = cause.source();
        }
    }
}

/// The name of a type, without its place and parameters.
fn name<T>() -> String {
    let whole = type_name::<T>();
    let without_parameters = whole.split('<').next().unwrap_or(whole);
    let last = without_parameters.rsplit("::").next();
    last.unwrap_or(without_parameters).to_owned()
}

/// Every public type is either made of canaries here, or is on the list of those that cannot hold a secret.
fn every_type(shown: &Shown) -> Finding {
    let mut public = BTreeSet::new();
    for library in LIBRARIES {
        let folder = doors::root().join("crates").join(library).join("src");
        types_below(&folder, &mut public)?;
    }
    let made: BTreeSet<_> = shown.texts.iter().map(|(name, _)| name.clone()).collect();
    let harmless: BTreeSet<_> = HARMLESS.iter().map(|name| (*name).to_owned()).collect();
    let both: Vec<_> = made.intersection(&harmless).collect();
    same(
        "types that are made here and said to be harmless",
        both,
        Vec::<&String>::new(),
    )?;
    let judged: BTreeSet<_> = made.union(&harmless).cloned().collect();
    let forgotten: Vec<_> = public.difference(&judged).collect();
    same(
        "public types that nobody looked at",
        forgotten,
        Vec::<&String>::new(),
    )?;
    let gone: Vec<_> = harmless.difference(&public).collect();
    same(
        "harmless types that are no more",
        gone,
        Vec::<&String>::new(),
    )
}

/// The names in `pub struct …` and `pub enum …` at the beginning of a line.
fn types_below(folder: &Path, names: &mut BTreeSet<String>) -> Finding {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            types_below(&path, names)?;
            continue;
        }
        let text = doors::read(&path)?.unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines() {
            let rest = line
                .strip_prefix("pub struct ")
                .or(line.strip_prefix("pub enum "));
            let end = |character: char| !character.is_alphanumeric();
            names.extend(
                rest.and_then(|rest| rest.split(end).next())
                    .map(str::to_owned),
            );
        }
    }
    Ok(())
}

const LIBRARIES: [&str; 8] = [
    "lakekey",
    "lakekey-cloud",
    "lakekey-config",
    "lakekey-core",
    "lakekey-endpoints",
    "lakekey-oauth",
    "lakekey-pkce",
    "lakekey-store",
];
/// Names, addresses, ids, choices, times, counts, and handles without content.
const HARMLESS: &[&str] = &[
    "AccountId",
    "Attribute",
    "Aws",
    "Azure",
    "AzureCli",
    "AzureEnvironment",
    "AzureResource",
    "AzureTenant",
    "Challenge",
    "ChosenCloud",
    "EndpointError",
    "Endpoints",
    "FileHostCache",
    "Gcp",
    "Granted",
    "Host",
    "HostMetadata",
    "HostType",
    "Http",
    "Key",
    "KeyringFault",
    "Kind",
    "Limits",
    "LoginName",
    "MemoryHostCache",
    "MetadataError",
    "Migration",
    "Mismatch",
    "Mode",
    "Origin",
    "Owner",
    "Pasted",
    "Place",
    "Ports",
    "RedirectUri",
    "RedirectUriError",
    "Retry",
    "ScopeError",
    "Scopes",
    "ScopesMissing",
    "Stage",
    "Storage",
    "StorageChoice",
    "SystemClock",
    "TargetError",
    "Value",
    "Verdict",
    "WorkspaceId",
    "Zone",
];
