//! People look into the mock while a client uses it.

use http::{HeaderValue, Method};
use serde_json::json;

use super::chrome::{Chrome, Look};
use super::scenarios::{LIGHT, Stage, fits};
use crate::loopback;
use crate::stage::{Home, Mock, Scenario, SignIn, ensure, same};
use crate::terminal::Failure;

pub(super) const SCENARIOS: &[Scenario<Stage>] = &[
    Scenario {
        name: "the inspector shows a request when it arrives",
        play: live,
    },
    Scenario {
        name: "a switch turns a fault on, and a request feels it",
        play: switch,
    },
    Scenario {
        name: "every fault of the catalogue has a switch",
        play: every_switch,
    },
    Scenario {
        name: "a person approves, and sees what was given out",
        play: sign_in,
    },
    Scenario {
        name: "the clock moves and comes back",
        play: clock,
    },
    Scenario {
        name: "a namespace is a page of its own",
        play: namespace,
    },
    Scenario {
        name: "hostile text stays text",
        play: hostile,
    },
    Scenario {
        name: "the inspector fits dark and narrow windows",
        play: looks,
    },
    Scenario {
        name: "the inspector says what it lacks",
        play: gone,
    },
];

fn live(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    chrome.until(
        "that there is nothing yet",
        "return !document.querySelector('#journal-empty').hidden",
    )?;
    chrome.picture("inspector-1-empty")?;
    loopback::get(&format!("{}{METADATA}", mock.url()))?;
    loopback::get(&format!("{}/nowhere", mock.url()))?;
    let first = chrome.text("#entries [data-sequence='1']")?;
    ensure(first.contains(METADATA) && first.contains("200"), || first)?;
    let second = chrome.text("#entries [data-sequence='2']")?;
    ensure(second.contains("route.unknown"), || second.clone())?;
    chrome.click("#entries [data-sequence='1'] summary")?;
    let whole = chrome.text("#entries [data-sequence='1'] pre")?;
    ensure(whole.contains("token_endpoint"), || whole)?;
    chrome.picture("inspector-2-journal")?;
    Ok(second.replace('\n', " "))
}

fn switch(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    let address = format!("{}{METADATA}", mock.url());
    let status = || Ok::<_, Failure>(loopback::get(&address)?.status().as_u16());
    same("before", &status()?, &200)?;
    chrome.click(SWITCH)?;
    counter(chrome, "hit 0")?;
    same("switched on", &status()?, &503)?;
    counter(chrome, "hit 1")?;
    chrome.ask(
        "document.getElementById('inspector.http.status').scrollIntoView({ block: 'center' })",
    )?;
    chrome.picture("inspector-3-fault")?;
    chrome.click(SWITCH)?;
    counter(chrome, "")?;
    same("switched off", &status()?, &200)?;
    Ok("200, 503, 200".to_owned())
}

/// Each is accepted with the value its field begins with.
fn every_switch(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    let switches = chrome.ask("return document.querySelectorAll('[role=switch]').length")?;
    chrome.ask("document.querySelectorAll('[role=switch]').forEach(one => one.click())")?;
    chrome.until("that all are in force", ALL_IN_FORCE)?;
    let complaints = chrome.ask(
        "return [...document.querySelectorAll('.wrong')].map(one => one.textContent).join('')",
    )?;
    same("complaints", &complaints, "")?;
    same("faults in force", &json!(mock.in_force()?), &switches)?;
    chrome.picture("inspector-4-all-faults")?;
    chrome.click("#heal")?;
    chrome.until(
        "that none is in force",
        "return !document.querySelector('[role=switch]:checked')",
    )?;
    same("faults in force", &mock.in_force()?, &0)?;
    Ok(format!("{switches} switches"))
}

fn sign_in(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, programs) = stage.inspect()?;
    let home = Home::new()?;
    let arguments = ["--host", mock.url(), "--profile", "dev"];
    let sign_in = SignIn::start(&home, &programs.lakekey, &arguments)?;
    loopback::get(&sign_in.url)?;
    chrome.text("#tickets .primary")?;
    chrome.picture("inspector-5-sign-in")?;
    chrome.click("#tickets .primary")?;
    let link = chrome.until(
        "a link to the client",
        "return Boolean(document.querySelector('#decided a'))",
    );
    link?;
    let target = chrome.ask("return document.querySelector('#decided a').href")?;
    loopback::follow(target.as_str().unwrap_or_default())?;
    let finished = sign_in.finish()?;
    same("the exit code", &finished.code, &0)?;
    let session = chrome.text("#families li")?;
    for part in [
        "user@example.com",
        "generation 1",
        "refresh rt-1-1-",
        "expires in",
    ] {
        ensure(session.contains(part), || {
            format!("no `{part}` in: {session}")
        })?;
    }
    chrome.picture("inspector-6-tokens")?;
    chrome.click("#families button[aria-label='Revoke session 1']")?;
    chrome.until(
        "that the session has ended",
        "return document.querySelector('#ended').textContent.includes('revoked')",
    )?;
    Ok(session.lines().take(2).collect::<Vec<_>>().join(" "))
}

fn clock(stage: &mut Stage) -> Result<String, Failure> {
    let (_mock, chrome, _) = stage.inspect()?;
    chrome.click("[data-advance='86400']")?;
    let ahead = "return document.querySelector('#clock-note').textContent.includes('ahead')";
    chrome.until("that the clock is ahead", ahead)?;
    let note = chrome.text("#clock-note")?;
    chrome.click("#clock-reset")?;
    let right = "return document.querySelector('#clock-note').textContent === 'UTC'";
    chrome.until("that the clock is right", right)?;
    Ok(note)
}

fn namespace(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    loopback::get(&format!("{}/nowhere", mock.url()))?;
    chrome.text("#entries [data-sequence='1']")?;
    chrome.ask(OPEN_NAMESPACE)?;
    chrome.click("#namespace option[value=other]")?;
    let other = "return location.hash.endsWith('ns=other') && document.querySelector('#status').dataset.state === 'live'";
    chrome.until("the other namespace", other)?;
    let entries = chrome.ask("return document.querySelectorAll('#entries li').length")?;
    same("requests of the other namespace", &entries, &0)?;
    Ok("1 request here, none there".to_owned())
}

fn hostile(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    send_hostile(&mock)?;
    let id = format!("{HOSTILE}f");
    mock.inject(&json!({ "id": id, "match": { "endpoint": "keys" }, "action": { "http.body": { "bytes": HOSTILE } } }))?;
    loopback::get(&format!("{}/oidc/jwks.json", mock.url()))?;
    chrome.text("#others li")?;
    chrome.text("#entries [data-sequence='2']")?;
    chrome.ask("document.querySelectorAll('#entries details').forEach(one => one.open = true)")?;
    chrome.until(
        "the hostile text",
        &format!("return document.body.textContent.split({HOSTILE:?}).length >= 6"),
    )?;
    chrome.picture("inspector-7-hostile")?;
    let grown = "return document.querySelectorAll('main img, main script, main iframe, main a[href^=\"javascript:\"]').length";
    same("elements made of text", &chrome.ask(grown)?, &0)?;
    same(
        "scripts that ran",
        &chrome.ask("return window.owned === undefined")?,
        &true,
    )?;
    Ok("in a query, a header, a body, a fault".to_owned())
}

fn looks(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    send_hostile(&mock)?;
    loopback::get(&format!("{}{METADATA}", mock.url()))?;
    chrome.click(SWITCH)?;
    counter(chrome, "hit 0")?;
    loopback::get(&format!("{}{METADATA}", mock.url()))?;
    chrome.text("#entries [data-sequence='3']")?;
    for (name, look) in LOOKS {
        chrome.look(look)?;
        fits(chrome, look)?;
        chrome.ask("document.querySelector('h1').scrollIntoView()")?;
        chrome.picture(&format!("inspector-8-{name}"))?;
        chrome.ask("document.querySelector('#faults').scrollIntoView()")?;
        chrome.picture(&format!("inspector-8-{name}-faults"))?;
    }
    let nameless = chrome.ask(NAMELESS)?;
    same("controls without a name", &nameless, &json!([]))?;
    chrome.look(LIGHT)?;
    Ok("dark 1000 px, light and dark 360 px; every control has a name".to_owned())
}

fn gone(stage: &mut Stage) -> Result<String, Failure> {
    let (mock, chrome, _) = stage.inspect()?;
    let address = mock
        .inspector()
        .split('#')
        .next()
        .unwrap_or_default()
        .to_owned();
    for (fragment, says) in [
        ("#token=wrong", "is not the mock's"),
        ("", "lacks the mock's token"),
    ] {
        // Another page first: a change of the fragment alone loads nothing.
        chrome.open("about:blank")?;
        chrome.open(&format!("{address}{fragment}"))?;
        problem(chrome, says)?;
    }
    chrome.open("about:blank")?;
    chrome.open(mock.inspector())?;
    chrome.text("#status[data-state=live]")?;
    drop(mock);
    problem(chrome, "does not answer")?;
    chrome.picture("inspector-9-gone")?;
    chrome.text("#problem")
}

fn problem(chrome: &Chrome, says: &str) -> Result<(), Failure> {
    let script = format!(
        "const it = document.querySelector('#problem'); return !it.hidden && it.textContent.includes({says:?})"
    );
    chrome.until(says, &script)
}

/// What stands beside the switch for `http.status`.
fn counter(chrome: &Chrome, text: &str) -> Result<(), Failure> {
    let script = format!(
        "return document.querySelector('[data-fault=\"http.status\"]').textContent === {text:?}"
    );
    chrome.until(&format!("`{text}` at the switch"), &script)
}

fn send_hostile(mock: &Mock) -> Result<(), Failure> {
    let query: String = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let address = format!("{}/nowhere?q={query}", mock.url());
    let mut request = loopback::request(Method::POST, &address, HOSTILE.into())?;
    request
        .headers_mut()
        .insert("x-hostile", HeaderValue::from_static(HOSTILE));
    loopback::send(request).map(drop)
}

const SWITCH: &str = "[id='inspector.http.status']";
const METADATA: &str = "/oidc/.well-known/oauth-authorization-server";
const HOSTILE: &str = "<img src=x onerror='owned=1'><script>owned=1</script>";
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
            width: 360,
        },
    ),
    (
        "dark-narrow",
        Look {
            dark: true,
            width: 360,
        },
    ),
];
/// Nobody but the page has the token.
const OPEN_NAMESPACE: &str = "
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    fetch('/ns/other', { method: 'PUT', headers: { authorization: `Bearer ${token}` }, body: '{}' });";
/// A counter is filled by what the mock says, a switch by the person alone.
const ALL_IN_FORCE: &str = "
    const switches = [...document.querySelectorAll('[role=switch]')];
    const counters = [...document.querySelectorAll('[data-fault]')];
    return switches.every(one => one.checked) && counters.every(one => one.textContent !== '');";
const NAMELESS: &str = "
    const controls = [...document.querySelectorAll('button, input, select, summary, a')];
    const isNamed = one => one.textContent || one.ariaLabel || one.labels?.length;
    return controls.filter(one => !isNamed(one)).map(one => one.outerHTML);";
