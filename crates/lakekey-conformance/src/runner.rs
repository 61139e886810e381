//! Runs trials on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::trial::{Record, Trial};

/// Runs the trials on `jobs` threads and gives the records in the order of the trials.
///
/// `done` is told of each record as it comes.
pub(crate) fn run(
    trials: &[Trial],
    jobs: usize,
    done: impl Fn(&Trial, &Record) + Sync,
) -> Vec<Record> {
    let next = AtomicUsize::new(0);
    let records = Mutex::new(Vec::with_capacity(trials.len()));
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some((index, trial)) = take(&next, trials) {
                    let record = trial.perform();
                    done(trial, &record);
                    records
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, record));
                }
            });
        }
    });
    let mut records = records.into_inner().unwrap_or_else(PoisonError::into_inner);
    records.sort_by_key(|(index, _)| *index);
    records.into_iter().map(|(_, record)| record).collect()
}

fn take<'a>(next: &AtomicUsize, trials: &'a [Trial]) -> Option<(usize, &'a Trial)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, trials.get(index)?))
}
