//! Domains that link to content, asked of a name server on loopback.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use node::{AskNetwork, NetworkOptions, Node, NodeConfig};
use serde_json::json;

/// A name server (RFC 1035) with a zone of TXT records, each in several strings; it ends with the test's
/// process. Others' domains do not exist.
struct NameServer {
    at: SocketAddr,
    asked: Arc<AtomicUsize>,
}

type Zone = HashMap<&'static str, Vec<Vec<&'static str>>>;

impl NameServer {
    fn start(zone: Zone) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let at = socket.local_addr().expect("bound");
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((len, from)) = socket.recv_from(&mut query) {
                count.fetch_add(1, Ordering::SeqCst);
                let answer = answer(&zone, &query[..len]).expect("a question");
                let _ = socket.send_to(&answer, from);
            }
        });
        NameServer { at, asked }
    }
}

fn answer(zone: &Zone, query: &[u8]) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let len = usize::from(*query.get(at)?);
        at += 1;
        if len == 0 {
            break;
        }
        labels.push(std::str::from_utf8(query.get(at..at + len)?).ok()?);
        at += len;
    }
    let question = query.get(12..at + 4)?;
    assert_eq!(question[question.len() - 4..], [0, 16, 0, 1], "TXT, IN");
    let records = zone.get(labels.join(".").to_ascii_lowercase().as_str());
    let count = u16::try_from(records.map_or(0, Vec::len)).ok()?;
    let no_such_name = if records.is_some() { 0 } else { 3 };
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80 | no_such_name, 0, 1]);
    answer.extend(count.to_be_bytes());
    answer.extend([0; 4]);
    answer.extend(question);
    for strings in records.into_iter().flatten() {
        let mut data = Vec::new();
        for string in strings {
            data.push(u8::try_from(string.len()).ok()?);
            data.extend(string.as_bytes());
        }
        // The name of the question, TXT, IN, a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        answer.extend(data);
    }
    Some(answer)
}

async fn open(home: &Path, name_server: Option<SocketAddr>) -> Node {
    let options = NetworkOptions {
        choice: None,
        loopback_only: true,
        name_server,
    };
    let config = NodeConfig::new(home).with_network(options);
    Node::open(config).await.expect("the home opens")
}

async fn set(node: &Node, key: &str, value: serde_json::Value) {
    let patch = [(key.to_owned(), value)].into_iter().collect();
    node.update_settings(patch).await.expect("allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_followed_to_a_path_and_only_while_a_network_runs() {
    let server = NameServer::start(Zone::from([
        (
            "_dnslink.docs.example",
            vec![
                vec!["v=spf1 -all"],
                vec!["dnslink=/btfs/bafkqaaa", "/guide/"],
            ],
        ),
        ("plain.example", vec![vec!["dnslink=/ipns/docs.example/en"]]),
        ("_dnslink.empty.example", vec![vec!["nothing here"]]),
        ("empty.example", vec![]),
    ]));
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path(), Some(server.at)).await;
    let resolve = async |name: &str| node.swarm().resolve_name(name).await;
    let off = resolve("docs.example").await;
    assert!(matches!(off, Err(AskNetwork::NotRunning)), "{off:?}");
    assert_eq!(server.asked.load(Ordering::SeqCst), 0, "nobody was asked");

    set(&node, "network", json!("direct")).await;
    for name in ["docs.example", "/btns/Docs.Example", "/ipns/docs.example."] {
        let path = resolve(name).await.expect("it links");
        assert_eq!(path, "/btfs/bafkqaaa/guide", "{name}");
    }
    let through = resolve("plain.example").await.expect("it links");
    assert_eq!(through, "/btfs/bafkqaaa/guide/en");
    for nothing in ["empty.example", "nowhere.example"] {
        let error = resolve(nothing).await.expect_err("it links to nothing");
        let text = error.to_string();
        assert!(text.contains("does not link to anything"), "{text}");
    }

    let asked = server.asked.load(Ordering::SeqCst);
    set(&node, "proxy", json!("socks5://127.0.0.1:9")).await;
    let past = resolve("docs.example").await.expect_err("not past a proxy");
    assert!(matches!(past, AskNetwork::BadRequest(_)), "{past}");
    assert_eq!(server.asked.load(Ordering::SeqCst), asked, "nor was it");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_not_there_are_said_and_a_private_node_asks_none() {
    let gone = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = gone.local_addr().expect("bound");
    drop(gone);
    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path(), Some(at)).await;
    set(&node, "network", json!("direct")).await;
    let error = node.swarm().resolve_name("docs.example").await;
    let text = error.expect_err("nobody is there").to_string();
    assert!(text.contains("could not ask for"), "{text}");
    node.shutdown().await;

    let home = tempfile::tempdir().expect("a folder");
    let node = open(home.path(), None).await;
    set(&node, "network", json!("direct")).await;
    let error = node.swarm().resolve_name("docs.example").await;
    assert!(matches!(error, Err(AskNetwork::BadRequest(_))), "{error:?}");
    node.shutdown().await;
}
