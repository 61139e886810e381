/// One of the clouds of Azure, each with endpoints of its own.
///
/// All endpoints end with a slash. The default is the public cloud.
///
/// ```
/// use lakekey_cloud::AzureEnvironment;
///
/// let china = AzureEnvironment::named("china").ok_or("known")?;
/// assert_eq!(china.active_directory(), "https://login.chinacloudapi.cn/");
/// assert_eq!(AzureEnvironment::default().name(), "PUBLIC");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AzureEnvironment {
    name: &'static str,
    active_directory: &'static str,
    resource_manager: &'static str,
    service_management: &'static str,
}

impl AzureEnvironment {
    /// Every environment, the public one first.
    pub const ALL: &[Self] = &[
        Self {
            name: "PUBLIC",
            active_directory: "https://login.microsoftonline.com/",
            resource_manager: "https://management.azure.com/",
            service_management: "https://management.core.windows.net/",
        },
        Self {
            name: "USGOVERNMENT",
            active_directory: "https://login.microsoftonline.us/",
            resource_manager: "https://management.usgovcloudapi.net/",
            service_management: "https://management.core.usgovcloudapi.net/",
        },
        Self {
            name: "CHINA",
            active_directory: "https://login.chinacloudapi.cn/",
            resource_manager: "https://management.chinacloudapi.cn/",
            service_management: "https://management.core.chinacloudapi.cn/",
        },
        Self {
            name: "GERMAN",
            active_directory: "https://login.microsoftonline.de/",
            resource_manager: "https://management.microsoftazure.de/",
            service_management: "https://management.core.cloudapi.de/",
        },
    ];

    /// The environment of that name in any case, as `azure_environment` and
    /// [`Zone::environment_name`](crate::Zone::environment_name) give it.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL
            .iter()
            .find(|environment| environment.name.eq_ignore_ascii_case(name))
    }

    /// The name, in upper case.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The authority that issues tokens.
    pub const fn active_directory(&self) -> &'static str {
        self.active_directory
    }

    /// The interface that workspaces are looked up at.
    pub const fn resource_manager(&self) -> &'static str {
        self.resource_manager
    }

    /// The resource of the second token that a service principal sends along.
    pub const fn service_management(&self) -> &'static str {
        self.service_management
    }
}

impl Default for AzureEnvironment {
    fn default() -> Self {
        Self::ALL[0]
    }
}
