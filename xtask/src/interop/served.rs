//! `auth_type = metadata-service`: the SDK asks `lakekey auth serve`, and starts no program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::databricks_cli::SignedIn;
use super::python::{CLUSTERS, LIST_CLUSTERS, Stage};
use super::session::listed;
use super::wire::Wire;
use crate::stage::{Home, Running, Scenario, ensure, same};
use crate::terminal::Failure;

pub(super) const SCENARIOS: &[Scenario<Stage>] = &[Scenario {
    name: "metadata-service: clusters, over two lives of a token",
    play: clusters,
}];

/// The SDK is in a home of its own, where nobody has signed in: all it has is the address.
fn clusters(stage: &mut Stage) -> Result<String, Failure> {
    let mut signed_in = SignedIn::to_workspace(stage, &["--ttl", "2s"])?;
    let (_server, variables) = serve(&signed_in)?;
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let elsewhere = Home::new()?;
    let mut session = stage.sdk.session(&elsewhere, "clusters.py", &variables)?;
    let answer = session.ask()?;
    same("the strategy", &answer["auth_type"], "metadata-service")?;
    same("the list", &*listed(&answer), &CLUSTERS)?;
    // Two lives of the token pass by the clock of this machine, which nobody can move.
    for _ in 0..2 {
        thread::sleep(Duration::from_secs(2));
        same("the list later", &*session.names()?, &CLUSTERS)?;
    }
    let wire = Wire::of(&mut signed_in.mock)?;
    wire.only_of_the_sdk().is(
        "what the SDK sent",
        &["GET /.well-known/databricks-config", LIST_CLUSTERS],
    )?;
    ensure(elsewhere.is_untouched(), || {
        "the SDK's home is not as it was".to_owned()
    })?;
    Ok("no program started, no refresh token seen".to_owned())
}

/// A server of the profile's tokens, and the variables that lead to it.
fn serve(signed_in: &SignedIn) -> Result<(Running, BTreeMap<String, String>), Failure> {
    let mut command = signed_in.home.command(Path::new(&signed_in.lakekey));
    command
        .args(["auth", "serve", "dev", "--output", "json"])
        .stderr(Stdio::null());
    Running::until(&mut command, |line| {
        let mut answer: Value = serde_json::from_str(line).ok()?;
        serde_json::from_value(answer["env"].take()).ok()
    })
}
