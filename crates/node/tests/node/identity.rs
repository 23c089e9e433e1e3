//! Another key for a home: what it is afterwards, what is kept, and what is refused.

use std::path::Path;

use node::{
    KeyForm, NetworkChoice, NetworkOptions, NewIdentity, Node, NodeConfig, ReplaceIdentity,
};
use serde_json::Value;

use crate::support::until;

const PASSWORD: &str = "old key, new lock";

async fn open(home: &Path) -> Node {
    let options = NetworkOptions {
        choice: Some(NetworkChoice::Direct),
        loopback_only: true,
        name_server: None,
    };
    let config = NodeConfig::new(home).with_network(options);
    Node::open(config).await.expect("the home opens")
}

fn vectors() -> Vec<Value> {
    let text = include_str!("../../../../tests/vectors/identity.json");
    serde_json::from_str(text).expect("the file")
}

fn asked(node: &Node, secret: &str, password: &str) -> NewIdentity {
    NewIdentity {
        secret: secret.to_owned().into(),
        password: password.to_owned().into(),
        replaces: node.identity().peer_id,
    }
}

/// Who it is on its networks.
async fn on_the_network(node: &Node) -> String {
    until(node, async || {
        let networks = node.networks().await;
        networks.first().map(|network| network.peer_id.clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_becomes_a_btfs_node_and_itself_again() {
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path()).await;
    let first = node.identity();
    assert_eq!(on_the_network(&node).await, first.peer_id);

    let vector = vectors().remove(0);
    let words = vector["words"].as_str().expect("words");
    let replaced = node.replace_identity(asked(&node, words, PASSWORD)).await;
    let replaced = replaced.expect("another key");
    let peer = vector["peer"].as_str().expect("a peer");
    assert_eq!(replaced.identity.peer_id, peer);
    assert_eq!(replaced.form, KeyForm::Words);
    assert_eq!(replaced.before, first);
    assert_eq!(node.identity(), replaced.identity);
    assert_eq!(on_the_network(&node).await, peer);

    // Kept where only the owner reads it, and not in clear.
    let kept = home.path().join(&replaced.kept);
    let sealed = std::fs::read_to_string(&kept).expect("it is kept");
    use std::os::unix::fs::PermissionsExt as _;
    for path in [&kept, &home.path().join("keys/node")] {
        let mode = std::fs::metadata(path).expect("stat").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    node.shutdown().await;
    drop(node);

    let node = open(home.path()).await;
    assert_eq!(node.identity().peer_id, peer, "a restart keeps it");
    let wrong = node.replace_identity(asked(&node, &sealed, "another one"));
    assert!(matches!(wrong.await, Err(ReplaceIdentity::WrongPassword)));
    let back = node.replace_identity(asked(&node, &sealed, PASSWORD)).await;
    let back = back.expect("the old key");
    assert_eq!(back.form, KeyForm::Sealed);
    assert_eq!(back.identity, first);
    assert_eq!(on_the_network(&node).await, first.peer_id);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path()).await;
    let key = std::fs::read(home.path().join("keys/node")).expect("a key");
    let hex = vectors().remove(0)["hex"].as_str().expect("hex").to_owned();
    let about = format!("{}about", "abandon ".repeat(10));
    let unknown = format!("{}abuot", "abandon ".repeat(11));
    for (secret, password, reason) in [
        ("nonsense", PASSWORD, Some(("unreadable", None))),
        (&about, PASSWORD, Some(("checksum", None))),
        (&unknown, PASSWORD, Some(("unknownWord", Some(12)))),
        ("CAESIAAA", PASSWORD, Some(("otherKind", None))),
        (&"0".repeat(64), PASSWORD, Some(("invalid", None))),
        ("dHJpYmtleXMBAQAA", PASSWORD, Some(("damaged", None))),
        (
            "dHJpYmtleXMJAQAAAQADBBAREhMUFRYX",
            PASSWORD,
            Some(("newerVersion", None)),
        ),
        (&hex, "7 chars", None),
    ] {
        let refused = node.replace_identity(asked(&node, secret, password)).await;
        let error = refused.expect_err("refused");
        assert_eq!(error.reason(), reason, "{error}");
        let told = format!("{error} {error:?}");
        assert!(!told.contains(&hex) && !told.contains(PASSWORD), "{told}");
    }
    let other = NewIdentity {
        replaces: "16Uiu2HAmRZqAvTWh3TdLfKohXsC7r4yYG3Ebiw8Kk9AmqhDmX4Sc".to_owned(),
        ..asked(&node, &hex, PASSWORD)
    };
    assert!(!format!("{other:?}").contains(&hex));
    let refused = node.replace_identity(other).await;
    assert!(matches!(refused, Err(ReplaceIdentity::OtherIdentity(_))));
    let own = key[4..]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let refused = node.replace_identity(asked(&node, &own, PASSWORD)).await;
    assert!(matches!(refused, Err(ReplaceIdentity::SameKey)));

    assert_eq!(
        std::fs::read(home.path().join("keys/node")).expect("a key"),
        key
    );
    let files = std::fs::read_dir(home.path().join("keys")).expect("listed");
    assert_eq!(files.count(), 1, "nothing was sealed for nothing");
    node.shutdown().await;
}

/// Two at once: one is the next key, and nothing that is kept is lost.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_told_that_it_came_too_late() {
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path()).await;
    let first = node.identity();
    let vectors = vectors();
    let hex = |at: usize| vectors[at]["hex"].as_str().expect("hex");
    let (one, two) = tokio::join!(
        node.replace_identity(asked(&node, hex(0), PASSWORD)),
        node.replace_identity(asked(&node, hex(1), PASSWORD)),
    );
    let (won, lost) = match (one, two) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        both => panic!("one of two: {both:?}"),
    };
    assert!(matches!(lost, ReplaceIdentity::OtherIdentity(now) if now == won.identity.peer_id));
    assert_eq!(won.before, first);
    assert_eq!(node.identity(), won.identity);
    assert_eq!(on_the_network(&node).await, won.identity.peer_id);
    node.shutdown().await;
}
