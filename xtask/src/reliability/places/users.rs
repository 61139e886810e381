//! Other users, and a home in which nothing can be written.

use std::ffi::OsStr;
use std::process::Command;

use super::super::answer::{Answer, End};
use super::super::cache::Cache;
use super::super::login::Login;
use super::super::rig::Rig;
use super::super::rows::Rows;
use super::super::tally::{Complaints, Tally};
use crate::shell;
use crate::stage::Home;
use crate::terminal::Failure;

/// A home that its user can read but not write.
pub(in super::super) fn read_only(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut estate = Estate::new(rig)?;
    let mut good = Tally::of("read-only home, good token");
    let mut expired = Tally::of("read-only home, expired token");
    let mut control = Tally::of_control("the same home, writable");
    for _ in 0..rig.count(100) {
        estate.lock()?;
        let wanted = |answer: &Answer| answer.is_good();
        good.count(&estate.ask(OWNER, wanted)?);
        estate.login.expire()?;
        let wanted = |answer: &Answer| answer.end == End::Code(STORE);
        expired.count(&estate.ask(OWNER, wanted)?);
        estate.unlock()?;
        control.count(&estate.ask(OWNER, wanted)?);
        let after = Answer::of(&mut estate.token(OWNER))?;
        expired.judge(after.is_good(), &after.summary());
    }
    for tally in [good, expired, control] {
        rows.add(tally, "");
    }
    Ok(())
}

/// Two users and one home.
pub(in super::super) fn strangers(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    let mut estate = Estate::new(rig)?;
    let mut reader = Tally::of("two users: one who can read the files");
    let mut squatter = Tally::of("two users: a folder of the other");
    let mut control = Tally::of_control("the same, by the owner");
    let wanted = |answer: &Answer| answer.end == End::Code(STORE);
    for _ in 0..rig.count(100) {
        estate.run("chmod", &["-R", "a+rX"])?;
        reader.count(&estate.ask(STRANGER, wanted)?);
        estate.login.expire()?;
        control.count(&estate.ask(OWNER, wanted)?);
        let folder = estate.login.home.file(".databricks");
        let chown = |user: &str| shell::stdout(shell::command("chown").arg(user).arg(&folder));
        chown(STRANGER)?;
        estate.login.expire()?;
        squatter.count(&estate.ask(OWNER, wanted)?);
        chown(OWNER)?;
        let after = Answer::of(&mut estate.token(OWNER))?;
        squatter.judge(after.is_good(), &after.summary());
        estate.login.mock.news()?;
    }
    for tally in [reader, squatter, control] {
        rows.add(tally, "");
    }
    Ok(())
}

/// A home that belongs to a user who is not this one, with a login in it.
struct Estate<'a> {
    login: Login<'a>,
}

impl<'a> Estate<'a> {
    fn new(rig: &'a Rig) -> Result<Self, Failure> {
        let login = Login::new(rig, &[])?;
        let mut copy = shell::command("cp");
        shell::stdout(copy.arg(&rig.programs.lakekey).arg(program(&login.home)))?;
        let estate = Self { login };
        estate.run("chown", &["-R", OWNER])?;
        Ok(estate)
    }

    /// Takes away the right to write anything.
    fn lock(&self) -> Result<(), Failure> {
        self.run("chmod", &["-R", "a-w"])
    }

    fn unlock(&self) -> Result<(), Failure> {
        self.run("chmod", &["-R", "u+w"])
    }

    /// Asks as a user: nothing may be sent, nothing may change, and the answer is as wanted.
    fn ask(&mut self, user: &str, wanted: impl Fn(&Answer) -> bool) -> Result<Complaints, Failure> {
        let before = Cache::read(&self.login.home)?;
        self.login.mock.news()?;
        let answer = Answer::of(&mut self.token(user))?;
        let mut complaints = Complaints::default();
        complaints.unless(wanted(&answer), || answer.summary());
        let requests = self.login.mock.news()?.len();
        complaints.unless(requests == 0, || format!("{requests} requests"));
        complaints.unless(Cache::read(&self.login.home)? == before, || {
            "the file changed".to_owned()
        });
        Ok(complaints)
    }

    fn token(&self, user: &str) -> Command {
        let mut command = self.login.home.command("setpriv".as_ref());
        command.args(["--reuid", user, "--regid", user, "--clear-groups"]);
        command.arg(program(&self.login.home));
        command.args(["auth", "token", "--profile", "dev"]);
        command
    }

    /// A program of the system, on the whole home.
    fn run(&self, name: &str, args: &[&str]) -> Result<(), Failure> {
        let args = args
            .iter()
            .map(OsStr::new)
            .chain([self.login.home.path().as_os_str()]);
        shell::stdout(shell::command(name).args(args)).map(drop)
    }
}

/// The program is copied into the home, where every user can reach it.
fn program(home: &Home) -> std::path::PathBuf {
    home.file("lakekey")
}

/// Two users that need no names.
const OWNER: &str = "65534";
const STRANGER: &str = "65533";

/// The exit code for a store that cannot be used.
const STORE: i32 = 7;
