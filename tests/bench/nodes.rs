//! Networks to measure: blocks, where they come from, and two ends that are connected.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use dag::{Block, Cid, CidVersion, Codec, cid_of};
use futures_util::future::BoxFuture;
use net::bitswap::{BlockSource, Reach, ServePolicy, Session, SessionOptions};
use net::{Multiaddr, Network, NetworkConfig, NodeKey, PeerId, Profile, SecurityOrder};
use store::{Store, StoreConfig};
use tokio_util::sync::CancellationToken;

use crate::Fallible;

/// The usual block.
pub(crate) const BLOCK: usize = 256 * 1024;

/// Blocks in memory.
pub(crate) struct Memory(pub(crate) HashMap<Cid, Bytes>);

impl BlockSource for Memory {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(self.0.get(&cid).cloned()))
    }

    fn size(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(self.0.get(&cid).map(Bytes::len)))
    }
}

/// Blocks in a store, read on the blocking pool, as a node does.
pub(crate) struct Stored(pub(crate) Arc<Store>);

impl BlockSource for Stored {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        let store = Arc::clone(&self.0);
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || store.get(&cid).ok().flatten());
            read.await.ok().flatten()
        })
    }

    fn size(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        let stat = self.0.stat_block(&cid).ok().flatten();
        Box::pin(std::future::ready(stat.map(|stat| stat.len as usize)))
    }
}

/// `count` blocks that do not repeat, the same in every run.
pub(crate) fn blocks(count: usize) -> Vec<(Cid, Bytes)> {
    let block = |n: usize| {
        let mut state = n as u64 + 1;
        let mut bytes = Vec::with_capacity(BLOCK);
        while bytes.len() < BLOCK {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        (
            cid_of(Codec::Raw, CidVersion::V1, &bytes),
            Bytes::from(bytes),
        )
    };
    (0..count).map(block).collect()
}

/// A store in a new folder.
pub(crate) fn store(home: &Path) -> Fallible<Arc<Store>> {
    std::fs::create_dir_all(home)?;
    Ok(Arc::new(Store::open(StoreConfig::new(home))?))
}

/// Puts blocks and waits until they are durable.
pub(crate) fn put(store: &Store, blocks: &[(Cid, Bytes)]) -> Fallible<()> {
    let batch = store.batch();
    for (cid, bytes) in blocks {
        batch.put(&Block {
            cid: *cid,
            bytes: bytes.clone(),
        })?;
    }
    Ok(batch.commit()?)
}

/// A network on loopback: with the key of BTFS, or with none.
pub(crate) fn node(
    keyed: bool,
    source: Option<Arc<dyn BlockSource>>,
    policy: Option<Box<dyn ServePolicy>>,
    listen: &str,
) -> Fallible<Network> {
    let mut profile = match keyed {
        true => Profile::btfs(),
        false => Profile::direct(),
    };
    profile.security = SecurityOrder::NoiseFirst;
    let mut config = NetworkConfig::quiet(profile, NodeKey::random()?);
    config.listen = vec![listen.parse()?];
    config.limits.connections = 1000;
    config.limits.incoming = 1000;
    if let Some(source) = source {
        config.source = source;
    }
    if let Some(policy) = policy {
        config.policy = policy;
    }
    Ok(Network::start(config, CancellationToken::new())?)
}

pub(crate) const LOOPBACK: &str = "/ip4/127.0.0.1/tcp/0";

/// Where a network listens.
pub(crate) async fn address(network: &Network) -> Multiaddr {
    loop {
        // The listener reports its port by an event; asking again is as good here.
        match network.listening().await.into_iter().next() {
            Some(address) => return address,
            None => tokio::task::yield_now().await,
        }
    }
}

/// Connects `taker` to all of `givers` and opens a session that asks them.
pub(crate) async fn meet(taker: &Network, givers: &[&Network]) -> Fallible<Session> {
    for giver in givers {
        let at = vec![address(giver).await];
        taker.dial(giver.peer_id(), at).await?;
    }
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: givers.iter().map(|one| one.peer_id()).collect(),
    };
    Ok(taker.exchange().session(options).await?)
}
