//! The index: one redb database, opened over the same disk as the segments.
//!
//! Not here: what rows mean for segments, pins and collection. Reads take a fresh snapshot each,
//! so that none pins old pages for long; writes are one closure, one transaction.

pub(crate) mod migrate;
mod open;
pub(crate) mod rows;
mod tables;

use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, ReadableDatabase, ReadableTable};

use crate::disk::DiskFile;
use crate::entry::{Entry, EntryHead, SourceId};
use crate::error::IndexFault;
use crate::key::Key;
use crate::source::Source;

pub(crate) use open::open;
pub(crate) use tables::{FolderRow, SegmentRow, SegmentState, Tables, counter};

/// Above this file size commits save the allocator's state, so that recovery stays instant.
const QUICK_REPAIR_ABOVE: u64 = 64 << 20;

/// The open index.
#[derive(Debug)]
pub(crate) struct Index {
    file: Arc<dyn DiskFile>,
    cache_bytes: usize,
    database: RwLock<Option<Arc<Database>>>,
}

impl Index {
    fn new(file: Arc<dyn DiskFile>, cache_bytes: usize, database: Database) -> Self {
        Self {
            file,
            cache_bytes,
            database: RwLock::new(Some(Arc::new(database))),
        }
    }

    fn database(&self) -> Result<Arc<Database>, IndexFault> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.clone().ok_or(IndexFault::Closed)
    }

    /// Runs `f` in one write transaction, committed durably when `f` succeeds.
    pub(crate) fn write<T, E: From<IndexFault>>(
        &self,
        f: impl FnOnce(&mut Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_as(redb::Durability::Immediate, f)
    }

    /// As [`Index::write`], with a chosen durability.
    pub(crate) fn write_as<T, E: From<IndexFault>>(
        &self,
        durability: redb::Durability,
        f: impl FnOnce(&mut Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = self.database()?;
        let mut transaction = database.begin_write().map_err(IndexFault::from)?;
        transaction
            .set_durability(durability)
            .map_err(IndexFault::from)?;
        if self.file.len().is_ok_and(|len| len > QUICK_REPAIR_ABOVE) {
            transaction.set_quick_repair(true);
        }
        let value = {
            let mut tables = Tables::open(&transaction)?;
            let value = f(&mut tables)?;
            tables.finish()?;
            value
        };
        let committed = transaction.commit().map_err(IndexFault::from);
        if committed.is_err() {
            drop(database);
            self.revive();
        }
        committed?;
        Ok(value)
    }

    /// After a failed write redb refuses everything until it is opened again.
    fn revive(&self) {
        let mut slot = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(old) = slot.take() else { return };
        // Readers hold the database for one short snapshot each, and none can begin meanwhile.
        let mut old = old;
        loop {
            match Arc::try_unwrap(old) {
                Ok(database) => {
                    drop(database);
                    break;
                }
                Err(still) => {
                    old = still;
                    std::thread::yield_now();
                }
            }
        }
        match open::database(Arc::clone(&self.file), self.cache_bytes) {
            Ok(database) => *slot = Some(Arc::new(database)),
            Err(error) => tracing::error!(%error, "the block index could not be opened again"),
        }
    }

    /// Runs `f` on a snapshot.
    pub(crate) fn read<T, E: From<IndexFault>>(
        &self,
        f: impl FnOnce(&Snapshot) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = self.database()?;
        let transaction = database.begin_read().map_err(IndexFault::from)?;
        f(&Snapshot { transaction })
    }

    /// The row of a block.
    pub(crate) fn entry(&self, key: &Key) -> Result<Option<Entry>, IndexFault> {
        self.read(|snapshot| snapshot.entry(key))
    }

    /// Up to `count` rows after `after`, in key order.
    pub(crate) fn entries_after(
        &self,
        after: Option<&Key>,
        count: usize,
    ) -> Result<Vec<(Key, Entry)>, IndexFault> {
        self.read(|snapshot| {
            let table = snapshot.transaction.open_table(tables::ENTRIES)?;
            tables::rows_after(&table, after, count, Entry::decode)
        })
    }

    /// Closes the database; later calls give [`IndexFault::Closed`].
    pub(crate) fn close(&self) {
        self.database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

/// Some pins, and the key of the last one.
pub(crate) struct PinRows {
    pub(crate) pins: Vec<crate::pin::Pin>,
    pub(crate) last: Vec<u8>,
}

/// One consistent view of the index.
pub(crate) struct Snapshot {
    transaction: redb::ReadTransaction,
}

impl Snapshot {
    pub(crate) fn entry(&self, key: &Key) -> Result<Option<Entry>, IndexFault> {
        let table = self.transaction.open_table(tables::ENTRIES)?;
        let row = table.get(key.as_bytes())?;
        row.map(|row| Entry::decode(row.value())).transpose()
    }

    /// The head of a block's row.
    pub(crate) fn head(&self, key: &Key) -> Result<Option<EntryHead>, IndexFault> {
        let table = self.transaction.open_table(tables::ENTRIES)?;
        let row = table.get(key.as_bytes())?;
        row.map(|row| EntryHead::decode(row.value())).transpose()
    }

    /// Visits the rows in ranges of keys, start included, end not.
    pub(crate) fn heads_between(
        &self,
        ranges: &mut dyn Iterator<Item = ([u8; 10], [u8; 10])>,
        visit: &mut dyn FnMut(&[u8], EntryHead),
    ) -> Result<(), IndexFault> {
        let table = self.transaction.open_table(tables::ENTRIES)?;
        for (start, end) in ranges {
            for row in table.range::<&[u8]>(start.as_slice()..end.as_slice())? {
                let (key, value) = row?;
                visit(key.value(), EntryHead::decode(value.value())?);
            }
        }
        Ok(())
    }

    /// Up to `count` rows after `after`, in key order, without their locations.
    pub(crate) fn heads_after(
        &self,
        after: Option<&Key>,
        count: usize,
    ) -> Result<Vec<(Key, EntryHead)>, IndexFault> {
        let table = self.transaction.open_table(tables::ENTRIES)?;
        tables::rows_after(&table, after, count, EntryHead::decode)
    }

    pub(crate) fn counter(&self, name: &str) -> Result<u64, IndexFault> {
        let table = self.transaction.open_table(tables::META)?;
        Ok(table.get(name)?.map_or(0, |value| value.value()))
    }

    pub(crate) fn segments(&self) -> Result<Vec<(u64, SegmentRow)>, IndexFault> {
        let table = self.transaction.open_table(tables::SEGMENTS)?;
        table
            .iter()?
            .map(|row| {
                let (id, value) = row?;
                Ok((id.value(), SegmentRow::decode(value.value())?))
            })
            .collect()
    }

    pub(crate) fn folders(&self) -> Result<Vec<(u32, FolderRow)>, IndexFault> {
        let table = self.transaction.open_table(tables::FOLDERS)?;
        table
            .iter()?
            .map(|row| {
                let (id, value) = row?;
                Ok((id.value(), FolderRow::decode(value.value())?))
            })
            .collect()
    }

    pub(crate) fn pins(&self) -> Result<Vec<crate::pin::Pin>, IndexFault> {
        let table = self.transaction.open_table(tables::PINS)?;
        table
            .iter()?
            .map(|row| {
                let (key, value) = row?;
                rows::decode_pin(key.value(), value.value())
            })
            .collect()
    }

    /// Up to `count` pins after a key; `None` when there are none.
    pub(crate) fn pins_after(
        &self,
        after: Option<&[u8]>,
        count: usize,
    ) -> Result<Option<PinRows>, IndexFault> {
        use std::ops::Bound;
        let table = self.transaction.open_table(tables::PINS)?;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let (mut pins, mut last) = (Vec::new(), None);
        for row in table.range::<&[u8]>((from, Bound::Unbounded))?.take(count) {
            let (key, value) = row?;
            pins.push(rows::decode_pin(key.value(), value.value())?);
            last = Some(key.value().to_vec());
        }
        Ok(last.map(|last| PinRows { pins, last }))
    }

    pub(crate) fn source(&self, id: SourceId) -> Result<Option<Source>, IndexFault> {
        let table = self.transaction.open_table(tables::SOURCES)?;
        let row = table.get(id.0)?;
        row.map(|row| {
            Ok(Source {
                id,
                file: rows::decode_source(row.value())?,
            })
        })
        .transpose()
    }

    pub(crate) fn source_ids(&self) -> Result<Vec<SourceId>, IndexFault> {
        let table = self.transaction.open_table(tables::SOURCES)?;
        table
            .iter()?
            .map(|row| Ok(SourceId(row?.0.value())))
            .collect()
    }

    pub(crate) fn source_at(&self, path: &[u8]) -> Result<Option<Source>, IndexFault> {
        let id = {
            let table = self.transaction.open_table(tables::SOURCE_PATHS)?;
            table.get(path)?.map(|id| SourceId(id.value()))
        };
        id.map_or(Ok(None), |id| self.source(id))
    }

    pub(crate) fn sources_with_file(&self, dev: u64, ino: u64) -> Result<Vec<Source>, IndexFault> {
        let table = self.transaction.open_table(tables::SOURCE_FILES)?;
        let mut found = Vec::new();
        for row in table.range((dev, ino, 0)..=(dev, ino, u64::MAX))? {
            found.extend(self.source(SourceId(row?.0.value().2))?);
        }
        Ok(found)
    }

    pub(crate) fn gc_state(&self) -> Result<Option<Vec<u8>>, IndexFault> {
        let table = self.transaction.open_table(tables::GC)?;
        Ok(table.get("state")?.map(|row| row.value().to_vec()))
    }

    pub(crate) fn table_lens(&self) -> Result<(u64, u64, u64), IndexFault> {
        use redb::ReadableTableMetadata;
        Ok((
            self.transaction.open_table(tables::ENTRIES)?.len()?,
            self.transaction.open_table(tables::PINS)?.len()?,
            self.transaction.open_table(tables::SOURCES)?.len()?,
        ))
    }
}
