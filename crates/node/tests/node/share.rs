//! Sharing by link between two homes on loopback: what comes over is what was shared, and nothing
//! else does.

use std::path::Path;

use dag::share_link::ShareLink;
use node::{
    Node, NodeConfig, OpenLink, OpenShared, Share, ShareId, ShareRequest, ShareState, SharedEnd,
};
use tempfile::TempDir;

use crate::support::{import_paths, item_named, noise, read_item, until};

pub(crate) async fn open_networked(home: &Path) -> Node {
    let options = node::NetworkOptions {
        choice: Some(node::NetworkChoice::Direct),
        loopback_only: true,
        name_server: None,
    };
    let config = NodeConfig::new(home).with_network(options);
    Node::open(config).await.expect("the home opens")
}

pub(crate) async fn ready(node: &Node, id: ShareId) -> Share {
    until(node, async || {
        let shares = node.shares().await.expect("the library reads");
        let share = shares.into_iter().find(|share| share.id == id)?;
        assert_ne!(share.state, ShareState::Failed, "{:?}", share.message);
        (share.state == ShareState::Ready).then_some(share)
    })
    .await
}

/// A home that shares one file of `bytes`, and its link.
pub(crate) struct Sharer {
    _home: TempDir,
    pub(crate) node: Node,
    pub(crate) bytes: Vec<u8>,
    share: Share,
}

pub(crate) async fn sharer(len: usize, request: ShareRequest) -> Sharer {
    let home = tempfile::tempdir().expect("a folder");
    let files = tempfile::tempdir().expect("a folder");
    let bytes = noise(len, 7);
    let path = files.path().join("a file.bin");
    std::fs::write(&path, &bytes).expect("written");
    let node = open_networked(home.path()).await;
    import_paths(&node, &[&path]).await;
    let items = vec![item_named(&node, "a file.bin").await.id];
    let share = node
        .share(ShareRequest { items, ..request })
        .await
        .expect("it can be shared");
    let share = ready(&node, share.id).await;
    Sharer {
        _home: home,
        node,
        bytes,
        share,
    }
}

impl Sharer {
    /// Opens the home again, once its node was shut down.
    pub(crate) async fn again(self) -> Self {
        drop(self.node);
        let node = open_networked(self._home.path()).await;
        Self { node, ..self }
    }

    pub(crate) fn link(&self) -> String {
        self.share.link.clone().expect("a ready share has a link")
    }
}

pub(crate) async fn read_all(node: &Node, id: ShareId, index: usize) -> Vec<u8> {
    let stream = node
        .open_shared_file(id, index, false)
        .await
        .expect("the file opens");
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
async fn what_a_link_opens_is_what_was_shared_to_the_byte() {
    let sharer = sharer(3_000_001, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;

    let received = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");
    assert_eq!(received.title, "a file.bin");
    assert_eq!(received.bytes, 3_000_001);
    assert_eq!(received.peer, sharer.node.identity().peer_id);
    let (_, things) = opener.received(received.id).await.expect("it is listed");
    assert_eq!(things.len(), 1);
    assert_eq!(read_all(&opener, received.id, 0).await, sharer.bytes);

    // Anywhere in it, across the ends of frames and leaves.
    let stream = opener
        .open_shared_file(received.id, 0, false)
        .await
        .expect("the file opens");
    for (offset, len) in [(2_999_990, 11), (65_519, 3), (262_079, 300_000), (0, 1)] {
        let from = usize::try_from(offset).expect("small");
        let mut part = Vec::new();
        while part.len() < len {
            let at = offset + part.len() as u64;
            let more = stream.read_at(at, len - part.len()).await;
            part.extend_from_slice(&more.expect("the bytes come"));
        }
        assert_eq!(part, sharer.bytes[from..from + len], "at {offset}");
    }
    opener.shutdown().await;
    sharer.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_takes_no_second_copy_and_is_there_after_a_restart() {
    let sharer = sharer(8 << 20, ShareRequest::default()).await;
    let used = sharer.node.storage().await.used;
    assert!(used < (8 << 20) + (1 << 20), "{used} bytes for 8 MiB");

    let link = sharer.link();
    sharer.node.shutdown().await;
    drop(sharer.node);
    let again = open_networked(sharer._home.path()).await;
    let share = again.shares().await.expect("the library reads").remove(0);
    assert_eq!(share.state, ShareState::Ready);
    let (old, new) = (
        ShareLink::parse(&link).expect("a link"),
        ShareLink::parse(&share.link.expect("it has one")).expect("a link"),
    );
    let sorted = |link: ShareLink| {
        let mut addresses = link.addresses;
        addresses.sort();
        addresses
    };
    assert_eq!(sorted(old), sorted(new), "the ports stay the same");

    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let received = opener
        .open_shared(link, None)
        .await
        .expect("the old link opens");
    assert_eq!(read_all(&opener, received.id, 0).await, sharer.bytes);
    opener.shutdown().await;
    again.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_and_a_wrong_one_does_not_open() {
    let request = ShareRequest {
        password: Some("correct horse".to_owned()),
        ..ShareRequest::default()
    };
    let sharer = sharer(1000, request).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let open =
        |password: Option<&str>| opener.open_shared(sharer.link(), password.map(str::to_owned));

    let asked = open(None).await.expect_err("it has a password");
    assert!(matches!(
        asked,
        OpenShared::OpenLink(OpenLink::NeedsPassword(_))
    ));
    let wrong = open(Some("wrong")).await.expect_err("it is wrong");
    assert!(matches!(
        wrong,
        OpenShared::OpenLink(OpenLink::WrongPassword)
    ));
    let received = open(Some("correct horse")).await.expect("it opens");
    assert_eq!(read_all(&opener, received.id, 0).await, sharer.bytes);
    opener.shutdown().await;
    sharer.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_ends_what_is_open_and_what_would_be_opened() {
    let sharer = sharer(40 << 20, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let received = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");
    let stream = opener
        .open_shared_file(received.id, 0, false)
        .await
        .expect("the file opens");
    stream.read_at(0, 1000).await.expect("the beginning comes");

    let revoked = sharer
        .node
        .revoke_share(received.id)
        .await
        .expect("it is taken back");
    assert_eq!(revoked.state, ShareState::Revoked);
    assert_eq!(revoked.link, None);
    until(&opener, async || {
        let all = opener.all_received().await.expect("the library reads");
        (all[0].ended == Some(SharedEnd::Revoked)).then_some(())
    })
    .await;
    let ended = stream.read_at(39 << 20, 1000).await;
    assert!(
        matches!(ended, Err(node::ReadMedia::TakenBack)),
        "{ended:?}"
    );

    let other_home = tempfile::tempdir().expect("a folder");
    let other = open_networked(other_home.path()).await;
    let refused = other
        .open_shared(sharer.link(), None)
        .await
        .expect_err("it is over");
    assert!(
        matches!(refused, OpenShared::OpenLink(OpenLink::Revoked)),
        "{refused}"
    );
    for node in [&opener, &other, &sharer.node] {
        node.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn saving_takes_it_into_the_library_whole() {
    let sharer = sharer(2_500_000, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let received = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");
    let job = opener.save_received(received.id).await.expect("it starts");
    let job = opener.wait_job(job.id).await.expect("it ends");
    assert_eq!(job.state, node::JobState::Done, "{:?}", job.message);
    assert_eq!(
        read_item(&opener, "a file.bin").await.as_ref(),
        Ok(&sharer.bytes)
    );
    opener.shutdown().await;
    sharer.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_cut_altered_or_our_own_say_so() {
    let sharer = sharer(1000, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let link = sharer.link();
    let open = |text: String| opener.open_shared(text, None);

    let cut = open(link[..link.len() / 2].to_owned())
        .await
        .expect_err("it is cut");
    assert!(matches!(cut, OpenShared::ParseLink(_)), "{cut}");
    let (head, secret) = link.split_once('#').expect("the secret is the fragment");
    let first = if secret.starts_with('A') { 'B' } else { 'A' };
    let altered = format!("{head}#{first}{}", &secret[1..]);
    let unknown = open(altered).await.expect_err("the secret is another");
    assert!(
        matches!(unknown, OpenShared::OpenLink(OpenLink::Unknown)),
        "{unknown}"
    );
    let own = sharer
        .node
        .open_shared(link.clone(), None)
        .await
        .expect_err("it is ours");
    assert!(matches!(own, OpenShared::OwnLink));
    sharer.node.shutdown().await;
    let gone = open(link).await.expect_err("nobody is there");
    assert!(matches!(gone, OpenShared::Unreachable), "{gone}");
    assert!(
        opener
            .all_received()
            .await
            .expect("the library reads")
            .is_empty()
    );
    opener.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_is_called_what_its_sharer_calls_it() {
    let request = ShareRequest {
        title: Some("For Ada".to_owned()),
        ..ShareRequest::default()
    };
    let sharer = sharer(1000, request).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let received = opener.open_shared(sharer.link(), None).await;
    let received = received.expect("it opens");
    assert_eq!(received.title, "For Ada");
    let (_, things) = opener.received(received.id).await.expect("it is listed");
    assert_eq!(things[0].title, "For Ada");
    opener.shutdown().await;
    sharer.node.shutdown().await;
}

/// The manifests of the members of the one share of `node`.
async fn member_manifests(node: &Node) -> Vec<dag::Cid> {
    let mut found = Vec::new();
    for pin in node.pins().await.expect("the pins are listed") {
        if dag::codec_of(&pin.cid) != Some(dag::Codec::DagCbor) {
            continue;
        }
        let block = node.block(pin.cid).await.expect("a manifest reads");
        let manifest = dag::manifest::Manifest::decode(&block).expect("it is one");
        if !manifest.kind.is_collection() {
            found.push(pin.cid);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_asked_of_every_member_of_what_is_opened() {
    let (home, other_home) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let files = tempfile::tempdir().expect("a folder");
    let giver = open_networked(home.path()).await;
    let mut items = Vec::new();
    for (seed, name) in [(1, "one.bin"), (2, "two.bin")] {
        let path = files.path().join(name);
        std::fs::write(&path, noise(5000, seed)).expect("written");
        import_paths(&giver, &[&path]).await;
        items.push(item_named(&giver, name).await.id);
    }
    let request = ShareRequest {
        items,
        ..ShareRequest::default()
    };
    let share = giver.share(request).await.expect("it can be shared");
    let link = ready(&giver, share.id).await.link.expect("a link");
    let members = member_manifests(&giver).await;
    assert_eq!(members.len(), 2);

    let opener = open_networked(other_home.path()).await;
    let blocking = opener.block_content(members[1].to_string()).await;
    blocking.expect("it is blocked");
    let blocked = match opener.open_shared(link.clone(), None).await {
        Err(OpenShared::Blocked(blocked)) => blocked,
        other => panic!("{other:?}"),
    };
    assert_eq!(blocked.what, members[1].to_string());
    let allowing = opener.forget_rule(members[1].to_string()).await;
    allowing.expect("it is allowed again");
    let received = opener.open_shared(link, None).await.expect("it opens");
    assert_eq!(received.count, 2);
    opener.shutdown().await;
    giver.shutdown().await;
}
