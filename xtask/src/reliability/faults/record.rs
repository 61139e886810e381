//! What the processes printed, held against what the servers did.

use std::collections::{BTreeMap, BTreeSet};

use super::super::answer::End;
use super::super::page::grouped;
use super::super::row::{float, percent};
use super::super::rows::Rows;
use super::super::tally::Tally;
use super::PROFILES;

/// What the processes printed.
#[derive(Default)]
pub(super) struct Seen {
    /// The tokens, with the number of the profile that asked.
    pub(super) printed: BTreeSet<(usize, String)>,
    pub(super) said: BTreeSet<String>,
    pub(super) ends: BTreeMap<End, usize>,
}

/// What the servers did.
pub(super) struct Record {
    /// The access tokens each minted.
    pub(super) minted: Vec<BTreeSet<String>>,
    pub(super) secrets: BTreeSet<String>,
    pub(super) requests: usize,
    pub(super) hits: usize,
}

impl Record {
    pub(super) fn judge(&self, seen: &Seen, tally: &mut Tally) {
        for (profile, token) in &seen.printed {
            if !self.minted[*profile].contains(token) {
                tally.fail("a token that the server of the profile did not mint");
            }
        }
        for _ in 0..self.leaks(&seen.said) {
            tally.fail("a token in standard error");
        }
    }

    /// How many of these texts hold a token.
    fn leaks<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> usize {
        let holds = |text: &&String| self.secrets.iter().any(|secret| text.contains(secret));
        texts.into_iter().filter(holds).count()
    }

    /// The two searches, where there is something to find.
    pub(super) fn controls(&self, seen: &Seen, rows: &mut Rows) {
        let mut tally = Tally::of_control("printed tokens, taken for those of the next profile");
        for (profile, token) in seen.printed.iter().take(100) {
            let stranger = !self.minted[(profile + 1) % PROFILES].contains(token);
            tally.judge(!stranger, "the wrong profile's");
        }
        rows.add(tally, "");
        let mut tally = Tally::of_control("search for tokens, in standard output");
        for (_, token) in seen.printed.iter().take(100) {
            let leaks = self.leaks([token]) > 0;
            tally.judge(!leaks, "found");
        }
        rows.add(tally, "");
    }

    pub(super) fn figures(&self, seen: &Seen) -> String {
        let Self {
            requests,
            hits,
            secrets,
            ..
        } = self;
        let all: usize = seen.ends.values().sum();
        let good = seen.ends.get(&End::Code(0)).copied().unwrap_or_default();
        let others = seen.ends.iter().filter(|(end, _)| **end != End::Code(0));
        let others: Vec<_> = others
            .map(|(end, count)| format!("{end}: {}", grouped(*count)))
            .collect();
        format!(
            "{} succeeded, {}; faults hit {} of {} token requests ({}); {:.2} requests a success; {} secrets \
             looked for in {} different lines",
            percent(float(good) / float(all)),
            others.join(", "),
            grouped(*hits),
            grouped(*requests),
            percent(float(*hits) / float(*requests)),
            float(*requests) / float(good),
            grouped(secrets.len()),
            grouped(seen.said.len()),
        )
    }
}
