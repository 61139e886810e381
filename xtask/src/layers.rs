//! `cargo xtask layers`: which crate may depend on which.

use crate::terminal::{Failure, say};
use crate::workspace::{Dependency, Kind, Metadata, Package};

/// Each crate of the workspace and those of ours it may depend on, from the bottom layer up.
const EDGES: &[(&str, &[&str])] = &[
    // Layer 0: facts that stand alone.
    ("lakekey-pkce", &[]),
    ("lakekey-endpoints", &[]),
    // Layer 1: the seams.
    ("lakekey-core", &["lakekey-endpoints"]),
    // Layer 2: siblings, none of which sees another.
    (
        "lakekey-oauth",
        &["lakekey-pkce", "lakekey-endpoints", "lakekey-core"],
    ),
    ("lakekey-config", &["lakekey-endpoints", "lakekey-core"]),
    ("lakekey-store", &["lakekey-core"]),
    // Layer 3: clouds, and a store that not everybody wants.
    (
        "lakekey-cloud",
        &["lakekey-endpoints", "lakekey-core", "lakekey-oauth"],
    ),
    ("lakekey-store-redis", &["lakekey-core", "lakekey-store"]),
    // Layer 4: what applications add.
    (
        "lakekey",
        &[
            "lakekey-pkce",
            "lakekey-endpoints",
            "lakekey-core",
            "lakekey-oauth",
            "lakekey-config",
            "lakekey-store",
            "lakekey-cloud",
        ],
    ),
    // Layer 5: the program. It sees `lakekey-oauth` for `lakekey oauth …`, which shows single messages.
    (
        "lakekey-cli",
        &[
            "lakekey",
            "lakekey-config",
            "lakekey-store",
            "lakekey-cloud",
            "lakekey-oauth",
            "lakekey-pkce",
            "lakekey-mock",
        ],
    ),
    // Beside the layers.
    ("lakekey-mock", &[]),
    ("lakekey-conformance", ALL),
    ("lakekey-fuzz", ALL),
    ("xtask", &[]),
];

/// Prints the table, or fails with every edge that is not in it.
pub(crate) fn run() -> Result<(), Failure> {
    Failure::unless_empty(&complaints(&Metadata::read()?.packages))?;
    for (name, allowed) in EDGES {
        let below = if allowed.is_empty() {
            "–".to_owned()
        } else {
            allowed.join(", ")
        };
        say(format_args!("{name:<20} {below}"));
    }
    Ok(())
}

/// Every way in which the manifests disagree with the table.
fn complaints(packages: &[Package]) -> Vec<String> {
    let mut complaints: Vec<_> = packages
        .iter()
        .flat_map(|one| of_package(one, packages))
        .collect();
    for (name, _) in EDGES {
        if !packages.iter().any(|package| package.name == *name) {
            complaints.push(format!(
                "{name} is in the table of layers but not in the workspace"
            ));
        }
    }
    complaints
}

fn of_package(package: &Package, packages: &[Package]) -> Vec<String> {
    let name = &package.name;
    let Some((_, allowed)) = EDGES.iter().find(|(row, _)| row == name) else {
        return vec![format!(
            "{name} has no place in the table of layers (xtask/src/layers.rs)"
        )];
    };
    let ours = |edge: &&Dependency| packages.iter().any(|other| other.name == edge.name);
    let barred = |edge: &&Dependency| !may(name, allowed, edge);
    let edges = package.dependencies.iter().filter(ours).filter(barred);
    edges
        .map(|edge| format!("{name} must not depend on {} ({:?})", edge.name, edge.kind))
        .collect()
}

fn may(name: &str, allowed: &[&str], edge: &Dependency) -> bool {
    let named = allowed == ALL || allowed.contains(&edge.name.as_str());
    match edge.kind {
        Kind::Normal | Kind::Build => named,
        // A crate's own tests may turn on its own features; the judge's tests see none of ours.
        Kind::Dev if edge.name == name => true,
        Kind::Dev if ALONE.contains(&name) => false,
        Kind::Dev => named || edge.name == "lakekey-mock",
    }
}

const ALL: &[&str] = &["*"];
const ALONE: &[&str] = &["lakekey-mock", "xtask"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_keeps_its_layers() {
        let metadata = Metadata::read().expect("cargo describes the workspace");
        assert_eq!(complaints(&metadata.packages), Vec::<String>::new());
    }

    #[test]
    fn a_sibling_is_reported() {
        let found = of("lakekey-store", "lakekey-config", Kind::Normal);
        assert_eq!(
            found,
            ["lakekey-store must not depend on lakekey-config (Normal)"]
        );
    }

    #[test]
    fn an_edge_upwards_is_reported_in_every_table() {
        for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
            assert_eq!(
                of("lakekey-core", "lakekey-oauth", kind).len(),
                1,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn tests_may_use_the_mock_and_programs_may_not() {
        assert_eq!(
            of("lakekey", "lakekey-mock", Kind::Dev),
            Vec::<String>::new()
        );
        assert_eq!(of("lakekey", "lakekey-mock", Kind::Normal).len(), 1);
    }

    #[test]
    fn the_judge_and_the_tasks_see_none_of_ours() {
        for name in ALONE {
            assert_eq!(of(name, "lakekey-pkce", Kind::Dev).len(), 1, "{name}");
            assert_eq!(of(name, "lakekey-pkce", Kind::Normal).len(), 1, "{name}");
        }
    }

    #[test]
    fn conformance_sees_all_and_is_seen_by_none() {
        assert_eq!(
            of("lakekey-conformance", "lakekey-cli", Kind::Normal),
            Vec::<String>::new()
        );
        assert_eq!(of("lakekey-cli", "lakekey-conformance", Kind::Dev).len(), 1);
    }

    #[test]
    fn an_unknown_crate_is_reported() {
        let found = of("lakekey-new", "lakekey-core", Kind::Normal);
        assert!(found[0].contains("has no place"), "{found:?}");
    }

    #[test]
    fn a_row_without_a_crate_is_reported() {
        assert_eq!(complaints(&[]).len(), EDGES.len());
    }

    fn of(from: &str, to: &str, kind: Kind) -> Vec<String> {
        let edge = Dependency {
            name: to.to_owned(),
            kind,
        };
        let package = |name: &str, dependencies| Package {
            name: name.to_owned(),
            dependencies,
            targets: Vec::new(),
        };
        let packages = [package(from, vec![edge]), package(to, Vec::new())];
        of_package(&packages[0], &packages)
    }
}
