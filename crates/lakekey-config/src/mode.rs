/// Which of the environment and the profile is the stronger source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The environment, as in the official SDKs.
    #[default]
    Sdk,
    /// A profile that is asked for by name, explicitly or by `DATABRICKS_CONFIG_PROFILE`, as in
    /// Databricks Connect.
    ///
    /// It moves up to right above the environment; all other sources stay where they are, and so
    /// does a profile that nobody asked for. A secret of an environment that names another host
    /// than the profile's is an error, never sent.
    ProfileFirst,
}
