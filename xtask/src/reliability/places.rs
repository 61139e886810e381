//! Disks, users, processes and clocks that are not as they should be.

mod clock;
mod disk;
mod stopped;
mod users;

use super::Experiment;
use super::rig::Rig;
use super::rows::Rows;
use super::tally::Tally;
use crate::shell;
use crate::terminal::Failure;

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "places",
    question: "What becomes of a login on a full disk, in a read-only home, beside other users, behind a stopped process, with a wrong clock?",
    method: "
*Full disk*: the cache is on a tmpfs without a free page, or with a few; every refresh has to print its token, leave the
old or the new document, and the login has to work once there is room. *Read-only home*: a good token is printed; an
expired one is not renewed, since nobody could write down the new login: exit code 7, no request, and it works once the
home is writable. *Two users*: the files of one are no login of another who can read them, and a folder that belongs to
another is not used. *Stopped holder*: a process that is stopped (SIGSTOP) while it renews holds up the others for as long
as their `--timeout` says; they name it, and once it goes on there was one refresh. *Wrong clock*: the clock jumps by a day
back or forth between calls while tokens expire; every token printed has to open the server. The control is a reader who
believes the expiry in the file. *A day of short tokens*: 24 simulated hours with tokens of 90 s, asked for every 10 s.
",
    run,
};

fn run(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    if is_root() {
        disk::full(rig, rows)?;
        users::read_only(rig, rows)?;
        users::strangers(rig, rows)?;
    } else {
        for cell in ["full disk", "read-only home", "two users"] {
            rows.miss(cell, "needs root on a Unix");
        }
    }
    if cfg!(unix) {
        stopped::holder(rig, rows)?;
    } else {
        rows.miss("stopped holder", "needs a Unix");
    }
    clock::steps(rig, rows)?;
    day(rows)
}

/// The library's own simulation, whose clock nobody has to wait for.
fn day(rows: &mut Rows) -> Result<(), Failure> {
    let mut tally = Tally::of("a day of 90-second tokens");
    let name = "a_day_of_short_tokens_has_no_gap";
    let args = [
        "test",
        "--quiet",
        "--package",
        "lakekey",
        "--test",
        "credentials",
        name,
    ];
    let output = shell::output(&mut shell::cargo(&args))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    tally.judge(
        output.status.success() && printed.contains("1 passed"),
        &printed,
    );
    rows.add(tally, "8,640 questions");
    Ok(())
}

/// Whether this process may mount and become other users.
fn is_root() -> bool {
    let id = shell::stdout(shell::command("id").arg("-u"));
    cfg!(target_os = "linux") && id.is_ok_and(|id| id.trim() == "0")
}
