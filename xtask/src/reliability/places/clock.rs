//! A clock that jumps.

use super::super::answer::Answer;
use super::super::dice::{Dice, SEED};
use super::super::login::{Login, PROFILE};
use super::super::rig::Rig;
use super::super::rows::Rows;
use super::super::tally::Tally;
use crate::terminal::Failure;

/// Calls between which time goes on, and the client's clock jumps by a day.
pub(in super::super) fn steps(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut login = Login::new(rig, &["--ttl", "1h"])?;
    let mut dice = Dice::new(SEED);
    let mut tally = Tally::of("clock that jumps by a day");
    let mut control = Tally::of_control("a reader who believes the expiry in the file");
    // The mock's time, by the clock of this machine.
    let mut ahead = 0;
    for _ in 0..rig.count(1000) {
        if dice.below(3) == 0 {
            login.mock.advance(HOUR + 1)?;
            ahead += HOUR + 1;
        }
        let jump = [-DAY, 0, DAY][dice.index(3)];
        let offset = (i64::try_from(ahead).unwrap_or(i64::MAX) + jump).to_string();
        let variables = [("LAKEKEY_CLOCK", offset.as_str())];
        let stored = login.cache()?.access(PROFILE).to_owned();
        let answer = Answer::of(&mut login.sabotaged(&[], &variables))?;
        let opens = match &answer.token {
            Some(token) => login.mock.is_active(token)?,
            None => false,
        };
        tally.judge(opens, &format!("jump of {jump} s: {}", answer.summary()));
        let is_believed = answer.token.as_ref() == Some(&stored);
        control.judge(is_believed || login.mock.is_active(&stored)?, "expired");
    }
    let news = login.mock.news()?;
    let refreshes = news
        .iter()
        .filter(|entry| entry.endpoint == "token")
        .count();
    rows.add(tally, format!("{refreshes} refreshes"));
    rows.add(control, "");
    Ok(())
}

const HOUR: u64 = 3600;
const DAY: i64 = 86_400;
