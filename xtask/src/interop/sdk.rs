//! The SDK in its virtual environment, and scripts that run in it.

use std::path::{Path, PathBuf};

use super::session::Session;
use crate::shell;
use crate::stage::Home;
use crate::terminal::{Failure, say};
use crate::workspace::{self, Metadata};

/// A Python that has the SDK.
#[derive(Debug)]
pub(crate) struct Sdk {
    python: PathBuf,
}

impl Sdk {
    /// Makes the virtual environment if it is not there yet.
    pub(crate) fn installed() -> Result<Self, Failure> {
        let folder = Metadata::read()?.output_folder("interop/python");
        let python = folder.join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        });
        let sdk = Self { python };
        if sdk.version().is_ok() {
            return Ok(sdk);
        }
        say("installing databricks-sdk");
        let system = if cfg!(windows) { "python" } else { "python3" };
        let folder = folder.to_string_lossy();
        shell::stdout(shell::command(system).args(["-m", "venv", "--clear", &folder]))?;
        let requirements = scripts().join("requirements.txt");
        let mut pip = shell::command(&sdk.python.to_string_lossy());
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        shell::stdout(pip.arg("--requirement").arg(requirements))?;
        Ok(sdk)
    }

    /// The version of the SDK.
    pub(crate) fn version(&self) -> Result<String, Failure> {
        let program = "from databricks.sdk.version import __version__; print(__version__)";
        let mut python = shell::command(&self.python.to_string_lossy());
        Ok(shell::stdout(python.args(["-c", program]))?
            .trim()
            .to_owned())
    }

    /// A value for `BROWSER` that lets a person of ours click through, in the background.
    pub(crate) fn browser(&self) -> String {
        let script = scripts().join("browser.py");
        format!("'{}' '{}' %s &", self.python.display(), script.display())
    }

    /// Starts a script in a home, with these variables beside the home's own.
    pub(crate) fn session(
        &self,
        home: &Home,
        script: &'static str,
        variables: &[(&str, &str)],
    ) -> Result<Session, Failure> {
        let mut command = home.command(&self.python);
        command
            .arg(scripts().join(script))
            .envs(variables.iter().copied());
        Session::start(script, &mut command)
    }
}

fn scripts() -> PathBuf {
    workspace::root().join(Path::new("xtask/interop/python"))
}
