//! Values of the public types, made of canaries wherever a secret may be.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lakekey::attributes::{CLIENT_SECRET, PASSWORD};
use lakekey::{
    Browser, Context, Credentials, Environment, Http, Origin, Ports, Secret, Setting, Settings,
    Stores, SystemClock, TOKEN, Token,
};
use lakekey_cloud::Clouds;
use lakekey_config::{ProfileFile, Resolver};
use lakekey_core::{BoxFuture, Demand, Login, TokenSource};
use lakekey_endpoints::Endpoints;
use lakekey_mock::{DEFAULT_ACCOUNT_ID, Setup};
use lakekey_oauth::{Client, Grant, Pending, RedirectUri, Scopes, State, authorize};
use lakekey_pkce::Verifier;
use lakekey_store::{
    FileStore, Fingerprint, Key, KeyringStore, MemoryStore, Record, TokenStore as _,
};

use super::super::super::support::Library;
use super::Shown;
use crate::case::{Finding, there};
use crate::probe::Probe;

pub(super) fn all(probe: &mut Probe, shown: &mut Shown) -> Finding {
    for secret in SECRETS {
        probe.secret(secret);
    }
    core(shown);
    oauth(probe, shown)?;
    config(shown)?;
    stores(probe, shown)?;
    library(probe, shown)
}

fn core(shown: &mut Shown) {
    shown.debug(&Secret::from(ACCESS));
    shown.debug(&token());
    let setting = Setting::new(&CLIENT_SECRET, ACCESS, Origin::Explicit);
    shown.debug(&setting);
    shown.debug(&settings());
    let login = Login::bearer(Holder(token()));
    shown.debug(&login);
    let context = Context::new(Arc::new(Http::default()), Arc::new(SystemClock));
    shown.debug(&context);
    let replaced = Demand::OtherThan(Secret::from(ACCESS));
    shown.debug(&replaced);
    shown.debug(&context.demanding(replaced));
}

fn oauth(probe: &mut Probe, shown: &mut Shown) -> Finding {
    let verifier: Verifier = VERIFIER.parse()?;
    shown.debug(&verifier);
    shown.debug(&Client::confidential("an-id", ACCESS));
    for grant in [
        Grant::Refresh(Secret::from(REFRESH)),
        Grant::federated(ACCESS),
        Grant::JwtBearer(Secret::from(ACCESS)),
    ] {
        shown.debug(&grant);
    }
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let target = library.wait(library.credentials()?.target())?;
    shown.debug(&target);
    let endpoints = endpoints()?;
    let pending = begun(&endpoints);
    shown.debug(&pending);
    shown.debug(pending.state());
    let state: State = STATE.parse()?;
    let resumed = Pending::resume(
        &endpoints,
        RedirectUri::loopback(8020),
        state,
        VERIFIER.parse()?,
    );
    shown.debug(&resumed);
    let grant = resumed.finish(&format!("/?code={CODE}&state={STATE}"));
    shown.debug(&grant.map_err(|error| crate::case::Wrong::new(error.to_string()))?);
    Ok(())
}

/// Those of an account.
pub(super) fn endpoints() -> Finding<Endpoints> {
    let account = DEFAULT_ACCOUNT_ID.parse()?;
    let target = lakekey::Target::account("accounts.example.com".parse()?, account);
    there("the endpoints of an account", target.endpoints())
}

/// A sign-in that waits for its callback.
pub(super) fn begun(endpoints: &Endpoints) -> Pending {
    let redirect = RedirectUri::loopback(8020);
    let client = Client::databricks_cli();
    authorize(endpoints, &client, redirect, &Scopes::default()).1
}

fn config(shown: &mut Shown) -> Finding {
    shown.debug(&environment());
    let resolver = Resolver::new(environment()).explicit(&TOKEN, ACCESS);
    shown.debug(&resolver);
    shown.debug(&resolver.resolution()?);
    let text = format!(
        "[dev]\nhost = https://w.example.test\ntoken = {ACCESS}\ntoken = {REFRESH}\nclient_secret = {CODE}\n"
    );
    let file = ProfileFile::parse(text)?;
    shown.debug(&file);
    let profile = there("the profile", file.profile("dev"))?;
    shown.debug(&profile);
    for remark in profile.remarks() {
        shown.debug(&remark);
    }
    Ok(())
}

fn stores(probe: &mut Probe, shown: &mut Shown) -> Finding {
    let home = probe.home()?.path().to_owned();
    let memory = MemoryStore::new();
    memory.save(&Key::new("a"), &token())?;
    shown.debug(&memory);
    let file = FileStore::in_home(&home);
    file.save(&Key::new("a"), &token())?;
    shown.debug(&file);
    shown.debug(&Stores::in_home(&home));
    shown.debug(&KeyringStore::in_home(&home));
    let record = Record::default().with_dead(&Secret::from(REFRESH));
    shown.texts.push(("Record".to_owned(), record.to_json()));
    shown.debug(&record);
    shown.debug(&Fingerprint::of(&Secret::from(REFRESH)));
    Ok(())
}

fn library(probe: &mut Probe, shown: &mut Shown) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let fixed = library.builder().host(server.url()).token(ACCESS);
    shown.debug(&fixed);
    let fixed = fixed.build()?;
    shown.debug(&library.wait(fixed.headers())?);
    shown.debug(&fixed.describe());
    let explained = Credentials::builder()
        .environment(environment())
        .explain()?;
    shown.debug(&explained);
    for value in fixed.describe().values {
        shown.debug(&value);
    }
    shown.debug(&Browser::new(environment().iter())?);
    let credentials = library.credentials()?;
    let sign_in = credentials.sign_in().ports(Ports::Any);
    shown.debug(&sign_in);
    let attempt = library.wait(sign_in.start())?;
    shown.debug(&attempt.inbox());
    let state = super::super::super::support::form_of(attempt.url());
    probe.secret(there("the state", state.get("state"))?);
    shown.debug(&attempt);
    let signed_in = library.finish(attempt)??;
    shown.debug(&signed_in);
    library.wait(credentials.token())?;
    shown.debug(&credentials);
    shown.debug(&Clouds::default());
    Ok(())
}

fn token() -> Token {
    let token = Token::bearer(ACCESS).with_refresh(REFRESH);
    token.lasting(SystemTime::UNIX_EPOCH, Duration::from_secs(3600))
}

fn settings() -> Settings {
    Settings::default()
        .with(&TOKEN, ACCESS, Origin::Explicit)
        .with(&PASSWORD, REFRESH, Origin::Env("DATABRICKS_PASSWORD"))
}

fn environment() -> Environment {
    let variables = [
        ("DATABRICKS_HOST", "https://w.example.test"),
        ("DATABRICKS_TOKEN", ACCESS),
        (
            "HTTPS_PROXY",
            "http://me:canary-of-the-code@proxy.example.test",
        ),
    ];
    variables.into_iter().collect()
}

/// A source that shows no more than its type does.
#[derive(Debug)]
struct Holder(Token);

impl TokenSource for Holder {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, lakekey::Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

pub(super) const ACCESS: &str = "dapi-canary-of-the-access-token";
pub(super) const REFRESH: &str = "doau-canary-of-the-refresh-token";
pub(super) const CODE: &str = "canary-of-the-code";
pub(super) const STATE: &str = "canary-of-the-state-0123456789abcdef";
const VERIFIER: &str = "canary-of-the-verifier-0123456789-abcdefghijklmnop";
const SECRETS: [&str; 5] = [ACCESS, REFRESH, CODE, STATE, VERIFIER];
