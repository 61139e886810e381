//! The program `lakekey-mock`.

use std::process::ExitCode;

use clap::Parser;
use lakekey_mock::program::{Args, run};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args, &mut std::io::stdout(), &mut std::io::stderr()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is gone there is nobody left to tell.
            let _ =
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {error}\n"));
            ExitCode::from(4)
        }
    }
}
