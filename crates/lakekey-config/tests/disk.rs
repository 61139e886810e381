//! Profile files on disk: what is written, and what survives.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "these tests look at files")]

use std::path::Path;
use std::process::Command;

use lakekey_config::{Environment, ProfileFile};
use lakekey_core::{Code, Error};

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn add(path: &Path, name: &str) -> Result<(), Error> {
    ProfileFile::edit(path, |file| file.set(name, "host", "https://w.example"))
}

#[test]
fn an_absent_file_is_none_and_is_created_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".databrickscfg");
    assert_eq!(ProfileFile::open(&path).unwrap(), None);
    add(&path, "dev").unwrap();
    assert_eq!(text(&path), "[dev]\nhost = https://w.example\n");
    assert!(
        !home.path().join(".databrickscfg.bak").exists(),
        "there was nothing to keep"
    );
    #[cfg(unix)]
    for name in [".databrickscfg", ".databrickscfg.lock"] {
        assert_eq!(mode(&home.path().join(name)), 0o600);
    }
}

#[test]
fn nothing_is_written_when_nothing_changes_or_the_change_fails() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cfg");
    std::fs::write(&path, "[dev]\nhost = https://w.example\n").unwrap();
    add(&path, "dev").unwrap();
    add(&path, "a]b").unwrap_err();
    assert!(!home.path().join("cfg.bak").exists());
    assert_eq!(text(&path), "[dev]\nhost = https://w.example\n");
}

#[test]
fn the_backup_keeps_the_last_bytes_that_are_not_ours() {
    let home = tempfile::tempdir().unwrap();
    let (path, backup) = (home.path().join("cfg"), home.path().join("cfg.bak"));
    std::fs::write(&path, "# mine\n").unwrap();
    add(&path, "a").unwrap();
    add(&path, "b").unwrap();
    assert_eq!(text(&backup), "# mine\n");
    let edited = format!("{}# mine again\n", text(&path));
    std::fs::write(&path, &edited).unwrap();
    add(&path, "c").unwrap();
    assert_eq!(text(&backup), edited);
    #[cfg(unix)]
    assert_eq!(mode(&backup), 0o600);
}

#[test]
#[cfg(unix)]
fn the_mode_is_kept_and_links_are_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let home = tempfile::tempdir().unwrap();
    let dotfiles = home.path().join("dotfiles");
    std::fs::create_dir(&dotfiles).unwrap();
    let target = dotfiles.join("databrickscfg");
    std::fs::write(&target, "[a]\nhost=1\n").unwrap();
    std::fs::set_permissions(&target, PermissionsExt::from_mode(0o640)).unwrap();
    let link = home.path().join("link");
    symlink("dotfiles/databrickscfg", &link).unwrap();
    let path = home.path().join(".databrickscfg");
    symlink("link", &path).unwrap();

    add(&path, "dev").unwrap();
    assert!(path.is_symlink() && link.is_symlink());
    assert!(text(&target).contains("[dev]"));
    assert_eq!(mode(&target), 0o640);
    assert!(dotfiles.join("databrickscfg.bak").exists());

    let circle = home.path().join("circle");
    symlink("circle", &circle).unwrap();
    assert_eq!(add(&circle, "dev").unwrap_err().code(), Code::StoreIo);
    assert_eq!(ProfileFile::open(&circle).unwrap_err().code(), Code::Config);

    let dangling = home.path().join("dangling");
    symlink("dotfiles/new", &dangling).unwrap();
    add(&dangling, "dev").unwrap();
    assert!(dotfiles.join("new").exists() && dangling.is_symlink());
}

#[test]
fn what_cannot_be_read_is_one_error_with_path_and_line() {
    let home = tempfile::tempdir().unwrap();
    let large = vec![b'#'; (10 << 20) + 1];
    let mut shown = Vec::new();
    for (name, bytes) in [
        ("broken", b"[a]\nhost = h\ncanary\n".as_slice()),
        ("binary", b"[a]\nhost = canary\0\n"),
        ("latin", b"[a]\nhost = canary\xe9\n"),
        ("utf16", b"\xff\xfe[\0a\0]\0"),
        ("large", &large),
    ] {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        for error in [ProfileFile::open(&path).map(drop), add(&path, "dev")] {
            let error = error.unwrap_err();
            assert_eq!(error.code(), Code::Config);
            shown.push(error.to_string());
        }
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    let folder = ProfileFile::open(home.path()).unwrap_err();
    assert_eq!(folder.code(), Code::Config);
    shown.dedup();
    let shown = shown
        .join("\n")
        .replace(&*home.path().to_string_lossy(), "~");
    insta::assert_snapshot!(shown, @r"
    cannot read the profile file ~/broken: line 3: neither a section nor a comment, and no `=` or `:` after a key
    cannot read the profile file ~/binary: line 2: it is not UTF-8 text
    cannot read the profile file ~/latin: line 2: it is not UTF-8 text
    cannot read the profile file ~/utf16: line 1: it is not UTF-8 text
    cannot read the profile file ~/large: it is larger than 10 MiB
    ");
}

#[test]
fn a_folder_that_is_not_there_is_an_error_and_is_not_made() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("missing/cfg");
    assert_eq!(ProfileFile::open(&path).unwrap(), None);
    assert_eq!(add(&path, "dev").unwrap_err().code(), Code::StoreIo);
    assert!(!home.path().join("missing").exists());
}

#[test]
fn threads_that_save_different_profiles_all_succeed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cfg");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || add(path, &format!("p{writer}")).unwrap());
        }
    });
    assert_eq!(
        ProfileFile::open(&path)
            .unwrap()
            .unwrap()
            .profiles()
            .count(),
        8
    );
}

#[test]
fn processes_that_save_different_profiles_all_succeed() {
    let environment = Environment::process();
    if let Some(path) = environment.get(PATH).unwrap() {
        // This is one of the processes below.
        let name = environment.get(NAME).unwrap().unwrap();
        for round in 0..10 {
            add(Path::new(path), &format!("{name}{round}")).unwrap();
        }
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cfg");
    let this = std::env::current_exe().unwrap();
    let start = |name: &str| {
        Command::new(&this)
            .args([
                "--exact",
                "processes_that_save_different_profiles_all_succeed",
            ])
            .env(PATH, &path)
            .env(NAME, name)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let writers: Vec<_> = ["a", "b", "c"].into_iter().map(start).collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(
        ProfileFile::open(&path)
            .unwrap()
            .unwrap()
            .profiles()
            .count(),
        30
    );
}

#[test]
#[cfg(unix)]
fn a_file_that_everybody_may_write_is_neither_read_nor_written() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cfg");
    std::fs::write(&path, "[a]\nhost = canary\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
    for error in [ProfileFile::open(&path).map(drop), add(&path, "dev")] {
        let error = error.unwrap_err();
        assert_eq!(error.code(), Code::StoreInsecure);
        let hint = format!("chmod o-w {}", path.display());
        assert_eq!(error.hint(), Some(&*hint));
        assert!(!format!("{error:?}").contains("canary"));
    }
    assert_eq!(text(&path), "[a]\nhost = canary\n");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o664)).unwrap();
    assert!(ProfileFile::open(&path).unwrap().is_some());
}

#[test]
#[cfg(unix)]
fn a_file_of_another_user_stays_theirs() {
    use std::os::unix::fs::{MetadataExt, chown};

    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cfg");
    std::fs::write(&path, "[a]\nhost = h\n").unwrap();
    let owner = path.metadata().unwrap().uid();
    let another = owner + 1;
    // Only root can give a file away; for anybody else the file stays their own.
    let owner = match chown(&path, Some(another), None) {
        Ok(()) => another,
        Err(_) => owner,
    };
    add(&path, "dev").unwrap();
    for name in ["cfg", "cfg.bak", "cfg.lock"] {
        let found = home.path().join(name).metadata().unwrap();
        assert_eq!(found.uid(), owner, "{name}");
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

const PATH: &str = "LAKEKEY_TEST_PROFILE_FILE";
const NAME: &str = "LAKEKEY_TEST_PROFILE_NAME";
