//! Every table, with the type that its cases have.

use super::expiry::Expiry;
use super::granted::Check;
use super::resolution::Case;
use super::{Reader, command, facts_of, hosts, logins};

/// A table of `fixtures/config/vectors/`.
macro_rules! vectors {
    ($name:literal, $facts:ty) => {
        (
            concat!("config/", $name),
            include_str!(concat!(
                "../../../../fixtures/config/vectors/",
                $name,
                ".toml"
            )),
            facts_of::<$facts>,
        )
    };
}

/// The tables, in the order in which they are reported.
pub(super) const TABLES: &[(&str, &str, Reader)] = &[
    (
        "config",
        include_str!("../../../../fixtures/config/cases.toml"),
        facts_of::<Case>,
    ),
    vectors!("host_query_promotion", Case),
    vectors!("host_normalisation_py", Case),
    vectors!("host_normalisation_py_executed", Case),
    vectors!("host_type_from_url", hosts::Classified),
    vectors!("cloud_from_host", hosts::InAzure),
    vectors!("cloud_field", hosts::CloudOf),
    vectors!("metadata_cloud_normalisation", Case),
    vectors!("metadata_host_type", hosts::KindText),
    vectors!("metadata_backfill", Case),
    vectors!("oidc_endpoints", Case),
    vectors!("u2m_cache_keys", hosts::CacheKey),
    vectors!("scope_parsing_py", Case),
    vectors!("m2m_scope_param_py", Case),
    vectors!("external_browser_scopes_py", Case),
    vectors!("u2m_fresh_replacement_go", logins::Flow),
    vectors!("u2m_flow_go", logins::Flow),
    vectors!("u2m_listener_go", logins::Listener),
    vectors!("u2m_callback_go", Case),
    vectors!("u2m_host_validation_go", hosts::Acceptable),
    vectors!("discovery_issuer_to_host", hosts::Issuer),
    vectors!("discovery_issuer_to_token_endpoint", hosts::TokenEndpoint),
    vectors!("cli_command_go", command::Call),
    vectors!("cli_command_py", command::Call),
    vectors!("cli_command_java", command::Call),
    vectors!("cli_version_text_go", command::VersionText),
    vectors!("cli_version_json_py", command::VersionJson),
    vectors!("cli_version_json_java", command::VersionJson),
    vectors!("cli_expiry_go", Expiry),
    vectors!("cli_expiry_py", Expiry),
    vectors!("cli_expiry_py_executed", Expiry),
    vectors!("cli_expiry_java", Expiry),
    vectors!("cli_scope_check_py", Check),
    vectors!("cli_scope_check_java", Check),
    vectors!("profile_shapes", Case),
    vectors!("oidc_id_token_sources_py", Case),
    vectors!("azure_devops_id_token_go", Case),
    vectors!("github_id_token_go", Case),
    vectors!("metadata_service_go", Case),
    vectors!("azure_msi_go", Case),
    vectors!("azure_tenant_discovery_py", hosts::Directory),
    vectors!("azure_tenant_discovery_go", Case),
    vectors!("log_redaction_go", logins::Redacted),
];
