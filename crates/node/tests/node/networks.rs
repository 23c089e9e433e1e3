//! Networks follow the settings of a running node, and answer what front ends ask. Everything on
//! loopback, with a key of its own.

use std::path::Path;

use node::{AskNetwork, NetworkChoice, NetworkOptions, Node, NodeConfig};
use serde_json::{Value, json};

use crate::support::{import_paths, noise, until};

async fn open(home: &Path, choice: Option<NetworkChoice>) -> Node {
    let options = NetworkOptions {
        choice,
        loopback_only: true,
        name_server: None,
    };
    let config = NodeConfig::new(home).with_network(options);
    Node::open(config).await.expect("the home opens")
}

async fn set(node: &Node, key: &str, value: Value) {
    let patch = [(key.to_owned(), value)].into_iter().collect();
    node.update_settings(patch).await.expect("allowed");
}

async fn running(node: &Node) -> Vec<&'static str> {
    let networks = node.networks().await;
    networks.iter().map(|network| network.name).collect()
}

/// Of both transports, which begin in any order.
async fn own_addresses(node: &Node) -> Vec<String> {
    let mut addresses = until(node, async || {
        let addresses = node.swarm().own_addresses().await.expect("it runs");
        (addresses.len() == 2).then_some(addresses)
    })
    .await;
    addresses.sort();
    addresses
}

fn write_swarm_key(home: &Path) {
    let key = format!("/key/swarm/psk/1.0.0/\n/base16/\n{}\n", "5a".repeat(32));
    std::fs::write(home.join("swarm.key"), key).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_follows_the_setting_while_the_node_runs() {
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path(), None).await;
    assert!(running(&node).await.is_empty(), "nobody has chosen yet");
    assert!(matches!(
        node.swarm().peers().await,
        Err(AskNetwork::NotRunning)
    ));

    set(&node, "network", json!("direct")).await;
    assert_eq!(running(&node).await, ["direct"]);
    let listening = own_addresses(&node).await;
    assert!(listening.iter().all(|at| at.contains("/127.0.0.1/")));

    set(&node, "network", json!("private")).await;
    assert_eq!(running(&node).await, ["direct"], "it has no key");
    let problems = node.problems();
    assert!(
        problems.iter().any(
            |problem| problem.code == "network_failed" && problem.message.contains("swarm.key")
        ),
        "{problems:?}"
    );

    write_swarm_key(home.path());
    set(&node, "metered", json!(true)).await;
    assert_eq!(running(&node).await, ["direct", "private"]);
    assert!(
        node.problems()
            .iter()
            .all(|problem| problem.code != "network_failed")
    );

    set(&node, "network", json!("off")).await;
    assert!(running(&node).await.is_empty());
    set(&node, "network", json!("direct")).await;
    let again = own_addresses(&node).await;
    assert_eq!(again, listening, "links go on naming the same port");
    node.shutdown().await;
    drop(node);

    let node = open(home.path(), Some(NetworkChoice::Off)).await;
    assert!(running(&node).await.is_empty(), "the start said so");
    set(&node, "network", json!("private")).await;
    assert_eq!(running(&node).await.len(), 2, "a newer choice holds");
    node.shutdown().await;
}

/// Two nodes of one private network, the second connected to the first.
async fn pair() -> (tempfile::TempDir, Node, Node) {
    let homes = tempfile::tempdir().expect("a folder");
    let mut nodes = Vec::new();
    for name in ["one", "two"] {
        let home = homes.path().join(name);
        std::fs::create_dir(&home).expect("made");
        write_swarm_key(&home);
        nodes.push(open(&home, Some(NetworkChoice::Private)).await);
    }
    let (two, one) = (nodes.remove(1), nodes.remove(0));
    let network = until(&one, async || {
        let network = one.networks().await.remove(1);
        (!network.listening.is_empty()).then_some(network)
    })
    .await;
    let address = format!("{}/p2p/{}", network.listening[0], network.peer_id);
    two.swarm().connect(&address).await.expect("connected");
    (homes, one, two)
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_the_directory_and_names_are_answered_by_who_is_there() {
    let (homes, one, two) = pair().await;
    let (of_one, of_two) = (one.identity().peer_id, two.identity().peer_id);
    let peers = two.swarm().peers().await.expect("it runs");
    assert_eq!(peers[0].peer, of_one);
    until(&one, async || {
        let peers = one.swarm().peers().await.expect("it runs");
        let peer = peers.into_iter().find(|peer| peer.peer == of_two)?;
        peer.agent.filter(|agent| agent.contains("tributary"))
    })
    .await;
    let found = two.swarm().find_peer(&of_one).await.expect("connected");
    assert!(!found.addresses.is_empty());

    let file = homes.path().join("a.bin");
    std::fs::write(&file, noise(1000, 3)).expect("written");
    import_paths(&one, &[&file]).await;
    let cid: dag::Cid = "bafkqaaa".parse().expect("a content id");
    one.swarm().provide(cid).await.expect("announced");
    let providers = two.swarm().find_providers(cid, 5).await.expect("asked");
    assert_eq!(providers[0].peer, of_one);

    let path = format!("/btfs/{cid}");
    let published = one.swarm().publish("bafkqaaa", "self").await;
    assert_eq!(
        published.expect("published"),
        (of_one.clone(), path.clone())
    );
    for name in [of_one.clone(), format!("/btns/{of_one}")] {
        assert_eq!(two.swarm().resolve_name(&name).await.expect("found"), path);
    }
    let other = one.swarm().publish("/btfs/bafkqaaa/b", "self").await;
    other.expect("a newer value wins");
    let resolved = two.swarm().resolve_name(&of_one).await.expect("found");
    assert_eq!(resolved, "/btfs/bafkqaaa/b");

    for bad in ["x", "/ip4/1.2.3.4/tcp/1", ""] {
        let refused = two.swarm().connect(bad).await;
        assert!(matches!(refused, Err(AskNetwork::BadRequest(_))), "{bad}");
    }
    let nobody = two.swarm().find_peer("nobody").await;
    assert!(matches!(nobody, Err(AskNetwork::BadRequest(_))));
    let unnamed = two.swarm().resolve_name(&of_two).await;
    assert!(matches!(unnamed, Err(AskNetwork::Failed(_))));

    two.swarm().disconnect(&of_one).await.expect("it runs");
    until(&two, async || {
        let peers = two.swarm().peers().await.expect("it runs");
        peers.is_empty().then_some(())
    })
    .await;
    one.shutdown().await;
    two.shutdown().await;
}
