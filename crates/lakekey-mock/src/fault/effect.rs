//! What a fault does, with its parameters read.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    FaultError,
    args::{Args, pairs_of},
    catalogue,
};
use crate::{Rotation, Setup, tls::Defect};

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    AuthzError {
        code: String,
        description: Option<String>,
        uri: Option<String>,
        keep_state: bool,
    },
    AuthzParam {
        name: &'static str,
        mode: String,
        value: Option<String>,
    },
    AuthzExtra(Vec<(String, String)>),
    AuthzRedirect(String),
    AuthzNever,
    Delay(Duration),
    Hang(Where),
    Drip(u32),
    Reset(When),
    Truncate(usize),
    Status {
        status: u16,
        body: Option<String>,
    },
    Headers {
        set: Vec<(String, String)>,
        remove: Vec<String>,
        repeat: Vec<(String, String)>,
    },
    Redirect {
        status: u16,
        location: String,
    },
    ContentType(String),
    Encoding {
        kind: String,
        bytes: usize,
    },
    Body(String),
    Pad {
        bytes: usize,
        depth: usize,
        members: usize,
    },
    Barrier {
        name: String,
        after_commit: bool,
    },
    Omit(Vec<String>),
    Set(Map<String, Value>),
    TokenError {
        status: u16,
        error: String,
        description: String,
    },
    EchoSecret(String),
    ApiStatus {
        status: u16,
        challenge: Option<String>,
    },
    Tls(Defect),
    /// Only changed the setup when it was put in force.
    Configured,
}

/// Where a hang begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    Accept,
    BeforeHeaders,
    MidBody,
}

/// When a connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    BeforeRead,
    BeforeCommit,
    AfterCommit,
    MidBody,
}

impl Effect {
    /// Reads a fault. Two names change the setup at once instead.
    pub(super) fn read(
        name: &str,
        params: &Map<String, Value>,
        setup: &mut Setup,
    ) -> Result<Self, FaultError> {
        catalogue::find(name).ok_or_else(|| FaultError::Unknown(name.to_owned()))?;
        let args = Args {
            fault: name,
            params,
        };
        match name.split_once('.') {
            Some(("authz", _)) => args.authz(),
            Some(("http", _)) => args.http(),
            Some(("token" | "disco", _)) => args.document(setup),
            _ => args.other(setup),
        }
    }

    /// Whether the server acts on the request, as far as this effect has a say.
    pub(super) fn acts(&self, by_default: bool) -> bool {
        match self {
            Self::Hang(place) => *place == Where::MidBody,
            Self::Reset(when) => matches!(when, When::AfterCommit | When::MidBody),
            _ => by_default,
        }
    }

    /// Whether it acts on a connection before any request is read.
    pub(crate) fn is_at_accept(&self) -> bool {
        matches!(
            self,
            Self::Hang(Where::Accept) | Self::Reset(When::BeforeRead) | Self::Tls(_)
        )
    }

    /// Whether it acts on redirects to a client.
    pub(super) fn is_about_redirects(&self) -> bool {
        matches!(
            self,
            Self::AuthzError { .. }
                | Self::AuthzParam { .. }
                | Self::AuthzExtra(_)
                | Self::AuthzRedirect(_)
                | Self::AuthzNever
        )
    }
}

impl Args<'_> {
    fn authz(&self) -> Result<Effect, FaultError> {
        let altered = |name| -> Result<Effect, FaultError> {
            Ok(Effect::AuthzParam {
                name,
                mode: self.choice("mode", &ALTERED)?,
                value: self.optional("value"),
            })
        };
        match self.fault {
            "authz.error" => Ok(Effect::AuthzError {
                code: self.text("code")?,
                description: self.optional("description"),
                uri: self.optional("uri"),
                keep_state: self.flag("keep_state", true),
            }),
            "authz.state" => altered("state"),
            "authz.code" => altered("code"),
            "authz.iss" => altered("iss"),
            "authz.extra" => Ok(Effect::AuthzExtra(match self.params.get("params") {
                Some(Value::Object(pairs)) => pairs_of(pairs),
                _ => pairs_of(self.params),
            })),
            "authz.redirect" => Ok(Effect::AuthzRedirect(self.choice("mode", &DELIVERED)?)),
            _ => Ok(Effect::AuthzNever),
        }
    }

    fn http(&self) -> Result<Effect, FaultError> {
        Ok(match self.fault {
            "http.delay" => Effect::Delay(Duration::from_millis(self.number("ms")?)),
            "http.hang" => Effect::Hang(match self.optional("where").as_deref() {
                Some("accept") => Where::Accept,
                None | Some("before_headers") => Where::BeforeHeaders,
                Some("mid_body") => Where::MidBody,
                Some(_) => return Err(self.wrong("where")),
            }),
            "http.drip" => Effect::Drip(self.number_or("bytes_per_sec", 1)?),
            "http.reset" => Effect::Reset(match self.optional("when").as_deref() {
                Some("before_read") => When::BeforeRead,
                None | Some("before_commit") => When::BeforeCommit,
                Some("after_commit") => When::AfterCommit,
                Some("mid_body") => When::MidBody,
                Some(_) => return Err(self.wrong("when")),
            }),
            "http.truncate" => Effect::Truncate(self.number("at")?),
            "http.status" => Effect::Status {
                status: self.status("status")?,
                body: self.optional("body"),
            },
            "http.headers" => Effect::Headers {
                set: self.pairs("set"),
                remove: self.list("remove"),
                repeat: self.pairs("repeat"),
            },
            "http.redirect" => Effect::Redirect {
                status: if self.params.contains_key("status") {
                    self.status("status")?
                } else {
                    302
                },
                location: self.text("location")?,
            },
            "http.content_type" => Effect::ContentType(self.text("value")?),
            "http.encoding" => Effect::Encoding {
                kind: self.text("kind")?,
                bytes: self.size("bytes", 64 << 20)?,
            },
            "http.body" => Effect::Body(self.text("bytes")?),
            "http.pad" => Effect::Pad {
                bytes: self.size("bytes", 0)?,
                depth: self.size("depth", 0)?,
                members: self.size("members", 0)?,
            },
            _ => Effect::Barrier {
                name: self.text("name")?,
                after_commit: self.optional("at").as_deref() == Some("after_commit"),
            },
        })
    }

    fn document(&self, setup: &mut Setup) -> Result<Effect, FaultError> {
        Ok(match self.fault {
            "token.omit" | "disco.omit" => Effect::Omit(self.list("members")),
            "token.set" | "disco.set" => Effect::Set(self.params.clone()),
            "disco.status" => Effect::Status {
                status: self.status("status")?,
                body: None,
            },
            "token.error" => {
                let databricks = self.optional("dialect").as_deref() == Some("databricks");
                let error = if databricks {
                    "invalid_request".to_owned()
                } else {
                    self.text("error")?
                };
                let usual = if databricks {
                    "Refresh token is invalid"
                } else {
                    "injected by a fault"
                };
                Effect::TokenError {
                    status: self.number_or("status", if databricks { 401 } else { 400 })?,
                    error,
                    description: self
                        .optional("description")
                        .unwrap_or_else(|| usual.to_owned()),
                }
            }
            "token.echo_secret" => Effect::EchoSecret(
                self.optional("where")
                    .unwrap_or_else(|| "error_description".to_owned()),
            ),
            _ => {
                setup.rotation = self.rotation()?;
                Effect::Configured
            }
        })
    }

    fn other(&self, setup: &mut Setup) -> Result<Effect, FaultError> {
        match self.fault {
            "api.status" => Ok(Effect::ApiStatus {
                status: self.status("status")?,
                challenge: self.optional("challenge"),
            }),
            "clock.server_skew" => {
                let seconds = self
                    .params
                    .get("seconds")
                    .and_then(Value::as_i64)
                    .ok_or(self.wrong("seconds"))?;
                setup.clock.skew(seconds);
                Ok(Effect::Configured)
            }
            _ => Defect::named(&self.text("kind")?)
                .map(Effect::Tls)
                .ok_or_else(|| self.wrong("kind")),
        }
    }

    fn rotation(&self) -> Result<Rotation, FaultError> {
        match self.text("mode")?.as_str() {
            "strict" => Ok(Rotation::Strict),
            "single" => Ok(Rotation::Single),
            "never" => Ok(Rotation::Never),
            "grace" => Ok(Rotation::Grace(Duration::from_secs(
                self.number_or("grace_s", 30)?,
            ))),
            _ => Err(self.wrong("mode")),
        }
    }
}

/// What becomes of a parameter of the authorization response.
const ALTERED: [&str; 8] = [
    "append",
    "case",
    "drop",
    "duplicate",
    "empty",
    "truncate",
    "value",
    "wrong",
];
/// How the authorization response is delivered instead.
const DELIVERED: [&str; 4] = ["form_post", "fragment", "other_port", "twice"];
