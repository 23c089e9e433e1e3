//! The two ends of an exchange as processes of their own, for links between network namespaces.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use net::bitswap::{Reach, SessionOptions};
use serde_json::{Value, json};

use crate::nodes::{BLOCK, LOOPBACK, Memory, address, blocks, node};
use crate::{Fallible, say};

/// Blocks asked for at once.
const AHEAD: usize = 256;

/// Serves `mib` of blocks at an address, with the key of BTFS.
pub(crate) async fn give(mib: usize, listen: &str) -> Fallible<Value> {
    let source = Arc::new(Memory(blocks(mib * 4).into_iter().collect()));
    let network = node(true, Some(source), None, listen)?;
    let at = address(&network).await;
    say(&json!({ "address": format!("{at}/p2p/{}", network.peer_id()) }))?;
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await??;
    network.shutdown().await;
    Ok(json!({ "ended": true }))
}

/// Fetches all of it.
pub(crate) async fn take(mib: usize, from: &str) -> Fallible<Value> {
    let blocks = blocks(mib * 4);
    let network = node(true, None, None, LOOPBACK)?;
    let peer = network.dial_address(from.parse()?).await?;
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: vec![peer],
    };
    let session = network.exchange().session(options).await?;
    let started = Instant::now();
    let mut fetches = stream::iter(&blocks)
        .map(|(cid, _)| session.get(*cid, None))
        .buffer_unordered(AHEAD);
    while let Some(block) = fetches.next().await {
        block?;
    }
    let seconds = started.elapsed().as_secs_f64();
    drop(fetches);
    let stats = network.exchange().stats().await?;
    network.shutdown().await;
    let bytes = blocks.len() * BLOCK;
    Ok(json!({ "bytes": bytes, "seconds": seconds, "duplicates": stats.duplicate_blocks }))
}
