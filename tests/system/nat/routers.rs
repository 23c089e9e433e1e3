//! What a router does, seen from outside with plain UDP.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use crate::support::world::Host;

const PORT: u16 = 3478;
/// A packet that is let through is there at once; one that never comes is waited for so long.
const WAIT: Duration = Duration::from_millis(700);

fn socket(host: &Host, port: u16) -> UdpSocket {
    let socket = host.at(|| UdpSocket::bind(("0.0.0.0", port)).expect("bound"));
    socket.set_read_timeout(Some(WAIT)).expect("set");
    socket
}

fn heard(socket: &UdpSocket) -> Option<SocketAddr> {
    let mut buffer = [0; 16];
    socket.recv_from(&mut buffer).ok().map(|(_, from)| from)
}

/// Whether two servers see the host at one address, and whether a third socket, which the host has
/// never spoken to, gets through to it there.
pub(super) fn look(host: &Host, servers: &[Host; 2]) -> (bool, bool) {
    let own = socket(host, 40_000);
    let [one, two] = servers.each_ref().map(|server| socket(server, PORT));
    for server in servers {
        own.send_to(b"hello", (server.outside, PORT)).expect("sent");
    }
    let seen = [&one, &two].map(|server| heard(server).expect("it arrives"));
    assert!(
        seen.iter().all(|seen| seen.ip() == host.outside),
        "{seen:?}"
    );
    let stranger = socket(&servers[1], PORT + 1);
    // Another port of a host that it spoke to: address-dependent filtering would let it through.
    stranger.send_to(b"hello", seen[1]).expect("sent");
    let lets_in = heard(&own).is_some();
    one.send_to(b"hello", seen[0]).expect("sent");
    assert!(heard(&own).is_some(), "answers come through");
    (seen[0] == seen[1], lets_in)
}
