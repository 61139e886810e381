use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue, header};
use lakekey_core::{Code, Error, Token};

/// The headers that authenticate a request, shared and ready to use.
///
/// Cloning is cheap. The values are marked sensitive, so that HTTP libraries keep them out of
/// their logs.
#[derive(Clone, Debug)]
pub struct Headers {
    map: Arc<Lane>,
    generation: u64,
}

/// One of several counts of who holds the same headers, each on cache lines of its own: threads
/// that clone at once do not write to one place.
#[derive(Clone, Debug)]
#[repr(align(128))]
struct Lane(Arc<HeaderMap>);

impl Headers {
    pub(crate) fn build(tokens: &[(HeaderName, Token)], generation: u64) -> Result<Self, Error> {
        let mut map = HeaderMap::with_capacity(tokens.len());
        for (name, token) in tokens {
            map.insert(name.clone(), value(name, token)?);
        }
        Ok(Self {
            map: Arc::new(Lane(Arc::new(map))),
            generation,
        })
    }

    /// The same headers, counted apart: one for each of [`LANES`].
    pub(crate) fn lanes(&self) -> [Self; LANES] {
        std::array::from_fn(|_| Self {
            map: Arc::new(self.map.as_ref().clone()),
            generation: self.generation,
        })
    }

    /// The headers as a map.
    pub fn as_map(&self) -> &HeaderMap {
        &self.map.0
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.map.0.get(header::AUTHORIZATION)
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

/// The lane of this thread; threads take them in turn.
pub(crate) fn lane() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static LANE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % LANES;
    }
    LANE.with(|lane| *lane)
}

/// How many threads may clone at once without getting into each other's way.
pub(crate) const LANES: usize = 16;
