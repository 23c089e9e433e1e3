//! Networks as they go over the wire, and why they gave no answer.

use node::{AskNetwork, ReplaceIdentity};

use super::errors::boxed;
use crate::{
    dto::{self, ErrorCode},
    error::ApiError,
};

pub(crate) fn network(network: node::NetworkStatus) -> dto::Network {
    dto::Network {
        name: network.name.to_owned(),
        peer_id: network.peer_id,
        listening: network.listening,
        reachability: match network.reachability {
            node::Reachability::LocalOnly => dto::Reachability::LocalOnly,
            node::Reachability::OutgoingOnly => dto::Reachability::OutgoingOnly,
            node::Reachability::Relayed => dto::Reachability::Relayed,
            node::Reachability::Direct => dto::Reachability::Direct,
            _ => dto::Reachability::Offline,
        },
        peers: network
            .peers
            .into_iter()
            .map(|peer| dto::NetworkPeer {
                peer_id: peer.peer_id,
                agent: peer.agent,
                addresses: peer.addresses,
                relayed: peer.relayed,
                cannot_connect_directly: peer.cannot_connect_directly,
            })
            .collect(),
        received: network.received,
        sent: network.sent,
    }
}

/// The last hour.
pub(crate) fn history(history: node::TrafficHistory) -> dto::TrafficHistory {
    let samples = history
        .samples
        .into_iter()
        .map(|sample| dto::TrafficSample {
            at: sample.at,
            received: sample.received,
            sent: sample.sent,
        });
    dto::TrafficHistory {
        every_seconds: history.every.as_secs(),
        samples: samples.collect(),
    }
}

/// A connection to a peer.
pub(crate) fn peer(peer: node::SwarmPeer) -> dto::SwarmPeer {
    dto::SwarmPeer {
        peer: peer.peer,
        address: peer.address,
        agent: peer.agent,
    }
}

/// A peer and its addresses.
pub(crate) fn addresses(peer: node::PeerAddresses) -> dto::PeerAddresses {
    dto::PeerAddresses {
        peer: peer.peer,
        addresses: peer.addresses,
    }
}

/// Counts of blocks.
pub(crate) fn bitswap(stat: node::BitswapStat, wanted: &[dag::Cid]) -> dto::BitswapStat {
    dto::BitswapStat {
        wanted: wanted.iter().map(ToString::to_string).collect(),
        peers: stat.peers,
        blocks_received: stat.blocks_received,
        bytes_received: stat.bytes_received,
        blocks_sent: stat.blocks_sent,
        bytes_sent: stat.bytes_sent,
        duplicates: stat.duplicates,
        duplicate_bytes: stat.duplicate_bytes,
    }
}

impl From<AskNetwork> for ApiError {
    fn from(error: AskNetwork) -> Self {
        let text = super::shares::sentence(&error.to_string());
        match error {
            AskNetwork::NotRunning => Self::new(ErrorCode::NoNetwork, text).todo(
                "Turn the network on in the Network room, or start the daemon with --network.",
            ),
            AskNetwork::BadRequest(_) => Self::bad_request(text),
            AskNetwork::Blocked(blocked) => blocked.into(),
            AskNetwork::Failed(_) => Self::new(ErrorCode::PeerUnreachable, text),
            other => boxed(&other),
        }
    }
}

impl From<ReplaceIdentity> for ApiError {
    fn from(error: ReplaceIdentity) -> Self {
        let text = super::shares::sentence(&error.to_string());
        let refused = match (error.reason(), &error) {
            (Some((reason, word)), _) => Self::new(ErrorCode::BadKey, text)
                .todo(
                    "Give the 12 or 24 words, the key as 64 hexadecimal digits, the PrivKey of the \
                     BTFS config, or a key that was sealed here.",
                )
                .detail(serde_json::json!({ "reason": reason, "word": word })),
            (None, ReplaceIdentity::WrongPassword) => Self::new(ErrorCode::WrongPassword, text)
                .todo("Give the password that the key was sealed with."),
            (None, ReplaceIdentity::ShortPassword) => {
                Self::bad_request(text).todo("Choose a password of at least 8 characters.")
            }
            (None, ReplaceIdentity::SameKey) => Self::new(ErrorCode::Conflict, text),
            (None, ReplaceIdentity::OtherIdentity(_)) => Self::new(ErrorCode::Conflict, text)
                .todo("Look again who this home is, and say that this one is to be replaced."),
            (None, ReplaceIdentity::ShuttingDown) => Self::new(ErrorCode::ShuttingDown, text),
            (None, other) => boxed(other),
        };
        refused.safe("This home keeps the key it has.")
    }
}
