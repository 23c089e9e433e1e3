//! Content that others give to everybody: fetched when it is asked for, and nothing else is asked.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dag::{Block, Cid, FileLayout};
use futures_util::future::BoxFuture;
use net::bitswap::BlockSource;
use net::{Network, NetworkConfig, NodeKey, PeerId, Profile, SwarmKey};
use node::{ContentReader, NetworkChoice, NetworkOptions, Node, NodeConfig, Opened, ReadContent};
use tokio_util::sync::CancellationToken;

use crate::coded::coded;
use crate::support::{PATIENCE, World, import_paths, item_named, noise, until};

fn key() -> SwarmKey {
    SwarmKey::new([7; 32])
}

/// A node of a network of its own on this machine, which meets it at `bootstrap`.
pub(crate) async fn open_member(home: &Path, bootstrap: &[String], find: Duration) -> Node {
    let key = format!("/key/swarm/psk/1.0.0/\n/base16/\n{}\n", "07".repeat(32));
    std::fs::write(home.join("swarm.key"), key).expect("written");
    let list: Vec<String> = bootstrap.iter().map(|at| format!("{at:?}")).collect();
    let config = format!("{{ \"bootstrap\": [{}] }}", list.join(", "));
    std::fs::write(home.join("config.jsonc"), config).expect("written");
    let options = NetworkOptions {
        choice: Some(NetworkChoice::Private),
        loopback_only: true,
        name_server: None,
    };
    let config = NodeConfig::new(home)
        .with_network(options)
        .with_find_patience(find);
    Node::open(config).await.expect("the home opens")
}

/// Somebody else's node: gives everything it has to everybody, and notes what it was asked for.
#[derive(Default)]
struct Giver {
    blocks: HashMap<Vec<u8>, Bytes>,
    asked: Mutex<Vec<Cid>>,
}

impl Giver {
    fn find(&self, cid: &Cid) -> Option<Bytes> {
        self.asked.lock().expect("no test panics").push(*cid);
        self.blocks.get(&cid.hash().to_bytes()).cloned()
    }

    fn was_asked(&self, cid: &Cid) -> bool {
        self.asked.lock().expect("no test panics").contains(cid)
    }

    fn take(&mut self, block: Block) {
        self.blocks.insert(block.cid.hash().to_bytes(), block.bytes);
    }

    fn add(&mut self, bytes: &[u8]) -> dag::FileRoot {
        let keep = |block| {
            self.take(block);
            Ok(())
        };
        dag::add_bytes(FileLayout::default(), bytes, keep).expect("nothing is read")
    }
}

struct Gives(Arc<Giver>);

impl BlockSource for Gives {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(self.0.find(&cid)))
    }
    fn size(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        let found = self.0.find(&cid);
        Box::pin(std::future::ready(found.map(|bytes| bytes.len())))
    }
}

/// Starts it; where it is, with its peer id.
async fn start(giver: Giver) -> (Arc<Giver>, Network, String) {
    let giver = Arc::new(giver);
    let key_of_node = NodeKey::random().expect("random bytes");
    let mut config = NetworkConfig::quiet(Profile::private(key()), key_of_node);
    config.source = Arc::new(Gives(Arc::clone(&giver)));
    config.dht_mode = Some(net::DhtMode::Server);
    config.listen = vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
    let network = Network::start(config, CancellationToken::new()).expect("it starts");
    let mut events = network.events();
    let address = loop {
        if let Some(address) = network.listening().await.first() {
            break address.clone();
        }
        events.recv().await.expect("it runs");
    };
    let address = format!("{address}/p2p/{}", network.peer_id());
    (giver, network, address)
}

/// Waits until the node is connected to somebody on the network of its own.
pub(crate) async fn connected(node: &Node) {
    until(node, async || {
        let networks = node.networks().await;
        let mut own = networks.iter().filter(|network| network.name == "private");
        own.any(|network| !network.peers.is_empty()).then_some(())
    })
    .await;
}

pub(crate) async fn read_all(opened: Opened) -> Vec<u8> {
    let Opened::File(stream) = opened else {
        panic!("it is a file");
    };
    let mut all = Vec::new();
    while (all.len() as u64) < stream.size() {
        let part = stream
            .read_at(all.len() as u64, node::MAX_READ)
            .await
            .expect("the bytes come");
        assert!(!part.is_empty());
        all.extend_from_slice(&part);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_connected_peer_has_is_read_listed_and_pinned() {
    let mut giver = Giver::default();
    let bytes = noise(9_000_000, 11);
    let file = giver.add(&bytes);
    let other = giver.add(b"small");
    let mut folder = dag::directory::DirectoryBuilder::new();
    folder
        .add("film.bin", file.cid, file.cumulative_size)
        .expect("a name");
    folder
        .add("small.txt", other.cid, other.cumulative_size)
        .expect("a name");
    let built = folder.finish(dag::CidVersion::V0).expect("a folder");
    let root = built.block.cid;
    giver.take(built.block);
    let (_, network, address) = start(giver).await;
    let home = tempfile::tempdir().expect("a folder");
    let node = open_member(home.path(), &[address], PATIENCE).await;
    connected(&node).await;

    let path = node::ContentPath {
        root,
        segments: vec!["film.bin".to_owned()],
    };
    let Opened::File(stream) = node.open_content(&path).await.expect("it opens") else {
        panic!("it is a file");
    };
    assert_eq!(stream.size(), 9_000_000);
    for (offset, len) in [(8_999_990_u64, 10_usize), (0, 5), (4_000_000, 300_000)] {
        let part = stream.read_at(offset, len).await.expect("the bytes come");
        let offset = usize::try_from(offset).expect("small");
        assert_eq!(part, bytes[offset..offset + len], "at {offset}");
    }
    let opened = node.open_content_for(&path, ContentReader::Visitor).await;
    assert!(read_all(opened.expect("it opens")).await == bytes);

    node.pin(root, node::PinKind::BytesRequired, "kept".to_owned())
        .await
        .expect("it is fetched and pinned");
    network.shutdown().await;
    let again = node.open_content(&path).await.expect("it is here");
    assert!(read_all(again).await == bytes);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_is_said_to_be_so_and_what_is_private_is_asked_of_nobody() {
    let (giver, network, address) = start(Giver::default()).await;
    let world = World::new();
    let find = Duration::from_millis(1_500);
    let node = open_member(world.home.path(), &[address], find).await;
    connected(&node).await;
    let path = world.file("private.bin", &noise(600_000, 5));
    import_paths(&node, &[&path]).await;
    let private = item_named(&node, "private.bin").await.root;
    let absent = dag::cid_of(dag::Codec::DagPb, dag::CidVersion::V0, b"nowhere");

    let mut took = Vec::new();
    for cid in [private, absent] {
        let began = tokio::time::Instant::now();
        let shown = node
            .open_content_for(&cid.into(), ContentReader::Visitor)
            .await;
        took.push(began.elapsed());
        match shown {
            Err(ReadContent::NobodyHas(named)) => assert_eq!(named, cid),
            other => panic!("{other:?}"),
        }
    }
    assert!(took.iter().all(|took| *took >= find), "{took:?}");
    assert!(giver.was_asked(&absent));
    assert!(!giver.was_asked(&private), "its very name is private");
    node.open_content(&private.into())
        .await
        .expect("its owner reads it");
    node.shutdown().await;
    network.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_blocks_is_not_asked_for() {
    let mut giver = Giver::default();
    let root = giver.add(&noise(600_000, 6)).cid;
    let (giver, network, address) = start(giver).await;
    let home = tempfile::tempdir().expect("a folder");
    let node = open_member(home.path(), &[address], PATIENCE).await;
    connected(&node).await;
    node.block_content(root.to_string())
        .await
        .expect("it is blocked");
    for reader in [ContentReader::Owner, ContentReader::Visitor] {
        assert!(matches!(
            node.open_content_for(&root.into(), reader).await,
            Err(ReadContent::Blocked(_))
        ));
        assert!(matches!(
            node.block_for(root, reader).await,
            Err(ReadContent::Blocked(_))
        ));
    }
    assert!(!giver.was_asked(&root));
    node.shutdown().await;
    network.shutdown().await;
}

/// Who waits for shards that nobody has waits once for all of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_peers_have_ten_of_thirty_shards_is_restored() {
    let bytes = noise(3_000_017, 21);
    let file = coded(&bytes);
    let find = Duration::from_millis(1_500);
    for (have, is_enough) in [(20..30, true), (21..30, false)] {
        let mut giver = Giver::default();
        let shards = file.shards[have].iter().flatten();
        for block in file.common.iter().chain(shards) {
            giver.take(block.clone());
        }
        let (_, network, address) = start(giver).await;
        let home = tempfile::tempdir().expect("a folder");
        let node = open_member(home.path(), &[address], find).await;
        connected(&node).await;
        let began = tokio::time::Instant::now();
        let opened = node.open_content(&file.root.into()).await;
        match opened {
            Ok(opened) if is_enough => assert!(read_all(opened).await == bytes),
            Err(ReadContent::LostShards { lost: 21, .. }) if !is_enough => {}
            other => panic!("{other:?}"),
        }
        assert!(began.elapsed() < find * 8, "{:?}", began.elapsed());
        node.shutdown().await;
        network.shutdown().await;
    }
}
