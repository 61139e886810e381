//! What became of one switch.

use serde::{Deserialize, Serialize};

use super::Switch;

/// A switch, and what noticed that it was off.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    /// The name of the switch.
    pub(crate) switch: String,
    /// Whose protection it is: `lakekey` or `the mock`.
    pub(crate) judged: String,
    /// What is wrong without it.
    pub(crate) without: String,
    /// The cases that must notice, and whether they did.
    pub(crate) noticed_by: Vec<Notice>,
    /// Other tests that turned red.
    pub(crate) others: Vec<String>,
    /// How many tests ran.
    pub(crate) tests: usize,
    pub(crate) seconds: f64,
}

/// A case that must notice.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Notice {
    /// Its id, or the name of one variant.
    pub(crate) case: String,
    /// How many of its tests ran; none if it has no check yet.
    pub(crate) tests: usize,
    /// The tests that turned red.
    pub(crate) red: Vec<String>,
}

/// What a row comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Every case that must notice did.
    Red,
    /// One did not: the suite is blind there.
    Green,
    /// Those that must notice have no check yet.
    Waiting,
}

impl Row {
    /// Judges a run by the names of its tests and of those that turned red.
    pub(crate) fn of(switch: &Switch, tests: &[String], red: &[String], seconds: f64) -> Self {
        let belongs = |case: &str, test: &str| {
            let rest = test.strip_prefix(case);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let notice = |case: &&str| Notice {
            case: (*case).to_owned(),
            tests: tests.iter().filter(|test| belongs(case, test)).count(),
            red: red
                .iter()
                .filter(|test| belongs(case, test))
                .cloned()
                .collect(),
        };
        let is_other = |test: &&String| !switch.noticed_by.iter().any(|case| belongs(case, test));
        Self {
            switch: switch.name.to_owned(),
            judged: switch.side.judged().to_owned(),
            without: switch.without.to_owned(),
            noticed_by: switch.noticed_by.iter().map(notice).collect(),
            others: red.iter().filter(is_other).cloned().collect(),
            tests: tests.len(),
            seconds,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let blind = |it: &Notice| it.tests > 0 && it.red.is_empty();
        if self.noticed_by.iter().any(blind) {
            Verdict::Green
        } else if self.noticed_by.iter().all(|it| it.tests == 0) {
            Verdict::Waiting
        } else {
            Verdict::Red
        }
    }

    /// The cases that must notice, each with what it did.
    pub(crate) fn words(&self) -> String {
        let words = self.noticed_by.iter().map(|it| match it.red.as_slice() {
            [] if it.tests == 0 => format!("{} (no check yet)", it.case),
            [] => format!("{} (stays green)", it.case),
            [one] if it.tests == 1 => one.clone(),
            red => format!("{} ({} of {})", it.case, red.len(), it.tests),
        });
        let mut words: Vec<_> = words.collect();
        if !self.others.is_empty() {
            words.push(format!("and {} more", self.others.len()));
        }
        words.join(", ")
    }
}

impl Verdict {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Waiting => "waiting",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Side;

    const SWITCH: Switch = Switch {
        name: "lock",
        side: Side::Client,
        without: "all is lost",
        noticed_by: &["C-A-1", "C-B-1/x"],
        beside: &[],
    };

    #[test]
    fn a_switch_is_noticed_by_every_case_that_must() {
        let row = row(
            &["C-A-1/a", "C-A-1/b", "C-B-1/x", "C-C-1"],
            &["C-A-1/b", "C-B-1/x", "C-C-1"],
        );
        assert_eq!(row.verdict(), Verdict::Red);
        assert_eq!(row.words(), "C-A-1 (1 of 2), C-B-1/x, and 1 more");
    }

    #[test]
    fn a_case_that_does_not_notice_makes_the_row_green() {
        let row = row(&["C-A-1/a", "C-B-1/x"], &["C-A-1/a"]);
        assert_eq!(row.verdict(), Verdict::Green);
        assert_eq!(row.words(), "C-A-1/a, C-B-1/x (stays green)");
    }

    #[test]
    fn a_row_waits_as_long_as_nothing_could_notice() {
        assert_eq!(row(&["C-A-11"], &["C-A-11"]).verdict(), Verdict::Waiting);
        assert_eq!(row(&["C-A-1"], &["C-A-1"]).verdict(), Verdict::Red);
    }

    fn row(tests: &[&str], red: &[&str]) -> Row {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        Row::of(&SWITCH, &owned(tests), &owned(red), 1.0)
    }
}
