//! Files encrypted for one key: only who has it reads them, and nobody reads what was changed.

use dag::ecies::Decrypt;
use dag::token_meta::{MetaFinder, MetaRoot, MetaStep, TokenMeta, attach};
use dag::{Cid, FileLayout, FileRoot};
use node::{AddOptions, ContentPath, DecryptContent, Node, ReadContent, Recipient};

use crate::coded::put;
use crate::public::read_all;
use crate::support::{World, noise};

fn for_whom(recipient: Recipient) -> AddOptions {
    AddOptions {
        encrypt: Some(recipient),
        ..AddOptions::default()
    }
}

async fn add(node: &Node, bytes: &[u8], options: AddOptions) -> Cid {
    let source = std::io::Cursor::new(bytes.to_vec());
    let added = node.add_stream(source, options).await.expect("added");
    assert_eq!(added.size, bytes.len() as u64);
    added.cid
}

async fn decrypted(node: &Node, cid: Cid, key: Option<&str>) -> Result<Vec<u8>, DecryptContent> {
    let key = || key.map(|key| key.to_owned().into());
    let path = ContentPath::from(cid);
    let mut file = node.decrypt(&path, key(), true).await?;
    let mut all = Vec::new();
    while let Some(piece) = file.bytes.next().await {
        all.extend_from_slice(&piece.expect("what was checked is given"));
    }
    assert_eq!(file.size, Some(all.len() as u64));
    Ok(all)
}

/// Everything below `root` as another node gets it.
async fn pass_on(from: &Node, to: &Node, root: Cid) {
    let mut car = from.dag_export(root).await.expect("exports");
    let mut whole = Vec::new();
    while let Some(piece) = car.next().await {
        whole.extend_from_slice(&piece.expect("a piece"));
    }
    let imported = to.dag_import(std::io::Cursor::new(whole), true).await;
    imported.expect("imported");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_encrypts_for_itself_it_reads_and_others_see_text() {
    let world = World::new();
    let node = world.open().await;
    for len in [0_usize, 1, 15, 16, 17, 131_072, 1_000_003] {
        let bytes = noise(len, 7);
        let path = world.file("secret.bin", &bytes);
        let streamed = add(&node, &bytes, for_whom(node.as_recipient())).await;
        let by_path = node.add_path(path, for_whom(node.as_recipient())).await;
        let by_path = by_path.expect("added").remove(0);
        assert_ne!(by_path.cid, streamed, "no two encryptions are alike");
        for cid in [streamed, by_path.cid] {
            assert!(
                decrypted(&node, cid, None).await.expect("for us") == bytes,
                "{len}"
            );
            let opened = node.open_content(&cid.into()).await.expect("opens");
            let text = read_all(opened).await;
            assert_eq!(text.len(), (len / 16 + 1) * 32, "twice the padded length");
            assert!(text.iter().all(u8::is_ascii_hexdigit));
        }
        // In shards as well: the text is what is cut.
        let both = for_whom(node.as_recipient());
        let both = both.cut_as("reed-solomon-2-1-65536").expect("it says how");
        let cid = add(&node, &bytes, both).await;
        assert!(
            decrypted(&node, cid, None).await.expect("for us") == bytes,
            "{len}"
        );
    }
    let plain = add(&node, b"plain", AddOptions::default()).await;
    let refused = decrypted(&node, plain, None).await;
    assert!(matches!(refused, Err(DecryptContent::NotEncrypted(_))));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_recipient_reads_it_by_peer_id_or_by_key() {
    let (here, there) = (World::new(), World::new());
    let (from, to) = (here.open().await, there.open().await);
    let bytes = noise(300_000, 8);
    let peer = to.identity().peer_id;
    let recipient = Recipient::from_peer_id(&peer).expect("it holds a key");
    let cid = add(&from, &bytes, for_whom(recipient)).await;
    let wrong = decrypted(&from, cid, None).await;
    assert!(
        matches!(wrong, Err(DecryptContent::Decrypt(Decrypt::Authenticate))),
        "{wrong:?}"
    );
    pass_on(&from, &to, cid).await;
    assert!(decrypted(&to, cid, None).await.expect("for them") == bytes);

    // For a key that no node here has; in the two forms that a point has.
    let text = include_str!("../../../../tests/vectors/identity.json");
    let vectors: serde_json::Value = serde_json::from_str(text).expect("the file");
    let field = |name: &str| vectors[0][name].as_str().expect("a text").to_owned();
    let recipient = Recipient::from_peer_id(&field("peer")).expect("it holds a key");
    let cid = add(&from, &bytes, for_whom(recipient)).await;
    for key in ["hex", "words", "base64"] {
        let read = decrypted(&from, cid, Some(&field(key))).await;
        assert!(read.expect("with its key") == bytes);
    }
    let refused = decrypted(&from, cid, Some("nonsense")).await;
    assert!(matches!(refused, Err(DecryptContent::Key(_))));

    for bad in ["", "02", &"05".repeat(33), "nonsense"] {
        assert!(Recipient::from_public_key(bad).is_err(), "{bad}");
        assert!(Recipient::from_peer_id(bad).is_err(), "{bad}");
    }
    // An Ed25519 peer id holds a key of another kind.
    let other = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
    assert!(Recipient::from_peer_id(other).is_err());
    from.shutdown().await;
    to.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_changed_file_not_one_byte_is_given() {
    let world = World::new();
    let node = world.open().await;
    let cid = add(&node, &noise(200_000, 9), for_whom(node.as_recipient())).await;
    let mut finder = MetaFinder::new(cid);
    let (meta, data) = loop {
        match finder.poll() {
            MetaStep::Need(cid) => {
                let block = node.block(cid).await.expect("it is here");
                finder.supply(cid, &block).expect("readable");
            }
            MetaStep::Done(MetaRoot::With { meta, data }) => break (meta, data),
            MetaStep::Done(other) => panic!("{other:?}"),
        }
    };
    let text = read_all(node.open_content(&meta.into()).await.expect("opens")).await;
    let text = String::from_utf8(text).expect("JSON");
    let size = |bytes: &[u8]| dag::unixfs::inspect(&data, bytes).expect("a file").size;
    let size = size(&node.block(data).await.expect("it is here"));
    for field in ["Mac", "Iv", "EphemPublicKey"] {
        // The last digit of the value is another one.
        let from = text.find(&format!("\"{field}\":\"")).expect("it is there");
        let at = from + field.len() + 4;
        let end = at + text[at..].find('"').expect("its end") - 1;
        let digit = if &text[end..=end] == "0" { "1" } else { "0" };
        let changed = format!("{}{digit}{}", &text[..end], &text[end + 1..]);
        let meta = TokenMeta::from_bytes(changed.as_bytes()).expect("metadata");
        let layout = FileLayout::default();
        let mut blocks = Vec::new();
        let meta = meta.add(layout, &mut |block| blocks.push(block));
        let data = FileRoot {
            cid: data,
            size,
            cumulative_size: size,
        };
        let root = attach(layout, meta, data, &mut |block| blocks.push(block));
        put(&node, root.cid, blocks.iter()).await;
        let refused = node.decrypt(&root.cid.into(), None, false).await;
        assert!(
            matches!(
                refused,
                Err(DecryptContent::Decrypt(Decrypt::Authenticate) | DecryptContent::UseKey(_))
            ),
            "{field}: {refused:?}"
        );
    }
    let gone = dag::cid_of(dag::Codec::DagPb, dag::CidVersion::V0, b"nowhere");
    let missing = node.decrypt(&gone.into(), None, false).await;
    assert!(matches!(
        missing,
        Err(DecryptContent::Read(ReadContent::MissingBlock(_)))
    ));
    node.shutdown().await;
}
