//! Who may read, write and own what is there, and what is created.

use lakekey::Code;

use super::super::desk::{Desk, cache, fine, is_still, new_token, refused, token, watched};
use super::super::support::attempt_login;
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::{Probe, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[
    Case::one("C-STO-01", private_at_once),
    Case::each(
        "C-STO-02",
        &[
            ("0644", readable),
            ("0666", writable),
            ("foreign-owner", of_another_user),
            ("dir-writable", |probe| in_a_shared_folder(probe, FOLDER)),
            ("parent-writable", |probe| in_a_shared_folder(probe, ".")),
        ],
    ),
];

/// Whatever the mask: a cache, a copy of a damaged one, locks, a lease and what is known of hosts.
fn private_at_once(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &[])?;
    for mask in ["000", "077"] {
        remove_all(probe)?;
        created(probe, &desk, mask)?;
        probe.home()?.write_private(TOKEN_CACHE, "damaged")?;
        probe.count_from_here();
        created(probe, &desk, mask)?;
        let names = probe.home()?.names(FOLDER)?;
        for name in &names {
            let path = format!("{FOLDER}/{name}");
            let home = probe.home()?;
            let wanted = if home.file(&path).is_dir() {
                0o700
            } else {
                0o600
            };
            same(&format!("the mode of {path}"), home.mode(&path)?, wanted)?;
        }
        let aside = names.iter().filter(|name| name.contains(".corrupt-"));
        same("the copies of the damaged file", aside.count(), 1)?;
    }
    same("the mode of the folder", probe.home()?.mode(FOLDER)?, 0o700)?;
    probe.saw("ok");
    Ok(())
}

/// Signs in under a mask. On Linux, nothing was ever created with a wider mode, nor was a mode put right later.
fn created(probe: &mut Probe, desk: &Desk, mask: &str) -> Finding {
    let lakekey = probe.lakekey(&desk.login_words("dev"))?;
    let lakekey = watched(lakekey, probe, "calls")?.umask(mask);
    let outcome = attempt_login(probe, lakekey)?;
    fine(probe, &outcome)?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let calls = probe.home()?.calls("calls")?;
    let mut created = 0;
    for call in &calls {
        let wanted = match call.name.as_str() {
            "open" | "create" => 0o600,
            "mkdir" => 0o700,
            "chmod" => {
                let path = call.path.display();
                return Err(Wrong::new(format!("{path} was made private late")));
            }
            _ => continue,
        };
        if let Some(mode) = call.mode {
            created += 1;
            let path = call.path.display();
            same(
                &format!("the mode with which {path} is created"),
                mode,
                wanted,
            )?;
        }
    }
    holds(created > 3, format!("only {created} files were seen"))
}

fn remove_all(probe: &mut Probe) -> Finding {
    let home = probe.home()?;
    for name in home.names(FOLDER)? {
        let path = format!("{FOLDER}/{name}");
        if !home.file(&path).is_dir() {
            home.remove(&path)?;
        }
    }
    Ok(())
}

/// It is read, and private after the next write: reading changes nothing.
fn readable(probe: &mut Probe) -> Finding {
    let _desk = Desk::with(probe, &["dev"])?;
    probe.home()?.set_mode(FOLDER, 0o755)?;
    probe.home()?.set_mode(TOKEN_CACHE, 0o644)?;
    let before = cache(probe)?;
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome)?;
    is_still(probe, &before)?;
    let outcome = new_token(probe, "dev")?;
    fine(probe, &outcome)?;
    same("the mode", probe.home()?.mode(TOKEN_CACHE)?, 0o600)?;
    same("the mode of the folder", probe.home()?.mode(FOLDER)?, 0o755)
}

/// Where others reach it, it may be theirs; where they do not, it is as if it were private.
fn writable(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    probe.home()?.set_mode(TOKEN_CACHE, 0o666)?;
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome)?;
    probe.home()?.set_mode(FOLDER, 0o755)?;
    left_alone(probe, &desk)
}

fn of_another_user(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    if !probe.home()?.give_away(TOKEN_CACHE) {
        probe.lacks("the rights of root, to give a file to another user");
        return Ok(());
    }
    left_alone(probe, &desk)
}

fn in_a_shared_folder(probe: &mut Probe, folder: &str) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    probe.home()?.set_mode(folder, 0o777)?;
    left_alone(probe, &desk)?;
    probe.home()?.set_mode(folder, 0o1777)?;
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome)?;
    Ok(())
}

/// Nothing is believed, and nothing is written.
fn left_alone(probe: &mut Probe, desk: &Desk) -> Finding {
    let (before, names) = (cache(probe)?, probe.home()?.names(FOLDER)?);
    let outcomes = [
        token(probe, "dev")?,
        desk.login(probe, "dev")?,
        probe
            .lakekey(&["auth", "logout", "--output=json", "--profile", "dev"])?
            .run()?,
    ];
    for outcome in outcomes {
        refused(probe, &outcome, Code::StoreInsecure)?;
    }
    is_still(probe, &before)?;
    same("the files", probe.home()?.names(FOLDER)?, names)
}

const FOLDER: &str = ".databricks";
