//! Servers to be measured: the mock, and what others would take in its place.

use std::path::Path;

use serde_json::Value;
use url::form_urlencoded;

use crate::loopback;
use crate::node::Node;
use crate::stage::{Home, Mock, Running, ensure};
use crate::terminal::Failure;

/// A server that can be started again and again.
pub(super) struct Server<'a> {
    /// How the head of a table names it.
    pub(super) name: String,
    program: Program<'a>,
    discovery: &'static str,
    token: &'static str,
    /// The client that asks for tokens, and its secret.
    client: [&'static str; 2],
}

enum Program<'a> {
    Mock(&'a Path),
    Script(&'a Node, &'static str),
}

/// A server that runs; it is stopped when the value is dropped.
pub(super) struct Started {
    /// Where its metadata is.
    pub(super) discovery: String,
    /// Where it gives tokens.
    pub(super) token: String,
    running: Process,
}

enum Process {
    Mock(Mock),
    Script(
        Running,
        #[expect(dead_code, reason = "it lives as long as the script")] Home,
    ),
}

impl<'a> Server<'a> {
    /// The mock.
    pub(super) fn ours(program: &'a Path) -> Self {
        Self {
            name: "`lakekey-mock`".to_owned(),
            program: Program::Mock(program),
            discovery: "/oidc/.well-known/oauth-authorization-server",
            token: "/oidc/v1/token",
            client: [
                "5e000000-0000-4000-8000-000000000002",
                "mock-secret-of-the-service-principal",
            ],
        }
    }

    /// Those of npm.
    pub(super) fn of_others(node: &'a Node) -> Result<[Self; 2], Failure> {
        let peer = |package, script| {
            Ok(Self {
                name: format!("`{package}` {}", node.version(package)?),
                program: Program::Script(node, script),
                discovery: "/.well-known/openid-configuration",
                token: "/token",
                client: ["service", "secret"],
            })
        };
        Ok([
            peer("oauth2-mock-server", "oauth2_mock_server.mjs")?,
            peer("oidc-provider", "oidc_provider.mjs")?,
        ])
    }

    /// The form of a token request (RFC 6749 §4.4.2).
    pub(super) fn form(&self) -> String {
        let [id, secret] = self.client;
        form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", "all-apis")
            .append_pair("client_id", id)
            .append_pair("client_secret", secret)
            .finish()
    }

    /// Starts it and waits for its first answer.
    pub(super) fn start(&self) -> Result<Started, Failure> {
        let (running, url) = self.program.start()?;
        let started = Started {
            discovery: format!("{url}{}", self.discovery),
            token: format!("{url}{}", self.token),
            running,
        };
        let answer = loopback::get(&started.discovery)?;
        ensure(answer.status().is_success(), || {
            format!("{} answered {}", self.name, answer.status())
        })?;
        Ok(started)
    }
}

impl Started {
    /// The id of its process.
    pub(super) fn process(&self) -> u32 {
        match &self.running {
            Process::Mock(mock) => mock.process(),
            Process::Script(running, _) => running.id(),
        }
    }
}

impl Program<'_> {
    /// Starts it; gives its address too.
    fn start(&self) -> Result<(Process, String), Failure> {
        match self {
            Self::Mock(program) => {
                let mock = Mock::start(program, &["--consent", "approve"])?;
                let url = mock.url().to_owned();
                Ok((Process::Mock(mock), url))
            }
            Self::Script(node, script) => {
                let home = Home::new()?;
                let mut command = node.command(&home, script);
                let (running, url) =
                    Running::until(command.stderr(std::process::Stdio::null()), address)?;
                Ok((Process::Script(running, home), url))
            }
        }
    }
}

/// The address in the line a script prints when it is ready.
fn address(line: &str) -> Option<String> {
    let place: Value = serde_json::from_str(line).ok()?;
    Some(place["url"].as_str()?.to_owned())
}
