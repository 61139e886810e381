use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use lakekey_core::{Code, Error, Token};

/// The headers that authenticate a request, shared and ready to use.
///
/// Cloning is cheap. The values are marked sensitive, so that HTTP libraries keep them out of
/// their logs.
#[derive(Clone, Debug)]
pub struct Headers {
    map: Arc<HeaderMap>,
    generation: u64,
}

impl Headers {
    pub(crate) fn build(tokens: &[(HeaderName, Token)], generation: u64) -> Result<Self, Error> {
        let mut map = HeaderMap::with_capacity(tokens.len());
        for (name, token) in tokens {
            map.insert(name.clone(), value(name, token)?);
        }
        Ok(Self {
            map: Arc::new(map),
            generation,
        })
    }

    /// The headers as a map.
    pub fn as_map(&self) -> &HeaderMap {
        &self.map
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.map.get(header::AUTHORIZATION)
    }

    /// The generation of the tokens inside: a later mint has a higher one.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }
}

fn value(name: &HeaderName, token: &Token) -> Result<HeaderValue, Error> {
    let text = token.access().expose();
    let value = if name == header::AUTHORIZATION {
        HeaderValue::try_from(format!("{} {text}", scheme(token)))
    } else {
        // An Azure resource id may hold letters of any script, which are sent as they are.
        HeaderValue::from_bytes(text.as_bytes())
    };
    let mut value = value.map_err(|_| {
        Error::new(
            Code::InvalidTokenResponse,
            "the token holds characters that no header can carry",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The scheme as RFC 9110 §11.1 lists it, however the server spelled the type of the token.
fn scheme(token: &Token) -> &'static str {
    if token.token_type().eq_ignore_ascii_case("basic") {
        "Basic"
    } else {
        "Bearer"
    }
}
