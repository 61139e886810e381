//! A mock, a home, and somebody who is signed in.

use std::path::Path;
use std::process::Command;

use super::cache::{self, Cache};
use super::rig::Rig;
use crate::stage::{Home, Mock, SignIn};
use crate::terminal::Failure;

/// A login of the profile `dev` at a mock of its own.
#[derive(Debug)]
pub(super) struct Login<'a> {
    rig: &'a Rig,
    pub(super) mock: Mock,
    pub(super) home: Home,
}

impl<'a> Login<'a> {
    /// Signs in; the arguments are the mock's.
    pub(super) fn new(rig: &'a Rig, args: &[&str]) -> Result<Self, Failure> {
        let args = [&["--consent", "approve"], args].concat();
        let mock = Mock::start(&rig.programs.mock, &args)?;
        let home = Home::new()?;
        let mut login = Self { rig, mock, home };
        login.again()?;
        Ok(login)
    }

    /// Signs `dev` in again, and forgets what the mock saw of it.
    pub(super) fn again(&mut self) -> Result<(), Failure> {
        self.sign_in(PROFILE)?;
        self.mock.news().map(drop)
    }

    /// Signs a profile in.
    pub(super) fn sign_in(&self, profile: &str) -> Result<(), Failure> {
        SignIn::approved(
            &self.home,
            &self.rig.programs.lakekey,
            self.mock.url(),
            profile,
        )
    }

    pub(super) fn cache(&self) -> Result<Cache, Failure> {
        Cache::read(&self.home)
    }

    /// Whether there is a cache at all.
    pub(super) fn has_cache(&self) -> bool {
        cache::path(&self.home).exists()
    }

    /// Lets the token have expired.
    pub(super) fn expire(&self) -> Result<(), Failure> {
        let mut cache = self.cache()?;
        cache.expire();
        cache.write()
    }

    /// `lakekey auth token` for `dev`, as it is shipped.
    pub(super) fn token(&self, args: &[&str]) -> Command {
        self.token_of(&self.rig.programs.lakekey, args)
    }

    /// The same of a test build, with a variable that it obeys.
    pub(super) fn sabotaged(&self, args: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = self.token_of(&self.rig.sabotaged, args);
        command.envs(variables.iter().copied());
        command
    }

    /// A sign-in of `dev` with a test build, with variables that it obeys.
    pub(super) fn sabotaged_sign_in(&self, variables: &[(&str, &str)]) -> Result<SignIn, Failure> {
        let args = ["--host", self.mock.url(), "--profile", PROFILE];
        SignIn::start_with(&self.home, &self.rig.sabotaged, &args, variables)
    }

    /// The same of any program.
    pub(super) fn token_of(&self, lakekey: &Path, args: &[&str]) -> Command {
        let mut command = self.home.command(lakekey);
        command
            .args(["auth", "token", "--profile", PROFILE])
            .args(args);
        command
    }
}

/// The profile that is asked for.
pub(super) const PROFILE: &str = "dev";
