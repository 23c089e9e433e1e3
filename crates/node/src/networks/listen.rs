//! Where networks listen.

use net::{AddressPart as Part, Multiaddr, Profile};

/// The addresses to listen on. One port for both transports, so that a link names what is the same
/// after a restart.
pub(super) fn listen_on(profile: &Profile, port: u16, loopback_only: bool) -> Vec<Multiaddr> {
    let hosts: &[&str] = match loopback_only {
        true => &["/ip4/127.0.0.1"],
        false => &["/ip4/0.0.0.0", "/ip6/::"],
    };
    let mut addresses = Vec::new();
    for host in hosts {
        addresses.push(format!("{host}/tcp/{port}"));
        if profile.transports.quic {
            addresses.push(format!("{host}/udp/{port}/quic-v1"));
        }
    }
    addresses
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// A number that nobody listens on now; 0, which lets the system choose, when there is none.
pub(super) fn free_port() -> u16 {
    std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_or(0, |address| address.port())
}

/// The same addresses with ports that the system chooses.
pub(super) fn any_port(addresses: &[Multiaddr]) -> Vec<Multiaddr> {
    addresses
        .iter()
        .map(|address| {
            address
                .iter()
                .map(|part| match part {
                    Part::Tcp(_) => Part::Tcp(0),
                    Part::Udp(_) => Part::Udp(0),
                    part => part,
                })
                .collect()
        })
        .collect()
}

/// The TCP port of the first address that has one.
pub(super) fn port_of(addresses: &[Multiaddr]) -> Option<u16> {
    let mut parts = addresses.iter().flat_map(|address| address.iter());
    parts.find_map(|part| match part {
        Part::Tcp(port) => Some(port),
        _ => None,
    })
}

/// Whether an address names this machine alone.
pub(super) fn is_loopback(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_loopback(),
        Part::Ip6(ip) => ip.is_loopback(),
        _ => false,
    })
}

/// Whether an address holds on one link only, so that others need to know which: `fe80::`.
pub(super) fn is_link_local(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_link_local(),
        Part::Ip6(ip) => ip.is_unicast_link_local(),
        _ => false,
    })
}
