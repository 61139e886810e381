//! The doors of this crate: environment, files, clock, processes and sockets are touched here only.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Instant, SystemTime};

use tokio::net::TcpSocket;

/// An environment variable, unless it is empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to the environment"
)]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The bytes of a file, or `None` if there is no such file.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to reading files"
)]
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file, to be read.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to open files"
)]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A file that is there now, to be locked.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to files that are locked"
)]
pub(crate) fn create(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Writes a file, and the folders above it.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to writing files"
)]
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

/// Makes a folder, and those above it.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to making folders"
)]
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Removes a file.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to removing files"
)]
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Gives a file another name, in the place of whatever had it.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to renaming files"
)]
pub(crate) fn rename(path: &Path, new: &Path) -> io::Result<()> {
    fs::rename(path, new)
}

/// Says when a file was last written.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to the times of files"
)]
pub(crate) fn set_modified(path: &Path, when: SystemTime) -> io::Result<()> {
    File::options().write(true).open(path)?.set_modified(when)
}

/// The moment it is, for measuring how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to the clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of day, for the date of a report.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to the calendar"
)]
pub(crate) fn wall_clock() -> SystemTime {
    SystemTime::now()
}

/// A program to be started.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to processes"
)]
pub(crate) fn command(program: &Path) -> Command {
    Command::new(program)
}

/// A connection to the first address of `host` that answers.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to connections"
)]
pub(crate) fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
    TcpStream::connect(address)
}

/// A connection whose other side has to wait until what came was read: the operating system keeps no more
/// than a few KiB.
pub(crate) async fn connect_narrowly(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(2048)?;
    let stream = socket.connect(address).await?.into_std()?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// A socket that listens; port 0 lets the operating system choose.
#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to listening"
)]
pub(crate) fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// The files and folders in a folder.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

/// The address this machine has in its network: where a datagram to a documentation address would leave from
/// (RFC 5737). None is sent.
pub(crate) fn own_address() -> io::Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect(("192.0.2.1", 9))?;
    Ok(socket.local_addr()?.ip())
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
