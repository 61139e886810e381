//! Faults as people and programs write them.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Fault, FaultError, Phase, catalogue};
use crate::Endpoint;

/// `[endpoint:]name[=value][,key=value]…`, for instance `token:http.status=503,times=2`.
///
/// The keys `id`, `grant`, `stream`, `offset`, `times`, `probability`, `seed` and `phase` say when;
/// all others are parameters of the fault.
impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let malformed = || FaultError::Malformed(text.to_owned());
        let mut pieces = pieces(text).into_iter();
        let head = pieces.next().ok_or_else(malformed)?;
        let (name, main) = head
            .split_once('=')
            .map_or((head.as_str(), None), |(name, value)| (name, Some(value)));
        let (endpoint, name) = name
            .split_once(':')
            .map_or((None, name), |(endpoint, name)| (Some(endpoint), name));
        let entry = catalogue::find(name).ok_or_else(|| FaultError::Unknown(name.to_owned()))?;
        let mut fault = Self::new(name);
        if let Some(endpoint) = endpoint {
            fault = fault.on(Endpoint::named(endpoint).ok_or_else(malformed)?);
        }
        if let Some(main) = main {
            fault = fault.param(entry.main, main);
        }
        for piece in pieces {
            let (key, text) = piece.split_once('=').ok_or_else(malformed)?;
            fault = fault.with(key, text).ok_or_else(malformed)?;
        }
        Ok(fault)
    }
}

impl Fault {
    /// A fault as the control API takes it.
    ///
    /// # Errors
    ///
    /// [`FaultError::Malformed`] if the text is not such a JSON object.
    pub fn from_json(text: &str) -> Result<Self, FaultError> {
        let malformed = || FaultError::Malformed(text.to_owned());
        let written: Written = serde_json::from_str(text).map_err(|_| malformed())?;
        let Written {
            id,
            matching,
            offset,
            times,
            probability,
            seed,
            phase,
            action,
        } = written;
        let endpoint = match matching.endpoint {
            Some(name) => Some(Endpoint::named(&name).ok_or_else(malformed)?),
            None => None,
        };
        let phase = match phase {
            Some(name) => Some(self::phase(&name).ok_or_else(malformed)?),
            None => None,
        };
        let actions: Vec<_> = action
            .into_iter()
            .map(|(name, params)| (name, self::params(params)))
            .collect();
        if actions.is_empty() {
            return Err(malformed());
        }
        let (grant, stream) = (matching.grant, matching.client_stream);
        let probability = probability.unwrap_or(1.0);
        Ok(Self {
            id,
            endpoint,
            grant,
            stream,
            offset,
            times,
            probability,
            seed,
            phase,
            actions,
        })
    }

    /// The fault as [`Fault::from_json`] takes it; what is left to its default is left out.
    pub(crate) fn to_json(&self) -> Value {
        let Self {
            id,
            endpoint,
            grant,
            stream,
            offset,
            times,
            probability,
            seed,
            phase,
            actions,
        } = self;
        let matching = [
            ("endpoint", endpoint.map(|endpoint| json!(endpoint.name()))),
            ("grant", grant.as_ref().map(|grant| json!(grant))),
            ("client_stream", stream.as_ref().map(|stream| json!(stream))),
        ];
        let matching = some(matching);
        let action: Map<String, Value> = actions
            .iter()
            .map(|(name, params)| (name.clone(), Value::Object(params.clone())))
            .collect();
        let random = *probability < 1.0;
        Value::Object(some([
            ("id", id.as_ref().map(|id| json!(id))),
            ("match", (!matching.is_empty()).then(|| json!(matching))),
            ("offset", (*offset > 0).then(|| json!(offset))),
            ("times", times.map(|times| json!(times))),
            ("probability", random.then(|| json!(probability))),
            ("seed", random.then(|| json!(seed))),
            ("phase", phase.map(|phase| json!(phase_name(phase)))),
            ("action", Some(Value::Object(action))),
        ]))
    }

    fn with(mut self, key: &str, text: &str) -> Option<Self> {
        match key {
            "id" => self.id = Some(text.to_owned()),
            "grant" => self.grant = Some(text.to_owned()),
            "stream" => self.stream = Some(text.to_owned()),
            "offset" => self.offset = text.parse().ok()?,
            "times" => self.times = Some(text.parse().ok()?),
            "probability" => self.probability = text.parse().ok()?,
            "seed" => self.seed = text.parse().ok()?,
            "phase" => self.phase = Some(phase(text)?),
            _ => self = self.param(key, text),
        }
        Some(self)
    }
}

/// Text as JSON where it is JSON.
pub(super) fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn phase(name: &str) -> Option<Phase> {
    let mut phases = [Phase::Before, Phase::Instead, Phase::After].into_iter();
    phases.find(|phase| phase_name(*phase) == name)
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Before => "before",
        Phase::Instead => "instead",
        Phase::After => "after",
    }
}

/// The members that are there.
fn some<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let present = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    members.into_iter().filter_map(present).collect()
}

fn params(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

/// The parts between commas; a part that does not start with `key=` belongs to the one before it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for part in text.split(',') {
        let key = part.split_once('=').map_or("", |(key, _)| key);
        let starts = !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match pieces.last_mut() {
            Some(last) if !starts => {
                last.push(',');
                last.push_str(part);
            }
            _ => pieces.push(part.to_owned()),
        }
    }
    pieces
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Option<String>,
    #[serde(default, rename = "match")]
    matching: Matching,
    #[serde(default)]
    offset: u64,
    times: Option<u64>,
    probability: Option<f64>,
    #[serde(default)]
    seed: u64,
    phase: Option<String>,
    action: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matching {
    endpoint: Option<String>,
    grant: Option<String>,
    client_stream: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_it_is_read() {
        for text in [
            "token:http.status=503,times=2,id=busy",
            "http.delay=5,stream=s,offset=3,probability=0.5,seed=7,phase=after",
            "token.set,expires_in=0,grant=refresh_token",
            "authz.never",
        ] {
            let fault: Fault = text.parse().unwrap();
            let again = Fault::from_json(&fault.to_json().to_string());
            assert_eq!(again, Ok(fault), "{text}");
        }
    }

    #[test]
    fn defaults_are_left_out() {
        let fault = Fault::new("http.status").param("status", 503);
        assert_eq!(
            fault.to_json().to_string(),
            r#"{"action":{"http.status":{"status":503}}}"#
        );
    }
}
