//! The redirect rule against a second opinion: a parser that takes addresses apart.

use crate::common::*;
use lakekey_mock::{Client, Mock};
use proptest::prelude::*;
use url::Url;

proptest! {
    #[test]
    fn s_az_03_agrees_with_a_model(
        scheme in prop_oneof![9 => Just("http"), 1 => Just("https"), 1 => Just("HTTP")],
        host in prop_oneof!["localhost", "127\\.0\\.0\\.1", "\\[::1\\]", "LOCALHOST", "localhost\\.evil", "127\\.1", "u@localhost"],
        port in prop_oneof!["", ":[0-9]{1,6}", ":", ":8020"],
        rest in prop_oneof!["", "/", "/cb", "/cb/", "/cb\\?x", "/cb#f", "/\\./cb", "/CB", "\\?", "#"],
    ) {
        let uri = format!("{scheme}://{host}{port}{rest}");
        let mut setup = setup();
        setup.clients = vec![Client::public("databricks-cli", &["http://localhost", "http://127.0.0.1/cb", "http://[::1]/cb"])];
        let response = authorize(&mut Mock::new(setup), &workspace_issuer(), &good_but(&[("redirect_uri", &uri)]));
        prop_assert_eq!(response.status() == 302, model(&uri), "{}", uri);
    }

    #[test]
    fn s_az_02_no_text_is_ever_redirected_to(uri in "\\PC{0,60}") {
        let response = authorize(&mut mock(), &workspace_issuer(), &good_but(&[("redirect_uri", &uri)]));
        prop_assert_eq!(response.headers().contains_key("location"), model(&uri) && !uri.contains("/cb"));
    }
}

/// What the parser makes of the address, and that it is spelled in its one way.
fn model(uri: &str) -> bool {
    let Ok(parsed) = Url::parse(uri) else {
        return false;
    };
    let registered = match parsed.host_str() {
        Some("localhost") => "",
        Some("127.0.0.1" | "[::1]") => "/cb",
        _ => return false,
    };
    let host = parsed.host_str().unwrap();
    let port = uri
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_prefix(host))
        .unwrap_or("?");
    let port = port.strip_suffix(registered).unwrap_or("?");
    let is_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => digits
            .parse::<u16>()
            .is_ok_and(|number| number > 0 && number.to_string() == digits),
    };
    parsed.scheme() == "http" && is_port
}
