//! S-CT-04: two mocks in one server.

use std::thread;

use lakekey_mock::Setup;
use serde_json::{Value, json};

use super::super::peer::{self, Place, text};
use super::desk::Desk;
use crate::case::{Finding, Wrong, holds, same, there};
use crate::probe::{Form, Probe, Server, header};

/// `isolation`: two namespaces of one seed, in use at the same time, share nothing.
pub(super) fn share_nothing(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let desk = Desk::of(&server)?;
    let one = Space::open(&server, &desk, "one")?;
    let two = Space::open(&server, &desk, "two")?;
    one.desk.post(
        "/faults",
        &json!({"action": {"http.headers": {"set": {"x-fault": "one"}}}}),
    )?;
    two.desk.post("/clock", &json!({"set": 1_000_000_000}))?;
    two.desk.post("/keys/rotate", &Value::Null)?;
    let (ours, theirs) = thread::scope(|scope| {
        let theirs = scope.spawn(|| two.use_it());
        let ours = one.use_it();
        let panicked = |_| Err(Wrong::new("a client panicked"));
        (ours, theirs.join().unwrap_or_else(panicked))
    });
    let (ours, theirs) = (ours?, theirs?);
    faults_clocks_and_keys_differ(&one, &two)?;
    nothing_works_elsewhere(&one, &ours, &two)?;
    nothing_works_elsewhere(&two, &theirs, &one)?;
    for (space, sign_ins) in [(&one, ROUNDS + 1), (&two, ROUNDS + 1)] {
        let codes = space.desk.get("/state")?["codes"].as_u64();
        same("the codes", codes, Some(sign_ins))?;
    }
    journals_are_apart(&one, &two)?;
    same("the requests of the default", server.requests().len(), 0)?;
    probe.saw(200);
    Ok(())
}

/// A namespace and a client of it.
struct Space<'a> {
    server: &'a Server,
    desk: Desk,
    place: Place,
    name: &'static str,
}

/// What a client got: the tokens, and a code that it kept.
struct Loot {
    tokens: Value,
    code: String,
}

impl<'a> Space<'a> {
    fn open(server: &'a Server, desk: &Desk, name: &'static str) -> Finding<Self> {
        let (desk, url) = desk.open(name, &json!({"seed": 7, "config": {"dialect": "rfc"}}))?;
        let place = Place::at(&url, "/oidc");
        Ok(Self {
            server,
            desk,
            place,
            name,
        })
    }

    fn use_it(&self) -> Finding<Loot> {
        let mut tokens = Value::Null;
        for _ in 0..ROUNDS {
            tokens = peer::sign_in(self.server, &self.place)?;
            peer::is_alive(self.server, &self.place, text(&tokens, "access_token")?)?;
        }
        let code = peer::code(self.server, &self.place)?;
        Ok(Loot { tokens, code })
    }

    /// The last rule of this namespace that said no.
    fn last_rule(&self) -> Finding<String> {
        let journal = self.desk.get("/journal")?;
        let entries = there("the entries", journal["entries"].as_array())?;
        let rules = entries
            .iter()
            .rev()
            .find_map(|entry| entry["rule"].as_str());
        Ok(there("a rule", rules)?.to_owned())
    }
}

fn faults_clocks_and_keys_differ(one: &Space<'_>, two: &Space<'_>) -> Finding {
    let keys = |space: &Space<'_>| -> Finding<_> {
        let answer = one
            .server
            .get(&format!("{}/jwks.json", space.place.issuer))?;
        let faulty = header(&answer, "x-fault") == "one";
        let date = header(&answer, "date").ends_with("Sep 2001 01:46:40 GMT");
        let keys = crate::probe::json(&answer)?;
        let names: Vec<String> = there("the keys", keys["keys"].as_array())?
            .iter()
            .map(|key| key["kid"].to_string())
            .collect();
        Ok((faulty, date, names))
    };
    let (faulty, date, names) = keys(one)?;
    same("fault and clock of `one`", (faulty, date), (true, false))?;
    let (faulty, date, others) = keys(two)?;
    same("fault and clock of `two`", (faulty, date), (false, true))?;
    same("the keys of `one`", names.len(), 1)?;
    same("the keys of `two`", others.len(), 2)?;
    holds(
        names.iter().all(|name| !others.contains(name)),
        "a key has the same name in both",
    )
}

/// What one namespace gave is refused by the other, and for not being its own.
fn nothing_works_elsewhere(from: &Space<'_>, loot: &Loot, to: &Space<'_>) -> Finding {
    let during = |wrong: Wrong| wrong.during(format_args!("from {} to {}", from.name, to.name));
    let refused = |form: &Form, rule: &str| -> Finding {
        peer::refused(to.server, &to.place, form, "invalid_grant")?;
        same("the rule", to.last_rule()?, rule)
    };
    let renewal = peer::renewal(text(&loot.tokens, "refresh_token")?);
    refused(&renewal, "token.refresh.unknown").map_err(during)?;
    refused(&peer::redemption(&loot.code), "token.code.unknown").map_err(during)?;
    let access = text(&loot.tokens, "access_token")?;
    peer::is_dead(to.server, &to.place, access).map_err(during)?;
    same("the rule", to.last_rule()?, "api.bearer.key").map_err(during)?;
    let verdict = to.desk.post("/verify", &json!({ "token": access }))?;
    same("active", verdict["active"].as_bool(), Some(false)).map_err(during)?;
    // At home everything still works.
    peer::granted(from.server, &from.place, &renewal).map_err(during)?;
    Ok(())
}

fn journals_are_apart(one: &Space<'_>, two: &Space<'_>) -> Finding {
    for (space, other) in [(one, two), (two, one)] {
        let journal = space.desk.get("/journal")?;
        let entries = there("the entries", journal["entries"].as_array())?;
        let numbers = entries
            .iter()
            .filter_map(|entry| entry["sequence"].as_u64());
        holds(
            numbers.eq(1..=entries.len() as u64),
            "the numbers of a namespace have a gap",
        )?;
        let other = other.place.origin.trim_start_matches("http://");
        let strays = entries.iter().filter(|entry| {
            let headers = entry["headers"].as_array().into_iter().flatten();
            headers.into_iter().any(|header| header[1] == other)
        });
        same("requests for the other namespace", strays.count(), 0)?;
    }
    Ok(())
}

const ROUNDS: u64 = 10;
