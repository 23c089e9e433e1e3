//! A library in a temporary folder, with a clock and ids that tests control.
#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use library::{
    AddedItem, Clock, Facts, FileStamp, Ids, ItemId, Library, LibraryConfig, MediaClass, NewItem,
};

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Ids that look random and are the same in every run.
#[derive(Debug, Default)]
pub struct TestIds(AtomicU64, u64);

impl Ids for TestIds {
    fn next(&self) -> [u8; 16] {
        let n = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let mix = |n: u64| {
            (n ^ self.1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        };
        let mut id = [0; 16];
        id[..8].copy_from_slice(&mix(n).to_be_bytes());
        id[8..].copy_from_slice(&mix(mix(n)).to_be_bytes());
        id
    }
}

pub struct Home {
    pub dir: tempfile::TempDir,
    pub clock: Arc<TestClock>,
    ids: Arc<TestIds>,
}

impl Home {
    pub fn new(seed: u64) -> Self {
        Home {
            dir: tempfile::tempdir().expect("a temporary folder"),
            clock: Arc::new(TestClock(AtomicI64::new(1_700_000_000_000))),
            ids: Arc::new(TestIds(AtomicU64::new(0), seed)),
        }
    }

    pub fn config(&self) -> LibraryConfig {
        let mut config = LibraryConfig::new(self.dir.path());
        config.clock = self.clock.clone();
        config.ids = self.ids.clone();
        config
    }

    pub fn open(&self) -> Library {
        Library::open(self.config()).expect("the library opens")
    }

    pub fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// A made-up root for content number `n`.
pub fn root(n: u64) -> cid::Cid {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let hash = multihash::Multihash::wrap(0x12, &digest).expect("32 bytes fit");
    cid::Cid::new_v0(hash).expect("a sha2-256 hash")
}

pub fn file(path: &str, class: MediaClass, content: u64) -> NewItem {
    let mime = match class {
        MediaClass::Video => "video/mp4",
        MediaClass::Photo => "image/jpeg",
        MediaClass::Audio => "audio/flac",
        MediaClass::Subtitle => "application/x-subrip",
        MediaClass::Other => "application/octet-stream",
    };
    NewItem {
        class,
        mime: mime.into(),
        root: root(content),
        size: 1000 + content,
        path: path.into(),
        stamp: FileStamp {
            size: 1000 + content,
            mtime_ns: 1_600_000_000_000_000_000,
            ctime_ns: 1,
            dev: 7,
            ino: content + 1,
        },
        ..NewItem::default()
    }
}

pub fn add(library: &Library, path: &str, class: MediaClass, content: u64) -> ItemId {
    let added = library
        .write(|tx| tx.add_item(file(path, class, content)))
        .expect("added");
    match added {
        AddedItem::New(id) => id,
        other => panic!("{path} must be a new item, not {other:?}"),
    }
}

pub fn photo_facts(taken_at: &str) -> Facts {
    Facts {
        class: MediaClass::Photo,
        mime: "image/jpeg".into(),
        width: Some(4000),
        height: Some(3000),
        taken_at: Some(taken_at.into()),
        camera: Some("Olympus E-M5".into()),
        latitude: Some(53.123_456_789_012_34),
        longitude: Some(8.100_000_000_000_001),
        thumbhash: vec![1, 2, 3],
        has_preview: true,
        probe: serde_json::json!({"exif": {"iso": 200, "exposure": 0.004_166_666_666_666_667}}),
        ..Facts::default()
    }
}

pub fn track_facts(title: &str, album: &str, track_no: u32) -> Facts {
    Facts {
        class: MediaClass::Audio,
        mime: "audio/flac".into(),
        duration_ms: Some(180_000),
        tags: library::Tags {
            title: Some(title.into()),
            artist: Some("Björk & Friends".into()),
            album: Some(album.into()),
            track_no: Some(track_no),
            year: Some(1997),
            genres: vec!["Electronic".into()],
            ..library::Tags::default()
        },
        ..Facts::default()
    }
}

/// Indexes until nothing is left.
pub fn index(library: &Library) {
    while library.index_pending().expect("indexing works") > 0 {}
}
