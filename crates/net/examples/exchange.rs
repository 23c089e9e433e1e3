//! A node without a store, for trying block exchange with programs that others wrote
//! (tests/interop): it serves a file or a folder from memory, or fetches one.
//!
//! ```text
//! exchange serve PATH            prints {"address", "root"}; ends with its standard input
//! exchange fetch ADDRESS CID TO  writes what CID is to TO; prints {"blocks", "bytes", "seconds"}
//! ```
#![allow(clippy::unwrap_used, reason = "a tool for tests: a failure is a panic")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use dag::directory::{DirectoryBuilder, ListStep, Listing, Sharding};
use dag::{Block, Cid, CidVersion, FileCursor, FileLayout, FileShape, Step};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use net::bitswap::{BlockSource, Reach, Session, SessionOptions};
use net::{Multiaddr, Network, NetworkConfig, NetworkEvent, NodeKey, PeerId, Profile};
use tokio_util::sync::CancellationToken;

/// Blocks that are asked for at once.
const AHEAD: usize = 256;

#[derive(Default)]
struct Blocks(HashMap<Cid, Bytes>);

impl BlockSource for Blocks {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(self.0.get(&cid).cloned()))
    }

    fn size(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(self.0.get(&cid).map(Bytes::len)))
    }
}

impl Blocks {
    fn put(&mut self, block: Block) {
        self.0.insert(block.cid, block.bytes);
    }

    /// Adds a file or a folder; its address and the size of its DAG.
    fn add(&mut self, path: &Path) -> (Cid, u64) {
        if path.is_dir() {
            let mut folder = DirectoryBuilder::new();
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                let (cid, size) = self.add(&entry.path());
                let name = entry.file_name().into_string().unwrap();
                folder.add(&name, cid, size).unwrap();
            }
            let root = folder.build(CidVersion::V1, Sharding::Auto, &mut |block| self.put(block));
            let root = root.unwrap();
            let added = (root.block.cid, root.cumulative_size);
            self.put(root.block);
            return added;
        }
        let shape = FileShape::from(FileLayout::v1());
        let root = shape.add(fs::File::open(path).unwrap(), |block| {
            self.put(block);
            Ok(())
        });
        let root = root.unwrap();
        (root.cid, root.cumulative_size)
    }

    /// Writes what `cid` is to `to`.
    fn write(&self, cid: Cid, to: &Path) {
        let mut listing = Listing::new(cid);
        let mut is_folder = false;
        loop {
            match listing.poll() {
                ListStep::Need(shard) => {
                    if listing.supply(shard, &self.0[&shard]).is_err() {
                        break; // A file.
                    }
                    if !is_folder {
                        fs::create_dir_all(to).unwrap();
                        is_folder = true;
                    }
                }
                ListStep::Entries(entries) => {
                    for entry in entries {
                        assert!(
                            !entry.name.contains('/') && entry.name != "..",
                            "a plain name"
                        );
                        self.write(entry.cid, &to.join(&entry.name));
                    }
                }
                ListStep::Done => return,
            }
        }
        let mut file = std::io::BufWriter::new(fs::File::create(to).unwrap());
        let mut cursor = FileCursor::new(cid, ..);
        loop {
            match cursor.poll() {
                Step::Need(cid) => cursor.supply(cid, self.0[&cid].clone()).unwrap(),
                Step::Chunk(bytes) => file.write_all(&bytes).unwrap(),
                Step::Done => break,
            }
        }
        file.flush().unwrap();
    }
}

/// Fetches everything below `root`, as a reader with a look-ahead does.
async fn fetch(session: &Session, root: Cid) -> Blocks {
    let mut blocks = Blocks::default();
    let mut seen = HashSet::from([root]);
    let mut next = vec![root];
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < AHEAD {
            let Some(cid) = next.pop() else { break };
            running.push(session.get(cid, None).map(move |got| (cid, got.unwrap())));
        }
        let Some((cid, bytes)) = running.next().await else {
            return blocks;
        };
        let links = dag::links(&cid, &bytes).unwrap();
        next.extend(links.into_iter().rev().filter(|link| seen.insert(*link)));
        blocks.put(Block { cid, bytes });
    }
}

async fn start(source: Blocks) -> (Network, Multiaddr) {
    let mut config = NetworkConfig::quiet(Profile::open(), NodeKey::random().unwrap());
    config.source = Arc::new(source);
    let network = Network::start(config, CancellationToken::new()).unwrap();
    let mut events = network.events();
    let listen = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
    network.listen(listen).await.unwrap();
    loop {
        if let NetworkEvent::Listening(address) = events.recv().await.unwrap() {
            let me = libp2p::multiaddr::Protocol::P2p(network.peer_id());
            return (network, address.with(me));
        }
    }
}

fn print(line: &serde_json::Value) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve", path] => {
            let mut blocks = Blocks::default();
            let (root, _) = blocks.add(Path::new(path));
            let (network, address) = start(blocks).await;
            let root = root.to_string();
            print(&serde_json::json!({ "address": address.to_string(), "root": root }));
            let ended = tokio::task::spawn_blocking(|| {
                let _ = std::io::stdin().read(&mut [0]);
            });
            ended.await.unwrap();
            network.shutdown().await;
        }
        ["fetch", address, cid, to] => {
            let (network, _) = start(Blocks::default()).await;
            let peer = network
                .dial_address(address.parse().unwrap())
                .await
                .unwrap();
            let options = SessionOptions {
                reach: Reach::ProvidersOnly,
                providers: vec![peer],
            };
            let session = network.exchange().session(options).await.unwrap();
            let began = Instant::now();
            let root = cid.parse().unwrap();
            let blocks = fetch(&session, root).await;
            let seconds = began.elapsed().as_secs_f64();
            blocks.write(root, Path::new(to));
            let bytes: usize = blocks.0.values().map(Bytes::len).sum();
            let count = blocks.0.len();
            print(&serde_json::json!({ "blocks": count, "bytes": bytes, "seconds": seconds }));
            network.shutdown().await;
        }
        _ => panic!("usage: exchange serve PATH | exchange fetch ADDRESS CID TO"),
    }
}
