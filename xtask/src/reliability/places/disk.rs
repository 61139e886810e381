//! A disk that is full.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::answer::Answer;
use super::super::login::{Login, PROFILE};
use super::super::rig::Rig;
use super::super::rows::Rows;
use super::super::tally::{Complaints, Tally};
use crate::shell;
use crate::stage::Entry;
use crate::terminal::Failure;

/// Refreshes while there is no room for a new file, and then while there is.
pub(in super::super) fn full(rig: &Rig, rows: &mut Rows) -> Result<(), Failure> {
    // A server that tolerates a repeated refresh: what was not kept is asked for again.
    let mut login = Login::new(rig, &["--rotation", "grace=24h"])?;
    let folder = login.home.file(".databricks");
    let disk = match Disk::mounted(&folder) {
        Ok(disk) => disk,
        Err(failure) => {
            rows.miss("full disk", &failure.to_string());
            return Ok(());
        }
    };
    login.again()?;
    let mut tally = Tally::of("full disk");
    let mut kept = 0;
    for run in 0..rig.count(100) {
        let command = login.token(&["--force-refresh"]);
        kept += usize::from(refresh(&mut login, &disk, command, run % 4, &mut tally)?);
    }
    rows.add(tally, format!("{kept} were kept, in what room there was"));
    let mut tally = Tally::of_control("full disk, written in place");
    for _ in 0..5 {
        let command = login.sabotaged(
            &["--force-refresh"],
            &[("LAKEKEY_SABOTAGE", "atomic_write")],
        );
        refresh(&mut login, &disk, command, 0, &mut tally)?;
    }
    rows.add(tally, "");
    // Before the home it is in.
    drop(disk);
    Ok(())
}

/// One refresh with so many free pages; says whether the new login is in the file.
fn refresh(
    login: &mut Login<'_>,
    disk: &Disk,
    mut command: Command,
    free: usize,
    tally: &mut Tally,
) -> Result<bool, Failure> {
    let whole = login.cache()?;
    let mut before = whole.clone();
    // The new document needs a page more than the old one.
    before.entry_mut(PROFILE)["access_token"] = "short".into();
    before.expire();
    before.pad(PAGE);
    before.write()?;
    disk.fill(free)?;
    let answer = Answer::of(&mut command)?;
    disk.empty()?;
    let mut complaints = Complaints::default();
    complaints.unless(answer.is_good(), || answer.summary());
    let news = login.mock.news()?;
    let newest = news
        .iter()
        .map(Entry::answer)
        .rfind(|answer| answer["access_token"].is_string());
    let newest = newest.unwrap_or_default();
    let newest = (
        newest["access_token"].as_str(),
        newest["refresh_token"].as_str(),
    );
    let mut is_kept = false;
    match login.cache() {
        Err(failure) => complaints.unless(false, || failure.to_string()),
        Ok(after) => {
            is_kept = after.pair(PROFILE) == newest;
            let is_old = after.pair(PROFILE) == before.pair(PROFILE);
            complaints.unless(is_kept || is_old, || "the login is of neither".to_owned());
        }
    }
    if complaints.is_empty() {
        let after = Answer::of(&mut login.token(&["--force-refresh"]))?;
        complaints.unless(after.is_good(), || {
            format!("with room again: {}", after.summary())
        });
    }
    if !tally.count(&complaints) {
        whole.write()?;
        login.again()?;
    }
    Ok(is_kept)
}

/// A small file system in memory; it is unmounted when the value is dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mounted(folder: &Path) -> Result<Self, Failure> {
        let mut mount = shell::command("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs"]);
        shell::stdout(mount.arg(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Takes all room except for so many pages.
    fn fill(&self, free: usize) -> Result<(), Failure> {
        let spare = self.dd("spare");
        let mut spare = spare;
        if free > 0 {
            shell::quiet(spare.arg(format!("count={free}")))?;
        }
        // It ends with the room there is.
        shell::quiet(&mut self.dd("filler"))?;
        shell::quiet(
            shell::command("rm")
                .arg("-f")
                .arg(self.folder.join("spare")),
        )
        .map(drop)
    }

    fn empty(&self) -> Result<(), Failure> {
        shell::quiet(
            shell::command("rm")
                .arg("-f")
                .arg(self.folder.join("filler")),
        )
        .map(drop)
    }

    fn dd(&self, file: &str) -> Command {
        let mut dd = shell::command("dd");
        let target = format!("of={}", self.folder.join(file).display());
        dd.args(["if=/dev/zero", "bs=4096", &target]);
        dd
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A file system that stays is in a temporary folder, which tells of it.
        let _ = shell::quiet(shell::command("umount").arg(&self.folder));
    }
}

const PAGE: usize = 4096;
