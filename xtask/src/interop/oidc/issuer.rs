//! The certified server, in a script that makes an issuer like Databricks' of it.

use std::collections::BTreeMap;

use http::{HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::interop::Session;
use crate::loopback;
use crate::node::Node;
use crate::stage::{Home, ensure};
use crate::terminal::Failure;

/// A running issuer; it is stopped when the value is dropped.
pub(super) struct Issuer {
    session: Session,
    pub(super) url: String,
    _home: Home,
}

/// A request it has answered.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    /// Method and path.
    pub(super) line: String,
    pub(super) status: u16,
    pub(super) authorization: Option<String>,
    #[serde(default)]
    pub(super) form: BTreeMap<String, String>,
}

impl Issuer {
    /// Starts the issuer of an account, or else of a workspace.
    pub(super) fn start(node: &Node, account_id: Option<&str>) -> Result<Self, Failure> {
        let home = Home::new()?;
        let mut command = node.command(&home, SCRIPT);
        command.args(account_id);
        let mut session = Session::start(SCRIPT, &mut command)?;
        let url = session.answer()?["url"].as_str().unwrap_or_default().into();
        Ok(Self {
            session,
            url,
            _home: home,
        })
    }

    /// Lets a person allow what the address asks for.
    pub(super) fn allow(&mut self, url: &str) -> Result<(), Failure> {
        self.visit(json!({ "url": url }))
    }

    /// Lets a person decline it.
    pub(super) fn decline(&mut self, url: &str) -> Result<(), Failure> {
        self.visit(json!({ "url": url, "declines": true }))
    }

    /// Lets a person allow it, and something on the way back replace a parameter.
    pub(super) fn allow_but_alter(
        &mut self,
        url: &str,
        name: &str,
        value: &str,
    ) -> Result<(), Failure> {
        self.visit(json!({ "url": url, "alter": { name: value } }))
    }

    /// How many seconds tokens live from now on.
    pub(super) fn token_life(&mut self, seconds: u64) -> Result<(), Failure> {
        let question = json!({ "ask": "token_life", "seconds": seconds });
        self.session.answer_to(&question).map(drop)
    }

    /// The requests since the last look, those of its pages for people aside.
    pub(super) fn news(&mut self) -> Result<Vec<Request>, Failure> {
        let mut answer = self.session.answer_to(&json!({ "ask": "journal" }))?;
        serde_json::from_value(answer["requests"].take())
            .map_err(|error| Failure::new(format!("the journal is not understood: {error}")))
    }

    /// Whether an API takes the token, having checked it by the issuer's keys.
    pub(super) fn opens(&self, token: &str) -> Result<bool, Failure> {
        let url = format!("{}/api/2.1/clusters/list", self.url);
        let mut request = loopback::request(Method::GET, &url, Vec::new())?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| Failure::new("the token is no header value"))?;
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        Ok(loopback::send(request)?.status().is_success())
    }

    fn visit(&mut self, mut question: Value) -> Result<(), Failure> {
        question["ask"] = json!("person");
        let answer = self.session.answer_to(&question)?;
        ensure(answer["page"].is_object(), || {
            format!("nobody could decide: {answer}")
        })
    }
}

const SCRIPT: &str = "issuer.mjs";
