//! `lakekey demo`: a sign-in from end to end, against a server inside this process.

mod agent;
mod clock;
mod person;
mod stage;
mod wire;

use std::time::Duration;

use http::Request;
use lakekey::{Credentials, Environment, Error};

use self::person::Person;
use self::stage::Stage;
use crate::args::Demo;
use crate::render::{DIM, GOOD, HINT, STRONG};
use crate::{output, runtime};

/// Shows each step with the requests that went over the wire.
pub(super) fn run(args: &Demo) -> Result<(), Error> {
    let environment = Environment::process();
    let person = Person::of(args.no_browser, &environment)?;
    let stage = Stage::build()?;
    runtime::block_on(play(&stage, &person))
}

async fn play(stage: &Stage, person: &Person) -> Result<(), Error> {
    output::say(format_args!(
        "{STRONG}lakekey demo{STRONG:#}: a sign-in from end to end, on this machine alone"
    ))?;
    step(1, "Start a mock of Databricks inside this process")?;
    fact("workspace", &stage.workspace_host())?;
    fact("accounts console", &stage.account_host())?;
    fact("home folder", "a temporary one, gone at the end")?;

    step(2, "Sign in to the workspace: authorization code with PKCE")?;
    let workspace = stage.workspace()?;
    sign_in(stage, person, &workspace).await?;

    step(3, "Call the workspace: its clusters")?;
    call(stage, &workspace, CLUSTERS).await?;

    step(
        4,
        "Two hours later the token has expired: the same call renews it first",
    )?;
    stage.let_pass(TWO_HOURS);
    call(stage, &workspace, CLUSTERS).await?;

    step(5, "Sign in to the account, at its own endpoints")?;
    let account = stage.account()?;
    sign_in(stage, person, &account).await?;

    step(6, "Call the account: its workspaces")?;
    call(stage, &account, &stage::workspaces_path()).await?;
    farewell()
}

async fn sign_in(stage: &Stage, person: &Person, credentials: &Credentials) -> Result<(), Error> {
    let signed_in = person.sign_in(credentials).await?;
    wire::show(&stage.news())?;
    fact("signed in as", signed_in.user().unwrap_or("somebody"))?;
    fact(
        "token kept in",
        "~/.databricks/token-cache.json, for you alone",
    )
}

async fn call(stage: &Stage, credentials: &Credentials, path: &str) -> Result<(), Error> {
    let request = Request::get(path)
        .body(Vec::new())
        .expect("the path is one of ours");
    let response = credentials.send(request).await?;
    wire::show(&stage.news())?;
    for line in wire::names(response.body()) {
        fact("answer", &line)?;
    }
    Ok(())
}

fn step(number: u8, title: &str) -> Result<(), Error> {
    output::say(format_args!(
        "\n{HINT}{number}{HINT:#}  {STRONG}{title}{STRONG:#}"
    ))
}

fn fact(name: &str, value: &str) -> Result<(), Error> {
    output::say(format_args!("   {DIM}{name:<17}{DIM:#}{value}"))
}

fn farewell() -> Result<(), Error> {
    output::say(format_args!(
        "\n{GOOD}That was all of it.{GOOD:#} Now with a workspace of your own:"
    ))?;
    output::say("  lakekey auth login --host https://<your workspace>")?;
    output::say("  lakekey api get /api/2.0/clusters/list")?;
    output::say(format_args!(
        "{DIM}or play with the mock: lakekey mock{DIM:#}"
    ))
}

const CLUSTERS: &str = "/api/2.0/clusters/list";
const TWO_HOURS: Duration = Duration::from_secs(7200);
