//! Which store is used, where the keyring is asked for and where it is not, and what the keyring then does.
//!
//! The default is the file, so that there is nothing to fall back from.

use crate::case::{Case, Finding};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::one("C-KEY-03", never_downgraded)];

#[cfg(not(target_os = "linux"))]
fn never_downgraded(_: &mut Probe) -> Finding {
    Err(crate::case::Wrong::new("this is for Linux"))
}

#[cfg(target_os = "linux")]
fn never_downgraded(probe: &mut Probe) -> Finding {
    linux::never_downgraded(probe)
}

#[cfg(target_os = "linux")]
mod linux {
    use lakekey::Code;
    use lakekey_mock::Setup;

    use super::super::super::support::{attempt_login, failed_as};
    use super::super::bus::{MODE, Silent, late};
    use crate::case::{Finding, holds, same};
    use crate::probe::{Outcome, PROFILES, Probe, TOKEN_CACHE};

    /// Each way to ask for a store, with each keyring and each command.
    pub(super) fn never_downgraded(probe: &mut Probe) -> Finding {
        let server = probe.listening(Setup::workspace())?;
        probe.token_is_output();
        for asked in [
            Asked::Environment,
            Asked::File,
            Asked::Not,
            Asked::Otherwise,
        ] {
            for keyring in [Keyring::Absent, Keyring::Hangs] {
                for words in [&LOGIN[..], &TOKEN[..]] {
                    let words = [words, &["--host", server.url()]].concat();
                    row(probe, asked, keyring, &words).map_err(|wrong| {
                        wrong.during(format_args!("{asked:?}, {keyring:?}, {}", words[1]))
                    })?;
                }
            }
        }
        probe.saw(Code::KeyringUnavailable);
        Ok(())
    }

    fn row(probe: &mut Probe, asked: Asked, keyring: Keyring, words: &[&str]) -> Finding {
        let home = probe.home()?;
        let setting = match asked {
            Asked::File => "[__settings__]\nauth_storage = secure\n",
            Asked::Otherwise => "[__settings__]\nauth_storage = plaintext\n",
            Asked::Environment | Asked::Not => "",
        };
        home.write(PROFILES, setting)?;
        let bus = Silent::new(home)?;
        let mut lakekey = probe.lakekey(words)?;
        if asked == Asked::Environment {
            lakekey = lakekey.env(MODE, "secure");
        }
        let lakekey = match keyring {
            Keyring::Hangs => bus.around(lakekey),
            Keyring::Absent => lakekey.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        };
        let outcome = attempt_login(probe, lakekey)?;
        let is_login = words[1] == LOGIN[1];
        match (asked.for_the_keyring(), keyring) {
            (true, Keyring::Hangs) => {
                late(&outcome)?;
                holds(bus.was_called(), "nobody asked for the keyring")?;
                probe.fault_happened("client.keyring_backend");
                no_file(probe)
            }
            (true, Keyring::Absent) => {
                failed_as(&outcome, Code::KeyringUnavailable)?;
                holds(
                    !outcome.stderr.contains("/authorize"),
                    "a browser was to be opened",
                )?;
                no_file(probe)
            }
            (false, _) => {
                holds(!bus.was_called(), "the keyring was asked for")?;
                in_the_file(probe, &outcome, is_login)
            }
        }
    }

    /// The sign-in is kept in the file, from which the token comes; then it is removed for the next row.
    fn in_the_file(probe: &mut Probe, outcome: &Outcome, is_login: bool) -> Finding {
        outcome.went_well()?;
        let home = probe.home()?;
        let kept = home.read(TOKEN_CACHE)?.is_some();
        same("whether there is a token cache", kept, true)?;
        if is_login {
            return Ok(());
        }
        home.remove(TOKEN_CACHE)
    }

    fn no_file(probe: &mut Probe) -> Finding {
        let kept = probe.home()?.read(TOKEN_CACHE)?;
        same("whether there is a token cache", kept.is_some(), false)
    }

    /// Where a store is asked for.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Asked {
        Environment,
        File,
        Not,
        /// For the file, in the profile file.
        Otherwise,
    }

    impl Asked {
        fn for_the_keyring(self) -> bool {
            matches!(self, Self::Environment | Self::File)
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Keyring {
        Absent,
        Hangs,
    }

    const LOGIN: [&str; 4] = ["auth", "login", "--no-browser", "--output=json"];
    const TOKEN: [&str; 3] = ["auth", "token", "--output=json"];
}
