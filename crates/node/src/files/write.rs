//! Writing into a file of the tree: what stays before, what comes, what stays behind.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use dag::{Cid, CidVersion, FileCursor, FileShape, Step};
use tokio::io::AsyncRead;

use super::change::Change;
use super::{ChangeFiles, FilesPath};
use crate::blocks::Blocks;
use crate::content::{AddOptions, Adder, ContentKind, PieceReader};
use crate::node::{Inner, Node};

/// The longest hole of zeros that a write makes.
const MAX_HOLE: u64 = 1 << 30;

/// How to write into a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteFile {
    /// The first byte that is written.
    pub offset: u64,
    /// At most this many bytes are taken.
    pub count: Option<u64>,
    /// Make the file when it is not there.
    pub create: bool,
    /// Make the directories above it.
    pub parents: bool,
    /// Nothing of the old file stays behind what is written.
    pub truncate: bool,
    /// As in [`AddOptions`]; that of the directory when absent.
    pub cid_version: Option<CidVersion>,
    /// As in [`AddOptions`].
    pub raw_leaves: Option<bool>,
}

impl Node {
    /// Writes what `source` gives into a file of the tree. The tree changes at the end, when
    /// all is durable; a source that breaks changes nothing.
    pub async fn files_write<R>(
        &self,
        path: &FilesPath,
        source: R,
        options: WriteFile,
    ) -> Result<(), ChangeFiles>
    where
        R: AsyncRead + Send + Unpin + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let path = path.clone();
        self.feed(source, move |pieces| {
            // `feed` knows one error; ours travels inside.
            Ok(write(&inner, &path, PieceReader::new(pieces), &options))
        })
        .await?
    }
}

fn write(
    inner: &Inner,
    path: &FilesPath,
    source: PieceReader,
    options: &WriteFile,
) -> Result<(), ChangeFiles> {
    let before = {
        let root = inner.files_root()?.0;
        Change::new(inner, root).find(path.names())?
    };
    let old = match before {
        None if !options.create => return Err(ChangeFiles::Missing(path.clone())),
        None => None,
        Some(cid) => {
            let stat = inner.stat_content(cid)?;
            match stat.kind {
                ContentKind::Directory => return Err(ChangeFiles::IsADirectory(path.clone())),
                _ => Some((cid, stat.size)),
            }
        }
    };
    let mut adder = Adder::new(inner, shape(options), false);
    let size = old.map_or(0, |(_, size)| size);
    let head = options.offset.min(size);
    let hole = options.offset - head;
    if hole > MAX_HOLE {
        return Err(ChangeFiles::OffsetTooFar(hole));
    }
    let mut given = Counted {
        source: source.take(options.count.unwrap_or(u64::MAX)),
        count: 0,
    };
    let blocks = Blocks::own(&inner.store);
    let part = |from: u64, to: u64| OldBytes::new(&blocks, old.map(|(cid, _)| cid), from, to);
    // What stays behind depends on how much comes.
    let tail = |written: u64| {
        let from = options.offset.saturating_add(written);
        part(from, if options.truncate { from } else { size })
    };
    let root = adder.file(
        part(0, head)
            .chain(std::io::repeat(0).take(hole))
            .chain(Then {
                first: &mut given,
                then: tail,
                rest: None,
            }),
    )?;
    let content = (root.cid, root.cumulative_size);
    // The adder holds the blocks until the tree has them.
    inner.change_files(|change| {
        if change.find(path.names())? != before {
            return Err(ChangeFiles::Conflict(path.clone()));
        }
        change.take(adder);
        change.set(path.names(), Some(content), options.parents)
    })
}

fn shape(options: &WriteFile) -> FileShape {
    AddOptions {
        cid_version: options.cid_version.unwrap_or_default(),
        raw_leaves: options.raw_leaves,
        ..AddOptions::default()
    }
    .shape()
}

struct Counted<R> {
    source: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// One reader, and another that is made when the first has ended.
struct Then<'a, R, T, F> {
    first: &'a mut Counted<R>,
    then: F,
    rest: Option<T>,
}

impl<R: Read, T: Read, F: Fn(u64) -> T> Read for Then<'_, R, T, F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if let Some(rest) = &mut self.rest {
            return rest.read(buffer);
        }
        match self.first.read(buffer)? {
            0 if !buffer.is_empty() => {
                let rest = self.rest.insert((self.then)(self.first.count));
                rest.read(buffer)
            }
            read => Ok(read),
        }
    }
}

/// Bytes of a file in the store.
struct OldBytes<'a> {
    blocks: &'a Blocks,
    cursor: Option<FileCursor>,
    current: Bytes,
}

impl<'a> OldBytes<'a> {
    fn new(blocks: &'a Blocks, file: Option<Cid>, from: u64, to: u64) -> Self {
        Self {
            blocks,
            cursor: file
                .filter(|_| from < to)
                .map(|file| FileCursor::new(file, from..to)),
            current: Bytes::new(),
        }
    }
}

impl Read for OldBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(cursor) = &mut self.cursor else {
            return Ok(0);
        };
        while self.current.is_empty() {
            match cursor.poll() {
                Step::Done => return Ok(0),
                Step::Chunk(bytes) => self.current = bytes,
                Step::Need(cid) => {
                    let bytes = crate::content::read::block(self.blocks, &cid)
                        .map_err(std::io::Error::other)?;
                    cursor.supply(cid, bytes).map_err(std::io::Error::other)?;
                }
            }
        }
        Ok(crate::content::take(&mut self.current, buffer))
    }
}
