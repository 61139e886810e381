use lakekey_core::{Code, Error, Secret};
use serde_json::{Map, Value};

use super::key::Key;
use super::person::Person;

/// Google credentials as they stand in a JSON file. Nothing of the text gets into an error.
#[derive(Debug)]
pub(super) enum Document {
    /// `service_account`: a key.
    ServiceAccount(Key),
    /// `authorized_user`: the sign-in of a person, as gcloud keeps it.
    Person(Person),
}

impl Document {
    /// Reads credentials of a type that is supported.
    pub(super) fn parse(text: &Secret) -> Result<Self, Error> {
        let mut members = Members::parse(text)?;
        if members
            .optional("universe_domain")
            .is_some_and(|domain| domain != UNIVERSE)
        {
            return Err(wrong(
                "are for another universe domain than googleapis.com, which alone is supported",
            ));
        }
        match &*members.take("type")? {
            "service_account" => Key::parse(members).map(Self::ServiceAccount),
            "authorized_user" => Person::parse(members).map(Self::Person),
            other => Err(unsupported(other)),
        }
    }
}

/// The members of the JSON object. Taking them moves them, so that secrets leave no copy.
pub(super) struct Members(Map<String, Value>);

impl Members {
    fn parse(text: &Secret) -> Result<Self, Error> {
        let text = text.expose().trim_start_matches('\u{feff}');
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Err(wrong("are no JSON object")),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                Err(wrong("are not valid JSON").with_note(format!("line {line}, column {column}")))
            }
        }
    }

    /// A member that must be a text, and not an empty one.
    pub(super) fn take(&mut self, name: &str) -> Result<String, Error> {
        self.optional(name)
            .ok_or_else(|| wrong(&format!("have no `{name}`")))
    }

    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

fn unsupported(found: &str) -> Error {
    let is_plain = |it: char| it.is_ascii_lowercase() || it == '_';
    let error = if found.len() <= LONGEST_TYPE && found.chars().all(is_plain) {
        wrong(&format!("are of type `{found}`, which is not supported"))
    } else {
        wrong("are of an unknown type")
    };
    error.with_hint("use the key of a service account, or `gcloud auth application-default login`")
}

/// An error about Google credentials: what they are not, or have not.
pub(super) fn wrong(fact: &str) -> Error {
    Error::new(Code::Config, format!("the Google credentials {fact}"))
        .with_hint("make a new key of the service account, and use its JSON as it is")
}

/// The public cloud of Google, unlike those that partners run.
const UNIVERSE: &str = "googleapis.com";
const LONGEST_TYPE: usize = 64;
