//! Reads a file from its Reed-Solomon shards, as long as enough of them can be had.
//!
//! A shard of which a block is neither here nor to be had is lost, and what it held is computed from
//! others. The first loss makes a roll call of all shards: whoever waits for shards that nobody has
//! waits once for all of them, and not once for each.
//!
//! Invariant: memory is bounded by one window of as many shards as restore the file.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Mutex;

use bytes::Bytes;
use dag::reed_solomon::{ReadShards, ShardCounts, ShardReader};
use dag::{Cid, Step};

use super::{LOOK_AHEAD, ReadMedia};
use crate::blocks::{Blocks, ReadBlock};
use crate::jobs::lock;

/// A file in shards.
#[derive(Debug)]
pub(crate) struct Shards {
    pub(super) blocks: Blocks,
    root: Cid,
    counts: ShardCounts,
    size: u64,
    /// What of it is read.
    range: Range<u64>,
    reading: Mutex<Option<Box<Reading>>>,
}

/// How far one reader is.
#[derive(Debug)]
struct Reading {
    reader: ShardReader,
    /// What was read and not handed out; it ends where the reader is.
    rest: Bytes,
    /// The shards' roots, once the node over them was read.
    members: Vec<Cid>,
    /// Blocks that cannot be had.
    absent: HashSet<Cid>,
    called: bool,
    /// Why the first of them cannot.
    why: Option<ReadBlock>,
}

impl Shards {
    /// What lies in `range` of a file of `size` bytes, by the node over its shards.
    pub(crate) fn new(
        blocks: Blocks,
        root: Cid,
        counts: ShardCounts,
        size: u64,
        range: Range<u64>,
    ) -> Self {
        Shards {
            blocks,
            root,
            counts,
            size,
            range,
            reading: Mutex::new(None),
        }
    }

    /// Bytes at `offset` of the range, `len` of them unless it ends first. Blocking.
    pub(super) fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        let offset = self.range.start.saturating_add(offset);
        let left = self.range.end.saturating_sub(offset);
        let len = usize::try_from(left).map_or(len, |left| len.min(left));
        // Taken out while it works: a second reader at the same time starts its own. After an error
        // the next one begins anew: what was lost may be there again.
        let mut own = lock(&self.reading)
            .take()
            .unwrap_or_else(|| Box::new(self.begin()));
        let read = own.read_at(self, offset, len)?;
        *lock(&self.reading) = Some(own);
        Ok(read)
    }

    fn begin(&self) -> Reading {
        Reading {
            reader: ShardReader::new(self.root, self.counts, self.size, ..),
            rest: Bytes::new(),
            members: Vec::new(),
            absent: HashSet::new(),
            called: false,
            why: None,
        }
    }
}

impl Reading {
    fn read_at(&mut self, file: &Shards, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        let here = self.reader.position().checked_sub(self.rest.len() as u64);
        if here != Some(offset) {
            self.rest = Bytes::new();
            self.reader.seek(offset);
        }
        let mut out = Vec::new();
        while out.len() < len {
            if !self.rest.is_empty() {
                let part = self.rest.split_to(self.rest.len().min(len - out.len()));
                out.extend_from_slice(&part);
                continue;
            }
            let step = self.reader.poll();
            match step.map_err(|error| self.failed(file, error))? {
                Step::Done => break,
                Step::Chunk(chunk) => self.rest = chunk,
                Step::Need(cid) => self.bring(file, cid)?,
            }
        }
        Ok(Bytes::from(out))
    }

    /// Brings a block that is needed, or gives its shard up.
    fn bring(&mut self, file: &Shards, cid: Cid) -> Result<(), ReadMedia> {
        if !self.absent.contains(&cid) {
            match file.blocks.get(&cid, || self.reader.want_ahead(LOOK_AHEAD)) {
                Ok(block) => {
                    if cid == file.root {
                        self.members = dag::links(&cid, &block).unwrap_or_default();
                    }
                    let supplied = self.reader.supply(cid, block);
                    return supplied.map_err(|error| self.failed(file, error));
                }
                Err(error) if cid == file.root || !is_loss(&error) => return Err(error.into()),
                Err(error) => {
                    self.absent.insert(cid);
                    self.why.get_or_insert(error);
                }
            }
        }
        let before = self.reader.lost().len();
        self.reader.missing(&cid);
        if self.reader.lost().len() == before {
            return Err(ReadMedia::MissingBlock(cid));
        }
        self.call_roll(file)
    }

    /// Asks for the roots of all shards side by side, so that those that nobody has are known.
    fn call_roll(&mut self, file: &Shards) -> Result<(), ReadMedia> {
        if std::mem::replace(&mut self.called, true) || !file.blocks.can_fetch() {
            return Ok(());
        }
        for (at, shard) in self.members.iter().enumerate() {
            let others = || self.members.get(at + 1..).unwrap_or_default().to_vec();
            if self.absent.contains(shard) {
                continue;
            }
            match file.blocks.get(shard, others) {
                Ok(_) => {}
                Err(error) if is_loss(&error) => {
                    self.absent.insert(*shard);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn failed(&mut self, file: &Shards, error: ReadShards) -> ReadMedia {
        match error {
            ReadShards::TooManyLost { lost } => ReadMedia::LostShards {
                lost,
                spare: file.counts.parity(),
                source: self.why.take().map(|why| Box::new(why) as _),
            },
            error => ReadMedia::DamagedDag(Box::new(error)),
        }
    }
}

/// Whether a block cannot be had, whatever is tried now. A damaged one is as good as none.
fn is_loss(error: &ReadBlock) -> bool {
    match error {
        ReadBlock::Missing(_) | ReadBlock::NobodyHas(_) | ReadBlock::Store(_) => true,
        ReadBlock::Blocked(_) | ReadBlock::Ended => false,
    }
}
