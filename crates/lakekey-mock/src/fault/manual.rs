//! What people read about each fault, and what they can set.

use serde_json::{Value, json};

use super::catalogue;

/// A kind of fault, described for those who choose one.
#[derive(Debug)]
#[non_exhaustive]
pub struct FaultKind {
    /// The name, for instance `http.status`.
    pub name: &'static str,
    /// What goes wrong, in a few words.
    pub says: &'static str,
    /// What else can be set, beside the main parameter; empty if there is nothing.
    pub others: &'static str,
    main: Main,
}

/// The main parameter of a fault, with a value to begin with.
#[derive(Debug)]
enum Main {
    /// Nothing is set.
    Nothing,
    Number(i64),
    Text(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Parameters of any name, as a JSON object.
    Object(&'static str),
}

/// Every kind of fault, sorted by name.
///
/// ```
/// use lakekey_mock::{Fault, fault_kinds};
///
/// for kind in fault_kinds() {
///     let fault: Fault = kind.example().parse()?;
/// }
/// # Ok::<(), lakekey_mock::FaultError>(())
/// ```
pub fn fault_kinds() -> &'static [FaultKind] {
    &KINDS
}

impl FaultKind {
    /// The fault with its main parameter, as `--fault` and [`Fault`](crate::Fault) take it.
    pub fn example(&self) -> String {
        let Self { name, .. } = self;
        match self.main {
            Main::Nothing => (*name).to_owned(),
            Main::Object(text) => {
                let members: Value = serde_json::from_str(text).unwrap_or_default();
                let members = members.as_object().into_iter().flatten();
                let member = |(key, value): (&String, &Value)| format!(",{key}={value}");
                format!("{name}{}", members.map(member).collect::<String>())
            }
            _ => format!("{name}={}", self.value()),
        }
    }

    /// The words the main parameter can be; none if it is not a word of a list.
    pub fn choices(&self) -> &'static [&'static str] {
        match self.main {
            Main::Choice(words) => words,
            _ => &[],
        }
    }

    /// The endpoint it acts on unless told otherwise, by name.
    pub fn acts_on(&self) -> &'static str {
        let family = self.name.split('.').next().unwrap_or_default();
        let entry = catalogue::find(self.name);
        match (entry.and_then(|entry| entry.endpoint), family) {
            (Some(endpoint), _) => endpoint.name(),
            (None, "http" | "preset") => "every endpoint",
            (None, "authz") => "redirects to the client",
            (None, "tls") => "connections",
            (None, _) => "the whole server",
        }
    }

    /// What a page needs to offer it.
    pub(crate) fn report(&self) -> Value {
        let input = match self.main {
            Main::Nothing => "none",
            Main::Number(_) => "number",
            Main::Text(_) => "text",
            Main::Choice(_) => "choice",
            Main::Object(_) => "object",
        };
        json!({
            "name": self.name,
            "says": self.says,
            "others": self.others,
            "acts_on": self.acts_on(),
            "main": catalogue::find(self.name).map_or("", |entry| entry.main),
            "input": input,
            "value": self.value(),
            "choices": self.choices(),
        })
    }

    fn value(&self) -> String {
        match self.main {
            Main::Nothing => String::new(),
            Main::Number(number) => number.to_string(),
            Main::Text(text) | Main::Object(text) => text.to_owned(),
            Main::Choice(words) => words.first().copied().unwrap_or_default().to_owned(),
        }
    }
}

const fn kind(
    name: &'static str,
    main: Main,
    says: &'static str,
    others: &'static str,
) -> FaultKind {
    FaultKind {
        name,
        says,
        others,
        main,
    }
}

static KINDS: [FaultKind; 35] = [
    kind(
        "api.status",
        Main::Number(401),
        "an API route answers with this status",
        "`challenge`: the `WWW-Authenticate` header",
    ),
    kind(
        "authz.code",
        Main::Choice(&["drop", "empty", "duplicate", "value"]),
        "the code of the redirect is altered",
        "`value`: for `duplicate` and `value`",
    ),
    kind(
        "authz.error",
        Main::Text("access_denied"),
        "the redirect carries this error",
        "`description`, `uri`, `keep_state` (true)",
    ),
    kind(
        "authz.extra",
        Main::Object(r#"{"session_state":"s1"}"#),
        "the redirect carries further parameters",
        "the parameters themselves",
    ),
    kind(
        "authz.iss",
        Main::Choice(&["drop", "wrong", "value", "duplicate"]),
        "the issuer of the redirect is altered",
        "`value`: for `duplicate` and `value`",
    ),
    kind(
        "authz.never",
        Main::Nothing,
        "the person never finishes: a page waits for ever",
        "",
    ),
    kind(
        "authz.redirect",
        Main::Choice(&["fragment", "form_post", "twice", "other_port"]),
        "the redirect is delivered in another way",
        "",
    ),
    kind(
        "authz.state",
        Main::Choice(&[
            "drop",
            "wrong",
            "empty",
            "truncate",
            "case",
            "append",
            "duplicate",
        ]),
        "the state of the redirect is altered",
        "`value`: for `append` and `duplicate`",
    ),
    kind(
        "clock.server_skew",
        Main::Number(600),
        "the server's clock is this many seconds ahead",
        "",
    ),
    kind(
        "disco.omit",
        Main::Text("token_endpoint"),
        "the metadata lacks these members",
        "",
    ),
    kind(
        "disco.set",
        Main::Object(r#"{"issuer":"https://elsewhere.example"}"#),
        "the metadata has these members",
        "the members themselves",
    ),
    kind(
        "disco.status",
        Main::Number(503),
        "the metadata is answered with this status",
        "",
    ),
    kind(
        "http.barrier",
        Main::Text("gate"),
        "the request waits until the barrier of this name is released",
        "`at`: `after_commit` to wait once the server has acted",
    ),
    kind(
        "http.body",
        Main::Text("<html>captive portal</html>"),
        "the body is replaced by this text",
        "",
    ),
    kind(
        "http.content_type",
        Main::Text("text/html"),
        "the media type is this one",
        "",
    ),
    kind(
        "http.delay",
        Main::Number(500),
        "the answer comes this many milliseconds late",
        "",
    ),
    kind(
        "http.drip",
        Main::Number(1),
        "the body comes slowly, in bytes a second, and has no end",
        "",
    ),
    kind(
        "http.encoding",
        Main::Choice(&["gzip", "deflate", "br", "bomb", "mislabel"]),
        "the body is coded so",
        "`bytes`: size of the unpacked `bomb` (64 MiB)",
    ),
    kind(
        "http.hang",
        Main::Choice(&["before_headers", "mid_body", "accept"]),
        "the answer stops here, and the connection stays open",
        "",
    ),
    kind(
        "http.headers",
        Main::Object(r#"{"set":{"retry-after":"1"}}"#),
        "headers are altered",
        "`set`, `repeat`: objects; `remove`: an array",
    ),
    kind(
        "http.pad",
        Main::Number(65_536),
        "the body grows by this many spaces",
        "`depth`, `members`: of a JSON body",
    ),
    kind(
        "http.redirect",
        Main::Text("https://elsewhere.example/"),
        "the request is redirected to this address",
        "`status` (302)",
    ),
    kind(
        "http.reset",
        Main::Choice(&["before_commit", "after_commit", "mid_body", "before_read"]),
        "the connection is reset at this moment",
        "",
    ),
    kind(
        "http.status",
        Main::Number(503),
        "the status is replaced by this one",
        "`body`: its text",
    ),
    kind(
        "http.truncate",
        Main::Number(20),
        "the body ends after this many bytes, although more were promised",
        "",
    ),
    kind(
        "preset.captive_portal",
        Main::Text("http://portal.invalid/login"),
        "a guest network sends everybody to its own page",
        "",
    ),
    kind(
        "preset.html",
        Main::Number(200),
        "a page for people comes instead of JSON, with this status",
        "",
    ),
    kind(
        "preset.ip_access_list",
        Main::Text("203.0.113.7"),
        "the workspace lets nobody in from this address",
        "",
    ),
    kind(
        "preset.private_link",
        Main::Text("/login.html?error=private-link-validation-error"),
        "the workspace can only be reached through its private endpoint",
        "",
    ),
    kind(
        "tls.bad",
        Main::Choice(&[
            "expired",
            "not_yet",
            "wrong_host",
            "self_signed",
            "unknown_ca",
            "tls11",
            "cn_only",
            "wildcard",
            "stall",
        ]),
        "the TLS handshake goes wrong in this way",
        "",
    ),
    kind(
        "token.echo_secret",
        Main::Text("error_description"),
        "the secrets of the request come back in this member",
        "",
    ),
    kind(
        "token.error",
        Main::Text("invalid_grant"),
        "the token endpoint answers with this error",
        "`status`, `description`, `dialect`: `rfc` or `databricks`",
    ),
    kind(
        "token.omit",
        Main::Text("expires_in"),
        "the token response lacks these members",
        "",
    ),
    kind(
        "token.rotation",
        Main::Choice(&["strict", "single", "grace", "never"]),
        "used refresh tokens are treated so",
        "`grace_s`: seconds of grace (30)",
    ),
    kind(
        "token.set",
        Main::Object(r#"{"expires_in":0}"#),
        "the token response has these members",
        "the members themselves",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Mock, Setup};

    #[test]
    fn every_fault_of_the_catalogue_is_described() {
        let described = fault_kinds().iter().map(|kind| kind.name);
        let known = catalogue::ENTRIES.iter().map(|entry| entry.name);
        assert_eq!(described.collect::<Vec<_>>(), known.collect::<Vec<_>>());
    }

    #[test]
    fn every_example_and_every_choice_can_be_injected() {
        let mut mock = Mock::new(Setup::workspace());
        for kind in fault_kinds() {
            let choices = kind.choices().iter();
            let written = choices.map(|choice| format!("{}={choice}", kind.name));
            for text in written.chain([kind.example()]) {
                let fault: Fault = text.parse().unwrap();
                assert!(mock.inject(fault).is_ok(), "{text}");
            }
        }
    }
}
