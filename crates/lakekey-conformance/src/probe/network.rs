//! A network that a check has for itself: a namespace of Linux, for which it takes root.

use super::Probe;
use crate::case::Finding;

/// The loopback addresses of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Families {
    /// 127.0.0.1 and `::1`, and [`STRANGERS`].
    Both,
    /// 127.0.0.1 alone.
    V4,
    /// `::1` alone.
    V6,
}

/// Addresses of such a network that are this machine's and not loopback.
pub(crate) const STRANGERS: [&str; 2] = ["192.0.2.1", "2001:db8::1"];

impl Probe {
    /// Does this in a network of its own, where every port is free; counts as skipped where there is none.
    pub(crate) fn apart(
        &mut self,
        families: Families,
        work: impl FnOnce(&mut Self) -> Finding + Send,
    ) -> Finding {
        match imp::Network::new(families) {
            Ok(network) => network.within(|| work(self)),
            Err(why) => {
                self.lacks(&why.0);
                Ok(())
            }
        }
    }

    /// Does this in a network of its own, or where there is none in that of the machine; says which.
    pub(crate) fn apart_if_possible(
        &mut self,
        work: impl FnOnce(&mut Self, bool) -> Finding + Send,
    ) -> Finding {
        match imp::Network::new(Families::Both) {
            Ok(network) => network.within(|| work(self, true)),
            Err(_) => work(self, false),
        }
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::os::fd::AsFd as _;
    use std::panic::resume_unwind;
    use std::path::Path;
    use std::process::{Child, Stdio};
    use std::thread;

    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

    use super::{Families, STRANGERS};
    use crate::case::{Finding, Wrong, there};
    use crate::doors;

    /// A namespace, kept by a process that ends with this.
    #[derive(Debug)]
    pub(super) struct Network(Child);

    impl Network {
        pub(super) fn new(families: Families) -> Finding<Self> {
            let mut command = doors::command(Path::new("unshare"));
            let script = format!(
                "ip link set lo up && {} && echo ready && exec cat",
                changes(families)
            );
            command.args(["--net", "--", "sh", "-c", &script]);
            let keeper = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|error| lacking(&error.to_string()))?;
            let mut network = Self(keeper);
            let mut line = String::new();
            let stdout = there("standard output", network.0.stdout.take())?;
            BufReader::new(stdout).read_line(&mut line)?;
            if line == "ready\n" {
                return Ok(network);
            }
            let mut said = String::new();
            there("standard error", network.0.stderr.take())?.read_to_string(&mut said)?;
            Err(lacking(said.trim()))
        }

        /// Does this on a thread whose sockets and processes are in the namespace.
        pub(super) fn within<T: Send>(
            &self,
            work: impl FnOnce() -> Finding<T> + Send,
        ) -> Finding<T> {
            let namespace = doors::open(Path::new(&format!("/proc/{}/ns/net", self.0.id())))?;
            let inside = || {
                let kind = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(namespace.as_fd(), kind)?;
                work()
            };
            let outcome = thread::scope(|scope| scope.spawn(inside).join());
            outcome.unwrap_or_else(|panic| resume_unwind(panic))
        }
    }

    impl Drop for Network {
        fn drop(&mut self) {
            // Fails only if it has ended already.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn changes(families: Families) -> String {
        match families {
            Families::Both => STRANGERS
                .map(|address| format!("ip address add {address} dev lo"))
                .join(" && "),
            Families::V4 => "ip address delete ::1/128 dev lo".to_owned(),
            Families::V6 => "ip address delete 127.0.0.1/8 dev lo".to_owned(),
        }
    }

    fn lacking(why: &str) -> Wrong {
        Wrong::new(format!("a network namespace of its own: {why}"))
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::Families;
    use crate::case::{Finding, Wrong};

    #[derive(Debug)]
    pub(super) struct Network;

    impl Network {
        pub(super) fn new(_: Families) -> Finding<Self> {
            Err(Wrong::new("network namespaces, which only Linux has"))
        }

        #[expect(clippy::unused_self, reason = "on Linux it is a process")]
        pub(super) fn within<T: Send>(
            &self,
            work: impl FnOnce() -> Finding<T> + Send,
        ) -> Finding<T> {
            work()
        }
    }
}
