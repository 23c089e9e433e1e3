//! Ports that a router is asked for: it plays on loopback, by PCP or by NAT-PMP alone.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::mpsc::{Receiver, sync_channel};

use net::{Network, NetworkConfig, NetworkEvent, NodeKey, Profile, Reachability};
use tokio_util::sync::CancellationToken;

use crate::support::{STUCK, until};

/// Where PCP and NAT-PMP are spoken (RFC 6887, 19.1).
const PORT: u16 = 5351;
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
const OUTSIDE_PORT: u16 = 40_001;

/// What was asked: the port inside and for how long.
type Asked = (u16, u32);

fn number(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap())
}

/// Takes part in RFC 6886, 3.2 and 3.3.
fn nat_pmp(query: &[u8]) -> (Vec<u8>, Option<Asked>) {
    let mut answer = vec![0, query[1] | 0x80, 0, 0, 0, 0, 0, 9];
    if query[1] == 0 {
        answer.extend(OUTSIDE.octets());
        return (answer, None);
    }
    answer.extend(&query[4..6]);
    answer.extend(OUTSIDE_PORT.to_be_bytes());
    answer.extend(&query[8..12]);
    let seconds = u32::from_be_bytes(query[8..12].try_into().unwrap());
    (answer, Some((number(query, 4), seconds)))
}

/// Takes part in RFC 6887, 11.1.
fn pcp(query: &[u8]) -> (Vec<u8>, Option<Asked>) {
    let mut answer = vec![2, query[1] | 0x80, 0, 0];
    answer.extend(&query[4..8]);
    answer.extend([0, 0, 0, 9]);
    answer.extend([0; 12]);
    // Nonce, protocol and the port inside, as they came.
    answer.extend(&query[24..42]);
    answer.extend(OUTSIDE_PORT.to_be_bytes());
    answer.extend(OUTSIDE.to_ipv6_mapped().octets());
    let seconds = u32::from_be_bytes(query[4..8].try_into().unwrap());
    (answer, Some((number(query, 40), seconds)))
}

/// A router; it ends with the test's process.
fn router(at: Ipv4Addr, speaks_pcp: bool) -> Receiver<Asked> {
    let socket = UdpSocket::bind((at, PORT)).expect("nobody else plays a router here");
    let (tell, asked) = sync_channel(64);
    std::thread::spawn(move || {
        let mut query = [0; 1100];
        while let Ok((len, from)) = socket.recv_from(&mut query) {
            let query = &query[..len];
            let (answer, one) = match (query[0], speaks_pcp) {
                (2, true) => pcp(query),
                (0, false) => nat_pmp(query),
                // Version not supported, from one that has version 0.
                _ => (vec![0, query[1] | 0x80, 0, 1, 0, 0, 0, 9], None),
            };
            let _ = socket.send_to(&answer, from);
            if let Some(one) = one {
                let _ = tell.try_send(one);
            }
        }
    });
    asked
}

async fn mapped_and_given_back(at: Ipv4Addr, speaks_pcp: bool) {
    let asked = router(at, speaks_pcp);
    let mut profile = Profile::direct();
    profile.transports.quic = false;
    let mut config = NetworkConfig::quiet(profile, NodeKey::random().unwrap());
    config.map_ports = true;
    config.gateway = Some(at);
    let network = Network::start(config, CancellationToken::new()).unwrap();
    let mut events = network.events();
    network
        .listen("/ip4/127.0.0.1/tcp/0".parse().unwrap())
        .await
        .unwrap();
    let outside = format!("/ip4/{OUTSIDE}/tcp/{OUTSIDE_PORT}");
    until(
        &mut events,
        |event| matches!(event, NetworkEvent::Reachable(at) if at.to_string() == outside),
    )
    .await;
    assert_eq!(network.reachability().await, Reachability::Direct);
    let inside = network.listening().await.remove(0).to_string();
    let (port, seconds) = asked.recv_timeout(STUCK).expect("it was asked");
    assert_eq!(inside, format!("/ip4/127.0.0.1/tcp/{port}"));
    assert!(seconds >= 600, "{seconds}");

    network.shutdown().await;
    let mut others = std::iter::repeat_with(|| asked.recv_timeout(STUCK).expect("given back"));
    let given_back = others.find(|(_, seconds)| *seconds == 0);
    assert_eq!(given_back, Some((port, 0)), "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_with_pcp_gives_a_port_and_gets_it_back() {
    mapped_and_given_back(Ipv4Addr::new(127, 3, 5, 1), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_with_nat_pmp_alone_does_so_too() {
    mapped_and_given_back(Ipv4Addr::new(127, 3, 5, 2), false).await;
}
