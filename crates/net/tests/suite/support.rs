//! Blocks in memory, and networks that talk to nobody unasked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dag::{Block, Cid, CidVersion, Codec, cid_of};
use futures_util::future::BoxFuture;
use net::bitswap::BlockSource;
use net::{Multiaddr, Network, NetworkConfig, NetworkEvent, NodeKey, PeerId, Profile};
use tokio_util::sync::CancellationToken;

/// Nothing here takes this long; a test that does is stuck.
pub(crate) const STUCK: Duration = Duration::from_secs(120);

/// Blocks in memory, some of them for certain peers only.
#[derive(Default)]
pub(crate) struct Blocks {
    blocks: Mutex<HashMap<Cid, Bytes>>,
    private: Mutex<Option<Vec<PeerId>>>,
    pub(crate) reads: AtomicUsize,
}

impl Blocks {
    pub(crate) fn of(blocks: &[Block]) -> Arc<Self> {
        let source = Blocks::default();
        for block in blocks {
            source.put(block);
        }
        Arc::new(source)
    }

    pub(crate) fn put(&self, block: &Block) {
        let mut blocks = self.blocks.lock().unwrap();
        blocks.insert(block.cid, block.bytes.clone());
    }

    pub(crate) fn only_for(&self, peers: Vec<PeerId>) {
        *self.private.lock().unwrap() = Some(peers);
    }

    fn find(&self, peer: PeerId, cid: &Cid) -> Option<Bytes> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let private = self.private.lock().unwrap();
        let allowed = private.as_ref().is_none_or(|peers| peers.contains(&peer));
        let found = self.blocks.lock().unwrap().get(cid).cloned();
        found.filter(|_| allowed)
    }
}

impl BlockSource for Blocks {
    fn get(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(self.find(peer, &cid)))
    }

    fn size(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        let size = self.find(peer, &cid).map(|bytes| bytes.len());
        Box::pin(std::future::ready(size))
    }
}

/// `count` different blocks of `len` bytes, the same in every run.
pub(crate) fn blocks(count: usize, len: usize) -> Vec<Block> {
    let block = |n: usize| {
        let mut state = n as u64 + 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        let bytes = Bytes::from_iter(std::iter::repeat_with(next).take(len));
        Block {
            cid: cid_of(Codec::Raw, CidVersion::V1, &bytes),
            bytes,
        }
    };
    (0..count).map(block).collect()
}

/// A profile whose nodes meet in memory.
pub(crate) fn in_memory() -> Profile {
    let mut profile = Profile::btfs();
    profile.transports.memory = true;
    profile.transports.tcp = false;
    profile.transports.websocket = false;
    profile
}

/// A node that serves `source` and listens where its profile can.
pub(crate) async fn node(profile: Profile, source: Arc<Blocks>) -> Network {
    node_with(profile, source, |_| ()).await
}

pub(crate) async fn node_with(
    profile: Profile,
    source: Arc<Blocks>,
    change: impl FnOnce(&mut NetworkConfig),
) -> Network {
    let address = match profile.transports.memory {
        true => "/memory/0",
        false => "/ip4/127.0.0.1/tcp/0",
    };
    node_at(profile, source, address, change).await
}

/// A node that listens at `address`.
pub(crate) async fn node_at(
    profile: Profile,
    source: Arc<Blocks>,
    address: &str,
    change: impl FnOnce(&mut NetworkConfig),
) -> Network {
    let mut config = NetworkConfig::quiet(profile, NodeKey::random().unwrap());
    config.source = source;
    change(&mut config);
    let network = Network::start(config, CancellationToken::new()).unwrap();
    let mut events = network.events();
    network.listen(address.parse().unwrap()).await.unwrap();
    until(&mut events, |event| {
        matches!(event, NetworkEvent::Listening(_))
    })
    .await;
    network
}

/// Waits for an event.
pub(crate) async fn until(
    events: &mut tokio::sync::broadcast::Receiver<NetworkEvent>,
    wanted: impl Fn(&NetworkEvent) -> bool,
) -> NetworkEvent {
    let found = tokio::time::timeout(STUCK, async {
        loop {
            let event = events.recv().await.unwrap();
            if wanted(&event) {
                return event;
            }
        }
    });
    found.await.expect("the event comes")
}

pub(crate) async fn address(network: &Network) -> Multiaddr {
    network.listening().await.into_iter().next().unwrap()
}

/// Connects `from` to `to`.
pub(crate) async fn connect(from: &Network, to: &Network) {
    let at = vec![address(to).await];
    let met = from.dial(to.peer_id(), at).await.unwrap();
    assert_eq!(met, to.peer_id());
}
