use lakekey_core::{Attribute, Value};

/// The workspace, by its Azure resource id.
pub const AZURE_WORKSPACE_RESOURCE_ID: Attribute = Attribute::new(
    "azure_workspace_resource_id",
    "Azure resource id of the workspace, which leads to its host",
)
.env(&["DATABRICKS_AZURE_RESOURCE_ID"])
.group(GROUP)
.strategies(&[
    "azure-cli",
    "azure-client-secret",
    "azure-msi",
    "github-oidc-azure",
]);

/// Whether to sign in as the managed identity of this machine.
pub const AZURE_USE_MSI: Attribute = Attribute::new(
    "azure_use_msi",
    "whether to sign in as the managed identity of this machine; false unless set",
)
.env(&["ARM_USE_MSI"])
.group(GROUP)
.strategies(&["azure-msi"])
.of(Value::Flag);

/// The secret of an Entra service principal.
pub const AZURE_CLIENT_SECRET: Attribute = Attribute::new(
    "azure_client_secret",
    "secret of the Microsoft Entra service principal",
)
.env(&["ARM_CLIENT_SECRET"])
.group(GROUP)
.strategies(&["azure-client-secret"])
.secret();

/// The Entra service principal, or a user-assigned managed identity.
pub const AZURE_CLIENT_ID: Attribute = Attribute::new(
    "azure_client_id",
    "client id of the Microsoft Entra service principal or managed identity",
)
.env(&["ARM_CLIENT_ID"])
.group(GROUP)
.strategies(&["azure-client-secret", "azure-msi", "github-oidc-azure"]);

/// The Entra tenant.
pub const AZURE_TENANT_ID: Attribute = Attribute::new(
    "azure_tenant_id",
    "Microsoft Entra tenant; asked of the workspace unless set",
)
.env(&["ARM_TENANT_ID"])
.group(GROUP)
.strategies(&["azure-cli", "azure-client-secret", "github-oidc-azure"]);

/// The Azure cloud to use where no host tells it.
pub const AZURE_ENVIRONMENT: Attribute = Attribute::new(
    "azure_environment",
    "Azure cloud where no host tells it: PUBLIC, USGOVERNMENT or CHINA; PUBLIC unless set",
)
.env(&["ARM_ENVIRONMENT"]);

/// A setting of old that is read by nothing, and still counts as one of Azure.
pub const AZURE_LOGIN_APP_ID: Attribute = Attribute::new(
    "azure_login_app_id",
    "ignored; the application id of Azure Databricks follows from the host",
)
.env(&["DATABRICKS_AZURE_LOGIN_APP_ID"])
.group(GROUP);

pub(super) const ROWS: &[Attribute] = &[
    AZURE_WORKSPACE_RESOURCE_ID,
    AZURE_USE_MSI,
    AZURE_CLIENT_SECRET,
    AZURE_CLIENT_ID,
    AZURE_TENANT_ID,
    AZURE_ENVIRONMENT,
    AZURE_LOGIN_APP_ID,
];

const GROUP: &str = "azure";
