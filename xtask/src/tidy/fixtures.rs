//! Ids in `fixtures/` are unique: of the catalogue, of the known gaps, and of the cases themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::files::File;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut groups: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    for file in files
        .iter()
        .filter(|file| file.path.starts_with("fixtures/"))
    {
        let seen = groups.entry(group(&file.path)).or_default();
        match ids(file) {
            Ok(ids) => {
                let repeated = ids.into_iter().filter_map(|id| twice(id, &file.path, seen));
                complaints.extend(repeated);
            }
            Err(error) => complaints.push(format!("{}: {error}", file.path)),
        }
    }
    complaints
}

fn twice<'a>(id: String, path: &'a str, seen: &mut BTreeMap<String, &'a str>) -> Option<String> {
    let complaint = seen
        .get(&id)
        .map(|first| format!("{path}: `{id}` is already in {first}"));
    seen.entry(id).or_insert(path);
    complaint
}

/// Ids are unique within a group: the catalogue names the same ids that gaps and cases refer to.
fn group(path: &str) -> &'static str {
    match path {
        "fixtures/catalogue.json" => "catalogue",
        "fixtures/known-gaps.toml" => "known gaps",
        _ => "cases",
    }
}

/// The ids a file gives: of the document, and of the entries of its lists.
fn ids(file: &File) -> Result<Vec<String>, String> {
    let document = if is_cases(file, "toml") {
        toml::from_str(&file.text).map_err(|error| error.message().to_owned())?
    } else if is_cases(file, "json") {
        serde_json::from_str(&file.text).map_err(|error| error.to_string())?
    } else {
        Value::Null
    };
    let mut ids: Vec<_> = id(&document).into_iter().collect();
    let lists = document
        .as_object()
        .into_iter()
        .flat_map(|table| table.values());
    let lists = lists.chain([&document]).filter_map(Value::as_array);
    ids.extend(lists.flatten().filter_map(id));
    Ok(ids)
}

fn id(value: &Value) -> Option<String> {
    value.get("id")?.as_str().map(str::to_owned)
}

/// Tables stand in `fixtures/` or one folder below; in a journey, only `case.toml` is a case.
fn is_cases(file: &File, extension: &str) -> bool {
    let is_table = file.path.split('/').count() <= 3;
    file.has_extension(extension) && (is_table || file.name() == "case.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_given_twice_is_reported() {
        let found = of(&[
            (
                "fixtures/pkce.toml",
                "[[case]]\nid = \"a\"\n[[case]]\nid = \"b\"\n",
            ),
            ("fixtures/journeys/login/plain/case.toml", "id = \"b\"\n"),
        ]);
        assert_eq!(
            found,
            ["fixtures/journeys/login/plain/case.toml: `b` is already in fixtures/pkce.toml"]
        );
    }

    #[test]
    fn the_catalogue_and_the_cases_share_their_ids() {
        let found = of(&[
            ("fixtures/catalogue.json", "[{\"id\": \"a\"}]"),
            ("fixtures/known-gaps.toml", "[[gap]]\nid = \"a\"\n"),
            (
                "fixtures/journeys/login/plain/home/answer.json",
                "{\"id\": \"a\"}",
            ),
            ("fixtures/journeys/login/plain/case.toml", "id = \"a\"\n"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_table_that_does_not_parse_is_reported() {
        assert_eq!(of(&[("fixtures/a.toml", "id = ")]).len(), 1);
        assert_eq!(of(&[("fixtures/a.json", "{")]).len(), 1);
    }

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        complaints(&files.iter().map(file).collect::<Vec<_>>())
    }
}
