//! Runs the cases and reports; `cargo xtask conformance` builds what it needs and calls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    lakekey_conformance::program::main()
}
