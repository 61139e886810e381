//! What goes over the network: what is learnt from it, what is sent, and what a sign-in asks for.

use std::collections::BTreeMap;

use http::Request;
use lakekey::{Credentials, Ports};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::parse;

use super::doubles::{Network, wait};
use super::resolution::{failed, value};
use crate::case::{Finding, holds, same, there};
use crate::probe::Browser;

/// What is expected of the network.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Traffic {
    /// Headers that authenticate a request.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Settings once the host has been asked what it is; of a cloud, the case does not matter.
    #[serde(default)]
    learnt: BTreeMap<String, String>,
    /// Settings that the host does not give a value either.
    #[serde(default)]
    not_learnt: Vec<String>,
    /// What a sign-in in the browser comes to.
    sign_in: Option<SignIn>,
    /// Requests, in their order, among others: `GET https://…`.
    #[serde(default)]
    requests: Vec<String>,
    /// Headers that each of these requests carries.
    #[serde(default)]
    sent: BTreeMap<String, String>,
    /// What the last of these requests says as a form.
    #[serde(default)]
    form: BTreeMap<String, String>,
    /// Nothing is asked of an address that begins like this.
    never: Option<String>,
}

/// A sign-in: the address for the browser and the scopes in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    authorization: Option<String>,
    scopes: Option<Vec<String>>,
    /// What the browser comes back with, in this order; `${STATE}` is the state of the sign-in.
    #[serde(default)]
    callbacks: Vec<String>,
    /// The status of the page that the browser ends on.
    page: Option<u16>,
    /// The kind of error in which it ends.
    error: Option<String>,
    /// A part of its message.
    says: Option<String>,
}

impl Traffic {
    /// Fails unless these credentials do as expected.
    pub(super) fn comes_of(&self, credentials: &Credentials) -> Finding {
        if !self.headers.is_empty() {
            let headers = wait(credentials.headers())??;
            for (name, wanted) in &self.headers {
                let found = headers.as_map().get(name).map(|found| found.to_str());
                same(name, found.transpose()?, Some(wanted.as_str()))?;
            }
        }
        if !self.learnt.is_empty() || !self.not_learnt.is_empty() {
            self.is_learnt_by(credentials)?;
        }
        match &self.sign_in {
            Some(sign_in) => wait(sign_in.comes_of(credentials))?,
            None => Ok(()),
        }
    }

    fn is_learnt_by(&self, credentials: &Credentials) -> Finding {
        let settings = wait(credentials.discovered())??;
        for (key, wanted) in &self.learnt {
            let found = value(&settings, key)?;
            if key == "cloud" {
                let found = found.map(str::to_lowercase);
                same(key, found, Some(wanted.to_lowercase()))?;
            } else {
                same(key, found, Some(wanted.as_str()))?;
            }
        }
        for key in &self.not_learnt {
            same(key, value(&settings, key)?, None::<&str>)?;
        }
        Ok(())
    }

    /// Fails unless what was asked is what was expected.
    pub(super) fn came_through(&self, network: &Network) -> Finding {
        let asked = network.asked();
        let lines: Vec<_> = asked.iter().map(line).collect();
        let mut rest = asked.iter();
        let mut last = None;
        for wanted in &self.requests {
            let found = rest.find(|request| line(request) == *wanted);
            let found = there(&format!("`{wanted}` among {lines:?}"), found)?;
            for (name, wanted) in &self.sent {
                let found = found.headers().get(name).map(|found| found.to_str());
                same(name, found.transpose()?, Some(wanted.as_str()))?;
            }
            last = Some(found);
        }
        if !self.form.is_empty() {
            let form: BTreeMap<_, _> = parse(there("the form", last)?.body()).collect();
            for (key, wanted) in &self.form {
                let found = form.get(key.as_str()).map(AsRef::as_ref);
                same(key, found, Some(wanted.as_str()))?;
            }
        }
        let never = self.never.as_deref();
        let asked = never.filter(|never| lines.iter().any(|line| line.contains(never)));
        holds(asked.is_none(), format!("it is asked: {lines:?}"))
    }
}

impl SignIn {
    async fn comes_of(&self, credentials: &Credentials) -> Finding {
        let attempt = credentials.sign_in().ports(Ports::Any).start().await?;
        let url = attempt.url().clone();
        if let Some(wanted) = &self.authorization {
            let found = url.as_str().split('?').next();
            same("the address for the browser", found, Some(wanted.as_str()))?;
        }
        if let Some(wanted) = &self.scopes {
            let scopes = parameter(&url, "scope")?;
            let mut scopes: Vec<_> = scopes.split(' ').collect();
            scopes.sort_unstable();
            same("the scopes", scopes, wanted.clone())?;
        }
        if self.callbacks.is_empty() {
            return Ok(());
        }
        let state = parameter(&url, "state")?;
        let back = attempt.redirect_uri().to_owned();
        let callbacks = self.callbacks.iter();
        let callbacks = callbacks.map(|callback| callback.replace("${STATE}", &state));
        let mut pages = Vec::new();
        for callback in callbacks {
            let address = format!("{back}{callback}");
            if self.page.is_some() {
                pages.push(tokio::task::spawn_blocking(move || Browser.look(&address)));
            } else {
                attempt.inbox().offer(&address)?;
            }
        }
        let outcome = attempt.wait().await;
        for page in pages {
            same("the page", Some(page.await??.status().as_u16()), self.page)?;
        }
        match &self.error {
            Some(kind) => failed(kind, self.says.as_deref(), outcome),
            None => Ok(outcome.map(drop)?),
        }
    }
}

fn parameter(url: &Url, name: &str) -> Finding<String> {
    let found = url.query_pairs().find(|(key, _)| key == name);
    there(name, found.map(|(_, value)| value.into_owned()))
}

fn line(request: &Request<Vec<u8>>) -> String {
    format!("{} {}", request.method(), request.uri())
}
