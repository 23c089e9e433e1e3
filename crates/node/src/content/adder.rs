//! Files and directories on their way into the store, in batches that do not grow with them.
//!
//! What is put is safe from collection until the adder is gone, and nothing is reachable before
//! the last commit, which pins: an adder that is dropped leaves garbage and nothing else.

use std::io::Read;

use dag::directory::{DirectoryBuilder, Entry, Sharding};
use dag::{Block, Cid, CidVersion, FileRoot, FileShape};
use store::{Batch, Hold, PinKind};

use super::{WriteContent, commit_failed, put_failed};
use crate::node::Inner;

/// Bytes after which a batch is committed.
const BATCH_BYTES: u64 = 16 << 20;

/// Puts blocks; see the module.
pub(crate) struct Adder<'a> {
    inner: &'a Inner,
    shape: FileShape,
    /// `None` when only addresses are wanted.
    batch: Option<Batch>,
    in_batch: u64,
    _hold: Hold,
}

impl<'a> Adder<'a> {
    pub(crate) fn new(inner: &'a Inner, shape: FileShape, only_hash: bool) -> Self {
        Self {
            inner,
            shape,
            batch: (!only_hash).then(|| inner.store.batch()),
            in_batch: 0,
            _hold: inner.store.hold(),
        }
    }

    /// How files are cut and linked.
    pub(crate) fn shape(&self) -> FileShape {
        self.shape
    }

    /// Puts one block whose bytes are known to match its address.
    pub(crate) fn put(&mut self, block: &Block) -> Result<(), WriteContent> {
        if self.inner.tasks.is_stopping() {
            return Err(WriteContent::ShuttingDown);
        }
        let Some(batch) = &mut self.batch else {
            return Ok(());
        };
        batch.put(block).map_err(put_failed)?;
        self.in_batch += block.bytes.len() as u64;
        match self.in_batch >= BATCH_BYTES {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, source: impl Read) -> Result<FileRoot, WriteContent> {
        let shape = self.shape;
        let mut failed = None;
        let added = shape.add(source, |block| {
            self.put(&block).map_err(|error| {
                failed = Some(error);
                std::io::ErrorKind::Other.into()
            })
        });
        added.map_err(|error| failed.unwrap_or(WriteContent::ReadStream(error)))
    }

    /// Adds a directory, in shards when it is large.
    pub(crate) fn directory(
        &mut self,
        builder: DirectoryBuilder,
        version: CidVersion,
    ) -> Result<Entry, WriteContent> {
        let mut failed = None;
        let entry = builder
            .build(version, Sharding::Auto, &mut |shard| {
                if failed.is_none() {
                    failed = self.put(&shard).err();
                }
            })
            .map_err(|error| WriteContent::BadOptions(error.to_string()))?;
        if let Some(error) = failed {
            return Err(error);
        }
        self.put(&entry.block)?;
        Ok(entry)
    }

    /// Pins with the next commit.
    pub(crate) fn pin(&mut self, cid: &Cid, kind: PinKind, name: &str) {
        if let Some(batch) = &mut self.batch {
            batch.pin(cid, kind, name);
        }
    }

    /// Pins one block, not what it links to, with the next commit.
    pub(crate) fn pin_block(&mut self, cid: &Cid, name: &str) {
        if let Some(batch) = &mut self.batch {
            batch.pin_block(cid, PinKind::BytesRequired, name);
        }
    }

    /// Takes a pin away with the next commit.
    pub(crate) fn unpin(&mut self, cid: &Cid, name: &str) {
        if let Some(batch) = &mut self.batch {
            batch.unpin(cid, Some(name));
        }
    }

    /// Makes what was put readable, before anything is pinned.
    pub(crate) fn flush(&mut self) -> Result<(), WriteContent> {
        self.in_batch = 0;
        if let Some(batch) = &mut self.batch {
            let full = std::mem::replace(batch, self.inner.store.batch());
            full.commit().map_err(commit_failed)?;
        }
        Ok(())
    }

    /// Makes everything durable, pins included.
    pub(crate) fn commit(self) -> Result<(), WriteContent> {
        match self.batch {
            Some(batch) => batch.commit().map_err(commit_failed),
            None => Ok(()),
        }
    }
}
