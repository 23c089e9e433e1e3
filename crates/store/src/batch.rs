//! Batches: blocks and pins that become visible together.

use bytes::Bytes;
use dag::{Block, Cid};

use crate::derive::Derivation;
use crate::entry::SourceId;
use crate::error::{CommitBlocks, PutBlock};
use crate::pin::PinKind;

/// Blocks, references and pins that become visible together, or not at all.
///
/// Bytes go to a segment at put time; the batch itself holds about 100 bytes a block until it is
/// committed. Blocks of an open batch are safe from garbage collection. Dropping a batch drops it.
#[derive(Debug)]
pub struct Batch {}

impl Batch {
    /// Adds a block. The bytes are trusted to match the address.
    pub fn put(&mut self, block: &Block) -> Result<(), PutBlock> {
        self.put_parts(&block.cid, &[&block.bytes])
    }
    /// Adds a block whose bytes are `parts` one after another, without joining them in memory.
    pub fn put_parts(&mut self, _cid: &Cid, _parts: &[&[u8]]) -> Result<(), PutBlock> {
        unimplemented!()
    }
    /// Adds a block as `prefix`, `len` bytes of a source from `offset`, `suffix`.
    pub fn put_reference(
        &mut self,
        _cid: &Cid,
        _source: SourceId,
        _offset: u64,
        _len: u32,
        _prefix: Bytes,
        _suffix: Bytes,
    ) -> Result<(), PutBlock> {
        unimplemented!()
    }
    /// Adds a block that is computed on read.
    pub fn put_derived(&mut self, _cid: &Cid, _derivation: Derivation) -> Result<(), PutBlock> {
        unimplemented!()
    }
    /// Pins everything reachable from `cid`.
    pub fn pin(&mut self, _cid: &Cid, _kind: PinKind, _name: &str) {
        unimplemented!()
    }
    /// Pins the one block `cid`.
    pub fn pin_block(&mut self, _cid: &Cid, _kind: PinKind, _name: &str) {
        unimplemented!()
    }
    /// Removes the pin of that name, or every pin of the root.
    pub fn unpin(&mut self, _cid: &Cid, _name: Option<&str>) {
        unimplemented!()
    }
    /// Rows the batch holds in memory (about 100 bytes each).
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// True when nothing was added.
    pub fn is_empty(&self) -> bool {
        unimplemented!()
    }
    /// Makes the batch durable and visible; returns when it is. Shares its sync with other
    /// batches that wait at the same time.
    pub fn commit(self) -> Result<(), CommitBlocks> {
        self.submit()?.wait()
    }
    /// Hands the batch to the flusher, which commits it at the latest after the sync interval
    /// (200 ms) or the sync bytes (16 MiB). Waits when too many batches are queued.
    pub fn submit(self) -> Result<Pending, CommitBlocks> {
        unimplemented!()
    }
}

/// A batch on its way to the disk.
#[derive(Debug)]
pub struct Pending {}

impl Pending {
    /// Waits until the batch is durable; hurries the flusher.
    pub fn wait(self) -> Result<(), CommitBlocks> {
        unimplemented!()
    }
}
