//! One request on one connection, written and read by hand: nothing is followed, kept or corrected.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

use http::header::HOST;
use http::{Request, Response};
use tokio::runtime::Builder;

use crate::case::{Finding, Wrong, holds, there};
use crate::doors;

/// Sends a request over plain HTTP and reads the response to its end.
pub(crate) fn send(request: &Request<Vec<u8>>) -> Finding<Response<Vec<u8>>> {
    let uri = request.uri().clone();
    holds(
        uri.scheme_str() == Some("http"),
        format!("`{uri}` is no http URL"),
    )?;
    let host = there("the host", uri.host())?.trim_matches(['[', ']']);
    // RFC 6761 §6.3: such names are this machine, whether or not its resolver knows.
    let host = if host.ends_with(".localhost") {
        "localhost"
    } else {
        host
    };
    send_to((host, uri.port_u16().unwrap_or(80)), request)
}

/// The same to one address, whatever the host of the request is.
pub(crate) fn send_to(
    address: impl ToSocketAddrs,
    request: &Request<Vec<u8>>,
) -> Finding<Response<Vec<u8>>> {
    let answer = raw(address, &written(request))?;
    read(&answer).map_err(|wrong| wrong.during(request.uri()))
}

/// Sends these bytes to a port of this machine and reads the response to its end.
pub(crate) fn exchange(port: u16, bytes: &[u8]) -> Finding<Response<Vec<u8>>> {
    read(&raw((Ipv4Addr::LOCALHOST, port), bytes)?)
}

/// A connection to a port of this machine, on which nothing takes forever.
pub(crate) fn open(address: impl ToSocketAddrs) -> Finding<TcpStream> {
    patient(doors::connect(address)?)
}

/// The same with almost no room on this side, so that what is not read stays with the other.
pub(crate) fn open_narrow(port: u16) -> Finding<TcpStream> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let address = (Ipv4Addr::LOCALHOST, port).into();
    patient(runtime.block_on(doors::connect_narrowly(address))?)
}

fn patient(stream: TcpStream) -> Finding<TcpStream> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends these bytes and gives everything that came back until the other side closed.
fn raw(address: impl ToSocketAddrs, bytes: &[u8]) -> Finding<Vec<u8>> {
    let mut stream = open(address)?;
    // A server that refuses early may close before it has read everything; its answer still counts.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error.into()),
        _ => {
            close(&stream)?;
            Ok(answer)
        }
    }
}

fn close(stream: &TcpStream) -> io::Result<()> {
    match stream.shutdown(Shutdown::Both) {
        Err(error) if error.kind() != io::ErrorKind::NotConnected => Err(error),
        _ => Ok(()),
    }
}

fn written(request: &Request<Vec<u8>>) -> Vec<u8> {
    let uri = request.uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let mut lines = vec![
        format!("{} {path} HTTP/1.1", request.method()),
        "Connection: close".to_owned(),
        format!("Content-Length: {}", request.body().len()),
    ];
    if !request.headers().contains_key(HOST) {
        lines.push(format!("Host: {host}"));
    }
    for (name, value) in request.headers() {
        lines.push(format!(
            "{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    let mut bytes = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
    bytes.extend(request.body());
    bytes
}

/// Reads a response from all of its bytes.
pub(crate) fn read(answer: &[u8]) -> Finding<Response<Vec<u8>>> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = there("the end of the headers", end)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut response = Response::builder().status(there("the status", status)?);
    for line in lines {
        let (name, value) = there("a colon in a header", line.split_once(':'))?;
        response = response.header(name, value.trim());
    }
    let response = response.body(answer[end + 4..].to_vec())?;
    whole(&response)?;
    Ok(response)
}

/// Fails if the body is shorter than its length said.
fn whole(response: &Response<Vec<u8>>) -> Finding {
    let length = super::header(response, "content-length");
    let found = response.body().len();
    match length.parse::<usize>() {
        Ok(length) if length != found => Err(Wrong::new(format!(
            "the body has {found} bytes of {length}"
        ))),
        _ => Ok(()),
    }
}

/// How long a single read or write may take.
const PATIENCE: Duration = Duration::from_secs(10);
