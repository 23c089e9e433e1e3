//! The networks a node can run, as data.
//!
//! | profile | key | transports | DHT |
//! |---|---|---|---|
//! | `btfs` | the public one of BTFS | TCP, WebSocket | `/btfs/kad/1.0.0` |
//! | `btfs-testnet` | the public one of its test network | TCP, WebSocket | `/btfs/kad/1.0.0` |
//! | `open` | none | TCP, WebSocket, QUIC | `/ipfs/kad/1.0.0` |
//! | `private` | the user's own file | TCP, WebSocket | `/btfs/kad/1.0.0` |
//! | `direct` | none | TCP, QUIC | none |
//!
//! A key excludes QUIC: the pre-shared key is a layer under the handshake, and QUIC has none there.

use dag::name_record::NameSystem;
use libp2p::{Multiaddr, PeerId, StreamProtocol};

use crate::swarm_key::SwarmKey;

/// The public key of the BTFS main network (go-btfs-config, `init.go`).
const BTFS_KEY: &str = "64ef95289a6b998c776927ed6e33ca8c9202ee47df90141d09f5ffeeb64b8a66";
/// The public key of the BTFS test network (go-btfs-config, `init.go`).
const TESTNET_KEY: &str = "d0566ce7e71d880487a89385296ab8a454967e975955ce0e59bff7991d5539d6";
/// What peers are told about this program.
const AGENT: &str = concat!("tributary/", env!("CARGO_PKG_VERSION"));

/// Which transports a network may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transports {
    /// TCP.
    pub tcp: bool,
    /// WebSocket over TCP.
    pub websocket: bool,
    /// QUIC; never together with a key.
    pub quic: bool,
    /// `/memory/` addresses in place of all others, for tests.
    pub memory: bool,
}

/// In which order the two security protocols are offered. Both are always accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityOrder {
    /// TLS 1.3 first, as go-libp2p does.
    TlsFirst,
    /// Noise first.
    NoiseFirst,
}

/// How far the receive windows of the muxer may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// With the bandwidth and the delay of the connection.
    Growing,
    /// Stay so small that peers that send a whole window in one frame (JavaScript) are understood.
    Clamped,
}

/// The names of the two DHTs, wide area and local.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DhtNames {
    /// Spoken with peers on public addresses.
    pub wan: StreamProtocol,
    /// Spoken with peers on private addresses.
    pub lan: StreamProtocol,
    /// Whose records are published and looked for.
    pub names: NameSystem,
}

/// One network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Stable name, for settings and links.
    pub name: &'static str,
    /// Every connection's outermost layer, if any.
    pub key: Option<SwarmKey>,
    /// What may be dialled and listened on.
    pub transports: Transports,
    /// Offered first.
    pub security: SecurityOrder,
    /// Of the muxer.
    pub windows: Windows,
    /// The DHTs, if it has any.
    pub dht: Option<DhtNames>,
    /// Sent by identify.
    pub agent: String,
    /// Where a new node meets the network.
    pub bootstrap: Vec<Multiaddr>,
    /// Whether this node looks for others on the local network.
    pub mdns: bool,
}

/// Why a list of addresses does not parse.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseBootstrap {
    /// A line (counted from 1) is not an address.
    #[error("line {0} is not an address")]
    Address(usize),
    /// A line (counted from 1) does not end with a peer id.
    #[error("line {0} does not name a peer")]
    Peer(usize),
}

/// Parses one address a line; blank lines and those that begin with `#` do not count.
pub fn parse_bootstrap(text: &str) -> Result<Vec<Multiaddr>, ParseBootstrap> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            let address: Multiaddr = line
                .trim()
                .parse()
                .map_err(|_| ParseBootstrap::Address(at + 1))?;
            peer_of(&address).ok_or(ParseBootstrap::Peer(at + 1))?;
            Ok(address)
        })
        .collect()
}

/// The peer an address ends with.
pub(crate) fn peer_of(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(libp2p::multiaddr::Protocol::P2p(peer)) => Some(peer),
        _ => None,
    }
}

impl Profile {
    /// The BTFS main network: what a node runs unless told otherwise.
    pub fn btfs() -> Self {
        Profile {
            key: Some(shipped_key(BTFS_KEY)),
            ..Self::keyed("btfs", include_str!("../../../assets/networks/btfs.txt"))
        }
    }

    /// The BTFS test network.
    pub fn btfs_testnet() -> Self {
        let list = include_str!("../../../assets/networks/btfs-testnet.txt");
        Profile {
            key: Some(shipped_key(TESTNET_KEY)),
            ..Self::keyed("btfs-testnet", list)
        }
    }

    /// A network of the user's own, with the key of their `swarm.key` and no shipped addresses.
    pub fn private(key: SwarmKey) -> Self {
        Profile {
            key: Some(key),
            ..Self::keyed("private", "")
        }
    }

    /// The public network that IPFS nodes speak.
    pub fn open() -> Self {
        Profile {
            key: None,
            transports: Transports {
                tcp: true,
                websocket: true,
                quic: true,
                memory: false,
            },
            windows: Windows::Clamped,
            dht: Some(DhtNames {
                wan: StreamProtocol::new("/ipfs/kad/1.0.0"),
                lan: StreamProtocol::new("/ipfs/lan/kad/1.0.0"),
                names: NameSystem::Ipns,
            }),
            ..Self::keyed("open", include_str!("../../../assets/networks/open.txt"))
        }
    }

    /// Between Tributary nodes that know of each other: from links, the local network, contacts.
    pub fn direct() -> Self {
        Profile {
            key: None,
            transports: Transports {
                tcp: true,
                websocket: false,
                quic: true,
                memory: false,
            },
            security: SecurityOrder::NoiseFirst,
            dht: None,
            ..Self::keyed("direct", "")
        }
    }

    fn keyed(name: &'static str, bootstrap: &str) -> Self {
        Profile {
            name,
            key: None,
            transports: Transports {
                tcp: true,
                websocket: true,
                quic: false,
                memory: false,
            },
            security: SecurityOrder::TlsFirst,
            windows: Windows::Growing,
            dht: Some(DhtNames {
                wan: StreamProtocol::new("/btfs/kad/1.0.0"),
                lan: StreamProtocol::new("/btfs/lan/kad/1.0.0"),
                names: NameSystem::Btns,
            }),
            agent: AGENT.to_owned(),
            bootstrap: parse_bootstrap(bootstrap).expect("BUG: a test parses the shipped lists"),
            mdns: true,
        }
    }
}

fn shipped_key(hex: &str) -> SwarmKey {
    let file = format!("/key/swarm/psk/1.0.0/\n/base16/\n{hex}");
    SwarmKey::parse(file.as_bytes()).expect("BUG: a test parses the shipped keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_parses_and_keys_exclude_quic() {
        let own = SwarmKey::new([1; 32]);
        let all = [
            Profile::btfs(),
            Profile::btfs_testnet(),
            Profile::open(),
            Profile::private(own),
            Profile::direct(),
        ];
        for profile in &all {
            assert!(
                profile.key.is_none() || !profile.transports.quic,
                "{}",
                profile.name
            );
        }
        assert_eq!(Profile::btfs().bootstrap.len(), 3);
        assert_ne!(Profile::btfs().key, Profile::btfs_testnet().key);
        assert_eq!(Profile::open().windows, Windows::Clamped);
        assert!(Profile::direct().dht.is_none());
    }

    #[test]
    fn a_bad_line_is_named() {
        let good = "/ip4/1.2.3.4/tcp/1/p2p/16Uiu2HAmN9fnzLq3Y2u1vqjiM7jk5Ep2xaTZWGqHsMcdCpDpQmZT";
        let list = |line: &str| parse_bootstrap(&format!("# comment\n\n{line}\n"));
        assert_eq!(list(good).expect("one").len(), 1);
        assert_eq!(list("nonsense"), Err(ParseBootstrap::Address(3)));
        assert_eq!(list("/ip4/1.2.3.4/tcp/1"), Err(ParseBootstrap::Peer(3)));
    }
}
