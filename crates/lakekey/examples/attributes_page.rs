//! Prints the page of all attributes, as `docs/attributes.md` has it: `cargo xtask docs`.

use lakekey::{ATTRIBUTES, Attribute};

#[expect(clippy::print_stdout, reason = "the page is what this program is for")]
fn main() {
    print!("{}", page());
}

fn page() -> String {
    let rows: String = ATTRIBUTES.iter().map(row).collect();
    format!("{INTRODUCTION}{rows}{NOTES}")
}

fn row(attribute: &Attribute) -> String {
    let columns = [
        code(attribute.key()),
        list(attribute.env_names()),
        format!("{:?}", attribute.value()).to_lowercase(),
        if attribute.is_secret() {
            "yes".to_owned()
        } else {
            String::new()
        },
        attribute.auth_group().map(code).unwrap_or_default(),
        list(attribute.strategy_names()),
        attribute.default_value().map(code).unwrap_or_default(),
        also(attribute),
    ];
    format!("| {} |\n", columns.join(" | "))
}

/// The line of documentation, and other spellings of the key.
fn also(attribute: &Attribute) -> String {
    match attribute.key_aliases() {
        [] => attribute.doc().to_owned(),
        aliases => format!("{} (in other SDKs {})", attribute.doc(), list(aliases)),
    }
}

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| code(name))
        .collect::<Vec<_>>()
        .join(", ")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

const INTRODUCTION: &str = "\
# Attributes

Every setting of Databricks unified authentication that lakekey knows. The page is made from the rows in the code:
`cargo xtask docs`.

| key | environment | kind | secret | group | strategies | default | what it is |
|---|---|---|---|---|---|---|---|
";

const NOTES: &str = "
- *key*: the name in `.databrickscfg`.
- *environment*: the variables that carry it; the first one with a value wins.
- *group*: values of two groups contradict each other unless `auth_type` says which strategy to use.
- *strategies*: those that read it, of lakekey or of the official SDKs.
";
