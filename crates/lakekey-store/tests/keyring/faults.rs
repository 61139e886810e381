//! Every way a keyring can misbehave, with every call of the store.

use std::time::Duration;

use lakekey_core::Code;
use lakekey_store::{KeyringFault, KeyringStore, StoreError, TokenStore};

use crate::fake::{Desk, Mood, dev, token};

#[test]
fn each_misbehaviour_has_an_error_of_its_own() {
    let Faults {
        none,
        late,
        unlocking,
        locked,
        absent,
        several,
        stays,
    } = Faults::new();
    let table = [
        (Mood::Fine, [&none; 5]),
        (Mood::Busy, [&none; 5]),
        (Mood::Hang, [&late; 5]),
        (Mood::HangUnlocking, [&unlocking; 5]),
        (Mood::Locked, [&locked; 5]),
        (Mood::Absent, [&absent; 5]),
        (Mood::Duplicate, [&several, &none, &none, &several, &none]),
        (Mood::DeleteFails, [&none, &none, &stays, &none, &stays]),
    ];
    for (mood, expected) in table {
        for ((name, call), expected) in CALLS.iter().zip(expected) {
            let desk = Desk::with(mood, Some(2_560));
            let store = match mood {
                Mood::Hang | Mood::HangUnlocking => desk.store().with_timeout(SOON),
                _ => desk.store().with_timeout(LATE),
            };
            let found = call(&store).err();
            assert_eq!(
                found.as_ref().map(fault),
                expected.as_ref(),
                "{mood:?} {name}"
            );
            if let Some(error) = found {
                assert!(error.hint().is_some(), "{mood:?} {name}");
            }
        }
    }
}

/// The faults by what leads to them.
struct Faults {
    none: Option<KeyringFault>,
    late: Option<KeyringFault>,
    unlocking: Option<KeyringFault>,
    locked: Option<KeyringFault>,
    absent: Option<KeyringFault>,
    several: Option<KeyringFault>,
    stays: Option<KeyringFault>,
}

impl Faults {
    fn new() -> Self {
        let late = |unlocking| KeyringFault::TimedOut {
            waited: SOON,
            unlocking,
        };
        Self {
            none: None,
            late: Some(late(false)),
            unlocking: Some(late(true)),
            locked: Some(KeyringFault::Locked),
            absent: Some(KeyringFault::Unavailable {
                reason: "there is no bus".into(),
            }),
            several: Some(KeyringFault::Ambiguous),
            stays: Some(KeyringFault::Refused {
                reason: "it stays".into(),
            }),
        }
    }
}

fn fault(error: &StoreError) -> &KeyringFault {
    match error {
        StoreError::Keyring { fault, .. } => fault,
        error => panic!("{error}"),
    }
}

#[test]
fn a_keyring_that_never_answers_leaves_no_copy_of_the_token_on_disk() {
    let desk = Desk::with(Mood::Hang, None);
    let error = desk
        .store()
        .with_timeout(SOON)
        .save(&dev(), &token("canary"))
        .unwrap_err();
    assert_eq!(error.code(), Code::KeyringTimeout);
    let mut folders = vec![desk.home().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let found = entry.path();
                let size = entry.metadata().unwrap().len();
                assert!(size < 16, "{} has {size} bytes", found.display());
            }
        }
    }
}

#[test]
fn a_login_that_could_not_be_removed_is_still_there() {
    let desk = Desk::with(Mood::Fine, None);
    desk.store().save(&dev(), &token("a")).unwrap();
    desk.fake.state().mood = Mood::DeleteFails;
    desk.store().remove(&dev()).unwrap_err();
    assert_eq!(desk.store().load(&dev()).unwrap(), Some(token("a")));
}

#[test]
fn logins_in_the_file_and_in_the_keyring_share_their_lease() {
    let desk = Desk::with(Mood::Fine, None);
    let file = lakekey_store::FileStore::in_home(desk.home());
    let lease = desk.store().lease(&dev(), Duration::ZERO).unwrap();
    let error = file.lease(&dev(), Duration::ZERO).unwrap_err();
    assert_eq!(error.code(), Code::StoreLocked);
    drop(lease);
    let _lease = file.lease(&dev(), Duration::ZERO).unwrap();
    let error = desk.store().lease(&dev(), Duration::ZERO).unwrap_err();
    assert_eq!(error.code(), Code::StoreLocked);
}

type Call = fn(&KeyringStore) -> Result<(), StoreError>;

const CALLS: [(&str, Call); 5] = [
    ("load", |store| store.load(&dev()).map(drop)),
    ("save", |store| store.save(&dev(), &token("a"))),
    ("remove", |store| store.remove(&dev())),
    ("probe", KeyringStore::probe),
    ("ready", |store| store.ready()),
];

const SOON: Duration = Duration::from_millis(200);
/// However busy the machine is.
const LATE: Duration = Duration::from_secs(60);
