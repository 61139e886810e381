use std::collections::BTreeMap;
use std::fmt;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use lakekey_core::{Attribute, Code, Error, Origin};

/// Where a provider of your own stands among the sources, from the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Above explicit values.
    Strongest,
    /// Below explicit values, above the environment.
    BeforeEnvironment,
    /// Below the environment, above the profile.
    BeforeProfile,
    /// Below the profile, above documented defaults.
    Weakest,
}

/// One source of values: all of them texts, none of them empty, all of one origin.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) origin: Origin,
    values: BTreeMap<&'static str, String>,
}

impl Layer {
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            origin,
            values: BTreeMap::new(),
        }
    }

    /// Adds a value; an empty one counts as unset, and takes back an earlier one.
    pub(crate) fn set(&mut self, attribute: &Attribute, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            self.values.remove(attribute.key());
        } else {
            self.values.insert(attribute.key(), value);
        }
    }

    pub(crate) fn get(&self, attribute: &Attribute) -> Option<&str> {
        self.values.get(attribute.key()).map(String::as_str)
    }

    pub(crate) fn with(mut self, attribute: &Attribute, value: impl Into<String>) -> Self {
        self.set(attribute, value);
        self
    }

    /// Asks somebody's own provider for the attributes of the table.
    ///
    /// Of figment's profiles, `default` and `global` are read. No text of its errors is passed
    /// on, since figment puts values into them.
    pub(crate) fn ask(provider: &dyn Provider, attributes: &[Attribute]) -> Result<Self, Error> {
        let name = provider.metadata().name.into_owned();
        let mut data = provider.data().map_err(|_| {
            Error::new(
                Code::Config,
                format!("the configuration provider `{name}` failed"),
            )
            .with_hint("check the source it reads; its own words may hold values and are left out")
        })?;
        let mut values = data.remove(&Profile::Default).unwrap_or_default();
        values.extend(data.remove(&Profile::Global).unwrap_or_default());
        let mut layer = Self::new(Origin::Provider(name));
        for attribute in attributes {
            if let Some(value) = values.get(attribute.key()) {
                layer.set(
                    attribute,
                    text(value).ok_or_else(|| layer.no_text(attribute))?,
                );
            }
        }
        Ok(layer)
    }

    fn no_text(&self, attribute: &Attribute) -> Error {
        let message = format!(
            "`{}` must be a text, a whole number, true or false, or a list of texts",
            attribute.key()
        );
        Error::new(Code::Config, message).with_origin(attribute.key(), &self.origin)
    }
}

/// Joins layers from the strongest to the weakest: for each key the value that wins, and where
/// it came from.
pub(crate) fn join(layers: &[Layer]) -> Result<BTreeMap<String, (String, Origin)>, Error> {
    let ranked = layers
        .iter()
        .enumerate()
        .map(|(rank, layer)| Ranked { rank, layer });
    let figment = ranked.fold(Figment::new(), Figment::join);
    let mut data = figment.data().map_err(|_| uncombined())?;
    let winners = data.remove(&Profile::Default).unwrap_or_default();
    winners
        .into_iter()
        .map(|(key, value)| {
            let layer = layer_of(&figment, &value, layers).ok_or_else(uncombined)?;
            let text = value.into_string().ok_or_else(uncombined)?;
            Ok((key, (text, layer.origin.clone())))
        })
        .collect()
}

/// A layer as figment sees it: texts under the default profile, and its rank as the source.
struct Ranked<'a> {
    rank: usize,
    layer: &'a Layer,
}

impl Provider for Ranked<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.layer.origin.to_string()).source(self.rank.to_string())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let values = self.layer.values.iter();
        let dict = values
            .map(|(key, value)| ((*key).to_owned(), Value::from(value.as_str())))
            .collect();
        Ok(Profile::Default.collect(dict))
    }
}

fn layer_of<'a>(figment: &Figment, value: &Value, layers: &'a [Layer]) -> Option<&'a Layer> {
    let source = figment.get_metadata(value.tag())?.source.as_ref()?;
    layers.get(source.custom()?.parse::<usize>().ok()?)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Empty(..) => Some(String::new()),
        Value::Bool(_, flag) => Some(flag.to_string()),
        Value::Array(_, items) => {
            let items: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            Some(items?.join(","))
        }
        Value::Num(..) => {
            let natural = value.to_u128().map(|number| number.to_string());
            natural.or_else(|| value.to_i128().map(|number| number.to_string()))
        }
        _ => value.as_str().map(str::to_owned),
    }
}

fn uncombined() -> Error {
    Error::new(
        Code::Config,
        "the sources of the configuration cannot be combined",
    )
}

impl fmt::Debug for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}
