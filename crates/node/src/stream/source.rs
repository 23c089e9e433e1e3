//! Where a stream's bytes come from: the user's file, or a DAG in the store.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;
use dag::{Cid, FileCursor, Step};
use store::{SourceId, SourceState, Store};
use tokio_util::sync::DropGuard;

use super::{ReadMedia, Shards};
use crate::blocks::Blocks;
use crate::import::fingerprint::Stamp;
use crate::jobs::lock;
use crate::share::RemoteFile;
use crate::tasks::Lane;

/// Blocks that are asked for before they are needed.
pub(crate) const LOOK_AHEAD: usize = 32;

/// A source that can be read at any offset. Blocking.
#[derive(Debug)]
pub(crate) enum Source {
    /// The user's file, held open; it was as recorded when it was opened.
    File { file: File, stamp: Stamp },
    /// A file in the store; the cursor remembers where it is in the tree.
    Dag {
        blocks: Blocks,
        root: Cid,
        cursor: Mutex<Option<Box<FileCursor>>>,
    },
    /// A file of which shards are in the store.
    Shards(Box<Shards>),
    /// The bytes of one block that is no file.
    Block(Bytes),
    /// A file of somebody else's share: read without a blocking thread.
    Remote(Box<RemoteFile>),
}

impl Source {
    /// The user's file behind `source`, when it is exactly as recorded.
    pub(crate) fn open_unchanged(store: &Store, source: SourceId) -> Option<Self> {
        let recorded = store.source(source).ok()??;
        if store.check_source(source).ok()? != SourceState::Unchanged {
            return None;
        }
        Self::open_if(&recorded.file.path, &Stamp::from(&recorded.file))
    }

    /// The file at `path`, when its content is as `stamp` says.
    pub(crate) fn open_if(path: &Path, stamp: &Stamp) -> Option<Self> {
        let file = File::open(path).ok()?;
        let now = Stamp::of_file(&file).ok()?;
        now.same_content(stamp)
            .then_some(Self::File { file, stamp: now })
    }

    pub(crate) fn dag(blocks: Blocks, root: Cid) -> Self {
        Self::Dag {
            blocks,
            root,
            cursor: Mutex::new(None),
        }
    }

    /// Where its reads run.
    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Dag { blocks, .. } => blocks.lane(Lane::Read),
            Self::Shards(file) => file.blocks.lane(Lane::Read),
            _ => Lane::Read,
        }
    }

    /// Ends what it fetches when it is dropped.
    pub(super) fn guard(&self) -> Option<DropGuard> {
        match self {
            Self::Dag { blocks, .. } => blocks.guard(),
            Self::Shards(file) => file.blocks.guard(),
            _ => None,
        }
    }

    /// Bytes at `offset`, `len` of them unless the file ends first.
    pub(crate) fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        match self {
            Self::File { file, stamp } => read_file(file, stamp, offset, len),
            Self::Remote(_) => Err(ReadMedia::Unreachable),
            Self::Shards(file) => file.read_at(offset, len),
            Self::Block(bytes) => {
                let from = usize::try_from(offset)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                let to = from.saturating_add(len).min(bytes.len());
                Ok(bytes.slice(from..to))
            }
            Self::Dag {
                blocks,
                root,
                cursor,
            } => {
                // Taken out while it works: a second reader at the same time starts its own.
                let mut own = lock(cursor)
                    .take()
                    .unwrap_or_else(|| Box::new(FileCursor::new(*root, ..)));
                let read = read_dag(blocks, &mut own, offset, len);
                if read.is_ok() {
                    *lock(cursor) = Some(own);
                }
                read
            }
        }
    }
}

fn read_file(file: &File, stamp: &Stamp, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
    let failed = |error| ReadMedia::ReadSource(Box::new(error) as _);
    let left = usize::try_from(stamp.size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; len.min(left)];
    match file.read_exact_at(&mut buffer, offset) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            return Err(ReadMedia::Changed);
        }
        Err(error) => return Err(failed(error)),
    }
    // After the read: a change before or during it shows in size or times.
    if !Stamp::of_file(file).map_err(failed)?.same_content(stamp) {
        return Err(ReadMedia::Changed);
    }
    Ok(Bytes::from(buffer))
}

fn read_dag(
    blocks: &Blocks,
    cursor: &mut FileCursor,
    offset: u64,
    len: usize,
) -> Result<Bytes, ReadMedia> {
    cursor.seek(offset);
    let mut parts: Vec<Bytes> = Vec::new();
    let mut have = 0;
    while have < len {
        match cursor.poll() {
            Step::Need(cid) => {
                let block = blocks.get(&cid, || cursor.want_ahead(LOOK_AHEAD))?;
                cursor
                    .supply(cid, block)
                    .map_err(|error| ReadMedia::DamagedDag(Box::new(error)))?;
            }
            Step::Chunk(chunk) => {
                let part = chunk.slice(..chunk.len().min(len - have));
                have += part.len();
                parts.push(part);
            }
            Step::Done => break,
        }
    }
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(only);
    }
    let mut joined = Vec::with_capacity(have);
    parts.iter().for_each(|part| joined.extend_from_slice(part));
    Ok(Bytes::from(joined))
}
