//! Many whole networks in one process, over memory: what a look-up of providers costs and how often
//! it succeeds while nodes come and go.
//!
//! Each node knows three others when it starts and finds the rest by itself. Roots are announced, then a
//! fifth of the nodes goes and as many new ones come; then survivors and newcomers look for roots.
//! A look-up succeeds when it names one who announced the root and is there.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use dag::{Cid, CidVersion, Codec, cid_of};
use futures_util::{StreamExt, TryStreamExt, stream};
use net::{DhtMode, KnownPeer, Network, NetworkConfig, NodeKey, PeerId, Profile};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::Fallible;
use crate::nodes::address;

/// Nodes that are started or asked at once.
const AT_ONCE: usize = 16;
/// Announcers of a root.
const PROVIDERS: usize = 3;
/// Peers that a look-up is satisfied with.
const ENOUGH: usize = 20;
/// How long nodes that have started get to know others before anything is asked.
const SETTLE: Duration = Duration::from_secs(10);
/// The longest a look-up may take.
const PATIENCE: Duration = Duration::from_secs(60);

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

async fn member(known: Vec<KnownPeer>) -> Fallible<(Network, KnownPeer)> {
    let mut profile = Profile::btfs();
    profile.transports.memory = true;
    profile.transports.tcp = false;
    profile.transports.websocket = false;
    let mut config = NetworkConfig::quiet(profile, NodeKey::random()?);
    config.listen = vec!["/memory/0".parse()?];
    config.known_peers = known;
    config.dht_mode = Some(DhtMode::Server);
    let network = Network::start(config, CancellationToken::new())?;
    let me = KnownPeer {
        peer: network.peer_id(),
        addresses: vec![address(&network).await],
    };
    Ok((network, me))
}

/// Three of those that are there.
fn some(rng: &mut Rng, all: &[(Network, KnownPeer)]) -> Vec<KnownPeer> {
    let picks = (0..3.min(all.len())).map(|_| rng.below(all.len()));
    picks.map(|at| all[at].1.clone()).collect()
}

async fn grow(rng: &mut Rng, all: &mut Vec<(Network, KnownPeer)>, to: usize) -> Fallible<()> {
    while all.len() < to {
        let count = AT_ONCE.min(to - all.len()).min(all.len().max(1));
        let starts: Vec<_> = (0..count).map(|_| member(some(rng, all))).collect();
        let started: Vec<_> = stream::iter(starts)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        all.extend(started);
    }
    Ok(())
}

fn root(n: usize) -> Cid {
    cid_of(Codec::Raw, CidVersion::V1, &n.to_le_bytes())
}

/// Runs one; what came of it.
pub(crate) async fn simulate(nodes: usize, look_ups: usize) -> Fallible<Value> {
    let began = Instant::now();
    let mut rng = Rng(0x9e37_79b9_7f4a_7c15 ^ nodes as u64);
    let mut all = Vec::with_capacity(nodes);
    grow(&mut rng, &mut all, nodes).await?;
    let grown = began.elapsed().as_secs_f64();
    tokio::time::sleep(SETTLE).await;

    let roots = (nodes / 10).max(8);
    let announced: Vec<(usize, Vec<usize>)> = (0..roots)
        .map(|n| (n, (0..PROVIDERS).map(|_| rng.below(nodes)).collect()))
        .collect();
    let announcements = announced
        .iter()
        .flat_map(|(n, by)| by.iter().map(move |at| (*n, *at)));
    let announcements: Vec<_> = announcements.collect();
    let failed = stream::iter(&announcements)
        .map(|(n, at)| all[*at].0.provide(root(*n)))
        .buffer_unordered(AT_ONCE)
        .filter(|done| std::future::ready(done.is_err()))
        .count()
        .await;

    // A fifth goes without a word, and as many come.
    let providers: Vec<Vec<PeerId>> = announced
        .iter()
        .map(|(_, by)| by.iter().map(|at| all[*at].1.peer).collect())
        .collect();
    let mut gone = HashSet::new();
    for _ in 0..nodes / 5 {
        let (network, known) = all.swap_remove(rng.below(all.len()));
        gone.insert(known.peer);
        network.shutdown().await;
    }
    grow(&mut rng, &mut all, nodes).await?;
    tokio::time::sleep(SETTLE).await;

    let asks: Vec<(usize, usize)> = (0..look_ups)
        .map(|_| (rng.below(all.len()), rng.below(roots)))
        .collect();
    let (all, providers, gone) = (&all, &providers, &gone);
    let found: Vec<Option<bool>> = stream::iter(asks)
        .map(|(at, n)| async move {
            let alive: Vec<_> = providers[n]
                .iter()
                .filter(|peer| !gone.contains(peer))
                .collect();
            if alive.is_empty() {
                return None;
            }
            let look = async {
                let mut found = all[at].0.find_providers(root(n), ENOUGH).await;
                while let Some(peer) = found.recv().await {
                    if alive.contains(&&peer) {
                        return true;
                    }
                }
                false
            };
            Some(tokio::time::timeout(PATIENCE, look).await.unwrap_or(false))
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let asked: Vec<bool> = found.into_iter().flatten().collect();
    let successes = asked.iter().filter(|found| **found).count();
    let mut cost = (0, 0, 0);
    for (network, _) in all {
        let own = network.look_ups().await;
        cost = (
            cost.0 + own.ended,
            cost.1 + own.asked,
            cost.2 + own.unanswered,
        );
    }
    Ok(json!({
        "nodes": nodes,
        "lookUps": asked.len(),
        "successes": successes,
        "announceFailures": failed,
        "asked": cost.1 as f64 / cost.0.max(1) as f64,
        "unanswered": cost.2 as f64 / cost.0.max(1) as f64,
        "growSeconds": grown,
        "seconds": began.elapsed().as_secs_f64(),
    }))
}
