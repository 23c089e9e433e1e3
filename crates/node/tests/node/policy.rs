//! What is on a list is not handled, and lists are read as their files change.

use std::io::Write;

use node::{ChangePolicy, ContentPath, Node, OpenStream, PolicyAction, ReadContent};

use crate::support::{World, import_paths, item_named, noise};

const OTHER: &str = "QmecDgNqCRirkc3Cjz9eoRBNwXGckJ9WvTdmY16HP88768";

async fn add(node: &Node, bytes: &[u8]) -> dag::Cid {
    let source = std::io::Cursor::new(bytes.to_vec());
    let added = node.add_stream(source, node::AddOptions::default()).await;
    added.expect("it is added").cid
}

fn is_blocked(node: &Node, cid: dag::Cid) -> bool {
    node.check_content(&cid.into(), PolicyAction::Get).is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_blocks_is_not_read_or_played_until_it_is_allowed() {
    let world = World::new();
    let node = world.open().await;
    let path = world.file("film.bin", &noise(700_000, 3));
    import_paths(&node, &[&path]).await;
    let item = item_named(&node, "film.bin").await;
    let root = item.root;
    let at = ContentPath::from(root);

    node.block_content(format!("btfs://{root}"))
        .await
        .expect("it is blocked");
    let blocked = match node.open_content(&at).await {
        Err(ReadContent::Blocked(blocked)) => blocked,
        other => panic!("{other:?}"),
    };
    assert_eq!(blocked.list, "own");
    assert_eq!(blocked.rule, format!("/ipfs/{root}"));
    assert!(!blocked.legal);
    assert!(matches!(
        node.block(root).await,
        Err(ReadContent::Blocked(_))
    ));
    assert!(matches!(
        node.open_stream(item.id, None).await,
        Err(OpenStream::Blocked(_))
    ));
    let log = node.policy_log();
    let streamed = log
        .iter()
        .find(|event| event.action == PolicyAction::Stream)
        .expect("it is in the log");
    assert_eq!(
        (streamed.list.as_str(), streamed.line, streamed.count),
        ("own", 4, 2)
    );

    node.allow_content(root.to_string())
        .await
        .expect("it is allowed");
    let rules = node.own_rules().await.expect("the list reads");
    assert_eq!(rules.len(), 1, "one word about one thing: {rules:?}");
    assert!(rules[0].allow);
    node.open_content(&at).await.expect("it opens again");
    node.forget_rule(root.to_string())
        .await
        .expect("it is forgotten");
    assert!(node.own_rules().await.expect("the list reads").is_empty());
    assert!(matches!(
        node.forget_rule(root.to_string()).await,
        Err(ChangePolicy::UnknownRule)
    ));
    assert!(matches!(
        node.block_content("hello world".to_owned()).await,
        Err(ChangePolicy::BadRule(_))
    ));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaf_that_is_blocked_ends_the_file_that_needs_it() {
    let world = World::new();
    let node = world.open().await;
    let root = add(&node, &noise(700_000, 4)).await;
    let head = node.block(root).await.expect("the root reads");
    let leaves = dag::links(&root, &head).expect("it has links");
    node.block_content(leaves[2].to_string())
        .await
        .expect("it is blocked");
    let node::Opened::File(stream) = node.open_content(&root.into()).await.expect("it opens")
    else {
        panic!("it is a file");
    };
    stream.read_at(0, 1000).await.expect("its beginning reads");
    assert!(matches!(
        stream.read_at(600_000, 1000).await,
        Err(node::ReadMedia::Blocked(_))
    ));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_taken_in_switched_off_and_removed_and_outlive_a_restart() {
    let world = World::new();
    let node = world.open().await;
    let root = add(&node, b"listed").await;
    let list = format!(
        "version: 1\nname: A list\nhints:\n  gateway_status: 451\n---\n/ipfs/{root}\n\
         /btfs/{OTHER} gateway_status:410\n?\n"
    );
    node.add_policy_text("bad-things".to_owned(), list)
        .await
        .expect("it is taken in");
    let shown = node.policy_lists().await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].title.as_deref(), Some("A list"));
    assert_eq!((shown[0].rules, shown[0].skipped), (2, 1));
    assert_eq!(shown[0].faults[0].0, 8);
    let refused = node.check_content(&root.into(), PolicyAction::Gateway);
    assert!(refused.expect_err("it is blocked").legal, "by the header");
    let other = dag::parse_cid(OTHER).expect("an address");
    let refused = node.check_content(&other.into(), PolicyAction::Gateway);
    assert!(
        !refused.expect_err("it is blocked").legal,
        "by its own hint"
    );

    node.allow_content(root.to_string())
        .await
        .expect("it is allowed");
    assert!(!is_blocked(&node, root), "the person's own word decides");
    node.forget_rule(root.to_string())
        .await
        .expect("it is forgotten");
    node.enable_policy_list("bad-things".to_owned(), false)
        .await
        .expect("it is switched off");
    assert!(!is_blocked(&node, root));
    node.shutdown().await;
    drop(node);

    let node = world.open().await;
    assert!(!is_blocked(&node, root), "it stays off");
    node.enable_policy_list("bad-things".to_owned(), true)
        .await
        .expect("it is switched on");
    assert!(is_blocked(&node, root));
    for name in ["", "own", "../x", "a/b", ".x"] {
        assert!(matches!(
            node.add_policy_text(name.to_owned(), String::new()).await,
            Err(ChangePolicy::BadName(_))
        ));
    }
    assert!(matches!(
        node.add_policy_text("bad-things".to_owned(), String::new())
            .await,
        Err(ChangePolicy::Exists(_))
    ));
    assert!(matches!(
        node.add_policy_text("x".to_owned(), "version: 7\n---\n".to_owned())
            .await,
        Err(ChangePolicy::BadList(_))
    ));
    assert!(matches!(
        node.add_policy_text("x".to_owned(), "this is a letter\n".to_owned())
            .await,
        Err(ChangePolicy::BadList(_))
    ));
    node.remove_policy_list("bad-things".to_owned())
        .await
        .expect("it is removed");
    assert!(!is_blocked(&node, root));
    assert_eq!(node.policy_lists().await.len(), 1, "the own list");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_grow_shrink_break_or_go_are_followed() {
    let world = World::new();
    let node = world.open().await;
    let mut roots = Vec::new();
    for number in 0..4_u8 {
        roots.push(add(&node, &[number]).await);
    }
    let folder = world.home.path().join("denylists");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("followed.deny");
    std::fs::write(&path, format!("name: x\n---\n/ipfs/{}\n", roots[0])).expect("written");
    node.refresh_policy().await;
    let now =
        |node: &Node| -> Vec<bool> { roots.iter().map(|root| is_blocked(node, *root)).collect() };
    assert_eq!(now(&node), [true, false, false, false]);

    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it opens");
    writeln!(file, "!/ipfs/{}\n/ipfs/{}", roots[0], roots[1]).expect("added");
    write!(file, "/ipfs/{}", roots[2]).expect("added");
    node.refresh_policy().await;
    assert_eq!(
        now(&node),
        [false, true, true, false],
        "a last line without its end is read"
    );
    writeln!(file, "/path").expect("added");
    node.refresh_policy().await;
    assert_eq!(
        now(&node),
        [false, true, false, false],
        "and read again when it went on"
    );

    std::fs::write(&path, format!("/ipfs/{}\n", roots[3])).expect("written");
    node.refresh_policy().await;
    assert_eq!(now(&node), [false, false, false, true], "read whole");

    std::fs::write(&path, "version: 9\n---\n").expect("written");
    node.refresh_policy().await;
    assert_eq!(
        now(&node),
        [false, false, false, true],
        "the last good rules"
    );
    let problems = node.problems();
    let problem = problems
        .iter()
        .find(|problem| problem.code == "denylist_unreadable")
        .expect("it is shown");
    assert!(problem.message.contains("followed"), "{problem:?}");

    std::fs::write(&path, format!("/ipfs/{}\n", roots[1])).expect("written");
    node.refresh_policy().await;
    assert_eq!(now(&node), [false, true, false, false]);
    assert!(
        node.problems()
            .iter()
            .all(|problem| problem.code != "denylist_unreadable")
    );
    std::fs::remove_file(&path).expect("removed");
    node.refresh_policy().await;
    assert_eq!(now(&node), [false; 4]);
    node.shutdown().await;
}
