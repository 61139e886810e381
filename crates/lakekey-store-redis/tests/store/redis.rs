//! A `redis-server` of one test, and ways to look into it.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests start a server, and look for ports it may have"
)]

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use lakekey_core::Token;
use lakekey_store::Key;
use lakekey_store_redis::{Builder, RedisStore, SealingKey};
use tempfile::TempDir;

/// A running server, stopped when dropped. It listens on a socket in a folder of its own.
pub(crate) struct Redis {
    folder: TempDir,
    args: Vec<String>,
    child: Child,
    /// Kept open, so that the server can go on writing its log.
    log: BufReader<ChildStdout>,
}

impl Redis {
    pub(crate) fn start() -> Self {
        Self::with(tempfile::tempdir().unwrap(), &[])
    }

    /// With these arguments besides.
    pub(crate) fn with(folder: TempDir, args: &[&str]) -> Self {
        let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (child, log) = serve(&folder, &args).expect("the server starts");
        Self {
            folder,
            args,
            child,
            log,
        }
    }

    /// With this argument for the port, and the port. Others may be faster to use a free one.
    pub(crate) fn with_port(option: &str, args: &[&str]) -> (Self, u16) {
        for _ in 0..PORTS {
            let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
            let mut args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
            args.extend([option.to_owned(), port.to_string()]);
            if let Some((child, log)) = serve(&folder, &args) {
                let server = Self {
                    folder,
                    args,
                    child,
                    log,
                };
                return (server, port);
            }
        }
        panic!("the server starts with {args:?} on none of {PORTS} ports")
    }

    /// Kills the server, which loses all it held, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.stop();
        (self.child, self.log) = serve(&self.folder, &self.args).expect("the server starts again");
    }

    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", socket(&self.folder).display())
    }

    pub(crate) fn builder(&self) -> Builder {
        RedisStore::builder(self.url(), key(1))
    }

    pub(crate) fn store(&self) -> RedisStore {
        self.builder().build().unwrap()
    }

    /// A connection that bypasses the store.
    pub(crate) fn raw(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_connection().unwrap()
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn key(byte: u8) -> SealingKey {
    SealingKey::from_bytes(&[byte; 32])
}

pub(crate) fn dev() -> Key {
    Key::profile("dev")
}

pub(crate) fn token(name: &str) -> Token {
    Token::bearer(format!("access-{name}")).with_refresh(format!("refresh-{name}"))
}

/// A port of loopback that was free just now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a server and waits until it answers; `None` if it ends before.
fn serve(folder: &TempDir, args: &[String]) -> Option<(Child, BufReader<ChildStdout>)> {
    let mut child = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no"])
        .args(["--daemonize", "no", "--logfile", "", "--dir"])
        .arg(folder.path())
        .arg("--unixsocket")
        .arg(socket(folder))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server is installed (Debian: apt-get install redis-server)");
    let mut log = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Ready to accept connections") && !line.contains("now ready to accept") {
        line.clear();
        if log.read_line(&mut line).unwrap() == 0 {
            child.wait().unwrap();
            return None;
        }
    }
    Some((child, log))
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("redis.sock")
}

/// How many ports to try before something else must be wrong.
const PORTS: usize = 5;
