//! `fixtures/catalogue.json` keeps to its schema.

use serde_json::{Map, Value};

#[test]
fn the_catalogue_keeps_to_its_schema() {
    let catalogue: Value = serde_json::from_str(CATALOGUE).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(
        violations("catalogue", &catalogue, &schema),
        Vec::<String>::new()
    );
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let right: Value = serde_json::from_str::<Value>(CATALOGUE).unwrap()[0].clone();
    let refused = |change: fn(&mut Map<String, Value>)| {
        let mut entry = right.clone();
        change(entry.as_object_mut().unwrap());
        !violations("catalogue", &Value::Array(vec![entry]), &schema).is_empty()
    };
    assert!(!refused(|_| {}));
    assert!(refused(|entry| drop(entry.remove("statement"))));
    assert!(refused(|entry| drop(
        entry.insert("level".into(), "OUGHT".into())
    )));
    assert!(refused(|entry| drop(
        entry.insert("kinds".into(), Value::Array(vec![]))
    )));
    assert!(refused(|entry| drop(
        entry.insert("surprise".into(), true.into())
    )));
    assert!(refused(|entry| drop(
        entry.insert("variants".into(), "one, two".into())
    )));
}

/// Where `value` departs from `schema`. Knows the words of JSON Schema that the file uses, and no other.
fn violations(at: &str, value: &Value, schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (word, argument) in schema.as_object().unwrap() {
        let holds = match word.as_str() {
            "$schema" | "title" | "description" => true,
            "type" => type_of(value) == argument,
            "enum" => argument.as_array().unwrap().contains(value),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.chars().count() as u64 >= argument.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= argument.as_u64().unwrap()),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                items
                    .iter()
                    .enumerate()
                    .all(|(index, item)| !items[..index].contains(item))
            }),
            "required" => argument
                .as_array()
                .unwrap()
                .iter()
                .all(|name| value.get(name.as_str().unwrap()).is_some()),
            "additionalProperties" => only_known(value, schema),
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                found.extend(items.flat_map(|(index, item)| {
                    violations(&format!("{at}[{index}]"), item, argument)
                }));
                true
            }
            "properties" => {
                let members = argument.as_object().unwrap().iter();
                let present =
                    members.filter_map(|(name, schema)| Some((name, value.get(name)?, schema)));
                found.extend(present.flat_map(|(name, value, schema)| {
                    violations(&format!("{at}.{name}"), value, schema)
                }));
                true
            }
            other => panic!("this test does not know the word `{other}`"),
        };
        if !holds {
            found.push(format!("{at}: `{word}` does not hold"));
        }
    }
    found
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn only_known(value: &Value, schema: &Value) -> bool {
    let known = schema["properties"].as_object().unwrap();
    value
        .as_object()
        .is_none_or(|members| members.keys().all(|name| known.contains_key(name)))
}

const CATALOGUE: &str = include_str!("../../../../fixtures/catalogue.json");
const SCHEMA: &str = include_str!("../../../../fixtures/catalogue.schema.json");
