use std::collections::BTreeSet;

use lakekey_core::{Secret, sabotage};
use lakekey_endpoints::Endpoints;
use lakekey_pkce::Verifier;

use crate::form;
use crate::text::foreign;
use crate::{CallbackError, Grant, Mismatch, RedirectUri, State};

/// A sign-in that waits for the browser to come back.
///
/// It is finished once. `Debug` shows neither state nor verifier, and the verifier is zeroed on
/// drop.
#[derive(Debug)]
pub struct Pending {
    state: State,
    verifier: Verifier,
    redirect_uri: RedirectUri,
    issuer: String,
    iss_promised: bool,
}

impl Pending {
    /// A sign-in whose parts were kept elsewhere, to be finished like any other.
    pub fn resume(
        endpoints: &Endpoints,
        redirect_uri: RedirectUri,
        state: State,
        verifier: Verifier,
    ) -> Self {
        Self {
            state,
            verifier,
            redirect_uri,
            issuer: endpoints.issuer().to_owned(),
            iss_promised: endpoints.iss_promised(),
        }
    }

    /// The state that the right callback repeats.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where the browser is sent back to.
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Judges a callback: the target of the request that came in (`/?code=…`), or the whole
    /// address copied from the browser (`http://localhost:8020/?code=…`).
    ///
    /// The checks, in this order:
    ///
    /// 1. A copied address leads to the redirect URI, and the query decodes.
    /// 2. `state` is there once and is ours. Until here, nothing says that the callback has
    ///    anything to do with this sign-in: it goes on.
    /// 3. No parameter is there twice (RFC 6749 §3.1).
    /// 4. `iss`, where present or promised, is the issuer, character by character
    ///    (RFC 9207 §2.4).
    /// 5. There is no `error`, and there is a `code` (RFC 6749 §4.1.2).
    ///
    /// Unknown parameters are ignored.
    ///
    /// # Errors
    ///
    /// [`CallbackError::NotOurs`] gives the sign-in back, to wait for another callback. Every
    /// other error ends it.
    pub fn finish(self, callback: &str) -> Result<Grant, CallbackError> {
        let answer = match self.read(callback) {
            Ok(answer) => answer,
            Err(reason) => {
                return Err(CallbackError::NotOurs {
                    reason,
                    pending: Box::new(self),
                });
            }
        };
        let code = self.judge(&answer)?;
        Ok(Grant::AuthorizationCode {
            code,
            verifier: self.verifier,
            redirect_uri: self.redirect_uri,
        })
    }

    /// Steps 1 and 2: whether the callback belongs to this sign-in.
    fn read(&self, callback: &str) -> Result<Answer, Mismatch> {
        let query = self.query(callback)?;
        let answer = Answer(form::decode(query).ok_or(Mismatch::Undecodable)?);
        let states: Vec<_> = answer.all("state").collect();
        match states.as_slice() {
            _ if sabotage::is_off("state_check") => Ok(answer),
            [] if answer.0.is_empty() => Err(Mismatch::Empty),
            [] => Err(Mismatch::StateMissing),
            all if all.iter().all(|state| self.state.matches(state)) => Ok(answer),
            [_] => Err(Mismatch::StateWrong),
            _ => Err(Mismatch::StateRepeated),
        }
    }

    fn query<'a>(&self, callback: &'a str) -> Result<&'a str, Mismatch> {
        if callback.len() > MAX_LENGTH {
            return Err(Mismatch::TooLong);
        }
        let text = callback.trim_ascii();
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let is_ours = if address.is_empty() || address.starts_with('/') {
            true
        } else if address.contains("://") {
            self.redirect_uri.leads_to(address)
        } else {
            // Some browsers hide the scheme, and some people leave it out.
            self.redirect_uri.leads_to(&format!("http://{address}"))
        };
        if is_ours {
            Ok(query)
        } else {
            Err(Mismatch::OtherAddress)
        }
    }

    /// Steps 3 to 5: what an answer to this sign-in says.
    fn judge(&self, answer: &Answer) -> Result<Secret, CallbackError> {
        if let Some(name) = answer.repeated() {
            let name = self
                .shown(name, answer)
                .unwrap_or_else(|| WITHHELD.to_owned());
            let reason = format!("`{name}` is there more than once");
            return Err(CallbackError::Invalid { reason });
        }
        self.check_issuer(answer)?;
        if let Some(error) = answer.one("error") {
            return Err(self.refused(error, answer));
        }
        match answer.one("code") {
            Some(code) if is_code(code) => Ok(Secret::from(code)),
            Some("") => Err(invalid("its `code` is empty")),
            Some(_) => Err(invalid("its `code` holds characters that no code may hold")),
            None => Err(invalid("it has neither `code` nor `error`")),
        }
    }

    fn check_issuer(&self, answer: &Answer) -> Result<(), CallbackError> {
        let found = answer.one("iss");
        let is_right = match found {
            Some(issuer) => issuer == self.issuer,
            None => !self.iss_promised,
        };
        if is_right || sabotage::is_off("iss_check") {
            return Ok(());
        }
        let shown = |found| {
            self.shown(found, answer)
                .unwrap_or_else(|| WITHHELD.to_owned())
        };
        Err(CallbackError::Issuer {
            expected: self.issuer.clone(),
            found: found.map(shown),
        })
    }

    fn refused(&self, error: &str, answer: &Answer) -> CallbackError {
        let shown = |name| answer.one(name).and_then(|text| self.shown(text, answer));
        let description = shown("error_description");
        match self.shown(error, answer) {
            _ if error == "access_denied" => CallbackError::Denied { description },
            Some(error) => CallbackError::Refused {
                error,
                description,
                uri: shown("error_uri"),
            },
            None => invalid("its `error` is empty or not fit to be shown"),
        }
    }

    /// A text of the answer, unless it is empty or repeats the state or the code.
    fn shown(&self, text: &str, answer: &Answer) -> Option<String> {
        let code = answer.one("code").unwrap_or_default();
        foreign(text, &[self.state.as_str(), code])
    }
}

/// The decoded parameters of a callback whose state is right.
struct Answer(Vec<(String, String)>);

impl Answer {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    fn repeated(&self) -> Option<&str> {
        let mut seen = BTreeSet::new();
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| !seen.insert(*name))
    }
}

fn invalid(reason: &str) -> CallbackError {
    CallbackError::Invalid {
        reason: reason.to_owned(),
    }
}

/// RFC 6749 appendix A.11: one or more `VSCHAR`.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// Stands for a text that is not fit to be shown.
const WITHHELD: &str = "…";
/// More than any authorization server sends; the official ones stay below 2 KiB.
const MAX_LENGTH: usize = 32 * 1024;
