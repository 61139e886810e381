use lakekey_core::{Attribute, Error, Origin, Setting, Settings};

use crate::provider::Layer;

/// What [`Resolver::resolution`](crate::Resolver::resolution) found: the values that win, and
/// those that lost.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resolution {
    /// The values that win.
    pub settings: Settings,
    /// The values that a stronger source passed over, sorted by key, the strongest first; without
    /// defaults.
    pub passed: Vec<Setting>,
    /// Why these settings must not be used: the error of
    /// [`Resolver::resolve`](crate::Resolver::resolve).
    pub problem: Option<Error>,
}

/// The values of `layers`, strongest first, that are not the first of their attribute.
pub(crate) fn passed(attributes: &[Attribute], layers: &[Layer]) -> Vec<Setting> {
    let mut rows: Vec<_> = attributes.iter().collect();
    rows.sort_by_key(|row| row.key());
    let layers = layers.iter();
    let layers: Vec<_> = layers
        .filter(|layer| layer.origin != Origin::Default)
        .collect();
    rows.into_iter()
        .flat_map(|row| {
            let values = layers.iter().filter_map(move |layer| {
                Some(Setting::new(row, layer.get(row)?, layer.origin.clone()))
            });
            values.skip(1)
        })
        .collect()
}
