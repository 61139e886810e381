//! What a scenario plays on: the release programs, a mock, a home folder, a sign-in that waits.

mod home;
mod mock;
mod running;
mod sign_in;

pub(crate) use home::Home;
pub(crate) use mock::{Entry, Mock};
pub(crate) use running::{Running, rest};
pub(crate) use sign_in::{Finished, SignIn};

use std::fmt::Debug;

use crate::terminal::{Failure, begin, say};

/// Something that must work, told in one line.
pub(crate) struct Scenario<S> {
    pub(crate) name: &'static str,
    /// Gives a note for the line, or what went wrong.
    pub(crate) play: fn(&mut S) -> Result<String, Failure>,
}

/// Plays every scenario, also after one has failed, and prints a line for each.
pub(crate) fn play_all<'a, S: 'a>(
    stage: &mut S,
    scenarios: impl IntoIterator<Item = &'a Scenario<S>>,
) -> Result<(), Failure> {
    let mut failed = Vec::new();
    for Scenario { name, play } in scenarios {
        begin(format_args!("{name:<55} "));
        match play(stage) {
            Ok(note) => say(format!("ok      {note}").trim_end()),
            Err(failure) => {
                say("FAILED");
                failed.push(format!("{name}: {failure}"));
            }
        }
    }
    Failure::unless_empty(&failed)
}

/// Fails with `complaint` unless `holds`.
pub(crate) fn ensure(holds: bool, complaint: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::new(complaint()))
    }
}

/// Fails unless two values are the same.
pub(crate) fn same<A, B>(what: &str, found: &A, expected: &B) -> Result<(), Failure>
where
    A: PartialEq<B> + Debug + ?Sized,
    B: Debug + ?Sized,
{
    ensure(found == expected, || {
        format!("{what}\n  expected {expected:?}\n  found    {found:?}")
    })
}
