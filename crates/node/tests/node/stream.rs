use std::io::SeekFrom;

use node::{ImportMode, ImportRequest};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::support::{World, import, item_named, noise};

#[tokio::test(flavor = "multi_thread")]
async fn reads_and_seeks_like_a_file_from_both_sources() {
    for mode in [ImportMode::Copy, ImportMode::Reference] {
        let world = World::new();
        let node = world.open().await;
        let bytes = noise((10 << 20) + 17, 6);
        let path = world.file("x.bin", &bytes);
        let request = ImportRequest {
            paths: vec![path],
            mode: Some(mode),
            ..ImportRequest::default()
        };
        import(&node, request).await;
        let item = item_named(&node, "x.bin").await.id;
        let mut stream = node.open_stream(item, None).await.expect("opens");
        assert_eq!(stream.size(), bytes.len() as u64);

        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.expect("reads");
        assert!(all == bytes, "{mode:?}: the whole file");
        for offset in [
            0,
            1,
            262_143,
            262_144,
            5_000_000,
            bytes.len() - 1,
            bytes.len(),
        ] {
            stream
                .seek(SeekFrom::Start(offset as u64))
                .await
                .expect("seeks");
            let mut part = vec![0; 300_000.min(bytes.len() - offset)];
            stream.read_exact(&mut part).await.expect("reads");
            assert!(
                part == bytes[offset..offset + part.len()],
                "{mode:?}: at {offset}"
            );
        }
        assert!(
            stream
                .read_at(bytes.len() as u64 + 5, 10)
                .await
                .expect("past the end")
                .is_empty()
        );
        // Two at once, at different places.
        let (a, b) = tokio::join!(
            stream.read_at(100, 1 << 20),
            stream.read_at(9_000_000, 1 << 20)
        );
        assert!(a.expect("a").as_ref() == &bytes[100..100 + (1 << 20)]);
        assert!(b.expect("b").as_ref() == &bytes[9_000_000..9_000_000 + (1 << 20)]);
        node.shutdown().await;
    }
}
