//! A home and a folder of the user's, both temporary.

use std::path::{Path, PathBuf};

use library::{ItemQuery, ItemRow};
use node::{ImportRequest, Job, JobState, Node, NodeConfig};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) home: TempDir,
    pub(crate) files: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let make = || tempfile::tempdir().expect("a temporary folder");
        Self {
            home: make(),
            files: make(),
        }
    }

    pub(crate) async fn open(&self) -> Node {
        Node::open(NodeConfig::new(self.home.path()))
            .await
            .expect("the home opens")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Writes a file of the user's.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("folder made");
        }
        std::fs::write(&path, bytes).expect("file written");
        path
    }
}

/// Bytes that do not repeat from chunk to chunk.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Imports and waits for the end.
pub(crate) async fn import(node: &Node, request: ImportRequest) -> Job {
    let job = node.start_import(request).await.expect("the import starts");
    node.wait_job(job.id).await.expect("the import ends")
}

pub(crate) async fn import_paths(node: &Node, paths: &[&Path]) -> Job {
    let paths = paths.iter().map(|path| path.to_path_buf()).collect();
    let job = import(
        node,
        ImportRequest {
            paths,
            ..ImportRequest::default()
        },
    )
    .await;
    assert_eq!(job.state, JobState::Done, "{job:?}");
    job
}

pub(crate) async fn items(node: &Node) -> Vec<ItemRow> {
    let query = ItemQuery {
        limit: 1000,
        ..ItemQuery::default()
    };
    node.query(move |view| view.items(&query))
        .await
        .expect("the library lists")
        .rows
}

pub(crate) async fn item_named(node: &Node, name: &str) -> ItemRow {
    let rows = items(node).await;
    let names: Vec<&str> = rows.iter().map(|row| row.file_name.as_str()).collect();
    let found = rows.iter().find(|row| row.file_name == name).cloned();
    found.unwrap_or_else(|| panic!("{name:?} is listed among {names:?}"))
}

/// All bytes of an item, through its stream.
pub(crate) async fn read_item(node: &Node, name: &str) -> Result<Vec<u8>, String> {
    let item = item_named(node, name).await;
    let stream = node
        .open_stream(item.id, None)
        .await
        .map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < stream.size() {
        let part = stream.read_at(bytes.len() as u64, 1 << 20).await;
        let part = part.map_err(|error| error.to_string())?;
        assert!(!part.is_empty(), "a stream gives bytes until its size");
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Runs verify and says whether everything is good.
pub(crate) async fn is_clean(node: &Node) -> bool {
    let job = node.start_verify().await.expect("verify starts");
    let job = node.wait_job(job.id).await.expect("verify ends");
    assert_eq!(job.state, JobState::Done, "{job:?}");
    job.files_failed == 0 && job.message.is_some_and(|text| text.contains("all good"))
}

/// Long enough for a busy machine; nothing waits for it when all is well.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Waits for a state that an event announces.
pub(crate) async fn until<T, F>(node: &Node, mut ask: F) -> T
where
    F: AsyncFnMut() -> Option<T>,
{
    let mut events = node.events();
    let waiting = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            events.next().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("it happens in time")
}
