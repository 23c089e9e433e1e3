//! What is kept of the networks for the next start: ports, good peers, what was published.
//!
//! Hints in `network.json`: a damaged or lost file costs a port and a little time. What must not be
//! lost is not here.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use net::KnownPeer;

use super::{NetworkChoice, Plan};

/// Where it is in the home.
const FILE: &str = "network.json";
/// Bytes of that file that are read.
const MAX_BYTES: u64 = 1 << 20;
/// Peers that are kept for the next start.
const MAX_KNOWN: usize = 50;
/// Networks whose peers are kept.
const MAX_NETWORKS: usize = 8;

/// What is kept for the next start.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// The port that links name: it should not change.
    direct_port: u16,
    wide_port: u16,
    /// By the name of the network: peers of one are strangers on another.
    good_peers: BTreeMap<String, Vec<KeptPeer>>,
    /// What this node's own name points to.
    pub(super) published: Option<KeptName>,
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct KeptPeer {
    peer: String,
    addresses: Vec<String>,
}

/// A name that is kept up over restarts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct KeptName {
    /// The path it points to.
    pub(super) value: String,
    /// Grows with every other value.
    pub(super) sequence: u64,
}

impl Kept {
    /// What is there; nothing when it cannot be read.
    pub(super) fn read(home: &Path) -> Self {
        let mut text = String::new();
        let read = std::fs::File::open(home.join(FILE))
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        match read {
            Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
            Err(_) => Kept::default(),
        }
    }

    /// Replaces the file.
    pub(super) fn write(&self, home: &Path) -> std::io::Result<()> {
        let path = home.join(FILE);
        let text = serde_json::to_vec(self)?;
        let temporary = path.with_extension("new");
        std::fs::write(&temporary, text)?;
        std::fs::rename(&temporary, &path)
    }

    /// The port of this network; 0 when it has none yet.
    pub(super) fn port(&self, plan: &Plan) -> u16 {
        match plan.choice {
            NetworkChoice::Direct => self.direct_port,
            _ => self.wide_port,
        }
    }

    pub(super) fn port_mut(&mut self, plan: &Plan) -> &mut u16 {
        match plan.choice {
            NetworkChoice::Direct => &mut self.direct_port,
            _ => &mut self.wide_port,
        }
    }

    /// Replaces the good peers of a network.
    pub(super) fn keep_peers(&mut self, network: &str, peers: &[KnownPeer]) {
        let kept = peers.iter().take(MAX_KNOWN).map(|peer| KeptPeer {
            peer: peer.peer.to_string(),
            addresses: peer.addresses.iter().map(ToString::to_string).collect(),
        });
        if self.good_peers.len() < MAX_NETWORKS || self.good_peers.contains_key(network) {
            self.good_peers.insert(network.to_owned(), kept.collect());
        }
    }

    /// Peers that were good on this network before.
    pub(super) fn known_peers(&self, network: &str) -> Vec<KnownPeer> {
        let kept = self.good_peers.get(network).into_iter().flatten();
        let known = kept.take(MAX_KNOWN).filter_map(|kept| {
            let addresses = kept.addresses.iter().filter_map(|text| text.parse().ok());
            Some(KnownPeer {
                peer: kept.peer.parse().ok()?,
                addresses: addresses.collect(),
            })
        });
        known.collect()
    }
}
