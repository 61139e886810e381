use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::tz::TimeZone;
use lakekey_core::{Code, Context, Error, Token};
use lakekey_oauth::DEFAULT_LIFETIME;
use serde_json::Value;

use super::epoch;
use super::process::{Finished, Unfinished, run};

/// The Azure CLI: what it is asked, and what its answers mean.
#[derive(Debug)]
pub(super) struct Az {
    program: PathBuf,
    account: OnceLock<Account>,
}

/// Who is signed in to the Azure CLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Person,
    /// It has one tenant and does not let another be named.
    ManagedIdentity,
    /// With a federated token it knows its own tenant only.
    ServicePrincipal,
}

impl Az {
    pub(super) fn new(program: PathBuf) -> Self {
        Self {
            program,
            account: OnceLock::new(),
        }
    }

    /// Who is signed in; asked once.
    pub(super) async fn account(&self, cx: &Context) -> Result<Account, Error> {
        if let Some(account) = self.account.get() {
            return Ok(*account);
        }
        let answer = self.ask(cx, &["account", "show"]).await?;
        Ok(*self.account.get_or_init(|| Account::of(&answer)))
    }

    /// A token for `resource`, with further arguments that say whose.
    pub(super) async fn token(
        &self,
        cx: &Context,
        resource: &str,
        further: &[&str],
    ) -> Result<Token, Error> {
        let asked = ["account", "get-access-token", "--resource", resource];
        let answer = self.ask(cx, &[&asked, further].concat()).await?;
        let access = answer["accessToken"].as_str();
        let access = access
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()));
        let token = Token::bearer(access.ok_or_else(unreadable)?);
        let now = cx.clock().now();
        Ok(match expiry(&answer) {
            Some(moment) => epoch::ending(token, moment, now),
            None => token.lasting(now, DEFAULT_LIFETIME),
        })
    }

    async fn ask(&self, cx: &Context, arguments: &[&str]) -> Result<Value, Error> {
        let arguments = [arguments, &["--output", "json"]].concat();
        let finished = run(cx, &self.program, &arguments, LIMIT).await;
        let Finished {
            success,
            stdout,
            stderr,
        } = finished.map_err(|error| self.unfinished(error))?;
        if !success {
            return Err(refused(&String::from_utf8_lossy(&stderr)));
        }
        serde_json::from_slice(&stdout).map_err(|_| unreadable())
    }

    fn unfinished(&self, error: Unfinished) -> Error {
        let program = self.program.display();
        match error {
            Unfinished::Io(error) if error.kind() == io::ErrorKind::NotFound => Error::new(
                Code::NotConfigured,
                format!("the Azure CLI, `{program}`, is not installed"),
            )
            .with_hint("install the Azure CLI, and run `az login`"),
            Unfinished::Io(error) => Error::new(
                Code::NotConfigured,
                format!("the Azure CLI, `{program}`, cannot be run"),
            )
            .with_hint("check that `az version` works here")
            .caused_by(error),
            Unfinished::Late => {
                let seconds = LIMIT.as_secs();
                let fact = format!("the Azure CLI did not answer within {seconds} s");
                Error::new(Code::Timeout, fact).with_hint("check that `az account show` works here")
            }
        }
    }
}

impl Account {
    fn of(answer: &Value) -> Self {
        let user = &answer["user"];
        if user["type"] != "servicePrincipal" {
            return Self::Person;
        }
        match user["name"].as_str() {
            Some("systemAssignedIdentity" | "userAssignedIdentity") => Self::ManagedIdentity,
            _ => Self::ServicePrincipal,
        }
    }
}

/// Newer versions say it in seconds since 1970, all of them by the wall clock of this machine.
fn expiry(answer: &Value) -> Option<std::time::SystemTime> {
    epoch::seconds(&answer["expires_on"])
        .or_else(|| epoch::local(answer["expiresOn"].as_str()?, &TimeZone::system()))
}

fn refused(stderr: &str) -> Error {
    let mut error = Error::new(Code::NotLoggedIn, "the Azure CLI gives no token");
    if let Some(reason) = reason(stderr) {
        error = error.with_note(format!("it says: {reason}"));
    }
    error.with_hint("az login")
}

fn unreadable() -> Error {
    let fact = "the answer of the Azure CLI cannot be read";
    Error::new(Code::InvalidTokenResponse, fact)
        .with_hint("check that `az account get-access-token` prints JSON here")
}

/// The line that says what is wrong, fit to be shown: the first that is an error, or else the last.
/// Nothing where it might hold a token.
fn reason(stderr: &str) -> Option<String> {
    let lines = || {
        stderr
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let error = lines().find_map(|line| line.strip_prefix("ERROR:"));
    let line = error.map(str::trim).or_else(|| lines().next_back())?;
    if line.contains("eyJ") {
        return None;
    }
    let plain = line.chars().filter(|character| !character.is_control());
    let mut shown: String = plain.take(LONGEST).collect();
    if line.chars().count() > LONGEST {
        shown.push('…');
    }
    Some(shown)
}

/// The Azure CLI may have to renew its own login before it answers.
const LIMIT: Duration = Duration::from_secs(30);
/// How many characters of what it says are shown.
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::json;

    use super::{Account, expiry, reason};

    #[test]
    fn who_is_signed_in_is_told_by_type_and_name() {
        let account =
            |kind: &str, name: &str| Account::of(&json!({"user": {"type": kind, "name": name}}));
        let (person, principal) = ("user", "servicePrincipal");
        assert_eq!(account(person, "p@example.com"), Account::Person);
        assert_eq!(account(person, "systemAssignedIdentity"), Account::Person);
        for name in ["systemAssignedIdentity", "userAssignedIdentity"] {
            assert_eq!(account(principal, name), Account::ManagedIdentity);
        }
        assert_eq!(account(principal, "a-b-c"), Account::ServicePrincipal);
        assert_eq!(Account::of(&json!({})), Account::Person);
    }

    #[test]
    fn the_moment_in_seconds_is_believed_before_the_wall_clock() {
        let answer = json!({"expires_on": 1_900_000_000, "expiresOn": "2001-01-01 00:00:00"});
        let moment = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        assert_eq!(expiry(&answer), Some(moment));
        assert!(expiry(&json!({"expiresOn": "2030-01-01 00:00:00.000000"})).is_some());
        assert_eq!(expiry(&json!({"expiresOn": 7})), None);
    }

    #[test]
    fn the_reason_is_one_short_line_without_a_token() {
        let text = "WARNING: old\nERROR: No subscription found.\u{1b}[0m\nTo fix, log in.\n";
        assert_eq!(reason(text).as_deref(), Some("No subscription found.[0m"));
        assert_eq!(reason("first\nlast\n\n").as_deref(), Some("last"));
        assert_eq!(reason("ERROR: bad eyJhbGciOi.x.y"), None);
        assert_eq!(reason(" \n"), None);
        let long = reason(&"é".repeat(500)).unwrap();
        assert_eq!(long, format!("{}…", "é".repeat(200)));
    }
}
