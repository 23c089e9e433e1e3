//! `dht_sim NODES LOOKUPS`: many nodes in one process, each with the product's DHT: what a look-up of providers costs and how
//! often it succeeds while nodes come and go.
//!
//! Each node knows three others when it starts and finds the rest by itself. Roots are announced, then a
//! fifth of the nodes goes and as many new ones come; then survivors and newcomers look for roots.
//! A look-up succeeds when it names one who announced the root and is there.
//!
//! Whole nodes are out of reach: joining a network of a thousand opens hundreds of connections a node,
//! and each costs handshakes of a key, of security and of eight protocols. Here a connection is a
//! pair of pipes and speaks Kademlia only, so what is counted is Kademlia's own. Prints one line of JSON.
#![forbid(unsafe_code)]

mod hops;
mod member;
mod wire;

use std::collections::HashSet;
use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use dag::{CidVersion, Codec, cid_of};
use futures_util::{StreamExt, TryStreamExt, stream};
use libp2p::{PeerId, kad};
use serde_json::{Value, json};

use crate::member::{Found, Member, World};

type Failure = Box<dyn Error + Send + Sync>;
type Fallible<T> = Result<T, Failure>;

/// Nodes that join or ask at once.
const AT_ONCE: usize = 16;
/// Peers a node knows when it starts.
const KNOWN: usize = 3;
/// Announcers of a root.
const PROVIDERS: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [nodes, look_ups] = arguments.as_slice() else {
        return Err("usage: dht_sim NODES LOOKUPS".into());
    };
    let line = simulate(nodes.parse()?, look_ups.parse()?).await?;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// How long after the last has joined the looking begins.
const SETTLE: Duration = member::IDLE.saturating_mul(2);

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

struct Network {
    world: World,
    rng: Rng,
    started: u64,
    all: Vec<Member>,
}

impl Network {
    /// Lets nodes join until there are so many.
    async fn grow(&mut self, to: usize) -> Fallible<()> {
        while self.all.len() < to {
            let count = AT_ONCE.min(to - self.all.len()).min(self.all.len().max(1));
            let mut joining = Vec::new();
            for _ in 0..count {
                self.started += 1;
                let picks = (0..KNOWN.min(self.all.len())).map(|_| self.rng.below(self.all.len()));
                let known = picks.map(|at| (self.all[at].peer, self.all[at].address.clone()));
                let known = known.collect();
                let member = Member::start(&self.world, self.started)?;
                joining.push(async move { member.join(known).await.map(|()| member) });
            }
            let joined = stream::iter(joining).buffer_unordered(AT_ONCE);
            self.all.extend(joined.try_collect::<Vec<_>>().await?);
        }
        Ok(())
    }
}

fn root(n: usize) -> kad::RecordKey {
    let cid = cid_of(Codec::Raw, CidVersion::V1, &n.to_le_bytes());
    kad::RecordKey::new(&cid.hash().to_bytes())
}

/// Runs one; what came of it.
async fn simulate(nodes: usize, look_ups: usize) -> Fallible<Value> {
    let began = Instant::now();
    let mut network = Network {
        world: World::default(),
        rng: Rng(0x9e37_79b9_7f4a_7c15 ^ nodes as u64),
        started: 0,
        all: Vec::with_capacity(nodes),
    };
    network.grow(nodes).await?;
    let grown = began.elapsed().as_secs_f64();

    let roots = (nodes / 10).max(8);
    let by: Vec<HashSet<usize>> = (0..roots)
        .map(|_| (0..PROVIDERS).map(|_| network.rng.below(nodes)).collect())
        .collect();
    let providers: Vec<HashSet<PeerId>> = by
        .iter()
        .map(|by| by.iter().map(|at| network.all[*at].peer).collect())
        .collect();
    let all = &network.all;
    let announcements = by.iter().enumerate();
    let announcements = announcements.flat_map(|(n, by)| by.iter().map(move |at| (n, *at)));
    let announced: Vec<bool> = stream::iter(announcements.collect::<Vec<_>>())
        .map(|(n, at)| all[at].provide(root(n)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;

    // A fifth goes without a word, and as many come.
    for _ in 0..nodes / 5 {
        let at = network.rng.below(network.all.len());
        network.all.swap_remove(at);
    }
    let staying: HashSet<PeerId> = network.all.iter().map(|member| member.peer).collect();
    network.grow(nodes).await?;

    // Connections of the joining close about now, all at once; a look-up that begins over a score of
    // them is not answered by any, which says nothing about the DHT.
    tokio::time::sleep(SETTLE).await;

    // Nobody can find a root whose announcers have all gone. A node asks once at a time.
    let found = |n: usize| providers[n].iter().any(|peer| staying.contains(peer));
    let mut askers: Vec<usize> = (0..nodes).collect();
    let mut asks = Vec::new();
    while asks.len() < look_ups {
        if askers.is_empty() {
            askers = (0..nodes).collect();
        }
        let (asker, n) = (network.rng.below(askers.len()), network.rng.below(roots));
        if found(n) {
            asks.push((askers.swap_remove(asker), n));
        }
    }
    let all = &network.all;
    let mut results: Vec<(usize, Found)> = Vec::new();
    for round in asks.chunks(nodes.min(look_ups)) {
        let looked = stream::iter(round.to_vec())
            .map(|(at, n)| async move { Ok::<_, Failure>((n, all[at].find(root(n)).await?)) })
            .buffer_unordered(AT_ONCE);
        results.extend(looked.try_collect::<Vec<_>>().await?);
    }

    let successes = results.iter().filter(|(n, found)| {
        let named = &mut found.providers.iter();
        named.any(|peer| providers[*n].contains(peer) && staying.contains(peer))
    });
    let mean = |of: fn(&Found) -> u32| {
        let sum: u64 = results.iter().map(|(_, found)| u64::from(of(found))).sum();
        sum as f64 / results.len().max(1) as f64
    };
    let hops: Vec<u32> = results.iter().filter_map(|(_, found)| found.hops).collect();
    Ok(json!({
        "nodes": nodes,
        "lookUps": results.len(),
        "successes": successes.count(),
        "announceFailures": announced.iter().filter(|done| !**done).count(),
        "hops": f64::from(hops.iter().sum::<u32>()) / hops.len().max(1) as f64,
        "mostHops": hops.iter().max(),
        "asked": mean(|found| found.asked),
        "messages": mean(|found| found.messages),
        "unanswered": mean(|found| found.unanswered),
        "growSeconds": grown,
        "seconds": began.elapsed().as_secs_f64(),
    }))
}
