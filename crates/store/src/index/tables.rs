//! The tables, and the write side: one value that keeps rows, counters and segment sums in step.

use std::collections::BTreeMap;

use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::entry::{Entry, Location, MAX_LOCATIONS};
use crate::error::IndexFault;
use crate::key::{Key, push_varint, read_slice, read_varint};
use crate::record::record_len;

pub(super) const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
pub(super) const ENTRIES: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("entries");
pub(super) const FREE_SLOTS: TableDefinition<'static, u64, ()> = TableDefinition::new("free_slots");
pub(super) const SEGMENTS: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("segments");
pub(super) const FOLDERS: TableDefinition<'static, u32, &[u8]> = TableDefinition::new("folders");
pub(super) const PINS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("pins");
pub(super) const SOURCES: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("sources");
pub(super) const SOURCE_PATHS: TableDefinition<'static, &[u8], u64> =
    TableDefinition::new("source_paths");
pub(super) const SOURCE_FILES: TableDefinition<'static, (u64, u64, u64), ()> =
    TableDefinition::new("source_files");
pub(super) const GC: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("gc");

/// Names of the counters in the table `meta`.
pub(crate) mod counter {
    pub(crate) const FORMAT: &str = "format";
    pub(crate) const NEXT_SLOT: &str = "next_slot";
    pub(crate) const EPOCH: &str = "epoch";
    pub(crate) const NEXT_SEGMENT: &str = "next_segment";
    pub(crate) const NEXT_SOURCE: &str = "next_source";
    pub(crate) const NEXT_FOLDER: &str = "next_folder";
    pub(crate) const REBUILDING: &str = "rebuilding";
    pub(crate) const PINS_UNKNOWN: &str = "pins_unknown";
    /// Blocks with no own copy.
    pub(crate) const REFERENCED: &str = "referenced";
    pub(crate) const REFERENCED_BYTES: &str = "referenced_bytes";
    /// 1 while a collection is under way: freed slots are not reused then.
    pub(crate) const COLLECTING: &str = "collecting";
    /// Random name of the home, written into its storage folders.
    pub(crate) const HOME: &str = "home";
    /// Counts commits that changed entries.
    pub(crate) const CHANGES: &str = "changes";
}

/// What a segment is being used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentState {
    /// Appended to.
    Active,
    /// Full, read-only.
    Sealed,
    /// No row names it any more; its file is to be deleted.
    Retired,
}

/// A row of the table `segments`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentRow {
    pub(crate) folder: u32,
    pub(crate) state: SegmentState,
    /// Length of the file, as far as commits or sealing know it.
    pub(crate) len: u64,
    /// Bytes of records that entries name.
    pub(crate) live: u64,
}

impl SegmentRow {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16);
        out.push(match self.state {
            SegmentState::Active => 1,
            SegmentState::Sealed => 2,
            SegmentState::Retired => 3,
        });
        push_varint(&mut out, u64::from(self.folder));
        push_varint(&mut out, self.len);
        push_varint(&mut out, self.live);
        out
    }

    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, IndexFault> {
        const DAMAGED: IndexFault = IndexFault::Damaged("segment");
        let (&state, rest) = bytes.split_first().ok_or(DAMAGED)?;
        bytes = rest;
        let state = match state {
            1 => SegmentState::Active,
            2 => SegmentState::Sealed,
            3 => SegmentState::Retired,
            _ => return Err(DAMAGED),
        };
        let mut number = || read_varint(&mut bytes).ok_or(DAMAGED);
        Ok(Self {
            folder: u32::try_from(number()?).map_err(|_| DAMAGED)?,
            state,
            len: number()?,
            live: number()?,
        })
    }
}

/// A row of the table `folders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderRow {
    pub(crate) path: Vec<u8>,
    pub(crate) quota: Option<u64>,
}

impl FolderRow {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        push_varint(
            &mut out,
            self.quota.map_or(0, |quota| quota.saturating_add(1)),
        );
        push_varint(&mut out, self.path.len() as u64);
        out.extend_from_slice(&self.path);
        out
    }

    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, IndexFault> {
        const DAMAGED: IndexFault = IndexFault::Damaged("folder");
        let quota = read_varint(&mut bytes).ok_or(DAMAGED)?.checked_sub(1);
        let len = read_varint(&mut bytes).ok_or(DAMAGED)?;
        let path = read_slice(&mut bytes, len).ok_or(DAMAGED)?.to_vec();
        Ok(Self { path, quota })
    }
}

pub(super) fn rows_after<T>(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    after: Option<&Key>,
    count: usize,
    decode: impl Fn(&[u8]) -> Result<T, IndexFault>,
) -> Result<Vec<(Key, T)>, IndexFault> {
    use std::ops::Bound;
    let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.as_bytes()));
    table
        .range::<&[u8]>((from, Bound::Unbounded))?
        .take(count)
        .map(|row| {
            let (key, value) = row?;
            let key = Key::from_bytes(key.value()).ok_or(IndexFault::Damaged("key"))?;
            Ok((key, decode(value.value())?))
        })
        .collect()
}

#[derive(Debug, Default, Clone, Copy)]
struct SegmentChange {
    live: i64,
    len: u64,
    folder: u32,
}

/// Every table of one write transaction.
pub(crate) struct Tables<'t> {
    meta: Table<'t, &'static str, u64>,
    entries: Table<'t, &'static [u8], &'static [u8]>,
    free_slots: Table<'t, u64, ()>,
    pub(crate) segments: Table<'t, u64, &'static [u8]>,
    pub(crate) folders: Table<'t, u32, &'static [u8]>,
    pub(crate) pins: Table<'t, &'static [u8], &'static [u8]>,
    pub(crate) sources: Table<'t, u64, &'static [u8]>,
    pub(crate) source_paths: Table<'t, &'static [u8], u64>,
    pub(crate) source_files: Table<'t, (u64, u64, u64), ()>,
    pub(crate) gc: Table<'t, &'static str, &'static [u8]>,
    counters: BTreeMap<&'static str, (u64, bool)>,
    changes: BTreeMap<u64, SegmentChange>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, IndexFault> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            entries: transaction.open_table(ENTRIES)?,
            free_slots: transaction.open_table(FREE_SLOTS)?,
            segments: transaction.open_table(SEGMENTS)?,
            folders: transaction.open_table(FOLDERS)?,
            pins: transaction.open_table(PINS)?,
            sources: transaction.open_table(SOURCES)?,
            source_paths: transaction.open_table(SOURCE_PATHS)?,
            source_files: transaction.open_table(SOURCE_FILES)?,
            gc: transaction.open_table(GC)?,
            counters: BTreeMap::new(),
            changes: BTreeMap::new(),
        })
    }

    /// A counter's value; 0 when it was never set.
    pub(crate) fn counter(&mut self, name: &'static str) -> Result<u64, IndexFault> {
        if let Some((value, _)) = self.counters.get(name) {
            return Ok(*value);
        }
        let value = self.meta.get(name)?.map_or(0, |value| value.value());
        self.counters.insert(name, (value, false));
        Ok(value)
    }

    pub(crate) fn set_counter(&mut self, name: &'static str, value: u64) {
        self.counters.insert(name, (value, true));
    }

    /// Adds to a counter and gives its former value.
    pub(crate) fn bump(&mut self, name: &'static str, by: i64) -> Result<u64, IndexFault> {
        let value = self.counter(name)?;
        self.set_counter(name, value.saturating_add_signed(by));
        Ok(value)
    }

    pub(crate) fn entry(&self, key: &Key) -> Result<Option<Entry>, IndexFault> {
        let row = self.entries.get(key.as_bytes())?;
        row.map(|row| Entry::decode(row.value())).transpose()
    }

    /// Adds a location to a block, which is made when it is not there.
    pub(crate) fn add_location(
        &mut self,
        key: &Key,
        len: u32,
        flags: u8,
        location: Location,
    ) -> Result<(), IndexFault> {
        let epoch = self.counter(counter::EPOCH)?;
        let old = self.entry(key)?;
        let mut entry = match old.clone() {
            Some(entry) => entry,
            None => {
                let slot = self.take_slot()?;
                Entry {
                    flags,
                    slot,
                    epoch,
                    len,
                    locations: Vec::with_capacity(1),
                }
            }
        };
        entry.epoch = epoch;
        entry.flags |= flags;
        let own = matches!(location, Location::Segment { .. });
        let wanted = if own {
            !entry.has_own_copy()
        } else {
            !entry.locations.contains(&location)
        };
        if wanted && entry.locations.len() < MAX_LOCATIONS && entry.len == len {
            if own {
                entry.locations.insert(0, location);
            } else {
                entry.locations.push(location);
            }
        }
        self.replace(key, old.as_ref(), Some(&entry))
    }

    /// Marks a block as put again; false when it is not there.
    pub(crate) fn touch(&mut self, key: &Key) -> Result<bool, IndexFault> {
        let epoch = self.counter(counter::EPOCH)?;
        let Some(old) = self.entry(key)? else {
            return Ok(false);
        };
        if old.epoch < epoch {
            let entry = Entry {
                epoch,
                ..old.clone()
            };
            self.replace(key, Some(&old), Some(&entry))?;
        }
        Ok(true)
    }

    /// Writes or removes a row and keeps slots, counters and segment sums in step.
    pub(crate) fn replace(
        &mut self,
        key: &Key,
        old: Option<&Entry>,
        new: Option<&Entry>,
    ) -> Result<(), IndexFault> {
        for (entry, sign) in old
            .iter()
            .map(|old| (old, -1))
            .chain(new.iter().map(|new| (new, 1)))
        {
            for location in &entry.locations {
                if let Location::Segment {
                    folder,
                    segment,
                    offset,
                    ..
                } = location
                {
                    let record = record_len(key, entry.len);
                    let change = self.changes.entry(segment.0).or_default();
                    change.live += sign * record as i64;
                    change.len = change.len.max(offset + record);
                    change.folder = folder.0;
                }
            }
            if !entry.has_own_copy() {
                self.bump(counter::REFERENCED, sign)?;
                self.bump(counter::REFERENCED_BYTES, sign * i64::from(entry.len))?;
            }
        }
        match (old, new) {
            (_, Some(new)) => {
                self.entries
                    .insert(key.as_bytes(), new.encode().as_slice())?;
            }
            (Some(old), None) => {
                self.entries.remove(key.as_bytes())?;
                self.free_slots.insert(old.slot, ())?;
            }
            (None, None) => {}
        }
        Ok(())
    }

    fn take_slot(&mut self) -> Result<u64, IndexFault> {
        // A freed slot may still have its bit set in the mark map of a running collection.
        if self.counter(counter::COLLECTING)? == 0
            && let Some((slot, ())) = self
                .free_slots
                .pop_first()?
                .map(|(slot, unit)| (slot.value(), unit.value()))
        {
            return Ok(slot);
        }
        self.bump(counter::NEXT_SLOT, 1)
    }

    pub(crate) fn segment(&self, id: u64) -> Result<Option<SegmentRow>, IndexFault> {
        let row = self.segments.get(id)?;
        row.map(|row| SegmentRow::decode(row.value())).transpose()
    }

    pub(crate) fn set_segment(&mut self, id: u64, row: SegmentRow) -> Result<(), IndexFault> {
        self.segments.insert(id, row.encode().as_slice())?;
        let next = self.counter(counter::NEXT_SEGMENT)?;
        if next <= id {
            self.set_counter(counter::NEXT_SEGMENT, id + 1);
        }
        Ok(())
    }

    /// Writes segment sums and counters back; before commit.
    pub(super) fn finish(&mut self) -> Result<(), IndexFault> {
        let changes = std::mem::take(&mut self.changes);
        if !changes.is_empty() {
            self.bump(counter::CHANGES, 1)?;
        }
        for (id, change) in changes {
            let row = self.segment(id)?.unwrap_or(SegmentRow {
                folder: change.folder,
                state: SegmentState::Active,
                len: 0,
                live: 0,
            });
            let row = SegmentRow {
                len: row.len.max(change.len),
                live: row.live.saturating_add_signed(change.live),
                ..row
            };
            self.set_segment(id, row)?;
        }
        for (name, (value, changed)) in std::mem::take(&mut self.counters) {
            if changed {
                self.meta.insert(name, value)?;
            }
        }
        Ok(())
    }
}
