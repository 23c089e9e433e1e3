//! The DHT as a node of any network runs it: libp2p's Kademlia, set as below, over [`Records`].
//!
//! Public so that a simulation can drive the same thing over wires of its own (examples/dht_sim).

use std::num::NonZeroUsize;
use std::time::Duration;

use libp2p::{PeerId, StreamProtocol, kad};

use crate::clock::Clock;
pub use crate::network::records::Records;

/// How long others' records are kept without being sent again: name records hold for a day.
const RECORD_TTL: Duration = Duration::from_secs(36 * 3600);
/// Peers a look-up asks at once, as go-btfs does.
const PARALLEL: NonZeroUsize = NonZeroUsize::new(10).expect("ten is not zero");

/// Kademlia over what this node keeps of it.
pub type Dht = kad::Behaviour<Records>;

/// The DHT of `name` as `me` runs it. Without a mode it is a client until an address is confirmed
/// from outside.
pub fn behaviour(name: &StreamProtocol, me: PeerId, mode: Option<kad::Mode>, clock: &Clock) -> Dht {
    let mut config = kad::Config::new(name.clone());
    config
        .set_parallelism(PARALLEL)
        .set_query_timeout(Duration::from_secs(60))
        // A record that others hold must outlive the sweep that renews it.
        .set_provider_record_ttl(Some(Duration::from_secs(48 * 3600)))
        // What is announced is announced again by the sweep, what is published by who signs it.
        .set_provider_publication_interval(None)
        .set_publication_interval(None)
        .set_replication_interval(None)
        .set_record_ttl(Some(RECORD_TTL))
        .set_caching(kad::Caching::Disabled)
        // The owner bootstraps when it has addresses; a timer would dial from a quiet node.
        .set_periodic_bootstrap_interval(Some(Duration::from_secs(600)));
    let store = Records::new(me, clock.clone());
    let mut dht = Dht::with_config(me, store, config);
    dht.set_mode(mode);
    dht
}
