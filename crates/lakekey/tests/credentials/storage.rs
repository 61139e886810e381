//! A login lives in the file or in the keyring: every mood of a keyring with everything that is
//! done with logins.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use lakekey::{Code, Credentials, Error, Migration, Storage, Token};
use lakekey_store::{Key, TokenStore};

use crate::ring::{Desk, Mood, settings};
use crate::world::HOST;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_becomes_of_a_login_in_every_mood_of_the_keyring_that_was_asked_for() {
    let mut table = String::new();
    for mood in Mood::ALL {
        let _ = writeln!(table, "{mood:?}");
        for deed in ["login", "token", "logout", "to keyring", "to file"] {
            let desk = Desk::new();
            match deed {
                "login" => {}
                "to keyring" => desk.signed_in(Storage::Plaintext).await,
                _ => desk.signed_in(Storage::Secure).await,
            }
            desk.set(mood);
            let outcome = done(&desk, deed, &desk.dev(Storage::Secure)).await;
            let place = desk.where_it_is();
            let _ = writeln!(table, "  {deed:10}  {outcome:19}  {place}");
        }
    }
    insta::assert_snapshot!(table, @r"
    Fine
      login       ok                   file [] keyring [dev]
      token       ok                   file [] keyring [dev]
      logout      ok                   file [] keyring []
      to keyring  ok                   file [] keyring [dev]
      to file     ok                   file [dev] keyring []
    Small
      login       ok                   file [] keyring [parts dev]
      token       ok                   file [] keyring [parts dev]
      logout      ok                   file [] keyring []
      to keyring  ok                   file [] keyring [parts dev]
      to file     ok                   file [dev] keyring []
    Hang
      login       keyring_timeout      file [] keyring []
      token       keyring_timeout      file [] keyring [dev]
      logout      keyring_timeout      file [] keyring [dev]
      to keyring  keyring_timeout      file [dev host] keyring []
      to file     keyring_timeout      file [] keyring [dev]
    Locked
      login       keyring_unavailable  file [] keyring []
      token       keyring_unavailable  file [] keyring [dev]
      logout      keyring_unavailable  file [] keyring [dev]
      to keyring  keyring_unavailable  file [dev host] keyring []
      to file     keyring_unavailable  file [] keyring [dev]
    Absent
      login       keyring_unavailable  file [] keyring []
      token       keyring_unavailable  file [] keyring [dev]
      logout      keyring_unavailable  file [] keyring [dev]
      to keyring  keyring_unavailable  file [dev host] keyring []
      to file     keyring_unavailable  file [] keyring [dev]
    Duplicate
      login       ok                   file [] keyring [dev]
      token       store_corrupt        file [] keyring [dev]
      logout      ok                   file [] keyring []
      to keyring  ok                   file [] keyring [dev]
      to file     store_corrupt        file [] keyring [dev]
    DeleteFails
      login       store_io             file [] keyring []
      token       ok                   file [] keyring [dev]
      logout      store_io             file [] keyring [dev]
      to keyring  ok                   file [] keyring [dev]
      to file     store_io             file [dev] keyring [dev]
    ");
}

#[tokio::test]
async fn where_the_file_was_asked_for_a_keyring_is_no_hindrance() {
    let mut table = String::new();
    for mood in Mood::ALL {
        let _ = writeln!(table, "{mood:?}");
        for deed in ["login", "token", "logout"] {
            let desk = Desk::new();
            if deed != "login" {
                desk.signed_in(Storage::Plaintext).await;
            }
            desk.set(mood);
            let outcome = done(&desk, deed, &desk.dev(Storage::Plaintext)).await;
            if deed != "logout" {
                assert_eq!(desk.calls(), 0, "{mood:?} {deed}");
            }
            let (place, told) = (desk.where_it_is(), desk.told.all());
            let _ = writeln!(table, "  {deed:6}  {outcome}  {place}  {told:?}");
        }
    }
    insta::assert_snapshot!(table, @r#"
    Fine
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  []
    Small
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  []
    Hang
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  ["cannot read the login `dev`: the keyring did not answer within 0.1 s"]
    Locked
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  ["cannot read the login `dev`: the keyring is locked"]
    Absent
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  []
    Duplicate
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  []
    DeleteFails
      login   ok  file [dev host] keyring []  []
      token   ok  file [dev host] keyring []  []
      logout  ok  file [] keyring []  []
    "#);
}

#[tokio::test]
async fn c_key_03_what_was_asked_for_is_never_downgraded_whoever_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfg");
    lakekey_config::ProfileFile::edit(&file, |it| it.set_setting("auth_storage", "secure"))
        .unwrap();
    let mut table = String::new();
    for asked in ["flag", "variable", "file", "default"] {
        for mood in [Mood::Fine, Mood::Absent, Mood::Hang] {
            for deed in ["login", "token"] {
                let desk = Desk::new();
                if deed == "token" {
                    desk.signed_in(Storage::Secure).await;
                }
                desk.set(mood);
                let builder = desk.anywhere().settings(settings("dev"));
                let variable = [("DATABRICKS_AUTH_STORAGE", "secure")];
                let builder = match asked {
                    "flag" => builder.storage(Storage::Secure),
                    "variable" => builder.environment(variable.into()),
                    "file" => builder.config_file(file.to_str().unwrap()),
                    _ => builder,
                };
                let outcome = done(&desk, deed, &builder.build().unwrap()).await;
                let place = desk.where_it_is();
                let _ = writeln!(table, "{asked:8}  {mood:6?}  {deed}  {outcome:19}  {place}");
            }
        }
    }
    insta::assert_snapshot!(table, @r"
    flag      Fine  login  ok                   file [] keyring [dev]
    flag      Fine  token  ok                   file [] keyring [dev]
    flag      Absent  login  keyring_unavailable  file [] keyring []
    flag      Absent  token  keyring_unavailable  file [] keyring [dev]
    flag      Hang  login  keyring_timeout      file [] keyring []
    flag      Hang  token  keyring_timeout      file [] keyring [dev]
    variable  Fine  login  ok                   file [] keyring [dev]
    variable  Fine  token  ok                   file [] keyring [dev]
    variable  Absent  login  keyring_unavailable  file [] keyring []
    variable  Absent  token  keyring_unavailable  file [] keyring [dev]
    variable  Hang  login  keyring_timeout      file [] keyring []
    variable  Hang  token  keyring_timeout      file [] keyring [dev]
    file      Fine  login  ok                   file [] keyring [dev]
    file      Fine  token  ok                   file [] keyring [dev]
    file      Absent  login  keyring_unavailable  file [] keyring []
    file      Absent  token  keyring_unavailable  file [] keyring [dev]
    file      Hang  login  keyring_timeout      file [] keyring []
    file      Hang  token  keyring_timeout      file [] keyring [dev]
    default   Fine  login  ok                   file [dev host] keyring []
    default   Fine  token  ok                   file [] keyring [dev]
    default   Absent  login  ok                   file [dev host] keyring []
    default   Absent  token  not_logged_in        file [] keyring [dev]
    default   Hang  login  ok                   file [dev host] keyring []
    default   Hang  token  not_logged_in        file [] keyring [dev]
    ");
}

/// Does it, and says what came of it.
async fn done(desk: &Desk, deed: &str, credentials: &Credentials) -> String {
    let outcome: Result<(), Error> = match deed {
        "login" => desk.world.sign_in(credentials).await.map(drop),
        "token" => {
            desk.world.advance(HOUR);
            credentials.token().await.map(drop)
        }
        "logout" => credentials.sign_out().await.map(drop),
        "to keyring" => migrated(desk, Storage::Secure).map(drop),
        _ => migrated(desk, Storage::Plaintext).map(drop),
    };
    outcome.map_or_else(|error| error.code().to_string(), |()| "ok".to_owned())
}

fn migrated(desk: &Desk, to: Storage) -> Result<Vec<(String, Migration)>, Error> {
    let stores = desk.stores();
    let mut moved = Vec::new();
    for name in stores.names(&[settings("dev")])? {
        let outcome = stores.migrate(&name, to, now(desk))?;
        moved.push((name.to_string(), outcome));
    }
    Ok(moved)
}

fn now(desk: &Desk) -> SystemTime {
    lakekey::Clock::now(&*desk.world.clock)
}

#[tokio::test]
async fn a_login_is_found_renewed_and_left_where_it_is_and_that_is_said_once() {
    for storage in [Storage::Plaintext, Storage::Secure] {
        let desk = Desk::new();
        desk.signed_in(storage.other()).await;
        let before = desk.access(storage.other());
        desk.world.advance(HOUR);
        let credentials = desk.dev(storage);
        let token = credentials.token().await.unwrap();
        let after = desk.access(storage.other());
        assert_ne!(after, before);
        assert_eq!(after.as_deref(), Some(token.access().expose()));
        assert_eq!(desk.access(storage), None);
        desk.world.advance(HOUR);
        credentials.token().await.unwrap();
        let (asked, other) = (storage.place(), storage.other().place());
        let told = format!("the login of profile `dev` is in {other}, and new ones go to {asked}");
        assert_eq!(desk.told.all(), [told]);
    }
}

#[tokio::test]
async fn a_login_that_is_dead_here_may_be_alive_there() {
    let desk = Desk::new();
    desk.signed_in(Storage::Secure).await;
    let dead = Token::bearer("old")
        .with_refresh("dead")
        .expiring(now(&desk));
    desk.file().save(&Key::profile("dev"), &dead).unwrap();
    let token = desk.dev(Storage::Plaintext).token().await.unwrap();
    assert_eq!(
        desk.access(Storage::Secure).as_deref(),
        Some(token.access().expose())
    );
    assert_eq!(desk.world.posts("refresh_token"), 1);
    // It is remembered as dead, and the other one is renewed in its place.
    desk.world.advance(HOUR);
    let token = desk.dev(Storage::Plaintext).token().await.unwrap();
    assert_eq!(
        desk.access(Storage::Secure).as_deref(),
        Some(token.access().expose())
    );
    assert_eq!(desk.world.posts("refresh_token"), 2);
    assert_eq!(desk.access(Storage::Plaintext).as_deref(), Some("old"));
}

#[tokio::test]
async fn of_two_that_cannot_be_renewed_the_one_that_ends_later_is_used() {
    let desk = Desk::new();
    let (dev, now) = (Key::profile("dev"), now(&desk));
    let until =
        |name: &str, seconds| Token::bearer(name).expiring(now + Duration::from_secs(seconds));
    desk.file().save(&dev, &until("here", 0)).unwrap();
    desk.keyring().save(&dev, &until("there", 600)).unwrap();
    let token = desk.dev(Storage::Plaintext).token().await.unwrap();
    assert_eq!(token.access().expose(), "there");

    desk.file().save(&dev, &until("here", 300)).unwrap();
    let token = desk.dev(Storage::Plaintext).token().await.unwrap();
    assert_eq!(token.access().expose(), "here");
}

#[tokio::test]
async fn whoever_finds_no_login_hears_of_a_keyring_that_is_locked() {
    for (mood, word) in [
        (Mood::Locked, true),
        (Mood::Absent, false),
        (Mood::Hang, false),
    ] {
        let desk = Desk::new();
        desk.set(mood);
        let error = desk.dev(Storage::Plaintext).token().await.unwrap_err();
        assert_eq!(error.code(), Code::NotLoggedIn);
        let said = error.notes().iter().any(|note| note.contains("is locked"));
        assert_eq!(said, word, "{mood:?}: {error:?}");
    }
}

#[tokio::test]
async fn c_sto_14_signing_out_clears_both_places_of_one_profile_alone() {
    let desk = Desk::new();
    for storage in [Storage::Plaintext, Storage::Secure] {
        desk.signed_in(storage).await;
        let other = desk.builder(storage).settings(settings("other"));
        desk.world.sign_in(&other.build().unwrap()).await.unwrap();
    }
    assert_eq!(
        desk.where_it_is(),
        "file [dev host other] keyring [dev other]"
    );
    for found in [true, false] {
        let outcome = desk.dev(Storage::Plaintext).sign_out().await;
        assert_eq!(outcome.unwrap(), found);
        assert_eq!(desk.where_it_is(), "file [host other] keyring [other]");
    }
    let other = desk.builder(Storage::Plaintext).settings(settings("other"));
    assert!(other.build().unwrap().sign_out().await.unwrap());
    assert_eq!(desk.where_it_is(), "file [] keyring []");
}

#[tokio::test]
async fn logins_move_there_and_back_and_moving_again_changes_nothing() {
    let desk = Desk::new();
    desk.signed_in(Storage::Plaintext).await;
    let gone = Token::bearer("large".repeat(1_000)).with_refresh("r");
    desk.file().save(&Key::profile("gone"), &gone).unwrap();
    let access = desk.access(Storage::Plaintext);
    let told = |moved: Vec<(String, Migration)>| {
        let words = moved
            .iter()
            .map(|(name, moved)| format!("{name} {moved:?}"));
        words.collect::<Vec<_>>().join(", ").replace(HOST, "host")
    };

    let moved = told(migrated(&desk, Storage::Secure).unwrap());
    assert_eq!(moved, "dev Moved, gone Moved, host SecondName");
    assert_eq!(desk.where_it_is(), "file [] keyring [dev gone]");
    assert_eq!(desk.access(Storage::Secure), access);
    let moved = told(migrated(&desk, Storage::Secure).unwrap());
    assert_eq!(moved, "dev AlreadyThere, host Absent");

    let moved = told(migrated(&desk, Storage::Plaintext).unwrap());
    assert_eq!(moved, "dev Moved, host Absent");
    assert_eq!(desk.where_it_is(), "file [dev] keyring [gone]");
    assert_eq!(desk.access(Storage::Plaintext), access);
    desk.world.advance(HOUR);
    desk.dev(Storage::Plaintext).token().await.unwrap();
    assert!(desk.told.all().is_empty());
}

#[tokio::test]
async fn a_login_too_large_for_the_keyring_stays_where_it_is() {
    let desk = Desk::new();
    let large = Token::bearer("x".repeat(64 * 256)).with_refresh("r");
    desk.file().save(&Key::profile("dev"), &large).unwrap();
    desk.set(Mood::Small);
    let error = migrated(&desk, Storage::Secure).unwrap_err();
    assert!(error.to_string().contains("takes no more than"), "{error}");
    assert_eq!(desk.where_it_is(), "file [dev] keyring []");
}

#[tokio::test]
async fn a_move_that_was_interrupted_is_completed_and_the_better_login_stays() {
    let desk = Desk::new();
    desk.signed_in(Storage::Plaintext).await;
    let first = desk.access(Storage::Plaintext);
    // Killed between keeping and removing.
    let token = desk.file().load(&Key::profile("dev")).unwrap().unwrap();
    desk.keyring().save(&Key::profile("dev"), &token).unwrap();
    migrated(&desk, Storage::Secure).unwrap();
    assert_eq!(desk.where_it_is(), "file [] keyring [dev]");
    assert_eq!(desk.access(Storage::Secure), first);

    desk.world.advance(HOUR);
    desk.signed_in(Storage::Plaintext).await;
    let second = desk.access(Storage::Plaintext);
    migrated(&desk, Storage::Secure).unwrap();
    assert_eq!(desk.access(Storage::Secure), second, "the newer one moves");

    desk.file().save(&Key::profile("dev"), &token).unwrap();
    let moved = migrated(&desk, Storage::Secure).unwrap();
    assert_eq!(moved[0].1, Migration::Superseded);
    assert_eq!(desk.access(Storage::Secure), second, "the older one goes");
    assert_eq!(desk.where_it_is(), "file [] keyring [dev]");
}

#[tokio::test]
async fn a_move_waits_for_nobody_it_need_not_and_holds_the_lease_of_the_login() {
    let desk = Desk::new();
    desk.signed_in(Storage::Plaintext).await;
    let names = desk.stores().names(&[settings("dev")]).unwrap();
    let lease = desk.file().lease(&Key::new(HOST), Duration::ZERO).unwrap();
    let (stores, name, now) = (desk.stores(), names[0].clone(), now(&desk));
    let (sender, receiver) = std::sync::mpsc::channel();
    let mover = std::thread::spawn(move || {
        sender.send(()).unwrap();
        stores.migrate(&name, Storage::Secure, now).unwrap()
    });
    receiver.recv().unwrap();
    assert_eq!(desk.where_it_is(), "file [dev host] keyring []");
    drop(lease);
    assert_eq!(mover.join().unwrap(), Migration::Moved);
    assert_eq!(desk.where_it_is(), "file [host] keyring [dev]");
}
