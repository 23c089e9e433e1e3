//! Reads a file from its shards, whichever of them are left, with no I/O of its own.
//!
//! Shards of data are read where they are; only where one is lost are windows of `data` others read
//! and the lost window computed. A shard is lost from the moment one of its blocks is.

use std::ops::RangeBounds;

use bytes::Bytes;

use super::{ShardCounts, field};
use crate::dag_pb::{self, DecodeNode};
use crate::file::cursor::half_open;
use crate::unixfs::{self, DecodeUnixFs, NodeKind};
use crate::{Cid, FileCursor, ReadFile, Step};

/// Bytes of each shard that are held to compute a lost one.
const WINDOW: u64 = 256 * 1024;

/// Why a file cannot be read from its shards.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadShards {
    /// The node over the shards is not dag-pb.
    #[error("{cid} over the shards is not a readable node")]
    DecodeNode {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeNode,
    },
    /// The node over the shards is not UnixFS.
    #[error("{cid} over the shards is not a part of a file")]
    DecodeUnixFs {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeUnixFs,
    },
    /// The node is no file, or has not one link for each shard.
    #[error("{cid} does not link to {wanted} shards")]
    NotShards {
        /// The block.
        cid: Cid,
        /// How many shards the metadata tells of.
        wanted: usize,
    },
    /// A shard cannot be read.
    #[error("shard {shard} of the file cannot be read")]
    ReadFile {
        /// Which one, from 0.
        shard: usize,
        /// Why.
        source: ReadFile,
    },
    /// A shard is not as long as the file demands.
    #[error("shard {shard} of the file is {found} bytes long, not {wanted}")]
    ShardLen {
        /// Which one, from 0.
        shard: usize,
        /// How long it is.
        found: u64,
        /// How long it must be.
        wanted: u64,
    },
    /// Too many shards are lost.
    #[error("{lost} of the file's shards are lost, more than it survives")]
    TooManyLost {
        /// How many.
        lost: usize,
    },
}

/// A shard as far as it was read.
#[derive(Debug)]
struct Shard {
    root: Cid,
    cursor: Option<FileCursor>,
    lost: bool,
    /// Its part of the window, when it helps to restore another one.
    window: Vec<u8>,
}

/// Reads one file. `poll` says which block it needs; `supply` gives it, or `missing` gives it up.
#[derive(Debug)]
pub struct ShardReader {
    root: Cid,
    counts: ShardCounts,
    shard_len: u64,
    position: u64,
    end: u64,
    shards: Vec<Shard>,
    /// How the shards were made; filled when the first one is restored.
    encoding: field::Matrix,
    /// The start of the window that is being restored, in every shard.
    window: Option<u64>,
    ready: Option<Bytes>,
}

impl ShardReader {
    /// A reader of `range` of a file of `file_size` bytes: what the token metadata says, and the
    /// address of the node over the shards.
    pub fn new(
        root: Cid,
        counts: ShardCounts,
        file_size: u64,
        range: impl RangeBounds<u64>,
    ) -> Self {
        let range = half_open(&range);
        ShardReader {
            root,
            counts,
            shard_len: counts.shard_len(file_size),
            position: range.start,
            end: range.end.min(file_size),
            shards: Vec::new(),
            encoding: field::Matrix::new(),
            window: None,
            ready: None,
        }
    }

    /// What to do next.
    pub fn poll(&mut self) -> Result<Step, ReadShards> {
        if self.position >= self.end {
            return Ok(Step::Done);
        }
        if self.shards.is_empty() {
            return Ok(Step::Need(self.root));
        }
        if self.ready.is_none()
            && let Some(need) = self.advance()?
        {
            return Ok(Step::Need(need));
        }
        let Some(mut chunk) = self.ready.take() else {
            return Ok(Step::Done);
        };
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        chunk.truncate(left);
        self.position += chunk.len() as u64;
        Ok(Step::Chunk(chunk))
    }

    /// Gives a block that was asked for, verified. A block that was not is ignored.
    pub fn supply(&mut self, cid: Cid, block: Bytes) -> Result<(), ReadShards> {
        if self.shards.is_empty() {
            return if cid == self.root {
                self.open(&block)
            } else {
                Ok(())
            };
        }
        for (index, shard) in self.shards.iter_mut().enumerate() {
            let wants = |cursor: &FileCursor| cursor.want_ahead(1).first() == Some(&cid);
            if let Some(cursor) = shard.cursor.as_mut().filter(|cursor| wants(cursor)) {
                let read = cursor.supply(cid, block.clone());
                read.map_err(|source| ReadShards::ReadFile {
                    shard: index,
                    source,
                })?;
            }
        }
        Ok(())
    }

    /// Says that a block that was asked for cannot be had. The shards that need it now are lost;
    /// a lost root of all shards is the caller's error.
    pub fn missing(&mut self, cid: &Cid) {
        for shard in &mut self.shards {
            let wants = |cursor: &FileCursor| cursor.want_ahead(1).first() == Some(cid);
            if shard.cursor.as_ref().is_some_and(wants) {
                shard.lost = true;
                shard.cursor = None;
                shard.window = Vec::new();
            }
        }
    }

    /// Moves to another offset of the file; the end of the range stays.
    pub fn seek(&mut self, offset: u64) {
        self.position = offset;
        self.window = None;
        self.ready = None;
        for shard in &mut self.shards {
            shard.cursor = None;
            shard.window = Vec::new();
        }
    }

    /// The next byte to be handed out.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Which shards were found lost, from 0.
    pub fn lost(&self) -> Vec<usize> {
        let lost = |(index, shard): (usize, &Shard)| shard.lost.then_some(index);
        self.shards.iter().enumerate().filter_map(lost).collect()
    }

    /// Up to `count` blocks that will be needed next, those of several shards side by side.
    pub fn want_ahead(&self, count: usize) -> Vec<Cid> {
        if self.shards.is_empty() && self.position < self.end {
            return [self.root].into_iter().take(count).collect();
        }
        let cursors = self.shards.iter().filter_map(|shard| shard.cursor.as_ref());
        let wanted = match self.window {
            // Every helper's next block, then no further: the window ends there.
            Some(_) => cursors.flat_map(|cursor| cursor.want_ahead(1)).collect(),
            None => cursors
                .flat_map(|cursor| cursor.want_ahead(count))
                .collect::<Vec<_>>(),
        };
        wanted.into_iter().take(count).collect()
    }

    /// Reads the node over the shards.
    fn open(&mut self, block: &[u8]) -> Result<(), ReadShards> {
        let cid = self.root;
        let wanted = self.counts.total();
        let node =
            dag_pb::decode(block).map_err(|source| ReadShards::DecodeNode { cid, source })?;
        let message = unixfs::decode(node.data.unwrap_or_default())
            .map_err(|source| ReadShards::DecodeUnixFs { cid, source })?;
        if message.kind != NodeKind::File || node.links.len() != wanted {
            return Err(ReadShards::NotShards { cid, wanted });
        }
        let shards = node.links.iter().map(|link| Shard {
            root: link.cid,
            cursor: None,
            lost: false,
            window: Vec::new(),
        });
        self.shards = shards.collect();
        Ok(())
    }

    /// Works towards the next chunk: the block that is needed for it, or none when it is ready.
    fn advance(&mut self) -> Result<Option<Cid>, ReadShards> {
        let index = usize::try_from(self.position / self.shard_len).unwrap_or(usize::MAX);
        let offset = self.position % self.shard_len;
        let plain = self.shards.get(index).is_some_and(|shard| !shard.lost);
        if plain {
            self.window = None;
            // Only the shard that is read keeps its place.
            for (other, shard) in self.shards.iter_mut().enumerate() {
                if other != index {
                    shard.cursor = None;
                    shard.window = Vec::new();
                }
            }
            return match self.step(index, offset, self.shard_len)? {
                Step::Need(cid) => Ok(Some(cid)),
                Step::Chunk(chunk) => {
                    self.ready = Some(chunk);
                    Ok(None)
                }
                Step::Done => Ok(None),
            };
        }
        self.restore(index, offset)
    }

    /// One step of reading a shard from `offset`; its length is checked as soon as it is known.
    fn step(&mut self, index: usize, offset: u64, end: u64) -> Result<Step, ReadShards> {
        let wanted = self.shard_len;
        let Some(shard) = self.shards.get_mut(index) else {
            return Ok(Step::Done);
        };
        let cursor = shard
            .cursor
            .get_or_insert_with(|| FileCursor::new(shard.root, offset..end));
        if cursor.position() != offset {
            cursor.seek(offset);
        }
        if let Some(found) = cursor.size().filter(|found| *found != wanted) {
            return Err(ReadShards::ShardLen {
                shard: index,
                found,
                wanted,
            });
        }
        Ok(cursor.poll())
    }

    /// Fills the window of as many shards as are needed, and computes that of the lost one.
    fn restore(&mut self, lost: usize, offset: u64) -> Result<Option<Cid>, ReadShards> {
        let start = offset - offset % WINDOW;
        let len = usize::try_from((self.shard_len - start).min(WINDOW)).unwrap_or(usize::MAX);
        if self.window != Some(start) {
            self.window = Some(start);
            for shard in &mut self.shards {
                shard.window = Vec::new();
            }
        }
        let alive = |(index, shard): (usize, &Shard)| (!shard.lost).then_some(index);
        let helpers: Vec<usize> = self
            .shards
            .iter()
            .enumerate()
            .filter_map(alive)
            .take(self.counts.data())
            .collect();
        if helpers.len() < self.counts.data() {
            return Err(ReadShards::TooManyLost {
                lost: self.lost().len(),
            });
        }
        let mut need = None;
        for index in &helpers {
            loop {
                let have = self.shards.get(*index).map_or(len, |s| s.window.len());
                if have >= len {
                    break;
                }
                // To the end of the shard, so that the next window goes on where this one ended.
                match self.step(*index, start + have as u64, self.shard_len)? {
                    Step::Chunk(chunk) => {
                        let room = chunk.len().min(len - have);
                        if let Some(shard) = self.shards.get_mut(*index) {
                            shard
                                .window
                                .extend_from_slice(chunk.get(..room).unwrap_or_default());
                        }
                    }
                    // All helpers start, so that their blocks can be fetched side by side.
                    Step::Need(cid) => {
                        need.get_or_insert(cid);
                        break;
                    }
                    Step::Done => {
                        return Err(ReadShards::ShardLen {
                            shard: *index,
                            found: start + have as u64,
                            wanted: self.shard_len,
                        });
                    }
                }
            }
        }
        if need.is_some() {
            return Ok(need);
        }
        let skip = usize::try_from(offset - start).unwrap_or(usize::MAX);
        self.ready = Some(self.compute(lost, &helpers, len).slice(skip.min(len)..));
        Ok(None)
    }

    /// The window of the lost shard from those of the helpers.
    fn compute(&mut self, lost: usize, helpers: &[usize], len: usize) -> Bytes {
        if self.encoding.is_empty() {
            self.encoding = field::encoding(self.counts.data(), self.counts.parity());
        }
        let row = |index: usize| self.encoding.get(index).cloned().unwrap_or_default();
        let rows: field::Matrix = helpers.iter().map(|index| row(*index)).collect();
        let decoding =
            field::invert(rows).expect("BUG: any `data` rows of the code are independent");
        let coefficients = field::times(&row(lost), &decoding);
        let mut out = vec![vec![0; len]];
        for (index, coefficient) in helpers.iter().zip(coefficients) {
            if let Some(shard) = self.shards.get(*index) {
                field::mul_add(&mut out, &[coefficient], &shard.window);
            }
        }
        Bytes::from(out.pop().unwrap_or_default())
    }
}
