//! Pictures of the report, as a browser shows it.

use std::path::Path;

use crate::stage::Home;
use crate::terminal::{Failure, say};
use crate::workspace::Metadata;
use crate::{files, shell};

/// Takes them if Chromium is installed and there is a report.
pub(crate) fn take() -> Result<(), Failure> {
    let folder = Metadata::read()?.output_folder("conformance");
    let page = folder.join("report.html");
    let browser = shell::quiet(shell::command(CHROMIUM).arg("--version"));
    if browser.is_err() || files::size(&page).is_err() {
        return Ok(());
    }
    for picture in PICTURES {
        picture.shoot(&page, &folder)?;
        say(format_args!(
            "picture: {}",
            folder.join(picture.name).display()
        ));
    }
    Ok(())
}

struct Picture {
    name: &'static str,
    /// The part of the page to show, as the fragment of its address.
    fragment: &'static str,
    height: u32,
    dark: bool,
}

impl Picture {
    fn shoot(&self, page: &Path, folder: &Path) -> Result<(), Failure> {
        let home = Home::new()?;
        let mut command = home.command(Path::new(CHROMIUM));
        let file = folder.join(self.name);
        command
            .args(SWITCHES)
            .arg(format!(
                "--user-data-dir={}",
                home.path().join("profile").display()
            ))
            .arg(format!("--window-size=1240,{}", self.height))
            .arg(format!("--screenshot={}", file.display()));
        if self.dark {
            command.arg("--blink-settings=preferredColorScheme=0");
        }
        command.arg(format!("file://{}{}", page.display(), self.fragment));
        let status = shell::quiet(&mut command)?;
        if status.success() && files::size(&file).is_ok() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{CHROMIUM} took no picture: {status}"
        )))
    }
}

const PICTURES: &[Picture] = &[
    Picture {
        name: "report.png",
        fragment: "",
        height: 1700,
        dark: false,
    },
    Picture {
        name: "report-dark.png",
        fragment: "",
        height: 1700,
        dark: true,
    },
    Picture {
        name: "report-journey.png",
        fragment: "#only=C-REQ-01",
        height: 1100,
        dark: false,
    },
];

const CHROMIUM: &str = "chromium";

/// No window on a screen, no calls home; the sandbox needs rights that a container does not give.
const SWITCHES: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--force-device-scale-factor=2",
];
