//! A cloud from outside: its own zone, its own settings and its own way to sign in, for
//! credentials that know nothing of it but its name in one list.
//!
//! A national operator runs an identity provider beside its workspaces. Here that provider is a few
//! lines behind the HTTP door, so that the example needs no network; leave `.http(…)` out, and the
//! same credentials talk to the real one.
//!
//! Run it with `cargo run -p lakekey --example own_cloud`.

use std::error::Error as StdError;
use std::io::Write;
use std::sync::Arc;

use http::{Request, Response};
use lakekey::{
    Attribute, Code, Context, Credentials, Environment, Error, HttpClient, Origin, Scopes, Secret,
    Settings, Strategy, Token, TokenSource,
};
use lakekey_cloud::{Cloud, Clouds, Zone};
use lakekey_core::{BoxFuture, Login};
use lakekey_oauth::{Client, Grant, token_request, token_response};
use lakekey_store::MemoryStore;

/// The cloud: a name and some tables.
#[derive(Debug)]
struct Sovereign;

impl Cloud for Sovereign {
    fn name(&self) -> &'static str {
        "sovereign"
    }

    fn zones(&self) -> &[Zone] {
        const ZONES: &[Zone] = &[Zone::new("databricks.sovereign.example")
            .environment("SOVEREIGN")
            .accounts(&["accounts.databricks.sovereign.example"])];
        ZONES
    }

    fn attributes(&self) -> &[Attribute] {
        const ATTRIBUTES: &[Attribute] = &[REALM, PASSPORT];
        ATTRIBUTES
    }

    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        vec![Box::new(Passport)]
    }
}

const REALM: Attribute = Attribute::new("sovereign_realm", "realm of the national operator")
    .env(&["SOVEREIGN_REALM"])
    .group("sovereign");
const PASSPORT: Attribute = Attribute::new("sovereign_passport", "secret of the realm's client")
    .env(&["SOVEREIGN_PASSPORT"])
    .group("sovereign")
    .secret();

/// The strategy: it decides from the settings alone whether it applies.
#[derive(Debug)]
struct Passport;

impl Strategy for Passport {
    fn name(&self) -> &'static str {
        "sovereign-passport"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(passport) = settings.secret(&PASSPORT) else {
            return Ok(None);
        };
        let realm = settings.get(&REALM).ok_or_else(|| {
            Error::new(Code::Config, "a passport is given without its realm")
                .with_hint("set `sovereign_realm`, or SOVEREIGN_REALM")
        })?;
        Ok(Some(Login::bearer(Desk {
            realm: realm.to_owned(),
            passport: passport.clone(),
        })))
    }
}

/// The source of the token: the one part that reaches the network, through the doors it is given.
#[derive(Debug)]
struct Desk {
    realm: String,
    passport: Secret,
}

impl TokenSource for Desk {
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let endpoint = ISSUER.parse().expect("a good URL");
            let client = Client::confidential(&self.realm, self.passport.clone());
            let (grant, scopes) = (Grant::ClientCredentials, Scopes::default());
            let request = token_request(&endpoint, &client, &grant, &scopes, &[])?;
            let started = cx.clock().now();
            let response = cx.http().send(request).await?;
            Ok(token_response(&response, started, &grant)?)
        })
    }
}

const ISSUER: &str = "https://id.sovereign.example/token";

/// The stand-in for the identity provider.
#[derive(Debug)]
struct Provider;

impl HttpClient for Provider {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async move {
            let is_known =
                request.uri() == ISSUER && request.headers().contains_key("authorization");
            let mut response = Response::new(TOKEN.to_vec());
            if !is_known {
                *response.status_mut() = http::StatusCode::NOT_FOUND;
            }
            response.headers_mut().insert(
                "content-type",
                http::HeaderValue::from_static("application/json"),
            );
            Ok(response)
        })
    }
}

const TOKEN: &[u8] =
    br#"{"access_token":"national-secret","token_type":"Bearer","expires_in":600}"#;

/// Signs in below the operator's zone, and says how.
pub(crate) async fn run(out: &mut (impl Write + Send)) -> Result<(), Box<dyn StdError>> {
    let credentials = Credentials::builder()
        .clouds(Clouds::official().with(Sovereign))
        .environment(Environment::from([
            ("DATABRICKS_HOST", "https://ws.databricks.sovereign.example"),
            ("SOVEREIGN_REALM", "north"),
            ("SOVEREIGN_PASSPORT", "passport-secret"),
        ]))
        .store(Arc::new(MemoryStore::new()))
        .http(Arc::new(Provider))
        .build()?;
    let headers = credentials.headers().await?;
    let description = credentials.describe();
    writeln!(
        out,
        "signed in by {}",
        description.strategy.unwrap_or("nobody")
    )?;
    let given = description.values.iter();
    for value in given.filter(|value| value.origin != Origin::Default) {
        let shown = value.value.as_deref().unwrap_or("(secret)");
        writeln!(out, "{} = {shown}, from {}", value.key, value.origin)?;
    }
    for (name, value) in headers.as_map() {
        writeln!(out, "{name}: {value:?}")?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn StdError>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(&mut std::io::stdout()))
}
