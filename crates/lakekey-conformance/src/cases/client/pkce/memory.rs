//! Where the verifier may not be.

use std::path::{Path, PathBuf};

use lakekey_mock::Setup;
use url::Url;

use super::super::support::login;
use super::{LENGTHS, is_unreserved, s256, verifiers_of};
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASE: Case = Case::one("C-PKCE-04", only_in_memory);

/// The verifier of a process that was ended is known by its challenge alone, so every text that was
/// left behind is tried.
fn only_in_memory(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let arguments = ["auth", "login", "--no-browser", "--host", server.url()];
    let temporary = probe.home()?.file("tmp");
    doors::write(&temporary.join("made"), b"")?;
    let mut command = probe.lakekey(&arguments)?;
    for name in ["TMPDIR", "TEMP", "TMP"] {
        command = command.env(name, &temporary.display().to_string());
    }
    let mut waiting = command.start()?;
    let address = Url::parse(&waiting.authorization_url()?)?;
    let challenge = challenge_in(&address)?;
    let ended = waiting.kill()?;
    left_nothing(probe, &challenge, &[&ended.stdout, &ended.stderr])?;

    login(probe, &["--host", server.url()])?;
    let verifier = there("the verifier", verifiers_of(&server).pop())?;
    holds(
        gives_away(verifier.as_bytes(), &s256(&verifier)),
        "the search does not find what is there",
    )?;
    let renewed = probe
        .lakekey(&["auth", "token", "--force-refresh", "--host", server.url()])?
        .run()?;
    probe.token_is_output();
    renewed.went_well()?;
    let refresh = there("the refresh", server.token_posts().pop())?;
    same(
        "the grant",
        refresh.param("grant_type").as_deref(),
        Some("refresh_token"),
    )?;
    same(
        "code_verifier of the refresh",
        refresh.param("code_verifier"),
        None,
    )?;
    same(
        "files with the verifier",
        probe.home()?.files_with(&verifier)?,
        Vec::<String>::new(),
    )?;
    probe.saw("ok");
    Ok(())
}

/// No file of the home folder, temporary ones included, and no output holds what hashes to the challenge.
fn left_nothing(probe: &mut Probe, challenge: &str, printed: &[&str]) -> Finding {
    for text in printed {
        holds(
            !gives_away(text.as_bytes(), challenge),
            "the verifier was printed",
        )?;
    }
    for file in files_below(probe.home()?.path())? {
        let bytes = doors::read(&file)?.unwrap_or_default();
        holds(
            !gives_away(&bytes, challenge),
            format!("`{}` holds the verifier", file.display()),
        )?;
    }
    Ok(())
}

/// Whether any part of the text that could be a verifier has that challenge.
fn gives_away(text: &[u8], challenge: &str) -> bool {
    let words = text.split(|byte| !is_unreserved(*byte));
    words.into_iter().any(|word| {
        LENGTHS
            .into_iter()
            .any(|length| word.windows(length).any(|part| s256(part) == challenge))
    })
}

fn files_below(folder: &Path) -> Finding<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn challenge_in(address: &Url) -> Finding<String> {
    let found = address
        .query_pairs()
        .find(|(name, _)| name == "code_challenge");
    there("the challenge", found.map(|(_, value)| value.into_owned()))
}
