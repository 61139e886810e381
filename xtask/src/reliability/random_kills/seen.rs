//! When the kills came.

use std::ops::AddAssign;
use std::time::Duration;

use super::super::page::grouped;

/// When the kills came, by what the server and the file know of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) before_the_request: usize,
    pub(super) committed_and_lost: usize,
    pub(super) saved: usize,
    pub(super) ended_before: usize,
    pub(super) span: Duration,
}

impl Seen {
    /// How many came in which phase.
    pub(super) fn phases(&self) -> String {
        let Self {
            before_the_request,
            committed_and_lost,
            saved,
            ended_before,
            ..
        } = self;
        let counts = [before_the_request, committed_and_lost, saved, ended_before];
        let [before, lost, saved, ended] = counts.map(|count| grouped(*count));
        format!(
            "{before} killed before the server committed, **{lost} committed and nobody was told \
             (lost)**, {saved} saved; {ended} had ended by themselves"
        )
    }
}

impl AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        let Self {
            before_the_request,
            committed_and_lost,
            saved,
            ended_before,
            span,
        } = other;
        self.before_the_request += before_the_request;
        self.committed_and_lost += committed_and_lost;
        self.saved += saved;
        self.ended_before += ended_before;
        self.span = self.span.max(span);
    }
}
