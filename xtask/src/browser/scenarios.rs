//! What people do in the browser, and what they must see.

use std::path::PathBuf;

use super::chrome::{Chrome, Look};
use super::visit::{Place, Visit, origin};
use crate::loopback;
use crate::programs::Programs;
use crate::stage::{Mock, Scenario, ensure, same};
use crate::terminal::Failure;

pub(super) const SIGN_INS: &[Scenario<Stage>] = &[
    Scenario {
        name: "a person signs in to a workspace",
        play: workspace,
    },
    Scenario {
        name: "a person signs in to an account",
        play: account,
    },
    Scenario {
        name: "a person declines",
        play: decline,
    },
    Scenario {
        name: "strangers at the listener do no harm",
        play: strangers,
    },
    Scenario {
        name: "pages fit a dark system and a narrow window",
        play: dark_and_narrow,
    },
    Scenario {
        name: "the answer arrives over IPv4",
        play: over_ipv4,
    },
    Scenario {
        name: "the answer arrives over IPv6",
        play: over_ipv6,
    },
];

/// Judges what all other scenarios have left behind.
pub(super) const LAST: &[Scenario<Stage>] = &[Scenario {
    name: "no page asks anybody else or upsets the browser",
    play: quiet,
}];

/// The browser of all scenarios, and where they have been.
pub(super) struct Stage {
    programs: Programs,
    pictures: PathBuf,
    chrome: Chrome,
    /// The origins of mocks and listeners: all that pages may ask.
    known: Vec<String>,
}

impl Stage {
    pub(super) fn new(programs: Programs, pictures: PathBuf) -> Result<Self, Failure> {
        let chrome = Chrome::start(&pictures, &[])?;
        Ok(Self {
            programs,
            pictures,
            chrome,
            known: Vec::new(),
        })
    }

    /// A sign-in to a place, and the browser for it.
    fn visit(&mut self, place: &Place) -> Result<(Visit<'_>, &Chrome), Failure> {
        let visit = Visit::start(&self.programs, place)?;
        self.known.extend(visit.origins()?);
        Ok((visit, &self.chrome))
    }

    /// A mock, its inspector in the browser, and the programs for everything else.
    pub(super) fn inspect(&mut self) -> Result<(Mock, &Chrome, &Programs), Failure> {
        let mock = Mock::start(&self.programs.mock, &["--consent", "ask"])?;
        for url in [mock.url(), mock.inspector()] {
            self.known.push(origin(url)?);
        }
        self.chrome.open(mock.inspector())?;
        self.chrome.text("#status[data-state=live]")?;
        Ok((mock, &self.chrome, &self.programs))
    }
}

fn workspace(stage: &mut Stage) -> Result<String, Failure> {
    let (visit, chrome) = stage.visit(&WORKSPACE)?;
    visit.allow(chrome, "workspace")
}

fn account(stage: &mut Stage) -> Result<String, Failure> {
    let (visit, chrome) = stage.visit(&ACCOUNT)?;
    visit.allow(chrome, "account")
}

fn decline(stage: &mut Stage) -> Result<String, Failure> {
    let (visit, chrome) = stage.visit(&WORKSPACE)?;
    let title = visit.decide(chrome, "#decline", "declined")?;
    same("the result page's title", &*title, DECLINED)?;
    let finished = visit.sign_in.finish()?;
    same("the exit code", &finished.code, &AUTH_DENIED)?;
    ensure(finished.talk.contains("auth_denied"), || {
        format!("no word of `auth_denied` in: {}", finished.talk)
    })?;
    ensure(visit.home.is_untouched(), || {
        "something was stored".to_owned()
    })?;
    Ok(title)
}

/// Browsers fetch icons, extensions and other pages look around: none of it ends the wait.
fn strangers(stage: &mut Stage) -> Result<String, Failure> {
    let (visit, chrome) = stage.visit(&WORKSPACE)?;
    let mut answers = Vec::new();
    for path in STRANGE_PATHS {
        let url = visit.listener.join(path);
        let url = url.map_err(|error| Failure::new(format!("`{path}`: {error}")))?;
        answers.push(loopback::get(url.as_str())?.status().as_u16());
    }
    ensure(
        answers
            .iter()
            .all(|status| *status == 204 || (400..500).contains(status)),
        || format!("the listener answered {answers:?}"),
    )?;
    chrome.open(&format!("{}?code=forged&state=forged", visit.listener))?;
    chrome.picture("forged-answer")?;
    visit.allow(chrome, "after-strangers")?;
    Ok(format!("{answers:?}, then signed in"))
}

fn dark_and_narrow(stage: &mut Stage) -> Result<String, Failure> {
    let mut widths = Vec::new();
    for (name, look) in LOOKS {
        let (visit, chrome) = stage.visit(&WORKSPACE)?;
        chrome.look(look)?;
        chrome.open(&visit.sign_in.url)?;
        fits(chrome, look)?;
        visit.allow(chrome, name)?;
        fits(chrome, look)?;
        widths.push(format!("{name} {} px", look.width));
    }
    stage.chrome.look(LIGHT)?;
    Ok(widths.join(", "))
}

fn over_ipv4(stage: &mut Stage) -> Result<String, Failure> {
    over(stage, "127.0.0.1", "ipv4")
}

fn over_ipv6(stage: &mut Stage) -> Result<String, Failure> {
    over(stage, "[::1]", "ipv6")
}

/// The same sign-in in a browser for which `localhost` is one address only.
fn over(stage: &mut Stage, address: &str, picture: &str) -> Result<String, Failure> {
    let rule = format!("--host-resolver-rules=MAP localhost {address}");
    let chrome = Chrome::start(&stage.pictures, &[&rule])?;
    let (visit, _) = stage.visit(&WORKSPACE)?;
    visit.allow(&chrome, picture)?;
    Ok(address.to_owned())
}

/// Judges all that the other scenarios' pages have done.
fn quiet(stage: &mut Stage) -> Result<String, Failure> {
    let asked = stage.chrome.requests()?;
    let is_known = |url: &String| origin(url).is_ok_and(|origin| stage.known.contains(&origin));
    let foreign: Vec<_> = asked.iter().filter(|url| !is_known(url)).collect();
    ensure(foreign.is_empty(), || {
        format!("pages asked for {foreign:?}")
    })?;
    let mut said = stage.chrome.console()?;
    // That the answer to a page was a refusal is shown on the console as well.
    said.retain(|said| !said.contains("the server responded with a status of 4"));
    // So is that an inspector, which asks until its page is left, has lost its mock.
    let control = ["/ns ", "/ns/default/"];
    let is_control = |said: &String| control.iter().any(|path| said.contains(path));
    said.retain(|said| !(is_control(said) && said.contains("net::ERR_")));
    ensure(said.is_empty(), || format!("the console shows {said:#?}"))?;
    Ok(format!("{} requests", asked.len()))
}

/// Whether the page has the colours asked for and nothing sticks out at its side.
pub(super) fn fits(chrome: &Chrome, look: Look) -> Result<(), Failure> {
    let overflow = chrome.ask(OVERFLOW)?;
    same("pixels sticking out at the side", &overflow, &0)?;
    let light = chrome.ask(BRIGHTNESS)?.as_f64().unwrap_or_default();
    ensure((light < 128.0) == look.dark, || {
        format!("dark is {}, and the ground's brightness {light}", look.dark)
    })
}

const WORKSPACE: Place = Place {
    mock: &[],
    login: &[],
};
const ACCOUNT: Place = Place {
    mock: &["--account", "ac000000-0000-4000-8000-000000000001"],
    login: &["--account-id", "ac000000-0000-4000-8000-000000000001"],
};
pub(super) const LIGHT: Look = Look {
    dark: false,
    width: 1000,
};
const LOOKS: [(&str, Look); 3] = [
    (
        "dark",
        Look {
            dark: true,
            width: 1000,
        },
    ),
    (
        "narrow",
        Look {
            dark: false,
            width: 390,
        },
    ),
    (
        "dark-narrow",
        Look {
            dark: true,
            width: 320,
        },
    ),
];
const STRANGE_PATHS: [&str; 5] = [
    "/favicon.ico",
    "/",
    "/?code=forged",
    "/?code=forged&state=forged",
    "/?error=access_denied",
];
const DECLINED: &str = "The request was declined";
/// The exit code of `auth_denied`.
const AUTH_DENIED: i32 = 4;

const OVERFLOW: &str =
    "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";
/// The mean of red, green and blue of the ground: the body's colour, or the document's.
const BRIGHTNESS: &str = "
    const grounds = [document.body, document.documentElement].map(part => getComputedStyle(part).backgroundColor);
    const ground = grounds.find(colour => colour !== 'rgba(0, 0, 0, 0)') ?? 'rgb(255, 255, 255)';
    const [red, green, blue] = ground.match(/[0-9.]+/g).map(Number);
    return (red + green + blue) / 3;";
