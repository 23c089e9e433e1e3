use node::{AddOptions, ContentPath, Opened, ReadContent, WriteContent};

use crate::support::{World, noise};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_can_be_listed_read_exported_and_imported_elsewhere() {
    let world = World::new();
    let node = world.open().await;
    let bytes = noise(1_000_000, 8);
    world.file("site/index.html", b"<h1>hello</h1>");
    world.file("site/data/big.bin", &bytes);
    let added = node
        .add_path(world.path("site"), AddOptions::default())
        .await
        .expect("adds");
    let root = added.last().expect("the folder itself").cid;

    let Opened::Directory { entries, .. } = node.open_content(&root.into()).await.expect("opens")
    else {
        panic!("a directory")
    };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["data", "index.html"]);
    let path = ContentPath::parse(&format!("/btfs/{root}/data/big.bin")).expect("a path");
    let Opened::File(stream) = node.open_content(&path).await.expect("opens") else {
        panic!("a file")
    };
    assert_eq!(stream.size(), 1_000_000);
    assert!(
        stream.read_at(500_000, 1000).await.expect("reads").as_ref() == &bytes[500_000..501_000]
    );
    let gone = ContentPath::parse(&format!("{root}/nothing")).expect("a path");
    assert!(matches!(
        node.resolve(&gone).await,
        Err(ReadContent::NoSuchName { .. })
    ));

    let mut car = node.dag_export(root).await.expect("exports");
    let mut whole = Vec::new();
    while let Some(piece) = car.next().await {
        whole.extend_from_slice(&piece.expect("a piece"));
    }
    let other = World::new();
    let second = other.open().await;
    let imported = second
        .dag_import(std::io::Cursor::new(whole.clone()), true)
        .await
        .expect("imports");
    assert_eq!(imported.roots, [root]);
    assert_eq!(
        second.resolve(&path).await.expect("the same path"),
        *stream.cid()
    );

    let middle = whole.len() / 2;
    whole[middle] ^= 1;
    let third = World::new();
    let third_node = third.open().await;
    let refused = third_node
        .dag_import(std::io::Cursor::new(whole), true)
        .await;
    assert!(
        matches!(refused, Err(WriteContent::BadCar(_))),
        "{refused:?}"
    );

    assert!(
        node.pins()
            .await
            .expect("pins")
            .iter()
            .any(|pin| pin.cid == root)
    );
    node.unpin(root).await.expect("unpins");
    assert!(matches!(
        node.unpin(root).await,
        Err(WriteContent::NotPinned(_))
    ));
    for node in [node, second, third_node] {
        node.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_gets_the_same_address_as_the_file() {
    let world = World::new();
    let node = world.open().await;
    let source = std::io::Cursor::new(b"hello world\n".to_vec());
    let added = node
        .add_stream(source, AddOptions::default())
        .await
        .expect("adds");
    assert_eq!(
        added.cid.to_string(),
        "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
    );
    node.shutdown().await;
}
