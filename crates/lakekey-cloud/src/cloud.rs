use std::fmt::Debug;

use lakekey_core::{Attribute, Strategy};

use crate::Zone;

/// A cloud that Databricks runs on: which hosts are its own, and what it adds to signing in there.
///
/// An implementation is a unit struct and some tables. Name and zones are all that most need.
///
/// ```
/// use lakekey_cloud::{Cloud, Zone};
///
/// /// A private deployment.
/// #[derive(Debug)]
/// struct Sovereign;
///
/// impl Cloud for Sovereign {
///     fn name(&self) -> &'static str {
///         "sovereign"
///     }
///
///     fn zones(&self) -> &[Zone] {
///         const ZONES: &[Zone] = &[Zone::new("databricks.example.eu")];
///         ZONES
///     }
/// }
/// ```
pub trait Cloud: Debug + Send + Sync {
    /// The name, in lower case, as the host metadata spell it in whatever case.
    fn name(&self) -> &'static str;

    /// The DNS zones whose hosts belong to this cloud.
    fn zones(&self) -> &[Zone];

    /// The settings that its strategies read; none by default.
    fn attributes(&self) -> &[Attribute] {
        &[]
    }

    /// The strategies it adds after the general ones, in the order to try them; none by default.
    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        Vec::new()
    }
}
