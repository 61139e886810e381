//! Faults with a name that stand for others: what a network or a workspace does to its visitors.

use serde_json::{Map, Value, json};

/// The faults that a preset is made of; any other fault is itself.
pub(super) fn expand(
    (name, params): &(String, Map<String, Value>),
) -> Vec<(String, Map<String, Value>)> {
    let given = |param: &str, usual: &str| {
        let value = params.get(param).cloned();
        value.unwrap_or_else(|| Value::String(usual.to_owned()))
    };
    let parts = match name.as_str() {
        "preset.private_link" => json!({
            "http.redirect": { "location": given("location", PRIVATE_LINK) },
        }),
        "preset.ip_access_list" => {
            let address = given("address", "203.0.113.7");
            let address = address.as_str().unwrap_or_default();
            let says = format!("Source IP address: {address} is blocked by Databricks IP ACL");
            let body = json!({ "error_code": "PERMISSION_DENIED", "message": says });
            json!({ "http.status": { "status": 403, "body": body.to_string() } })
        }
        "preset.html" => json!({
            "http.status": { "status": params.get("status").cloned().unwrap_or_else(|| 200.into()) },
            "http.content_type": { "value": HTML },
            "http.body": { "bytes": LOGIN_PAGE },
        }),
        "preset.captive_portal" => json!({
            "http.redirect": { "location": given("location", PORTAL) },
            "http.content_type": { "value": HTML },
            "http.body": { "bytes": PORTAL_PAGE },
        }),
        _ => return vec![(name.clone(), params.clone())],
    };
    let parts = parts.as_object().cloned().unwrap_or_default();
    let part =
        |(name, params): (String, Value)| (name, params.as_object().cloned().unwrap_or_default());
    parts.into_iter().map(part).collect()
}

const HTML: &str = "text/html; charset=utf-8";
/// Where a workspace sends whoever comes past its private endpoint.
const PRIVATE_LINK: &str = "/login.html?error=private-link-validation-error";
/// A name that no resolver knows (RFC 6761 §6.4).
const PORTAL: &str = "http://portal.invalid/login";
const LOGIN_PAGE: &str =
    "<!doctype html><title>Sign in</title><form method=\"post\"><input name=\"user\"></form>";
const PORTAL_PAGE: &str =
    "<!doctype html><title>Guest network</title><p>Accept the terms to go online.</p>";
