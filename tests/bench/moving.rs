//! Moving blocks over loopback: against a bare copy, from capped providers, from many at once.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use dag::Cid;
use futures_util::{StreamExt, stream};
use net::bitswap::{FairRounds, Session};
use serde_json::{Value, json};
use store::Store;
use tokio::runtime::Runtime;

use crate::Fallible;
use crate::bare::bare_copy;
use crate::nodes::{LOOPBACK, Memory, Stored, blocks, meet, node, put, store};

/// Blocks asked for at once.
const AHEAD: usize = 256;
/// Blocks that are made durable together.
const GROUP: usize = 64;
/// Groups on their way to the disk.
const GROUPS: usize = 4;

/// Block exchange between two stores, and a bare copy of the same bytes, in turn.
pub(crate) fn copy(
    runtime: &Runtime,
    mib: usize,
    pairs: usize,
    keyed: bool,
    work: &Path,
) -> Fallible<Value> {
    let blocks = Arc::new(blocks(mib * 4));
    let giving = store(&work.join("giver"))?;
    for group in blocks.chunks(GROUP) {
        put(&giving, group)?;
    }
    let mut runs = Vec::new();
    for pair in 0..pairs {
        let before = cpu_seconds()?;
        let bare = runtime.block_on(bare_copy(Arc::clone(&blocks), keyed))?;
        let bare_cpu = cpu_seconds()? - before;
        let home = work.join(format!("taker-{pair}"));
        let taking = store(&home)?;
        let before = cpu_seconds()?;
        let exchange = exchange(&giving, &taking, &blocks, keyed);
        let ours = runtime.block_on(exchange)?;
        let our_cpu = cpu_seconds()? - before;
        let stored = taking.stat()?.blocks;
        if stored != blocks.len() as u64 {
            return Err(format!("{stored} of {} blocks are stored", blocks.len()).into());
        }
        taking.shutdown();
        drop(taking);
        std::fs::remove_dir_all(&home)?;
        runs.push(json!({ "bare": bare, "ours": ours, "bareCpu": bare_cpu, "ourCpu": our_cpu }));
    }
    giving.shutdown();
    std::fs::remove_dir_all(work.join("giver"))?;
    Ok(json!({ "mib": mib, "keyed": keyed, "pairs": runs }))
}

/// Everything from one store into another, durable at the end; seconds.
async fn exchange(
    giving: &Arc<Store>,
    taking: &Arc<Store>,
    blocks: &[(Cid, Bytes)],
    keyed: bool,
) -> Fallible<f64> {
    let source = Arc::new(Stored(Arc::clone(giving)));
    let giver = node(keyed, Some(source), None, LOOPBACK)?;
    let taker = node(keyed, None, None, LOOPBACK)?;
    let session = meet(&taker, &[&giver]).await?;
    let started = Instant::now();
    let fetched = stream::iter(blocks)
        .map(|(cid, _)| async { Fallible::Ok((*cid, session.get(*cid, None).await?)) })
        .buffer_unordered(AHEAD)
        .ready_chunks(GROUP);
    let written = fetched.map(|group| {
        let store = Arc::clone(taking);
        async move {
            let group = group.into_iter().collect::<Fallible<Vec<_>>>()?;
            tokio::task::spawn_blocking(move || put(&store, &group)).await?
        }
    });
    let mut written = std::pin::pin!(written.buffer_unordered(GROUPS));
    while let Some(group) = written.next().await {
        group?;
    }
    let seconds = started.elapsed().as_secs_f64();
    taker.shutdown().await;
    giver.shutdown().await;
    Ok(seconds)
}

/// Fetches blocks and forgets them; seconds.
async fn drain(session: &Session, blocks: &[(Cid, Bytes)]) -> Fallible<f64> {
    let started = Instant::now();
    let mut fetches = stream::iter(blocks)
        .map(|(cid, _)| session.get(*cid, None))
        .buffer_unordered(AHEAD);
    while let Some(block) = fetches.next().await {
        block?;
    }
    Ok(started.elapsed().as_secs_f64())
}

fn giver(blocks: &[(Cid, Bytes)], bytes_per_second: u64) -> Fallible<net::Network> {
    let source = Arc::new(Memory(blocks.iter().cloned().collect()));
    let policy = Box::new(FairRounds::limited(bytes_per_second));
    node(true, Some(source), Some(policy), LOOPBACK)
}

/// Four providers that give a quarter of 60 MB/s each: all at once, and each alone.
pub(crate) async fn capped(mib: usize, pairs: usize) -> Fallible<Value> {
    const CAP: u64 = 15_000_000;
    let blocks = blocks(mib * 4);
    let mut runs = Vec::new();
    for _ in 0..pairs {
        let mut alone = Vec::new();
        let part = blocks.len() / 4;
        for quarter in blocks.chunks(part) {
            let (giver, taker) = (giver(quarter, CAP)?, node(true, None, None, LOOPBACK)?);
            let seconds = drain(&meet(&taker, &[&giver]).await?, quarter).await?;
            alone.push((quarter.len() * crate::nodes::BLOCK) as f64 / seconds);
            taker.shutdown().await;
            giver.shutdown().await;
        }
        let givers = (0..4)
            .map(|_| giver(&blocks, CAP))
            .collect::<Fallible<Vec<_>>>()?;
        let taker = node(true, None, None, LOOPBACK)?;
        let session = meet(&taker, &givers.iter().collect::<Vec<_>>()).await?;
        let seconds = drain(&session, &blocks).await?;
        drop(session);
        taker.shutdown().await;
        for giver in &givers {
            giver.shutdown().await;
        }
        let together = (blocks.len() * crate::nodes::BLOCK) as f64 / seconds;
        runs.push(json!({ "alone": alone, "together": together }));
    }
    Ok(json!({ "mib": mib, "cap": CAP, "pairs": runs }))
}

/// Eight providers of which the quickest gives eight times what the slowest gives.
pub(crate) async fn duplicates(mib: usize, runs: usize) -> Fallible<Value> {
    let blocks = blocks(mib * 4);
    let mut counted = Vec::new();
    for _ in 0..runs {
        let givers = (1..=8)
            .map(|n| giver(&blocks, n * 2_000_000))
            .collect::<Fallible<Vec<_>>>()?;
        let taker = node(true, None, None, LOOPBACK)?;
        let session = meet(&taker, &givers.iter().collect::<Vec<_>>()).await?;
        let seconds = drain(&session, &blocks).await?;
        let stats = taker.exchange().stats().await?;
        drop(session);
        taker.shutdown().await;
        for giver in &givers {
            giver.shutdown().await;
        }
        counted.push(json!({
            "blocks": stats.blocks,
            "duplicates": stats.duplicate_blocks + stats.late_blocks,
            "seconds": seconds,
        }));
    }
    Ok(json!({ "mib": mib, "runs": counted }))
}

/// User and system time of this process: fields 14 and 15, in hundredths of a second.
fn cpu_seconds() -> Fallible<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<_> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0)
}
