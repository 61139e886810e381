//! Fuzz target `mock_authorize`: what the mock makes of an authorization request.
//!
//! The first line is a registered redirect URI, the second a requested one, the third a challenge,
//! the fourth its method, and the rest a state.

#![cfg_attr(fuzzing, no_main)]

use http::{Request, Response, Uri};
use lakekey_mock::{Client, Mock, Setup};
use url::form_urlencoded::{Serializer, parse};

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let asked = Asked {
        registered: line(),
        requested: line(),
        challenge: line(),
        method: line(),
        state: line(),
    };
    asked.check();
    a_form_is_read_as_a_query_is(text);
}

/// An authorization request that is right but for these.
struct Asked<'a> {
    registered: &'a str,
    requested: &'a str,
    challenge: &'a str,
    method: &'a str,
    state: &'a str,
}

impl Asked<'_> {
    fn check(&self) {
        let mut mock = mock(self.registered);
        let response = send(&mut mock, &self.query(), false);
        let rule = mock.requests()[0].rule;
        let is_ours = !self.requested.is_empty() && is_registered(self.registered, self.requested);
        if !is_ours {
            assert_eq!(response.status(), 400, "{:?}", self.requested);
            assert!(rule.is_some_and(|rule| rule.starts_with("authorize.redirect-uri.")));
            return;
        }
        assert_eq!(response.status(), 302, "{:?}", self.requested);
        let expected = self.expected_rule();
        assert_eq!(rule, expected, "{:?} {:?}", self.challenge, self.method);
        // An address that is no header value leads nowhere.
        let Some(location) = response.headers().get("location") else {
            return;
        };
        let location = std::str::from_utf8(location.as_bytes()).expect("it was written as text");
        let answer = location.strip_prefix(self.requested);
        let answer = answer.unwrap_or_else(|| panic!("{location} is the requested one"));
        let of_name = |name: &str| {
            let pairs = parse(&answer.as_bytes()[1..]);
            let mut values = pairs.filter(move |(own, _)| own == name);
            values.next().map(|(_, value)| value.into_owned())
        };
        assert_eq!(of_name("code").is_some(), expected.is_none());
        assert_eq!(of_name("state").unwrap_or_default(), self.state);
    }

    fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("response_type", "code");
        query.append_pair("client_id", "c");
        query.append_pair("scope", "all-apis");
        query.append_pair("redirect_uri", self.requested);
        query.append_pair("state", self.state);
        query.append_pair("code_challenge", self.challenge);
        query.append_pair("code_challenge_method", self.method);
        query.finish()
    }

    /// RFC 7636 §4.2 and §4.3 with S256 alone.
    fn expected_rule(&self) -> Option<&'static str> {
        let fits = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        if self.challenge.is_empty() {
            Some("authorize.challenge.missing")
        } else if self.method != "S256" {
            Some("authorize.challenge.method")
        } else if self.challenge.chars().count() != 43 || !self.challenge.chars().all(fits) {
            Some("authorize.challenge.malformed")
        } else {
            None
        }
    }
}

/// Character by character, once the port of a loopback address is taken out of both.
fn is_registered(registered: &str, requested: &str) -> bool {
    let taken_out = |uri: &str| -> Option<String> {
        let hosts = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
        let host = hosts.into_iter().find(|host| uri.starts_with(host))?;
        let rest = &uri[host.len()..];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_port = authority.strip_prefix(':').is_some_and(|port| {
            port.parse::<u16>()
                .is_ok_and(|number| number.to_string() == port && number > 0)
        });
        (authority.is_empty() || is_port).then(|| format!("{host}{path}"))
    };
    match (taken_out(registered), taken_out(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => registered == requested,
    }
}

/// The same bytes in the query and in the body of a form mean the same.
fn a_form_is_read_as_a_query_is(text: &str) {
    let fits = format!("{AUTHORIZE}?{text}").parse::<Uri>().is_ok();
    if !fits || text.contains('#') {
        return;
    }
    let (mut one, mut other) = (mock("http://localhost"), mock("http://localhost"));
    let query = send(&mut one, text, false);
    let form = send(&mut other, text, true);
    assert_eq!(query.status(), form.status(), "{text:?}");
    assert_eq!(one.requests()[0].rule, other.requests()[0].rule, "{text:?}");
    assert_eq!(
        query.headers().get("location"),
        form.headers().get("location"),
        "{text:?}"
    );
}

fn mock(registered: &str) -> Mock {
    let mut setup = Setup::workspace();
    setup.clients = vec![Client::public("c", &[registered])];
    Mock::new(setup)
}

fn send(mock: &mut Mock, parameters: &str, form: bool) -> Response<Vec<u8>> {
    let request = if form {
        Request::post(AUTHORIZE)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(parameters.as_bytes().to_vec())
    } else {
        Request::get(format!("{AUTHORIZE}?{parameters}")).body(Vec::new())
    };
    mock.handle(request.expect("the parameters fit into a request"))
}

const AUTHORIZE: &str = "https://ws.example.test/oidc/v1/authorize";
