//! What every job of GitHub Actions is given, whatever cloud it signs in to.

use lakekey_core::Attribute;

/// Where a job of GitHub Actions asks for its ID token.
pub const ACTIONS_ID_TOKEN_REQUEST_URL: Attribute = Attribute::new(
    "actions_id_token_request_url",
    "address that gives a job its ID token; set by GitHub Actions",
)
.env(&["ACTIONS_ID_TOKEN_REQUEST_URL"])
.strategies(&["github-oidc", "github-oidc-azure"]);

/// What a job of GitHub Actions asks for its ID token with.
pub const ACTIONS_ID_TOKEN_REQUEST_TOKEN: Attribute = Attribute::new(
    "actions_id_token_request_token",
    "token that asks for the ID token of a job; set by GitHub Actions",
)
.env(&["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
.strategies(&["github-oidc", "github-oidc-azure"])
.secret();
