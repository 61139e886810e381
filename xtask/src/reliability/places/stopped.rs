//! A process that is stopped while it renews a login.

use serde_json::json;

use super::super::answer::{Answer, End, start, start_all};
use super::super::login::Login;
use super::super::rig::Rig;
use super::super::rows::Rows;
use super::super::tally::{Complaints, Tally};
use crate::shell;
use crate::terminal::Failure;

/// Others wait no longer than they want to, and everything goes on when the process does.
pub(in super::super) fn holder(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut tally = Tally::of("stopped holder, 4 others with --timeout 2s");
    for _ in 0..rig.count(10) {
        let mut login = Login::new(rig, &[])?;
        tally.count(&play(&mut login, &[])?);
    }
    rows.add(tally, "");
    let mut tally = Tally::of_control("the same, without the lock");
    let mut login = Login::new(rig, &[])?;
    tally.count(&play(&mut login, &[("LAKEKEY_SABOTAGE", "lock")])?);
    rows.add(tally, "");
    Ok(())
}

fn play(login: &mut Login<'_>, variables: &[(&str, &str)]) -> Result<Complaints, Failure> {
    let command = |login: &Login<'_>, args: &[&str]| match variables {
        [] => login.token(args),
        _ => login.sabotaged(args, variables),
    };
    login.expire()?;
    let id = login.mock.inject(&json!({
        "match": { "endpoint": "token" },
        "times": 1,
        "action": { "http.barrier": { "name": "gate", "at": "after_commit" } },
    }))?;
    let holder = start(&mut command(login, &[]))?;
    login.mock.hit(&id)?;
    let pid = holder.id().to_string();
    signal("-STOP", &pid)?;
    login.mock.release("gate")?;
    let mut complaints = Complaints::default();
    let waiting = start_all(4, || command(login, &["--timeout", "2s"]))?;
    for waiter in waiting {
        let answer = Answer::from(waiter)?;
        complaints.unless(answer.end == End::Code(5), || {
            format!("waiting: {}", answer.summary())
        });
        complaints.unless(answer.stderr.contains(&pid), || {
            format!("it does not name process {pid}: {}", answer.summary())
        });
    }
    signal("-CONT", &pid)?;
    let first = Answer::from(holder)?;
    complaints.unless(first.is_good(), || {
        format!("the holder: {}", first.summary())
    });
    for late in start_all(4, || command(login, &[]))? {
        let late = Answer::from(late)?;
        complaints.unless(late.token.is_some() && late.token == first.token, || {
            format!("afterwards: {}", late.summary())
        });
    }
    let news = login.mock.news()?;
    let refreshes = news
        .iter()
        .filter(|entry| entry.endpoint == "token")
        .count();
    complaints.unless(refreshes == 1, || format!("{refreshes} refreshes"));
    Ok(complaints)
}

fn signal(signal: &str, process: &str) -> Result<(), Failure> {
    shell::stdout(shell::command("kill").args([signal, process])).map(drop)
}
