use std::time::{Duration, Instant};

use node::{ChangeSettings, Node, NodeConfig, OpenNode, Settings};

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_is_told_where_the_first_is() {
    let world = World::new();
    let node = world.open().await;
    let run = node::RunFile {
        pid: 7,
        api: "http://127.0.0.1:1".to_owned(),
        token: "t".to_owned(),
        media: "http://127.0.0.1:2".to_owned(),
        rpc: None,
        rpc_token: None,
    };
    let text = serde_json::to_string(&run).expect("json");
    std::fs::write(world.home.path().join("run.json"), text).expect("written");
    match Node::open(NodeConfig::new(world.home.path())).await {
        Err(OpenNode::HomeLocked { pid, endpoint }) => {
            assert_eq!(pid, Some(std::process::id()));
            assert_eq!(endpoint.as_deref(), Some(&run));
        }
        other => panic!("{other:?}"),
    }
    node.shutdown().await;
    drop(node);
    let node = world.open().await;
    assert!(
        !world.home.path().join("run.json").exists(),
        "a stale endpoint is gone"
    );
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_is_quick_and_keeps_the_identity() {
    let world = World::new();
    let node = world.open().await;
    let identity = node.identity();
    let begun = Instant::now();
    node.shutdown().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
    drop(node);
    let node = world.open().await;
    assert_eq!(node.identity(), identity);
    assert!(
        node.problems()
            .iter()
            .any(|problem| problem.code == "previews_unavailable")
    );
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_store_only_differences_and_keep_comments_and_unknown_keys() {
    let world = World::new();
    let config = world.home.path().join("config.jsonc");
    let text =
        "// mine\n{\n  // dark at night\n  \"theme\": \"dark\",\n  \"fromTheFuture\": [1]\n}\n";
    std::fs::write(&config, text).expect("written");
    let node = world.open().await;
    assert_eq!(node.settings().theme, node::Theme::Dark);
    assert_eq!(node.settings().keep_in_place_above_mib, 64);
    let patch = |text: &str| match serde_json::from_str(text).expect("json") {
        serde_json::Value::Object(map) => map,
        _ => panic!("an object"),
    };
    node.update_settings(patch(
        r#"{"keepInPlaceAboveMib": 5, "captions": {"size": 150}}"#,
    ))
    .await
    .expect("set");
    node.update_settings(patch(r#"{"theme": "system"}"#))
        .await
        .expect("set");
    let stored = std::fs::read_to_string(&config).expect("read");
    assert!(
        stored.contains("// mine") && stored.contains("fromTheFuture"),
        "{stored}"
    );
    assert!(
        !stored.contains("\"theme\""),
        "a default is no difference: {stored}"
    );
    assert!(stored.contains("\"keepInPlaceAboveMib\": 5"), "{stored}");
    assert_eq!(node.settings().captions.color, "#ffffff", "objects merge");

    for bad in [
        r#"{"noSuch": 1}"#,
        r#"{"theme": "pink"}"#,
        r#"{"seekSeconds": 0}"#,
    ] {
        let before = node.settings();
        let refused = node.update_settings(patch(bad)).await;
        assert!(
            matches!(
                refused,
                Err(ChangeSettings::UnknownKey(_) | ChangeSettings::BadValue { .. })
            ),
            "{bad}: {refused:?}"
        );
        assert_eq!(node.settings(), before, "{bad}");
    }
    node.shutdown().await;
    drop(node);
    let node = world.open().await;
    assert_eq!(node.settings().captions.size, 150);
    node.reset_settings(None).await.expect("reset");
    assert_eq!(*node.settings(), Settings::default());
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_settings_file_is_kept_and_reported() {
    let world = World::new();
    std::fs::write(world.home.path().join("config.jsonc"), "{ \"theme\": ").expect("written");
    let node = world.open().await;
    assert_eq!(*node.settings(), Settings::default());
    assert!(
        node.problems()
            .iter()
            .any(|problem| problem.code == "settings_broken")
    );
    assert!(world.home.path().join("config.jsonc.broken-1").exists());
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_is_a_file_says_so() {
    let world = World::new();
    let path = world.file("not a folder", b"x");
    let refused = Node::open(NodeConfig::new(&path)).await;
    assert!(
        matches!(refused, Err(OpenNode::UseHome { .. })),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_received_and_imported() {
    let world = World::new();
    let node = world.open().await;
    let upload = node.upload_begin().await.expect("begins");
    let body = std::io::Cursor::new(b"from a browser".to_vec());
    let size = node
        .upload_file(upload, "folder/note.txt", body)
        .await
        .expect("received");
    assert_eq!(size, 14);
    let escape = std::io::Cursor::new(Vec::new());
    assert!(
        node.upload_file(upload, "../out.txt", escape)
            .await
            .is_err()
    );
    let request = node::ImportRequest {
        upload: Some(upload),
        ..node::ImportRequest::default()
    };
    let job = crate::support::import(&node, request).await;
    assert_eq!((job.files_done, job.files_failed), (1, 0), "{job:?}");
    let read = crate::support::read_item(&node, "note.txt").await;
    assert_eq!(read.as_deref(), Ok(&b"from a browser"[..]));
    let left = std::fs::read_dir(world.home.path().join("staging"))
        .expect("staging")
        .count();
    assert_eq!(left, 0, "the upload was taken over");
    node.shutdown().await;
}
