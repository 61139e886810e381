//! Requests written by hand.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use lakekey_mock::Listening;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn form_request(host: &str, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
}

pub(crate) fn control_as(
    mock: &Listening,
    host: &str,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> String {
    let url = mock.control_url();
    let (address, _) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let (name, port) = address.split_once(':').unwrap();
    let stream = connect((name, port.parse().unwrap())).unwrap();
    exchange(
        stream,
        &format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

pub(crate) fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
}

pub(crate) fn get(address: (&str, u16), path: &str) -> String {
    exchange(connect(address).unwrap(), &request(path))
}

/// Sends, and reads until the other side is done, however it ends.
pub(crate) fn exchange(mut stream: TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A connection cut short is what some tests are about; they look at what arrived.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[expect(clippy::disallowed_methods, reason = "the tests' one door to sockets")]
pub(crate) fn connect(address: (&str, u16)) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}
