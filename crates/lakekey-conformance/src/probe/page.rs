//! Reading responses.

use http::Response;
use serde_json::Value;
use url::Url;

use super::Form;
use crate::case::{Finding, Wrong, holds, there};

/// A header of a response as text, empty if it is missing.
pub(crate) fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The body of a response as JSON.
pub(crate) fn json(response: &Response<Vec<u8>>) -> Finding<Value> {
    serde_json::from_slice(response.body())
        .map_err(|error| Wrong::from(error).during(format_args!("status {}", response.status())))
}

/// Where an authorization response leads.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The whole address.
    pub(crate) location: String,
    /// The parameters of its query.
    pub(crate) form: Form,
}

impl Arrival {
    /// A parameter that must be there.
    pub(crate) fn get(&self, name: &str) -> Finding<&str> {
        there(&format!("`{name}` in the redirect"), self.form.get(name))
    }
}

/// Reads a redirect that the browser may follow with GET: 302 or 303.
pub(crate) fn arrival(response: &Response<Vec<u8>>) -> Finding<Arrival> {
    let status = response.status().as_u16();
    holds(
        matches!(status, 302 | 303),
        format!("the status is {status}, wanted 302 or 303"),
    )?;
    let location = header(response, "location").to_owned();
    let form = Url::parse(&location)?
        .query_pairs()
        .into_owned()
        .collect::<Vec<_>>()
        .into();
    Ok(Arrival { location, form })
}
