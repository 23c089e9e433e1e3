//! Public shares: strangers read them, nothing else of the home, and not after they are taken back.

use std::path::Path;
use std::time::Duration;

use dag::Cid;
use node::{
    ContentReader, MakeShare, Node, OpenShared, Publication, ReadContent, Share, ShareRequest,
    ShareState,
};

use crate::public::{connected, open_member, read_all};
use crate::support::{World, import_paths, item_named, noise, read_item, until};

/// A look-up that meets somebody who has just gone may take a minute by itself.
const LONG: Duration = Duration::from_secs(180);

/// Where others find a node on the network of its own.
async fn address(node: &Node) -> String {
    until(node, async || {
        let networks = node.networks().await;
        let own = networks.iter().find(|network| network.name == "private")?;
        let at = own.listening.iter().find(|at| at.contains("/tcp/"))?;
        Some(format!("{at}/p2p/{}", own.peer_id))
    })
    .await
}

/// A node that everybody meets, and that has nothing.
async fn meeting_point(home: &Path) -> (Node, String) {
    let node = open_member(home, &[], LONG).await;
    let at = address(&node).await;
    (node, at)
}

async fn publish(node: &Node, names: &[&str]) -> Share {
    let mut items = Vec::new();
    for name in names {
        items.push(item_named(node, name).await.id);
    }
    let request = ShareRequest {
        items,
        public: Some(Publication {
            licence: "CC-BY-4.0".to_owned(),
            warning: Some("loud".to_owned()),
        }),
        ..ShareRequest::default()
    };
    let share = node.share(request).await.expect("it can be shared");
    until(node, async || {
        let shares = node.shares().await.expect("the library reads");
        let share = shares.into_iter().find(|other| other.id == share.id)?;
        assert_ne!(share.state, ShareState::Failed, "{:?}", share.message);
        (share.state == ShareState::Ready).then_some(share)
    })
    .await
}

/// Waits until roots were announced, as the home notes.
async fn announced(home: &Path, roots: &[Cid]) -> serde_json::Value {
    let look = async {
        loop {
            let text = std::fs::read_to_string(home.join("announced.json")).unwrap_or_default();
            let all: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            if roots
                .iter()
                .all(|root| all["private"][root.to_string()].is_i64())
            {
                return all;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, look)
        .await
        .expect("it is announced")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_finds_opens_reads_and_saves_what_is_public() {
    let (middle_home, stranger_home) = (World::new(), World::new());
    let world = World::new();
    let (middle, at) = meeting_point(middle_home.home.path()).await;
    let giver = open_member(world.home.path(), std::slice::from_ref(&at), LONG).await;
    connected(&giver).await;
    let bytes = noise(3_000_001, 7);
    let path = world.file("a film.bin", &bytes);
    import_paths(&giver, &[&path]).await;
    let share = publish(&giver, &["a film.bin"]).await;
    let (root, content) = (share.root.expect("a root"), share.content.expect("a file"));
    assert_eq!(content, item_named(&giver, "a film.bin").await.root);
    let link = share.link.expect("a link");
    assert_eq!(link, format!("btfs://{root}"));
    announced(world.home.path(), &[root, content]).await;

    // It knows only the one in the middle, which has nothing: the directory says who does.
    let stranger = open_member(stranger_home.home.path(), &[at], LONG).await;
    connected(&stranger).await;
    let received = stranger.open_shared(link, None).await.expect("it opens");
    assert_eq!(
        (received.title.as_str(), received.bytes),
        ("a film.bin", 3_000_001)
    );
    assert!(received.peer.is_empty() && received.connected);
    assert_eq!(received.warning.as_deref(), Some("loud"));
    let listed = stranger.all_received().await.expect("the library reads");
    assert_eq!(listed[0].warning.as_deref(), Some("loud"), "and lists know");
    let (_, things) = stranger.received(received.id).await.expect("it is listed");
    assert_eq!(things[0].licence.as_deref(), Some("CC-BY-4.0"));
    assert_eq!(things[0].warning.as_deref(), Some("loud"));
    let stream = stranger
        .open_shared_file(received.id, 0, false)
        .await
        .expect("the file opens");
    let part = stream.read_at(2_999_990, 11).await.expect("the end comes");
    assert_eq!(part, bytes[2_999_990..]);
    let plain = stranger
        .open_content(&content.into())
        .await
        .expect("the plain file opens");
    assert!(read_all(plain).await == bytes);
    let plain = format!("ipfs://{content}");
    let as_file = stranger.open_shared(plain, None).await.expect("it opens");
    assert_eq!(as_file.bytes, 3_000_001);

    let job = stranger
        .save_received(received.id)
        .await
        .expect("it starts");
    let job = stranger.wait_job(job.id).await.expect("it ends");
    assert_eq!(job.state, node::JobState::Done, "{:?}", job.message);
    assert_eq!(
        read_item(&stranger, "a film.bin").await.as_ref(),
        Ok(&bytes)
    );
    for node in [&stranger, &giver, &middle] {
        node.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_to_a_stranger_as_if_it_were_not_there() {
    let (world, stranger_home) = (World::new(), World::new());
    let giver = open_member(world.home.path(), &[], LONG).await;
    let public = world.file("public.bin", &noise(300_000, 1));
    let private = world.file("private.bin", &noise(300_000, 2));
    import_paths(&giver, &[&public, &private]).await;
    let share = publish(&giver, &["public.bin"]).await;
    let private = item_named(&giver, "private.bin").await.root;
    let absent = dag::cid_of(dag::Codec::DagPb, dag::CidVersion::V0, b"nowhere");
    let at = address(&giver).await;
    let find = Duration::from_millis(1_500);
    let stranger = open_member(stranger_home.home.path(), &[at], find).await;
    connected(&stranger).await;

    let content = share.content.expect("a file");
    let opened = stranger.open_content(&content.into()).await;
    read_all(opened.expect("it opens")).await;
    for cid in [private, absent] {
        match stranger.block(cid).await {
            Err(ReadContent::NobodyHas(named)) => assert_eq!(named, cid),
            other => panic!("{other:?}"),
        }
    }

    // Taken back: what was not fetched before comes no more.
    let root = share.root.expect("a root");
    let revoked = giver
        .revoke_share(share.id)
        .await
        .expect("it is taken back");
    assert_eq!((revoked.state, revoked.root), (ShareState::Revoked, None));
    match stranger.block(root).await {
        Err(ReadContent::NobodyHas(named)) => assert_eq!(named, root),
        other => panic!("{other:?}"),
    }
    assert!(
        read_item(&giver, "public.bin").await.is_ok(),
        "the item itself stays"
    );
    stranger.shutdown().await;
    giver.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_blocks_is_not_published_served_announced_or_opened() {
    let (world, stranger_home, middle_home) = (World::new(), World::new(), World::new());
    let (middle, at) = meeting_point(middle_home.home.path()).await;
    let giver = open_member(world.home.path(), &[at], LONG).await;
    let one = world.file("one.bin", &noise(600_000, 1));
    let two = world.file("two.bin", &noise(600_000, 2));
    import_paths(&giver, &[&one, &two]).await;
    let blocked = item_named(&giver, "two.bin").await.root;
    giver
        .block_content(blocked.to_string())
        .await
        .expect("it is blocked");
    let request = ShareRequest {
        items: vec![item_named(&giver, "two.bin").await.id],
        public: Some(Publication {
            licence: "CC0-1.0".to_owned(),
            warning: None,
        }),
        ..ShareRequest::default()
    };
    assert!(matches!(
        giver.share(request).await,
        Err(MakeShare::Blocked(_))
    ));

    let share = publish(&giver, &["one.bin"]).await;
    let (root, content) = (share.root.expect("a root"), share.content.expect("a file"));
    announced(world.home.path(), &[root, content]).await;
    giver
        .block_content(content.to_string())
        .await
        .expect("it is blocked");
    until_gone(world.home.path(), &content).await;
    let at = address(&giver).await;
    let find = Duration::from_millis(1_500);
    let stranger = open_member(stranger_home.home.path(), &[at], find).await;
    connected(&stranger).await;
    assert!(matches!(
        stranger.block(content).await,
        Err(ReadContent::NobodyHas(_))
    ));
    stranger.block(root).await.expect("the manifest is served");
    let log = giver.policy_log();
    for action in [node::PolicyAction::Serve, node::PolicyAction::Announce] {
        assert!(
            log.iter()
                .any(|event| event.action == action && event.what == content.to_string()),
            "{action:?} in {log:?}"
        );
    }

    stranger
        .block_content(root.to_string())
        .await
        .expect("it is blocked");
    assert!(matches!(
        stranger.open_shared(format!("btfs://{root}"), None).await,
        Err(OpenShared::Blocked(_))
    ));
    for node in [&stranger, &giver, &middle] {
        node.shutdown().await;
    }
}

async fn until_gone(home: &Path, root: &Cid) {
    let look = async {
        loop {
            let text = std::fs::read_to_string(home.join("announced.json")).unwrap_or_default();
            if !text.contains(&root.to_string()) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, look)
        .await
        .expect("it is announced no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_serves_again_and_announces_only_what_is_due() {
    let (world, middle_home, stranger_home) = (World::new(), World::new(), World::new());
    let (middle, at) = meeting_point(middle_home.home.path()).await;
    let giver = open_member(world.home.path(), std::slice::from_ref(&at), LONG).await;
    let path = world.file("kept.bin", &noise(700_000, 9));
    let more = world.file("more.bin", &noise(1000, 10));
    import_paths(&giver, &[&path, &more]).await;
    let share = publish(&giver, &["kept.bin", "more.bin"]).await;
    let (root, folder) = (
        share.root.expect("a root"),
        share.content.expect("a folder"),
    );
    let first = announced(world.home.path(), &[root, folder]).await;
    giver.shutdown().await;
    drop(giver);

    // One was announced a moment ago; the other is forgotten and so is due.
    let mut kept = first.clone();
    let times = kept["private"].as_object_mut().expect("a map");
    times.remove(&folder.to_string());
    std::fs::write(world.home.path().join("announced.json"), kept.to_string()).expect("written");
    let giver = open_member(world.home.path(), std::slice::from_ref(&at), LONG).await;
    let again = announced(world.home.path(), &[root, folder]).await;
    let time = |of: &serde_json::Value, root: &Cid| of["private"][root.to_string()].as_i64();
    assert_eq!(time(&again, &root), time(&first, &root), "not due");
    assert!(
        time(&again, &folder) > time(&first, &folder),
        "announced anew"
    );

    let stranger = open_member(stranger_home.home.path(), &[at], LONG).await;
    connected(&stranger).await;
    let link = share.link.expect("a link");
    let received = stranger.open_shared(link, None).await.expect("it opens");
    let (_, things) = stranger.received(received.id).await.expect("it is listed");
    let names: Vec<&str> = things.iter().map(|thing| thing.name.as_str()).collect();
    assert_eq!(names, ["kept.bin", "more.bin"]);
    let listed = stranger
        .open_shared(format!("/ipfs/{folder}"), None)
        .await
        .expect("the folder opens");
    let (_, things) = stranger.received(listed.id).await.expect("it is listed");
    assert_eq!(things.len(), 2);
    let by_name = node::ContentPath {
        root: folder,
        segments: vec!["more.bin".to_owned()],
    };
    let opened = stranger
        .open_content_for(&by_name, ContentReader::Visitor)
        .await;
    assert_eq!(read_all(opened.expect("it opens")).await, noise(1000, 10));
    for node in [&stranger, &giver, &middle] {
        node.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_share_needs_a_licence_and_has_no_password_or_end() {
    let world = World::new();
    let node = world.open().await;
    let path = world.file("a.bin", b"a");
    import_paths(&node, &[&path]).await;
    let items = vec![item_named(&node, "a.bin").await.id];
    let ask = |licence: &str, password: Option<&str>, expires_at: Option<i64>| ShareRequest {
        items: items.clone(),
        password: password.map(str::to_owned),
        expires_at,
        public: Some(Publication {
            licence: licence.to_owned(),
            warning: None,
        }),
        ..ShareRequest::default()
    };
    let refused = node.share(ask(" \n", None, None)).await;
    assert!(matches!(refused, Err(MakeShare::NoLicence)));
    let refused = node.share(ask("CC0-1.0", Some("word"), None)).await;
    assert!(matches!(refused, Err(MakeShare::NotForPublic)));
    let refused = node.share(ask("CC0-1.0", None, Some(i64::MAX))).await;
    assert!(matches!(refused, Err(MakeShare::NotForPublic)));
    assert!(node.shares().await.expect("the library reads").is_empty());

    // The same file twice: taking one back leaves the other as it is.
    let one = publish(&node, &["a.bin"]).await;
    let two = publish(&node, &["a.bin"]).await;
    assert_eq!(one.content, two.content);
    node.revoke_share(one.id).await.expect("it is taken back");
    let pins = node.pins().await.expect("the store reads");
    assert!(
        pins.iter()
            .any(|pin| Some(pin.cid) == two.content && pin.name == "share")
    );
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_a_list_stops_says_which_also_after_a_restart() {
    let world = World::new();
    let node = open_member(world.home.path(), &[], LONG).await;
    let path = world.file("a film.bin", &noise(700_000, 9));
    import_paths(&node, &[&path]).await;
    let item = item_named(&node, "a film.bin").await;
    let head = node.block(item.root).await.expect("the root reads");
    let leaves = dag::links(&item.root, &head).expect("it has links");
    let leaf = leaves[1].to_string();
    let blocking = node.block_content(leaf.clone()).await;
    blocking.expect("it is blocked");
    let request = ShareRequest {
        items: vec![item.id],
        public: Some(Publication {
            licence: "CC0-1.0".to_owned(),
            warning: None,
        }),
        ..ShareRequest::default()
    };
    node.share(request).await.expect("its root is not blocked");
    let stopped = |node: &Node| {
        let jobs = node.jobs();
        let job = jobs
            .into_iter()
            .find(|job| job.kind == node::JobKind::Share);
        job.and_then(|job| Some((job.state, job.blocked?)))
    };
    let (state, by) = until(&node, async || stopped(&node)).await;
    assert_eq!(state, node::JobState::Failed);
    assert_eq!((by.what.as_str(), by.list.as_str()), (leaf.as_str(), "own"));
    node.shutdown().await;
    drop(node);
    let node = open_member(world.home.path(), &[], LONG).await;
    assert_eq!(stopped(&node), Some((state, by)));
    node.shutdown().await;
}
