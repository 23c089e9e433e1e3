//! HTTP by hand, for requests that no well-behaved client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest wait for bytes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to `http://HOST:PORT`.
pub(crate) fn connect(base: &str) -> TcpStream {
    let address = base.strip_prefix("http://").expect("an http address");
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_write_timeout(Some(PATIENCE)).expect("set");
    stream
}

/// Sends `request` as it is and gives the status of the answer; 0 when the other side
/// just hung up, which is its right.
pub(crate) fn status(base: &str, request: &[u8]) -> u16 {
    let mut stream = connect(base);
    // The other side may answer and hang up before it has read everything.
    let _ = stream.write_all(request);
    status_of(&mut stream)
}

/// The status of the answer that comes next.
pub(crate) fn status_of(stream: &mut TcpStream) -> u16 {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n") && head.len() < 1024 {
        match stream.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("no answer: {error}"),
        }
    }
    let text = String::from_utf8_lossy(&head);
    text.split(' ')
        .nth(1)
        .map_or(0, |code| code.parse().expect("a status"))
}
