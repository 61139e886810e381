//! Processes that end at each step of a save.

use serde_json::Value;

use super::Experiment;
use super::answer::{Answer, End};
use super::cache::{self, Cache};
use super::login::{Login, PROFILE};
use super::rig::Rig;
use super::rows::Rows;
use super::tally::{Complaints, Tally};
use crate::stage::{Entry, Home};
use crate::terminal::Failure;
use crate::{files, loopback};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "points",
    question: "What is on the disk when a process ends in the middle of a save?",
    method: "
A test build ends itself at each of the six steps of a save, without any cleaning up: of a sign-in whose file is not there
yet, of a refresh with two logins in the file, and of one with 1,002 (2 MB). A failure is: no process that ended there, a
file that is no whole document, an entry that mixes two answers of the server, another login that changed, or a login that
does not work afterwards. The server tolerates a repeated refresh, so that what was sent and not kept is not what is
counted here. The control writes into the file itself, without a new one that takes its place.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    for save in [Save::New, Save::Existing, Save::Large] {
        for point in POINTS {
            let tally = Tally::of(format!("{}, {point}", save.name()));
            series(rig, rows, tally, save, point, rig.count(100))?;
        }
    }
    let tally = Tally::of_control("existing file, half_written, written in place");
    series(rig, rows, tally, Save::InPlace, "half_written", 20)
}

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Save {
    New,
    Existing,
    Large,
    /// As an existing one, without a new file that takes its place.
    InPlace,
}

fn series(
    rig: &Rig,
    rows: &mut Rows,
    mut tally: Tally,
    save: Save,
    point: &str,
    runs: usize,
) -> Result<(), Failure> {
    let point = format!("store.{point}");
    let mut login = Login::new(rig, &["--rotation", "grace=24h"])?;
    login.sign_in(WITNESS)?;
    let mut cache = login.cache()?;
    if save == Save::Large {
        cache.crowd(WITNESS, 1000);
        cache.write()?;
    }
    let mut left = 0;
    for _ in 0..runs {
        login.expire()?;
        let before = login.cache()?;
        let end = save.end(&mut login, &point)?;
        let mut complaints = Complaints::default();
        complaints.unless(end == End::Signal, || format!("it ended with {end:?}"));
        save.look(&mut login, &before, &mut complaints)?;
        left += sweep(&login.home)?;
        if !tally.count(&complaints) {
            cache.write()?;
            login.again()?;
        }
    }
    let figures = match left {
        0 => String::new(),
        left => format!("{left} unfinished files left beside it"),
    };
    rows.add(tally, figures);
    Ok(())
}

impl Save {
    fn name(self) -> &'static str {
        match self {
            Self::New => "new file",
            Self::Existing | Self::InPlace => "existing file",
            Self::Large => "large file",
        }
    }

    /// Lets a process end at a point.
    fn end(self, login: &mut Login<'_>, point: &str) -> Result<End, Failure> {
        let mut variables = vec![("LAKEKEY_KILL", point)];
        match self {
            Self::New => return sign_in(login, &variables),
            Self::Existing | Self::Large => {}
            Self::InPlace => variables.push(("LAKEKEY_SABOTAGE", "atomic_write")),
        }
        Ok(Answer::of(&mut login.sabotaged(&[], &variables))?.end)
    }

    /// What is on the disk then, and whether one can go on with it.
    fn look(
        self,
        login: &mut Login<'_>,
        before: &Cache,
        complaints: &mut Complaints,
    ) -> Result<(), Failure> {
        let issued: Vec<_> = login.mock.news()?.iter().map(Entry::answer).collect();
        let is_new = self == Self::New;
        match login.cache() {
            Err(failure) => complaints.unless(is_new && !login.has_cache(), || failure.to_string()),
            Ok(after) => {
                let host = login.mock.url();
                let others = |cache: &Cache| cache.others(PROFILE, host);
                complaints.unless(is_new || others(&after) == others(before), || {
                    "another login changed".to_owned()
                });
                let is_old = !is_new && after.pair(PROFILE) == before.pair(PROFILE);
                let of_one = |answer: &Value| {
                    (
                        answer["access_token"].as_str(),
                        answer["refresh_token"].as_str(),
                    ) == after.pair(PROFILE)
                };
                complaints.unless(is_old || issued.iter().any(of_one), || {
                    "the login is of no single answer of the server".to_owned()
                });
            }
        }
        if is_new {
            // A sign-in has to get over what the one before it left.
            return login.again();
        }
        // What is damaged cannot be given an end, and the next command says so.
        let _ = login.expire();
        let after = Answer::of(&mut login.token(&[]))?;
        complaints.unless(after.is_good(), || {
            format!("afterwards: {}", after.summary())
        });
        login.mock.news().map(drop)
    }
}

/// A sign-in where nothing is stored yet.
fn sign_in(login: &Login<'_>, variables: &[(&str, &str)]) -> Result<End, Failure> {
    files::remove(&cache::path(&login.home))?;
    let sign_in = login.sabotaged_sign_in(variables)?;
    // The program may be gone before the browser has its page.
    let _ = loopback::follow(&sign_in.url);
    Ok(match sign_in.finish()?.code {
        -1 => End::Signal,
        code => End::Code(code),
    })
}

/// Removes the unfinished files, which would only go an hour later; gives how many there were.
fn sweep(home: &Home) -> Result<usize, Failure> {
    let unfinished = files::with_extension(&home.file(".databricks"), "tmp")?;
    unfinished.iter().try_for_each(|path| files::remove(path))?;
    Ok(unfinished.len())
}

const POINTS: [&str; 6] = [
    "created",
    "half_written",
    "written",
    "synced",
    "renamed",
    "folder_synced",
];

/// A login that nobody touches.
const WITNESS: &str = "witness";
