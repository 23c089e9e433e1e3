//! One write transaction: rows, indices and counters change together.
//!
//! The methods are spread over the files of `tx/` by what they change. Counter
//! changes are gathered and written at the end; everything else is written at
//! once, so that a transaction sees its own changes.

use std::collections::HashMap;
use std::fmt;

use cid::Cid;

use crate::config::{Clock, Ids, ReadLibrary, WriteLibrary};
use crate::facts::Facts;
use crate::ids::{DeviceId, ItemId, JobId, PersonId};
use crate::job::JobRow;
use crate::keys;
use crate::kv::{Kv, T, WriteKv};
use crate::model::{AssetRow, OriginRow};
use crate::path::RawPath;
use crate::record::Record;
use crate::user::{LATEST, MOST_AHEAD_MS, Stamp, Stamped, UserFacts};

pub(crate) mod albums;
mod items;
mod jobs;
mod parts;
mod people;
mod sidecars;
mod user;

pub(crate) type Written<T> = Result<T, WriteLibrary>;

/// Tags of the search queue's entries.
pub(crate) const QUEUE_ITEM: u8 = 1;
pub(crate) const QUEUE_ALBUM: u8 = 2;
pub(crate) const QUEUE_SHOW: u8 = 3;
pub(crate) const QUEUE_MUSIC: u8 = 4;

/// Counters and queue entries that [`Tx::settle_some`] lets stand.
const MOST_GATHERED: usize = 20_000;

/// One write transaction, from [`crate::Library::write`]. When the closure fails
/// nothing of it is kept.
pub struct Tx<'t> {
    pub(crate) kv: WriteKv<'t>,
    ids: &'t dyn Ids,
    device: DeviceId,
    now: i64,
    hlc: u64,
    hlc_read: u64,
    counts: HashMap<Vec<u8>, i64>,
    queued: HashMap<(u8, [u8; 16]), ()>,
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// The assets of an item, as one row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Content {
    pub(crate) assets: Vec<AssetRow>,
    pub(crate) unknown: crate::row::Unknown,
}
crate::row::row!(Content { 1 assets });

pub(crate) fn user_key(item: ItemId, person: PersonId) -> Vec<u8> {
    keys::key(&[&item.0, &person.0])
}

impl<'t> Tx<'t> {
    pub(crate) fn begin(
        kv: WriteKv<'t>,
        clock: &'t dyn Clock,
        ids: &'t dyn Ids,
    ) -> Result<Self, WriteLibrary> {
        let hlc = kv.number(T::Meta, b"hlc")?;
        let device = kv.with(T::Meta, b"device", DeviceId::from_slice)?.flatten();
        let now = clock.now_ms();
        Ok(Tx {
            kv,
            ids,
            device: device.unwrap_or_default(),
            now,
            hlc,
            hlc_read: hlc,
            counts: HashMap::new(),
            queued: HashMap::new(),
        })
    }

    /// Writes everything. The caller commits.
    pub(crate) fn finish(mut self) -> Written<()> {
        self.settle()?;
        if self.hlc != self.hlc_read {
            self.kv.put_number(T::Meta, b"hlc", self.hlc)?;
        }
        self.kv.close()
    }

    /// Writes what was gathered when it has grown: for transactions of any length.
    pub(crate) fn settle_some(&mut self) -> Written<()> {
        if self.queued.len() + self.counts.len() < MOST_GATHERED {
            return Ok(());
        }
        self.settle()
    }

    /// Writes counters and the search queue.
    fn settle(&mut self) -> Written<()> {
        let mut counts: Vec<_> = std::mem::take(&mut self.counts).into_iter().collect();
        counts.sort_unstable();
        for (key, change) in counts {
            let count = self
                .kv
                .number(T::Counters, &key)?
                .saturating_add_signed(change);
            if count == 0 {
                self.kv.remove(T::Counters, &key)?;
            } else if change != 0 {
                self.kv.put_number(T::Counters, &key, count)?;
            }
        }
        let mut queued: Vec<_> = std::mem::take(&mut self.queued).into_keys().collect();
        if !queued.is_empty() {
            queued.sort_unstable();
            let mut next = self.kv.number(T::Meta, b"queue")?;
            for (tag, id) in queued {
                next += 1;
                self.kv
                    .put(T::Queue, &next.to_be_bytes(), &keys::key(&[&[tag], &id]))?;
            }
            self.kv.put_number(T::Meta, b"queue", next)?;
        }
        Ok(())
    }

    /// The time of this transaction in unix ms.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    pub(crate) fn new_id(&self) -> [u8; 16] {
        self.ids.next()
    }

    /// A stamp later than all this library has seen.
    pub(crate) fn stamp(&mut self) -> Stamp {
        let wall = u64::try_from(self.now).unwrap_or(0) << 16;
        self.hlc = wall.max(self.hlc.saturating_add(1)).min(LATEST);
        Stamp {
            hlc: self.hlc,
            device: self.device,
        }
    }

    /// Takes note of a stamp from elsewhere, so that later edits here win. A
    /// device whose clock is far ahead does not drag this one along: see the
    /// rule in [`crate::user`].
    pub(crate) fn observe(&mut self, stamp: Stamp) {
        let now = u64::try_from(self.now).unwrap_or(0);
        let most = now.saturating_add(MOST_AHEAD_MS) << 16;
        self.hlc = self.hlc.max(stamp.hlc.min(most));
    }

    pub(crate) fn stamped<V>(&mut self, value: V) -> Stamped<V> {
        Stamped {
            stamp: self.stamp(),
            value,
        }
    }

    /// Stamps an edit that takes the place of `old`. It is later than `old`
    /// even when that one came from a clock far ahead.
    pub(crate) fn restamped<V>(&mut self, old: Option<Stamp>, value: V) -> Stamped<V> {
        let mut stamped = self.stamped(value);
        if let Some(old) = old {
            let after = old.hlc.saturating_add(1).min(LATEST);
            stamped.stamp.hlc = stamped.stamp.hlc.max(after);
        }
        stamped
    }

    pub(crate) fn count(&mut self, key: Vec<u8>, change: i64) {
        *self.counts.entry(key).or_insert(0) += change;
    }

    pub(crate) fn queue(&mut self, tag: u8, id: [u8; 16]) {
        self.queued.insert((tag, id), ());
    }

    pub(crate) fn record(&self, id: ItemId) -> Written<Record> {
        self.kv
            .row(T::Items, &id.0)?
            .ok_or_else(|| missing("item", id))
    }

    pub(crate) fn content(&self, id: ItemId) -> Written<Content> {
        Ok(self.kv.row(T::Content, &id.0)?.unwrap_or_default())
    }

    pub(crate) fn facts(&self, id: ItemId) -> Written<Option<Facts>> {
        Ok(self.kv.row(T::Facts, &id.0)?)
    }

    pub(crate) fn user_facts(&self, item: ItemId, person: PersonId) -> Written<UserFacts> {
        Ok(self
            .kv
            .row(T::User, &user_key(item, person))?
            .unwrap_or_default())
    }

    /// Writes a record and the difference in its indices and counters.
    pub(crate) fn put_record(
        &mut self,
        id: ItemId,
        old: Option<&Record>,
        new: &Record,
    ) -> Written<()> {
        if old == Some(new) {
            return Ok(());
        }
        self.kv.put_row(T::Items, &id.0, new)?;
        self.index_change(id, old, Some(new))?;
        if let Some(old) = old
            && old.shelf() != new.shelf()
        {
            self.move_shelf(id, old.shelf(), new.shelf())?;
        }
        Ok(())
    }

    pub(crate) fn index_change(
        &mut self,
        id: ItemId,
        old: Option<&Record>,
        new: Option<&Record>,
    ) -> Written<()> {
        let before = old.map(|old| keys::entries(id, old)).unwrap_or_default();
        let after = new.map(|new| keys::entries(id, new)).unwrap_or_default();
        let stays = |key: &Vec<u8>| after.iter().any(|(other, _)| other == key);
        for (key, _) in before.iter().filter(|(key, _)| !stays(key)) {
            self.kv.remove(T::Index, key)?;
        }
        for (key, value) in after.iter().filter(|entry| !before.contains(entry)) {
            self.kv.put(T::Index, key, value)?;
        }
        for key in old.map(keys::counters).unwrap_or_default() {
            self.count(key, -1);
        }
        for key in new.map(keys::counters).unwrap_or_default() {
            self.count(key, 1);
        }
        self.queue(QUEUE_ITEM, id.0);
        for record in [old, new].into_iter().flatten() {
            if let Some(link) = &record.show {
                self.queue(QUEUE_SHOW, link.show.0);
            }
            if let Some(album) = record.music_album {
                self.queue(QUEUE_MUSIC, album.0);
            }
        }
        Ok(())
    }

    /// Recomputes a record from its inputs, its facts and everybody's edits.
    pub(crate) fn refresh(&mut self, id: ItemId, old: Record) -> Written<Record> {
        let facts = self.facts(id)?;
        let edits = self.user_facts(id, PersonId::EVERYONE)?;
        let mut new = old.clone();
        new.derive(facts.as_ref(), &edits);
        self.put_record(id, Some(&old), &new)?;
        Ok(new)
    }

    /// What is known of a path, as this transaction sees it.
    ///
    /// # Errors
    /// The database failed.
    pub fn origin(&self, path: &RawPath) -> Written<Option<OriginRow>> {
        Ok(self.kv.row(T::Origins, &path.0)?)
    }

    /// The item whose original has this root, as this transaction sees it.
    ///
    /// # Errors
    /// The database failed.
    pub fn item_by_root(&self, root: &Cid) -> Written<Option<ItemId>> {
        Ok(item_by_root(&self.kv, root)?)
    }

    /// A job, as this transaction sees it.
    ///
    /// # Errors
    /// The database failed.
    pub fn job(&self, job: JobId) -> Written<Option<JobRow>> {
        Ok(self.kv.row(T::Jobs, &job.0)?)
    }
}

pub(crate) fn missing(what: &'static str, id: impl fmt::Display) -> WriteLibrary {
    WriteLibrary::Missing {
        what,
        id: id.to_string(),
    }
}

/// The item whose original has this root.
pub(crate) fn item_by_root(kv: &impl Kv, root: &Cid) -> Result<Option<ItemId>, ReadLibrary> {
    let prefix = root.to_bytes();
    let mut found = None;
    kv.scan_prefix(
        T::Roots,
        &prefix,
        crate::query::Order::Ascending,
        |key, value| {
            if key.len() == prefix.len() + 16 && value == [1] {
                found = keys::last_item(key);
                return Ok(std::ops::ControlFlow::Break(()));
            }
            Ok(std::ops::ControlFlow::Continue(()))
        },
    )?;
    Ok(found)
}
