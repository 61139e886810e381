use lakekey_config::AUTH_TYPE;
use lakekey_core::{Error, Setting, Settings, Strategy};

use crate::chain::{answers_to, known_auth_type};
use crate::cloud::ChosenCloud;
use crate::missing::{is_meant, missing};

/// Why credentials would be what they are: each value with its origin, each strategy with the
/// reason for taking it or passing it over. Made by [`Builder::explain`](crate::Builder::explain).
///
/// The values are kept as secrets, so `Debug` shows none of them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The values that win, and the profile they came from.
    pub settings: Settings,
    /// The values that a stronger source passed over, by key.
    pub passed: Vec<Setting>,
    /// Why credentials cannot be built from these settings.
    pub problem: Option<Error>,
    /// The cloud whose strategies are among those below; `None` where only the host itself tells
    /// it, which is then asked when nothing else applies.
    pub cloud: Option<ChosenCloud>,
    /// The strategies in the order in which they are tried.
    pub strategies: Vec<(&'static str, Verdict)>,
}

/// What becomes of a strategy.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It is the first to be tried.
    First,
    /// It is tried when nothing is found by those before it.
    Next,
    /// It is not tried, for this reason.
    Passed(String),
    /// It is not tried, and nothing is set that only it would read: what it would need.
    Unset(String),
    /// The settings are for it, and wrong.
    Refused(Error),
}

impl Explanation {
    /// Asks each strategy about settings, which may have a problem already.
    pub(crate) fn of(
        settings: Settings,
        passed: Vec<Setting>,
        problem: Option<Error>,
        strategies: &[Box<dyn Strategy>],
    ) -> Self {
        let unknown = known_auth_type(strategies, &settings).err();
        let mut is_first = true;
        let verdicts = strategies.iter().map(|strategy| {
            let verdict = verdict(&**strategy, &settings, is_first);
            is_first &= !matches!(verdict, Verdict::First);
            (strategy.name(), verdict)
        });
        Self {
            strategies: verdicts.collect(),
            settings,
            passed,
            cloud: None,
            problem: problem.or(unknown),
        }
    }
}

fn verdict(strategy: &dyn Strategy, settings: &Settings, is_first: bool) -> Verdict {
    if let Some(name) = settings.get(&AUTH_TYPE)
        && !answers_to(strategy, name)
    {
        return Verdict::Passed(format!("auth_type is `{}`", name.escape_debug()));
    }
    match strategy.login(settings) {
        Ok(Some(_)) if is_first => Verdict::First,
        Ok(Some(_)) => Verdict::Next,
        Ok(None) if is_meant(strategy.name(), settings) => {
            Verdict::Passed(missing(strategy.name(), settings))
        }
        Ok(None) => Verdict::Unset(missing(strategy.name(), settings)),
        Err(error) => Verdict::Refused(error),
    }
}
