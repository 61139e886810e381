//! What a sign-in leaves as it is in a profile file.

use lakekey::Code;
use lakekey_mock::Setup;

use super::super::support::{failed_as, login};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{PROFILES, Probe, Server};

pub(super) const CASE: Case = Case::each(
    "C-CFG-03",
    &[
        ("preserve", preserve),
        ("crlf", |probe| {
            both_sign_ins(probe, &ORDINARY.replace('\n', "\r\n"))
        }),
        ("bom", |probe| {
            both_sign_ins(probe, &format!("\u{feff}{ORDINARY}"))
        }),
        ("dup-section", |probe| both_sign_ins(probe, TWICE)),
        ("special-values", |probe| both_sign_ins(probe, SPECIAL)),
        ("bad-names", names),
    ],
);

/// Bytes, mode and place.
fn preserve(probe: &mut Probe) -> Finding {
    both_sign_ins(probe, ORDINARY)?;
    both_sign_ins(probe, ORDINARY.trim_end())?;
    #[cfg(unix)]
    on_unix::mode_and_link_stay(probe)?;
    Ok(())
}

/// A sign-in to a new profile adds its section at the end; one to a profile of old adds its key.
fn both_sign_ins(probe: &mut Probe, before: &str) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let (before, newline) = (
        before.replace("{host}", server.url()),
        if before.contains('\r') { "\r\n" } else { "\n" },
    );
    probe.home()?.write(PROFILES, &before)?;
    login(probe, &["--host", server.url(), "--profile", "new"])?;
    let after = text(probe)?;
    let added = there(
        "the former text at the beginning",
        after.strip_prefix(&before),
    )?;
    let section = format!(
        "[new]\nhost      = {}\nauth_type = databricks-cli\n",
        server.url()
    )
    .replace('\n', newline);
    same(
        "what was added",
        added.trim_start_matches(['\r', '\n']),
        section.as_str(),
    )?;
    probe.count_from_here();

    probe.home()?.write(PROFILES, &before)?;
    login(probe, &["--host", server.url(), "--profile", "work"])?;
    let after = text(probe)?;
    let (new, rest): (Vec<_>, Vec<_>) = after
        .split_inclusive('\n')
        .partition(|line| line.trim_end_matches(['\r', '\n']).trim_start() == NEW_LINE);
    same("the new lines", new.len(), 1)?;
    holds(
        new[0].ends_with(newline),
        "the new line has another line ending",
    )?;
    same("the rest", rest.concat(), before)?;
    probe.saw("ok");
    Ok(())
}

/// A name that would be more than a name is refused before the browser is asked for anything.
fn names(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let before = ORDINARY.replace("{host}", server.url());
    probe.home()?.write(PROFILES, &before)?;
    for name in [
        "a]b",
        "x\ny",
        "[DEFAULT]",
        "__settings__",
        "",
        " ",
        " edge",
        "nul\u{1}",
    ] {
        let profile = format!("--profile={name}");
        let words = [
            "auth",
            "login",
            "--no-browser",
            "--output=json",
            "--host",
            server.url(),
            &profile,
        ];
        let outcome = probe
            .lakekey(&words)?
            .run()
            .map_err(|wrong| wrong.during(format_args!("{name:?}")))?;
        failed_as(&outcome, Code::Usage).map_err(|wrong| wrong.during(format_args!("{name:?}")))?;
        same(
            &format!("the profile file after {name:?}"),
            text(probe)?,
            before.clone(),
        )?;
        same(
            &format!("requests for {name:?}"),
            server.requests().len(),
            0,
        )?;
    }
    let long = "n".repeat(200);
    login(probe, &["--host", server.url(), "--profile", &long])?;
    holds(
        text(probe)?.contains(&format!("\n[{long}]\n")),
        "a long name is not in the file",
    )?;
    probe.saw("usage");
    Ok(())
}

fn text(probe: &mut Probe) -> Finding<String> {
    there("the profile file", probe.home()?.read(PROFILES)?)
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::path::Path;

    use super::{Finding, ORDINARY, Probe, Server, Setup, holds, same};
    use crate::doors;

    /// The file is one that somebody keeps elsewhere, and that somebody still reads: a second name
    /// of it keeps the old bytes, since the new ones come in one step.
    pub(super) fn mode_and_link_stay(probe: &mut Probe) -> Finding {
        let server = probe.listening(Setup::workspace())?;
        let before = ORDINARY.replace("{host}", server.url());
        let home = probe.home()?;
        let [link, kept, old] =
            ["linked.cfg", "kept/profiles.cfg", "old.cfg"].map(|name| home.file(name));
        home.write("kept/profiles.cfg", &before)?;
        symlink("kept/profiles.cfg", &link)?;
        std::fs::hard_link(&kept, &old)?;
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o640))?;
        login_into(probe, &server, &link)?;
        same(
            "the old file",
            doors::read(&old)?,
            Some(before.clone().into_bytes()),
        )?;
        holds(
            doors::read(&kept)? != Some(before.into_bytes()),
            "the file behind the link is as it was",
        )?;
        holds(
            link.symlink_metadata()?.is_symlink(),
            "the link was replaced",
        )?;
        same("the mode", mode(&kept)?, 0o640)?;
        let fresh = probe.home()?.file("fresh.cfg");
        login_into(probe, &server, &fresh)?;
        same("the mode of a new file", mode(&fresh)?, 0o600)?;
        probe.count_from_here();
        Ok(())
    }

    fn login_into(probe: &mut Probe, server: &Server, file: &Path) -> Finding {
        let words = [
            "auth",
            "login",
            "--no-browser",
            "--host",
            server.url(),
            "--profile",
            "new",
        ];
        let command = probe
            .lakekey(&words)?
            .env("DATABRICKS_CONFIG_FILE", &file.display().to_string());
        let mut running = command.start()?;
        let address = running.authorization_url()?;
        probe.browser().open(&address)?;
        running.finish()?.went_well()
    }

    fn mode(file: &Path) -> Finding<u32> {
        Ok(file.metadata()?.mode() & 0o777)
    }
}

const NEW_LINE: &str = "auth_type = databricks-cli";
const ORDINARY: &str = "\
# kept by hand, do not sort
; second kind of comment

[DEFAULT]
host  = https://default.example.com
token = dapi-kept  # the robot's

[__settings__]
default_profile = DEFAULT

[work] ; after the name
host = {host}
my_own_key = any value
  indented = yes

# about the last one
[last]
host:https://last.example.com
";
/// A section that occurs twice, and a key too.
const TWICE: &str = "\
[work]
host = https://old.example.com

[between]
host = https://between.example.com

[work]
host = {host}
host = {host}
";
const SPECIAL: &str = "\
[work]
host = {host}
a = one;two;three
b = one#two
c = x=y=z
d = \"quoted # not a comment\"
e = 'single ; too'  ; a comment
f =
";
