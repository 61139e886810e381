use std::sync::Arc;

use lakekey_endpoints::Host;

use crate::{Aws, Azure, Cloud, Gcp, Zone};

/// The clouds that hosts are looked up in.
///
/// Cloning is cheap.
///
/// ```
/// use lakekey_cloud::Clouds;
///
/// let clouds = Clouds::official();
/// let owner = clouds.owner(&"adb-1.2.azuredatabricks.net".parse()?).ok_or("Azure's")?;
/// assert_eq!(owner.cloud.name(), "azure");
/// assert_eq!(owner.zone.accounts_hosts(), ["accounts.azuredatabricks.net"]);
/// assert!(clouds.owner(&"databricks.example.com".parse()?).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Clouds(Vec<Arc<dyn Cloud>>);

impl Clouds {
    /// AWS, Azure and Google Cloud.
    pub fn official() -> Self {
        Self(vec![Arc::new(Aws), Arc::new(Azure), Arc::new(Gcp)])
    }

    /// No cloud at all.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The same clouds and one more.
    pub fn with(mut self, cloud: impl Cloud + 'static) -> Self {
        self.0.push(Arc::new(cloud));
        self
    }

    /// The clouds, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Cloud> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The cloud that `host` belongs to by its name: the one with the longest zone that contains
    /// it and, between equal zones, the one added last.
    ///
    /// `None` for a host below no zone, such as a private link or a custom domain. Only the
    /// host's metadata knows its cloud then, see [`Clouds::named`]; the official SDKs assume AWS.
    pub fn owner(&self, host: &Host) -> Option<Owner<'_>> {
        self.iter()
            .flat_map(|cloud| cloud.zones().iter().map(move |zone| Owner { cloud, zone }))
            .filter(|owner| owner.zone.contains(host))
            .max_by_key(|owner| owner.zone.suffix().len())
    }

    /// The cloud of that name in any case, as host metadata and the setting `cloud` give it; the
    /// one added last where there are several.
    pub fn named(&self, name: &str) -> Option<&dyn Cloud> {
        self.iter()
            .filter(|cloud| cloud.name().eq_ignore_ascii_case(name))
            .last()
    }
}

impl Default for Clouds {
    fn default() -> Self {
        Self::official()
    }
}

/// The cloud a host belongs to, and the zone that tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Owner<'a> {
    /// The cloud.
    pub cloud: &'a dyn Cloud,
    /// The longest of its zones that contains the host.
    pub zone: &'a Zone,
}
