//! Batches: blocks and pins that become visible together.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dag::{Block, Cid};

use crate::core::Core;
use crate::derive::Derivation;
use crate::entry::{ENTRY_PB_LEAF, Location, SourceId};
use crate::error::{CommitBlocks, PutBlock};
use crate::flusher::{PinChange, Row, RowChange, Ticket};
use crate::key::{Address, DAG_PB, Key, address, is_pb_leaf};
use crate::pin::{self, Pin, PinKind};
use crate::record::FLAG_PB_LEAF;
use crate::segments::Purpose;

/// Blocks, references and pins that become visible together, or not at all.
///
/// Bytes go to a segment at put time; the batch itself holds about 150 bytes a block until it is
/// committed. Threads may share a batch. Blocks of an open batch are safe from garbage
/// collection. Dropping a batch drops it.
#[derive(Debug)]
pub struct Batch {
    core: Arc<Core>,
    epoch: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rows: Vec<Row>,
    /// Blocks whose bytes this batch has written or found.
    own: HashSet<Key>,
    pins: Vec<PinChange>,
}

impl Batch {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        let epoch = core.hold();
        Self {
            core,
            epoch,
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a block. The bytes are trusted to match the address.
    pub fn put(&self, block: &Block) -> Result<(), PutBlock> {
        self.put_parts(&block.cid, &[&block.bytes])
    }

    /// Adds a block whose bytes are `parts` one after another, without joining them in memory.
    /// Bytes that the store has already are not written again.
    pub fn put_parts(&self, cid: &Cid, parts: &[&[u8]]) -> Result<(), PutBlock> {
        self.put_for(cid, parts, Purpose::Put)
    }

    pub(crate) fn put_for(
        &self,
        cid: &Cid,
        parts: &[&[u8]],
        purpose: Purpose,
    ) -> Result<(), PutBlock> {
        let Some(key) = stored(cid)? else {
            return Ok(());
        };
        if !self.inner().own.insert(key) {
            return Ok(());
        }
        let put = self.put_key(cid, key, parts, purpose);
        if put.is_err() {
            self.inner().own.remove(&key);
        }
        put
    }

    fn put_key(
        &self,
        cid: &Cid,
        key: Key,
        parts: &[&[u8]],
        purpose: Purpose,
    ) -> Result<(), PutBlock> {
        let leaf = cid.codec() == DAG_PB && is_pb_leaf(parts);
        let flags = if leaf { ENTRY_PB_LEAF } else { 0 };
        let len = parts.iter().map(|part| part.len() as u64).sum::<u64>();
        let len = u32::try_from(len).map_err(|_| PutBlock::TooLarge(len))?;
        {
            // Relied on first, looked up second, and no sweep in between: see `gc`.
            let _gate = self
                .core
                .sweep_gate
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            if self
                .core
                .index
                .entry(&key)?
                .is_some_and(|entry| entry.has_own_copy())
            {
                self.core.touch(key);
                self.inner().rows.push(Row {
                    key,
                    len,
                    flags,
                    change: RowChange::Touch,
                });
                return Ok(());
            }
        }
        let record_flags = if leaf { FLAG_PB_LEAF } else { 0 };
        let place = self
            .core
            .segments
            .append(&key, record_flags, parts, purpose)?;
        let change = RowChange::Own(place);
        self.inner().rows.push(Row {
            key,
            len,
            flags,
            change,
        });
        self.core
            .queue
            .appended(u64::from(len), self.core.config.sync_bytes);
        Ok(())
    }

    /// Adds a block as `prefix`, `len` bytes of a source from `offset`, `suffix`.
    pub fn put_reference(
        &self,
        cid: &Cid,
        source: SourceId,
        offset: u64,
        len: u32,
        prefix: Bytes,
        suffix: Bytes,
    ) -> Result<(), PutBlock> {
        let Some(key) = stored(cid)? else {
            return Ok(());
        };
        let block_len = prefix.len() as u64 + u64::from(len) + suffix.len() as u64;
        if block_len > dag::MAX_BLOCK_LEN as u64 {
            return Err(PutBlock::TooLarge(block_len));
        }
        // The range itself is data of the leaf; only its length matters to the decoder.
        let leaf = cid.codec() == DAG_PB && is_reference_leaf(&prefix, len, &suffix);
        let flags = if leaf { ENTRY_PB_LEAF } else { 0 };
        let location = Location::Reference {
            source,
            offset,
            len,
            prefix,
            suffix,
        };
        let change = RowChange::Add(Box::new(location));
        self.inner().rows.push(Row {
            key,
            len: block_len as u32,
            flags,
            change,
        });
        Ok(())
    }

    /// Adds a block that is computed on read.
    pub fn put_derived(&self, cid: &Cid, derivation: Derivation) -> Result<(), PutBlock> {
        let Some(key) = stored(cid)? else {
            return Ok(());
        };
        let len = derivation.block_len();
        let change = RowChange::Add(Box::new(Location::Derived(derivation)));
        self.inner().rows.push(Row {
            key,
            len,
            flags: 0,
            change,
        });
        Ok(())
    }

    pub(crate) fn change(&self, key: Key, len: u32, change: RowChange) {
        self.inner().rows.push(Row {
            key,
            len,
            flags: 0,
            change,
        });
    }

    /// Pins everything reachable from `cid`.
    pub fn pin(&self, cid: &Cid, kind: PinKind, name: &str) {
        self.add_pin(cid, kind, name, true);
    }

    /// Pins the one block `cid`.
    pub fn pin_block(&self, cid: &Cid, kind: PinKind, name: &str) {
        self.add_pin(cid, kind, name, false);
    }

    fn add_pin(&self, cid: &Cid, kind: PinKind, name: &str, recursive: bool) {
        let created_ms = self.core.config.clock.now_ms();
        let copied = kind == PinKind::ReferenceOk;
        let name = name.to_owned();
        let pin = Pin {
            cid: *cid,
            name,
            kind,
            recursive,
            created_ms,
            copied,
        };
        self.inner().pins.push(PinChange::Set(pin));
    }

    /// Removes the pin of that name, or every pin of the root.
    pub fn unpin(&self, cid: &Cid, name: Option<&str>) {
        let change = PinChange::Remove(*cid, name.map(str::to_owned));
        self.inner().pins.push(change);
    }

    pub(crate) fn pin_copied(&self, pin: &Pin) {
        self.inner().pins.push(PinChange::Copied(pin.clone()));
    }

    /// Rows the batch holds in memory (about 150 bytes each).
    pub fn len(&self) -> usize {
        let inner = self.inner();
        inner.rows.len() + inner.pins.len()
    }

    /// True when nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes the batch durable and visible; returns when it is. Shares its sync with other
    /// batches that wait at the same time.
    pub fn commit(self) -> Result<(), CommitBlocks> {
        self.submit()?.wait()
    }

    /// Hands the batch to the flusher, which commits it at the latest after the sync interval
    /// (200 ms) or the sync bytes (16 MiB). Waits when too many batches are queued.
    pub fn submit(self) -> Result<Pending, CommitBlocks> {
        let core = Arc::clone(&self.core);
        let Inner { rows, pins, .. } = std::mem::take(&mut *self.inner());
        let to_copy: Vec<Pin> = pins
            .iter()
            .filter_map(|change| match change {
                PinChange::Set(pin) if !pin.copied => Some(pin.clone()),
                _ => None,
            })
            .collect();
        // The flusher releases the hold when it has committed; this value's drop releases its own.
        let ticket = core.queue.submit(&core, rows, pins, core.hold())?;
        Ok(Pending {
            core: Arc::clone(&core),
            ticket,
            to_copy,
        })
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let rows = std::mem::take(&mut self.inner().rows);
        settle(&self.core, &rows);
        self.core.release(self.epoch);
    }
}

/// Lets go of what the rows of a finished or dropped batch kept.
pub(crate) fn settle(core: &Core, rows: &[Row]) {
    let touched = rows
        .iter()
        .filter(|row| matches!(row.change, RowChange::Touch));
    core.untouch(touched.map(|row| &row.key));
    let mut counts = std::collections::BTreeMap::<u64, u64>::new();
    for row in rows {
        if let Some(segment) = row.change.written() {
            *counts.entry(segment).or_default() += 1;
        }
    }
    for (segment, count) in counts {
        core.segments.settle(segment, count);
    }
}

fn stored(cid: &Cid) -> Result<Option<Key>, PutBlock> {
    match address(cid) {
        Address::Stored(key) => Ok(Some(key)),
        // The address holds the block; there is nothing to store.
        Address::Inline(_) => Ok(None),
        Address::Unsupported => Err(PutBlock::UnsupportedAddress(*cid)),
    }
}

/// As [`is_pb_leaf`], for a node whose data field runs from the end of `prefix` to the end.
fn is_reference_leaf(prefix: &[u8], len: u32, suffix: &[u8]) -> bool {
    // Without the range, a leaf's prefix is the field's tag and length; read those.
    let mut rest = prefix;
    let Some((&0x0a, after)) = rest.split_first() else {
        return false;
    };
    rest = after;
    let Some(field) = crate::key::read_varint(&mut rest) else {
        return false;
    };
    field == rest.len() as u64 + u64::from(len) + suffix.len() as u64
}

/// A batch on its way to the disk.
#[derive(Debug)]
pub struct Pending {
    core: Arc<Core>,
    ticket: Ticket,
    to_copy: Vec<Pin>,
}

impl Pending {
    /// Waits until the batch is durable; hurries the flusher.
    pub fn wait(self) -> Result<(), CommitBlocks> {
        self.ticket.wait(&self.core.queue)?;
        pin::copy_in(&self.core, &self.to_copy, &|| false)
            .map_err(|error| CommitBlocks::CopyPinned(Box::new(error)))
    }
}
