//! A stand-in for Google that remembers what it was asked, and a key that nobody else has.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, Response};
use lakekey_cloud::{Cloud, Gcp};
use lakekey_core::{
    BoxFuture, Clock, Context, Error, HOST, HttpClient, Login, Origin, Settings, Token,
};
use serde_json::{Value, json};

pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const AUDIENCE: &str = "https://123.4.gcp.databricks.com";
pub(crate) const ACCESS_HEADER: &str = "x-databricks-gcp-sa-access-token";

type Answer = Box<dyn Fn(&Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send + Sync>;

/// Google, as a function of the request.
pub(crate) struct Google {
    answer: Answer,
    asked: Mutex<Vec<Request<Vec<u8>>>>,
}

impl Google {
    pub(crate) fn new(
        answer: impl Fn(&Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer: Box::new(answer),
            asked: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<Request<Vec<u8>>> {
        self.asked.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for Google {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Google")
    }
}

impl HttpClient for Google {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let answer = (self.answer)(&request);
        self.asked.lock().unwrap().push(request);
        Box::pin(ready(answer))
    }
}

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> SystemTime {
        at(NOW)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(body.to_string().into_bytes())
        .unwrap()
}

/// Settings for a workspace on Google Cloud.
pub(crate) fn settings() -> Settings {
    Settings::default().with(&HOST, AUDIENCE, Origin::Explicit)
}

pub(crate) fn strategy_login(name: &str, settings: &Settings) -> Result<Option<Login>, Error> {
    let strategies = Gcp.strategies();
    let strategy = strategies.iter().find(|strategy| strategy.name() == name);
    strategy.expect("a strategy of Google").login(settings)
}

/// The token for `Authorization`, and the outcome for the second header.
pub(crate) fn mint(
    login: &Login,
    google: &Arc<Google>,
) -> (Result<Token, Error>, Result<Token, Error>) {
    let cx = Context::new(Arc::clone(google) as Arc<dyn HttpClient>, Arc::new(Still));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let [(name, second)] = &login.headers[..] else {
        panic!("one further header");
    };
    assert_eq!(name, ACCESS_HEADER);
    runtime.block_on(async {
        (
            login.authorization.token(&cx).await,
            second.token(&cx).await,
        )
    })
}

pub(crate) fn form(request: &Request<Vec<u8>>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(request.body())
        .into_owned()
        .collect()
}

/// An ID token that ends `seconds` after now; Google's signature is not looked at.
pub(crate) fn id_token(seconds: u64) -> String {
    let claims = json!({ "aud": AUDIENCE, "exp": NOW + seconds });
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

static KEY: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// The private key as Google writes it, in lines of 64 characters.
pub(crate) fn pem() -> String {
    let text = STANDARD.encode(KEY.as_der().unwrap().as_ref());
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

/// The key of a service account, as a JSON document.
pub(crate) fn key() -> Value {
    json!({
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "k-1",
        "private_key": pem(),
        "client_email": "robot@p.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    })
}

/// The sign-in of a person, as gcloud keeps it.
pub(crate) fn person() -> Value {
    json!({
        "type": "authorized_user",
        "client_id": "gcloud.apps.example",
        "client_secret": "canary-client",
        "refresh_token": "canary-refresh",
        "quota_project_id": "billed",
    })
}

/// Header and claims of a JWT whose signature is that of the key.
pub(crate) fn verified(jwt: &str) -> (Value, Value) {
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, KEY.public_key().as_ref());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public
        .verify(message.as_bytes(), &signature)
        .expect("signed with the key");
    let (header, claims) = message.split_once('.').unwrap();
    let parsed = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (parsed(header), parsed(claims))
}

/// Everything of an error that anybody may see.
pub(crate) fn shown(error: &Error) -> String {
    format!("{error} {error:?} {error:#?}")
}

/// Whether a text holds a line of the private key.
pub(crate) fn leaks(text: &str) -> bool {
    let pem = pem();
    text.contains("canary")
        || pem
            .lines()
            .any(|line| line.len() > 20 && !line.starts_with('-') && text.contains(line))
}
