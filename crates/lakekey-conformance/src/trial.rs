//! One check, done.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use serde::Serialize;

use crate::case::{Check, Finding, Wrong};
use crate::catalogue::{Entry, Tier};
use crate::coverage;
use crate::doors;
use crate::journey::Journey;
use crate::probe::{Evidence, Probe};
use crate::subject;
use crate::tables::{Row, Standing};

/// A check with the entry and the variant it is about: one named test.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    pub(crate) entry: &'static Entry,
    pub(crate) variant: &'static str,
    pub(crate) work: Work,
}

/// What a trial does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// A check of a fact in the catalogue.
    Check(Check),
    /// A case of a table.
    Row(&'static Row),
}

impl Work {
    fn perform(self, probe: &mut Probe) -> Finding {
        match self {
            Self::Check(check) => check(probe),
            Self::Row(row) => row.judge(probe),
        }
    }

    /// What is to be said of it beside whether it holds.
    pub(crate) fn standing(self) -> &'static Standing {
        match self {
            Self::Check(_) => &Standing::Same,
            Self::Row(row) => &row.standing,
        }
    }
}

impl Trial {
    /// The name, for instance `C-TOK-05/num`.
    pub fn name(&self) -> String {
        coverage::name(&self.entry.id, self.variant)
    }

    /// Whether it takes longer than a moment.
    pub fn is_slow(&self) -> bool {
        self.entry.tier == Tier::Slow
    }

    /// Whether it cannot hold on this operating system.
    pub fn is_for_another_platform(&self) -> bool {
        !self.entry.is_for_this_platform()
    }

    /// Performs the check. Never panics: a panic of the check is a failure.
    pub fn perform(&self) -> Record {
        if self.is_for_another_platform() {
            return self.record(Status::Skipped, Evidence::default(), Duration::ZERO, None);
        }
        let started = doors::now();
        let mut probe = Probe::new(self.entry, self.variant);
        let finding = catch_unwind(AssertUnwindSafe(|| self.work.perform(&mut probe)));
        let finding = finding.unwrap_or_else(|panic| Err(Wrong::new(words_of(&*panic))));
        if subject::get().is_some() && !probe.has_started_one() {
            let reason = Some(subject::LIBRARY.to_owned());
            return self.record(Status::Skipped, Evidence::default(), Duration::ZERO, reason);
        }
        let (evidence, complaint) = probe.finish();
        let status = match (&finding, &complaint) {
            (Err(_), _) => Status::Failed,
            (Ok(()), Some((status, _))) => *status,
            (Ok(()), None) => Status::Passed,
        };
        let detail = finding.err().map(|wrong| wrong.0);
        let detail = detail.or(complaint.map(|(_, words)| words));
        let (status, detail) = stand(status, detail, self.work.standing());
        self.record(status, evidence, started.elapsed(), detail)
    }

    fn record(
        &self,
        status: Status,
        evidence: Evidence,
        duration: Duration,
        detail: Option<String>,
    ) -> Record {
        Record {
            id: self.entry.id.clone(),
            variant: self.variant.to_owned(),
            status,
            kind: evidence.kind,
            token_posts: evidence.token_posts,
            fault_hits: evidence.fault_hits,
            rules: evidence.rules,
            milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            detail,
            journey: evidence.journey,
        }
    }
}

/// What came of a trial.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The id in the catalogue.
    pub id: String,
    /// The variant; empty if the entry has none.
    pub variant: String,
    /// How it ended.
    pub status: Status,
    /// The error kind, status or OAuth error that was seen.
    pub kind: Option<String>,
    /// How many token requests were counted.
    pub token_posts: u64,
    /// How often each fault that was asked for was hit.
    pub fault_hits: BTreeMap<String, u64>,
    /// The rules of the mock that said no.
    pub rules: BTreeSet<&'static str>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// What is wrong, or why it differs or is a gap.
    pub detail: Option<String>,
    /// Who sent what to whom.
    #[serde(skip)]
    pub(crate) journey: Journey,
}

impl Record {
    /// The name of the trial.
    pub fn name(&self) -> String {
        coverage::name(&self.id, &self.variant)
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// lakekey does otherwise than the official SDKs on purpose, and just as it says.
    Differs,
    /// It does not hold yet, as is known.
    Gap,
    /// A fault that it names never happened, so it proved nothing. Counts as failed.
    Vacuous,
    /// It cannot be judged here: on this operating system, or by a user without the rights it needs.
    Skipped,
}

impl Status {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Differs => "differs",
            Self::Gap => "gap",
            Self::Vacuous => "vacuous",
            Self::Skipped => "skipped",
        }
    }

    /// Whether a run with it is not a good one.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Vacuous)
    }
}

/// What an outcome means for a case that differs, which must hold, or is a gap, which must not.
fn stand(status: Status, detail: Option<String>, standing: &Standing) -> (Status, Option<String>) {
    match (standing, status) {
        (Standing::Differs(reason), Status::Passed) => (Status::Differs, Some(reason.clone())),
        (Standing::Gap(reason), Status::Failed) => (Status::Gap, Some(reason.clone())),
        (Standing::Gap(reason), Status::Passed) => (
            Status::Failed,
            Some(format!("the gap has closed: {reason}")),
        ),
        _ => (status, detail),
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without words"))
}

#[cfg(test)]
mod tests {
    use lakekey_mock::{Fault, Setup};

    use super::*;
    use crate::catalogue::Catalogue;
    use crate::probe::Form;

    #[test]
    fn a_check_that_says_how_it_ended_passes() {
        assert_eq!(status(fine), Status::Passed);
    }

    #[test]
    fn what_a_check_finds_fails_it() {
        let record = perform(|_| Err(Wrong::new("it is blue")));
        assert_eq!(
            (record.status, record.detail.as_deref()),
            (Status::Failed, Some("it is blue"))
        );
    }

    #[test]
    fn a_panic_is_a_failure() {
        let record = perform(|_| panic!("{} on fire", "all"));
        assert_eq!(
            (record.status, record.detail.as_deref()),
            (Status::Failed, Some("panicked: all on fire"))
        );
    }

    #[test]
    fn a_check_without_an_outcome_or_with_a_wrong_one_fails() {
        assert_eq!(status(|_| Ok(())), Status::Failed);
        let surprised: Check = |probe| {
            probe.saw("config");
            Ok(())
        };
        assert_eq!(status(surprised), Status::Failed);
    }

    #[test]
    fn too_many_token_requests_fail() {
        let record = perform(|probe| {
            ask_for_tokens(probe)?;
            fine(probe)
        });
        assert_eq!(record.detail.as_deref(), Some("1 token requests were sent"));
    }

    #[test]
    fn requests_that_set_the_scene_do_not_count() {
        let record = perform(|probe| {
            ask_for_tokens(probe)?;
            probe.count_from_here();
            fine(probe)
        });
        assert_eq!((record.status, record.token_posts), (Status::Passed, 0));
    }

    #[test]
    fn a_fault_that_never_happened_is_vacuous() {
        let record = perform(|probe| {
            probe
                .server(Setup::workspace())
                .inject(Fault::new("http.status").param("status", 503))?;
            fine(probe)
        });
        assert_eq!(record.status, Status::Vacuous);
    }

    #[test]
    fn a_difference_must_hold_and_a_gap_must_not() {
        let stands = |status, standing: &Standing| stand(status, None, standing).0;
        let differs = Standing::Differs("on purpose".into());
        let gap = Standing::Gap("not yet".into());
        assert_eq!(stands(Status::Passed, &differs), Status::Differs);
        assert_eq!(stands(Status::Failed, &differs), Status::Failed);
        assert_eq!(stands(Status::Failed, &gap), Status::Gap);
        assert_eq!(stands(Status::Passed, &gap), Status::Failed);
    }

    #[test]
    fn a_secret_that_was_printed_fails_and_is_not_repeated() {
        let record = perform(|probe| {
            ask_for_tokens(probe)?;
            probe.count_from_here();
            probe.printed("the error of a login", "refused: code-of-the-case-1");
            fine(probe)
        });
        assert_eq!(
            record.detail.as_deref(),
            Some("a secret of 18 characters is in the error of a login")
        );
    }

    #[expect(clippy::unnecessary_wraps, reason = "it has the type of a check")]
    fn fine(probe: &mut Probe) -> Finding {
        probe.saw("discovery_untrusted");
        Ok(())
    }

    /// A token request with a code, which is a secret whether it is good or not.
    fn ask_for_tokens(probe: &mut Probe) -> Finding {
        let server = probe.server(Setup::workspace());
        let form = Form::new(&[
            ("grant_type", "authorization_code"),
            ("code", "code-of-the-case-1"),
        ]);
        server
            .post(&format!("{}/oidc/v1/token", server.url()), &form)
            .map(|_| ())
    }

    fn status(check: Check) -> Status {
        perform(check).status
    }

    /// Performs the check as if it were of a fact that allows one outcome and no token request.
    fn perform(check: Check) -> Record {
        let entry = Catalogue::get()
            .find("C-DISC-02")
            .expect("the catalogue has it");
        Trial {
            entry,
            variant: "ftp",
            work: Work::Check(check),
        }
        .perform()
    }
}
