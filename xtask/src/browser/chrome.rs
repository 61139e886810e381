//! A headless Chromium, driven as a person would use it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::prelude::ElementQueryable;
use thirtyfour::{
    By, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
};
use tokio::runtime::Runtime;

use super::client::Client;
use crate::loopback;
use crate::stage::{Home, Running};
use crate::stopwatch::Stopwatch;
use crate::terminal::Failure;

/// A browser window; it closes when the value is dropped.
pub(super) struct Chrome {
    runtime: Runtime,
    window: WebDriver,
    pictures: PathBuf,
    // Dropped after the window: the driver process, then the home of both.
    _driver: Running,
    _home: Home,
}

/// What the person's system asks of pages.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) dark: bool,
    pub(super) width: u32,
}

impl Chrome {
    /// Starts a browser with an empty profile; `args` are further switches of its command line.
    pub(super) fn start(pictures: &Path, args: &[&str]) -> Result<Self, Failure> {
        let home = Home::new()?;
        let mut command = home.command(Path::new("chromedriver"));
        command.arg("--port=0").stderr(Stdio::null());
        let (driver, port) = Running::until(&mut command, driver_port)?;
        let runtime = loopback::runtime()?;
        let profile = home.path().join("profile");
        let window = runtime.block_on(open_window(port, &profile, args));
        let window = window.map_err(|error| Failure::new(format!("no browser: {error}")))?;
        let pictures = pictures.to_owned();
        Ok(Self {
            runtime,
            window,
            pictures,
            _driver: driver,
            _home: home,
        })
    }

    /// Opens an address and waits until the page is loaded.
    pub(super) fn open(&self, url: &str) -> Result<(), Failure> {
        self.wait("open a page", self.window.goto(url))
    }

    /// Clicks what a CSS selector finds.
    pub(super) fn click(&self, selector: &str) -> Result<(), Failure> {
        self.wait(selector, async {
            self.window
                .query(By::Css(selector))
                .first()
                .await?
                .click()
                .await
        })
    }

    /// The visible text of what a CSS selector finds; waits until it is there.
    pub(super) fn text(&self, selector: &str) -> Result<String, Failure> {
        self.wait(selector, async {
            self.window
                .query(By::Css(selector))
                .first()
                .await?
                .text()
                .await
        })
    }

    /// The address of the page.
    pub(super) fn address(&self) -> Result<String, Failure> {
        self.wait("address", async {
            Ok(self.window.current_url().await?.into())
        })
    }

    /// What a script, the body of a function, returns in the page.
    pub(super) fn ask(&self, script: &str) -> Result<Value, Failure> {
        self.wait("script", async {
            Ok(self
                .window
                .execute(script, Vec::new())
                .await?
                .json()
                .clone())
        })
    }

    /// Waits until a script, the body of a function, returns `true` in the page.
    pub(super) fn until(&self, what: &str, script: &str) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        while watch.elapsed() < PATIENCE {
            if self.ask(script)? == Value::Bool(true) {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(Failure::new(format!("the page never showed {what}")))
    }

    /// Changes what pages can find out about the person's system.
    pub(super) fn look(&self, look: Look) -> Result<(), Failure> {
        let scheme = if look.dark { "dark" } else { "light" };
        let media = json!({
            "features": [{ "name": "prefers-color-scheme", "value": scheme }],
        });
        let screen = json!({
            "width": look.width, "height": 844, "deviceScaleFactor": 2, "mobile": false,
        });
        self.wait("look", async {
            let devtools = self.window.cdp();
            devtools
                .send_raw("Emulation.setEmulatedMedia", media)
                .await?;
            devtools
                .send_raw("Emulation.setDeviceMetricsOverride", screen)
                .await?;
            Ok(())
        })
    }

    /// Saves a picture of the page.
    pub(super) fn picture(&self, name: &str) -> Result<(), Failure> {
        let path = self.pictures.join(format!("{name}.png"));
        self.wait(name, self.window.screenshot(&path))
    }

    /// The addresses that pages have asked for since the last call.
    pub(super) fn requests(&self) -> Result<Vec<String>, Failure> {
        let entries = self.wait("requests", self.window.get_log("performance"))?;
        let entries = entries
            .iter()
            .filter_map(|entry| serde_json::from_str(&entry.message).ok());
        Ok(entries
            .filter_map(|entry: Value| asked_for(&entry["message"]))
            .collect())
    }

    /// What pages have printed on the console since the last call, and what the browser complained about.
    pub(super) fn console(&self) -> Result<Vec<String>, Failure> {
        let entries = self.wait("console", self.window.browser_log())?;
        Ok(entries.into_iter().map(|entry| entry.message).collect())
    }

    fn wait<T>(
        &self,
        what: &str,
        done: impl Future<Output = WebDriverResult<T>>,
    ) -> Result<T, Failure> {
        let done = self.runtime.block_on(done);
        done.map_err(|error| Failure::new(format!("the browser, at {what}: {error}")))
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // A window that cannot be closed goes with its driver.
        let _ = self.runtime.block_on(self.window.clone().quit());
    }
}

async fn open_window(port: u16, profile: &Path, args: &[&str]) -> WebDriverResult<WebDriver> {
    let mut wanted = DesiredCapabilities::chrome();
    for arg in SWITCHES.iter().chain(args) {
        wanted.add_arg(arg)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    let driver = format!("http://127.0.0.1:{port}");
    let window = WebDriver::builder(driver, wanted).client(Client).await?;
    window
        .set_page_load_timeout(Duration::from_secs(30))
        .await?;
    window.set_window_rect(0, 0, 1000, 800).await?;
    Ok(window)
}

/// The port in the line with which chromedriver says that it is ready.
fn driver_port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end().trim_end_matches('.').parse().ok()
}

/// The address in a record of a request, unless it is for one of the browser's own pages, such as the
/// empty tab it starts with.
fn asked_for(event: &Value) -> Option<String> {
    let params = &event["params"];
    let page = params["documentURL"].as_str().unwrap_or_default();
    let counts = event["method"] == "Network.requestWillBeSent" && !page.starts_with("chrome:");
    params["request"]["url"]
        .as_str()
        .filter(|_| counts)
        .map(str::to_owned)
}

/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// No window on a screen, no calls home; the sandbox needs rights that a container does not give.
const SWITCHES: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
