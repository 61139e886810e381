//! Every crate has a README, crate docs and the workspace's lints; the changelog knows the version.

use toml::Table;

use crate::files::File;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    let manifests = files
        .iter()
        .filter(|file| file.name() == "Cargo.toml" && is_member(file.folder()));
    let mut complaints: Vec<_> = manifests
        .flat_map(|manifest| of_crate(manifest, files))
        .collect();
    complaints.extend(of_changelog(files));
    complaints
}

fn of_crate(manifest: &File, files: &[File]) -> Vec<String> {
    let folder = manifest.folder();
    let mut complaints = Vec::new();
    if find(files, &format!("{folder}/README.md")).is_none() {
        complaints.push(format!("{folder}: no README.md"));
    }
    let roots = ["lib", "main"].map(|name| find(files, &format!("{folder}/src/{name}.rs")));
    for root in roots.into_iter().flatten() {
        if !root
            .text
            .lines()
            .any(|line| line.starts_with("//!") || line.starts_with("#![doc"))
        {
            complaints.push(format!("{}: no crate docs", root.path));
        }
    }
    match manifest.text.parse::<Table>() {
        Ok(table) => complaints.extend(of_manifest(folder, &table)),
        Err(error) => complaints.push(format!("{}: {}", manifest.path, error.message())),
    }
    complaints
}

fn of_manifest(folder: &str, table: &Table) -> Vec<String> {
    let inherits = |section: &str, key: &str| -> bool {
        let value = table.get(section).and_then(|section| section.get(key));
        let flag = if key == "workspace" {
            value
        } else {
            value.and_then(|value| value.get("workspace"))
        };
        flag.and_then(toml::Value::as_bool) == Some(true)
    };
    let mut complaints = Vec::new();
    for (section, key) in INHERITED {
        if !inherits(section, key) {
            complaints.push(format!(
                "{folder}/Cargo.toml: `{section}.{key}` is not the workspace's"
            ));
        }
    }
    complaints
}

fn of_changelog(files: &[File]) -> Option<String> {
    let manifest = find(files, "Cargo.toml")?.text.parse::<Table>().ok()?;
    let version = manifest
        .get("workspace")?
        .get("package")?
        .get("version")?
        .as_str()?;
    let heading = format!("## [{version}]");
    let mentioned = find(files, "CHANGELOG.md").is_some_and(|file| file.text.contains(&heading));
    (!mentioned).then(|| format!("CHANGELOG.md: no `{heading}`"))
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| file.path == path)
}

fn is_member(folder: &str) -> bool {
    folder == "xtask"
        || folder
            .strip_prefix("crates/")
            .is_some_and(|name| !name.contains('/'))
}

const INHERITED: [(&str, &str); 5] = [
    ("lints", "workspace"),
    ("package", "version"),
    ("package", "edition"),
    ("package", "rust-version"),
    ("package", "license"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true\n";

    #[test]
    fn a_whole_crate_has_nothing_to_complain_of() {
        let found = of(&[
            ("crates/a/Cargo.toml", GOOD),
            ("crates/a/README.md", ""),
            ("crates/a/src/lib.rs", "//! A."),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn what_a_crate_lacks_is_reported() {
        let bare = GOOD.replace("[lints]\nworkspace = true\n", "");
        let found = of(&[
            ("crates/a/Cargo.toml", &bare),
            ("crates/a/src/main.rs", "fn main() {}"),
        ]);
        let expected = [
            "crates/a: no README.md",
            "crates/a/src/main.rs: no crate docs",
            "crates/a/Cargo.toml: `lints.workspace` is not the workspace's",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_version_without_a_changelog_entry_is_reported() {
        let root = ("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n");
        assert_eq!(
            of(&[root, ("CHANGELOG.md", "## [1.2.2]")]),
            ["CHANGELOG.md: no `## [1.2.3]`"]
        );
        assert_eq!(
            of(&[root, ("CHANGELOG.md", "## [1.2.3] - soon")]),
            Vec::<String>::new()
        );
    }

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        complaints(&files.iter().map(file).collect::<Vec<_>>())
    }
}
