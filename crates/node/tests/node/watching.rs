//! Reading what somebody else shares: every block comes once, is kept, and makes room in the end.

use node::{Node, ShareId, ShareRequest};

use crate::share::{open_networked, read_all, sharer};
use crate::support::{import_paths, noise, read_item};

/// Bytes that came over the wire, everything included.
async fn received(node: &Node) -> u64 {
    node.networks().await.iter().map(|one| one.received).sum()
}

async fn read_at(node: &Node, id: ShareId, offset: usize, len: usize) -> Vec<u8> {
    // Each read opens the file anew, as each Range request of a player does.
    let stream = node
        .open_shared_file(id, 0, false)
        .await
        .expect("the file opens");
    let part = stream.read_at(offset as u64, len).await;
    part.expect("the bytes come").to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_film_is_read_its_blocks_come_once() {
    let size = 24 << 20;
    let sharer = sharer(size, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let share = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");

    // The head, the index at the end, back to the head, and then all over the place: what a player
    // does, and what takes back most wants while their blocks are on the way.
    let mut places = vec![(0, 300_000), (size - 70_000, 70_000), (300_000, 2_000_000)];
    places.extend((1..20).map(|n| ((n * 7_340_033) % (size - 500_000), 400_000)));
    for (offset, len) in places {
        let part = read_at(&opener, share.id, offset, len).await;
        let expect = &sharer.bytes[offset..offset + part.len()];
        assert!(part == expect && !part.is_empty(), "right at {offset}");
    }
    assert_eq!(read_all(&opener, share.id, 0).await, sharer.bytes);
    let came = received(&opener).await;
    assert!(
        came <= size as u64 * 104 / 100,
        "{came} bytes came for a film of {size}"
    );
    opener.shutdown().await;
    sharer.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_from_what_is_stored() {
    let size = 12 << 20;
    let sharer = sharer(size, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let share = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");
    let all = read_all(&opener, share.id, 0).await;
    assert_eq!(all, sharer.bytes);
    opener.shutdown().await;
    drop(opener);

    // Nobody is there to give it again.
    sharer.node.shutdown().await;
    let again = open_networked(home.path()).await;
    assert_eq!(read_all(&again, share.id, 0).await, sharer.bytes);
    assert!(received(&again).await < 100_000, "nothing came again");
    again.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_watched_longest_ago_makes_room_and_what_is_kept_stays() {
    let film = 24 << 20;
    let home = tempfile::tempdir().expect("a folder");
    let files = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let quota = serde_json::json!({ "quotaBytes": 64 << 20 });
    let quota = quota.as_object().expect("an object").clone();
    opener.update_settings(quota).await.expect("set");

    let own = noise(8 << 20, 99);
    let path = files.path().join("own.bin");
    std::fs::write(&path, &own).expect("written");
    import_paths(&opener, &[&path]).await;

    let mut shares = Vec::new();
    for _ in 0..3 {
        let sharer = sharer(film, ShareRequest::default()).await;
        let share = opener
            .open_shared(sharer.link(), None)
            .await
            .expect("it opens");
        assert_eq!(read_all(&opener, share.id, 0).await, sharer.bytes);
        sharer.node.shutdown().await;
        shares.push(share.id);
    }
    // Nothing reads the first one any more: a new start is sure of it.
    opener.shutdown().await;
    drop(opener);
    let opener = open_networked(home.path()).await;
    let last = sharer(film, ShareRequest::default()).await;
    let share = opener
        .open_shared(last.link(), None)
        .await
        .expect("it opens");
    assert_eq!(read_all(&opener, share.id, 0).await, last.bytes);
    last.node.shutdown().await;

    let used = opener.storage().await.used;
    assert!(used <= 64 << 20, "{used} bytes are within the quota");
    assert_eq!(read_item(&opener, "own.bin").await.as_ref(), Ok(&own));
    assert_eq!(read_all(&opener, share.id, 0).await, last.bytes, "kept");
    opener.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sharer_that_goes_in_the_middle_of_a_film_and_comes_back_is_read_on() {
    let size = 40 << 20;
    let sharer = sharer(size, ShareRequest::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    let opener = open_networked(home.path()).await;
    let share = opener
        .open_shared(sharer.link(), None)
        .await
        .expect("it opens");
    read_at(&opener, share.id, 0, 300_000).await;
    sharer.node.shutdown().await;
    let there = 30 << 20;
    let expect = sharer.bytes[there..there + 300_000].to_vec();
    let (part, again) = tokio::join!(read_at(&opener, share.id, there, 300_000), sharer.again());
    assert!(part == expect[..part.len()] && !part.is_empty());
    opener.shutdown().await;
    again.node.shutdown().await;
}
