//! Segment files: appending, reading, sealing, syncing; one active segment a folder.
//!
//! Threads reserve a range under the lock and write it outside, so that several write at once.
//! What a crash leaves of ranges that no commit names is garbage.

mod buffers;
pub(crate) mod open;
mod read;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::disk::{Access, Disk, DiskFile};
use crate::entry::{FolderId, Location, SegmentId};
use crate::error::{PutBlock, is_disk_full};
use crate::key::Key;
use crate::record::{self, Frame, SEGMENT_HEADER, record_len};

/// Most segment files kept open for reading.
const MAX_OPEN: usize = 64;
/// Free space is asked for again after this many appended bytes.
const FREE_CHECK_BYTES: u64 = 8 << 20;

/// The file in a storage folder that tells whose it is.
pub(crate) const MARKER: &str = "tributary-folder";

/// Where a record went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) folder: u32,
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

impl Place {
    /// As the index has it, for a block of `len` bytes.
    pub(crate) fn location(self, len: u32) -> Location {
        Location::Segment {
            folder: FolderId(self.folder),
            segment: SegmentId(self.segment),
            offset: self.offset,
            len,
        }
    }
}

/// Who appends: callers stop at quotas, the store's own moves of blocks do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Put,
    /// Moves a block, never into this folder when one is given.
    Move(Option<u32>),
}

#[derive(Debug)]
struct Active {
    id: u64,
    /// Closed while idle in a folder on another disk.
    file: Option<Arc<dyn DiskFile>>,
    tail: u64,
    /// Up to here the device was told to write.
    started: u64,
    used: Instant,
}

/// A segment that is open for reading.
#[derive(Debug)]
struct Reader {
    folder: u32,
    file: Arc<dyn DiskFile>,
    used: Instant,
}

#[derive(Debug)]
pub(crate) struct FolderSlot {
    pub(crate) path: PathBuf,
    pub(crate) quota: Option<u64>,
    pub(crate) online: bool,
    /// Taken out of use: nothing is written to it.
    pub(crate) draining: bool,
    pub(crate) used: u64,
    /// Its segments were checked since it was last connected.
    pub(crate) checked: bool,
    active: Option<Active>,
    unchecked: u64,
}

#[derive(Debug, Default)]
struct State {
    folders: BTreeMap<u32, FolderSlot>,
    next_segment: u64,
    /// Written since the last sync.
    dirty: BTreeMap<u64, Arc<dyn DiskFile>>,
    dirty_dirs: BTreeSet<PathBuf>,
    /// Filled since the last flush: id, folder, length.
    sealed: Vec<(u64, u32, u64)>,
    /// Segments whose sync failed: what they hold uncommitted may be gone.
    failed: BTreeSet<u64>,
    /// Records written and not yet committed or dropped, by segment.
    uncommitted: HashMap<u64, u64>,
}

/// What a flush has to make durable.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) files: BTreeMap<u64, Arc<dyn DiskFile>>,
    pub(crate) dirs: BTreeSet<PathBuf>,
    pub(crate) sealed: Vec<(u64, u32, u64)>,
}

/// All segment files of a store.
#[derive(Debug)]
pub(crate) struct Segments {
    disk: Arc<dyn Disk>,
    segment_bytes: u64,
    keep_free_bytes: u64,
    state: Mutex<State>,
    readers: Mutex<HashMap<u64, Reader>>,
    buffers: buffers::Buffers,
}

/// The name of a segment's file.
pub(crate) fn file_name(id: u64) -> String {
    format!("seg-{id:06}.blk")
}

/// The segment a file name stands for.
pub(crate) fn parse_name(name: &std::ffi::OsStr) -> Option<u64> {
    name.to_str()?
        .strip_prefix("seg-")?
        .strip_suffix(".blk")?
        .parse()
        .ok()
}

impl Segments {
    pub(crate) fn new(disk: Arc<dyn Disk>, segment_bytes: u64, keep_free_bytes: u64) -> Self {
        Self {
            disk,
            segment_bytes,
            keep_free_bytes,
            state: Mutex::default(),
            readers: Mutex::default(),
            buffers: buffers::Buffers::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the folders under the lock.
    pub(crate) fn with_folders<T>(&self, f: impl FnOnce(&mut BTreeMap<u32, FolderSlot>) -> T) -> T {
        f(&mut self.state().folders)
    }

    pub(crate) fn add_folder(&self, id: u32, path: PathBuf, quota: Option<u64>, used: u64) {
        let online = id == 0 || self.disk.open(&path.join(MARKER), Access::Read).is_ok();
        let slot = FolderSlot {
            path,
            quota,
            online,
            draining: false,
            used,
            checked: false,
            active: None,
            unchecked: FREE_CHECK_BYTES,
        };
        self.state().folders.insert(id, slot);
    }

    pub(crate) fn remove_folder(&self, id: u32) {
        self.state().folders.remove(&id);
        self.close_readers(|folder, _| folder != id);
    }

    /// True when some folder is not the home's own.
    pub(crate) fn has_other_folders(&self) -> bool {
        self.state().folders.keys().any(|&id| id != 0)
    }

    /// Goes on appending to a segment that an earlier run left.
    pub(crate) fn resume(&self, folder: u32, id: u64, file: Arc<dyn DiskFile>, tail: u64) {
        let mut state = self.state();
        if let Some(slot) = state.folders.get_mut(&folder) {
            slot.active = Some(Active {
                id,
                file: Some(file),
                tail,
                started: tail,
                used: Instant::now(),
            });
        }
    }

    /// Sets the number the next new segment gets at least.
    pub(crate) fn number_from(&self, next: u64) {
        let mut state = self.state();
        state.next_segment = state.next_segment.max(next);
    }

    /// Looks which folders are there, and gives their states.
    pub(crate) fn refresh(&self) {
        let mut offline = BTreeSet::new();
        let mut state = self.state();
        for (&id, slot) in &mut state.folders {
            let online = id == 0
                || self
                    .disk
                    .open(&slot.path.join(MARKER), Access::Read)
                    .is_ok();
            if !online {
                slot.active = None;
                slot.checked = false;
                offline.insert(id);
            }
            slot.online = online;
        }
        drop(state);
        // Open files of a disk that is gone would keep it from being unmounted.
        self.close_readers(|folder, _| !offline.contains(&folder));
    }

    /// Folders that are connected and whose segments were not checked since.
    pub(crate) fn unchecked(&self) -> Vec<(u32, PathBuf)> {
        let state = self.state();
        let unchecked = state
            .folders
            .iter()
            .filter(|(_, slot)| slot.online && !slot.checked);
        unchecked
            .map(|(&id, slot)| (id, slot.path.clone()))
            .collect()
    }

    /// The directory of a folder, when it is online.
    pub(crate) fn folder_path(&self, folder: u32) -> Option<PathBuf> {
        self.state()
            .folders
            .get(&folder)
            .map(|slot| slot.path.clone())
    }

    /// Appends a block and gives its place. The record counts as uncommitted until
    /// [`Segments::settle`].
    pub(crate) fn append(
        &self,
        key: &Key,
        flags: u16,
        parts: &[&[u8]],
        purpose: Purpose,
    ) -> Result<Place, PutBlock> {
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        if len > dag::MAX_BLOCK_LEN {
            return Err(PutBlock::TooLarge(len as u64));
        }
        let frame = Frame::new(key, flags, len as u32, parts);
        let total = record_len(key, len as u32);
        let mut slices = Vec::with_capacity(parts.len() + 2);
        slices.push(frame.head());
        slices.extend_from_slice(parts);
        slices.push(frame.tail());
        loop {
            let (place, file) = self.reserve(total, purpose)?;
            let Err(error) = file.write_at(place.offset, &slices) else {
                return Ok(place);
            };
            self.settle(place.segment, 1);
            let mut state = self.state();
            let Some(slot) = state.folders.get_mut(&place.folder) else {
                return Err(PutBlock::WriteSegment(error));
            };
            if let Some(active) = &mut slot.active
                && active.id == place.segment
                && active.tail == place.offset + total
            {
                active.tail = place.offset;
                slot.used = slot.used.saturating_sub(total);
            }
            if is_disk_full(&error) {
                slot.unchecked = FREE_CHECK_BYTES;
                return Err(PutBlock::DiskFull(error));
            }
            let gone = place.folder != 0
                && self
                    .disk
                    .open(&slot.path.join(MARKER), Access::Read)
                    .is_err();
            if !gone {
                return Err(PutBlock::WriteSegment(error));
            }
            // Unplugged: the write goes to another folder.
            slot.online = false;
            slot.checked = false;
            slot.active = None;
        }
    }

    fn reserve(
        &self,
        total: u64,
        purpose: Purpose,
    ) -> Result<(Place, Arc<dyn DiskFile>), PutBlock> {
        let mut state = self.state();
        let mut quota_sum = 0_u64;
        let mut used_sum = 0_u64;
        let mut any_online = false;
        let mut full = None;
        let ids: Vec<u32> = state.folders.keys().copied().collect();
        for id in ids {
            let state = &mut *state;
            let Some(slot) = state.folders.get_mut(&id) else {
                continue;
            };
            if !slot.online || !slot.checked || slot.draining || purpose == Purpose::Move(Some(id))
            {
                continue;
            }
            any_online = true;
            quota_sum = quota_sum.saturating_add(slot.quota.unwrap_or(u64::MAX));
            used_sum = used_sum.saturating_add(slot.used);
            let needed = total
                + if slot.active.is_none() {
                    SEGMENT_HEADER as u64
                } else {
                    0
                };
            if purpose == Purpose::Put
                && slot
                    .quota
                    .is_some_and(|quota| slot.used.saturating_add(needed) > quota)
            {
                continue;
            }
            slot.unchecked += total;
            if purpose == Purpose::Put && slot.unchecked >= FREE_CHECK_BYTES {
                match self.disk.free_bytes(&slot.path) {
                    Ok(free) if free < self.keep_free_bytes.saturating_add(total) => {
                        full = Some(io::Error::from(io::ErrorKind::StorageFull));
                        continue;
                    }
                    _ => slot.unchecked = 0,
                }
            }
            if slot
                .active
                .as_ref()
                .is_some_and(|active| active.tail >= self.segment_bytes)
            {
                seal(slot, id, &mut state.sealed);
            }
            if slot.active.is_none() {
                let segment = state.next_segment.max(1);
                match self.create(&slot.path, segment) {
                    Ok(file) => {
                        slot.used += SEGMENT_HEADER as u64;
                        state.dirty_dirs.insert(slot.path.clone());
                        let tail = SEGMENT_HEADER as u64;
                        slot.active = Some(Active {
                            id: segment,
                            file: Some(file),
                            tail,
                            started: 0,
                            used: Instant::now(),
                        });
                        state.next_segment = segment + 1;
                    }
                    Err(error) if is_disk_full(&error) => {
                        full = Some(error);
                        continue;
                    }
                    Err(error) if id == 0 => return Err(PutBlock::WriteSegment(error)),
                    Err(_) => {
                        slot.online = false;
                        slot.checked = false;
                        continue;
                    }
                }
            }
            let Some(active) = &mut slot.active else {
                continue;
            };
            let file = match &active.file {
                Some(file) => Arc::clone(file),
                None => {
                    let path = slot.path.join(file_name(active.id));
                    let Ok(file) = self.disk.open(&path, Access::Write) else {
                        slot.online = false;
                        slot.checked = false;
                        slot.active = None;
                        continue;
                    };
                    active.file = Some(Arc::clone(&file));
                    file
                }
            };
            active.used = Instant::now();
            let place = Place {
                folder: id,
                segment: active.id,
                offset: active.tail,
            };
            active.tail += total;
            slot.used += total;
            state.dirty.insert(place.segment, Arc::clone(&file));
            *state.uncommitted.entry(place.segment).or_default() += 1;
            return Ok((place, file));
        }
        if let Some(error) = full {
            return Err(PutBlock::DiskFull(error));
        }
        if !any_online {
            return Err(PutBlock::NoFolderOnline);
        }
        Err(PutBlock::QuotaExceeded {
            quota: quota_sum,
            used: used_sum,
            needed: total,
        })
    }

    fn create(&self, dir: &Path, id: u64) -> io::Result<Arc<dyn DiskFile>> {
        let path = dir.join(file_name(id));
        let file = self.disk.open(&path, Access::CreateNew)?;
        if let Err(error) = file.write_at(0, &[&record::segment_header(id)]) {
            // An empty file would only be clutter.
            let _ = self.disk.remove(&path);
            return Err(error);
        }
        Ok(file)
    }

    /// Says that `count` records of a segment were committed or dropped.
    pub(crate) fn settle(&self, segment: u64, count: u64) {
        let mut state = self.state();
        if let Some(left) = state.uncommitted.get_mut(&segment) {
            *left = left.saturating_sub(count);
            if *left == 0 {
                state.uncommitted.remove(&segment);
            }
        }
    }

    pub(crate) fn has_uncommitted(&self, segment: u64) -> bool {
        self.state().uncommitted.contains_key(&segment)
    }

    /// Seals the active segment of a folder, so that it can be rewritten.
    pub(crate) fn roll(&self, folder: u32) {
        let state = &mut *self.state();
        if let Some(slot) = state.folders.get_mut(&folder) {
            seal(slot, folder, &mut state.sealed);
        }
    }

    /// True when filled segments wait for a sync.
    pub(crate) fn has_sealed(&self) -> bool {
        !self.state().sealed.is_empty()
    }

    /// Has the device begin with what was appended since the last time.
    pub(crate) fn start_writing(&self) {
        let mut begun = Vec::new();
        for slot in self.state().folders.values_mut() {
            if let Some(active) = &mut slot.active
                && let Some(file) = &active.file
                && active.tail > active.started
            {
                begun.push((Arc::clone(file), active.started, active.tail));
                active.started = active.tail;
            }
        }
        for (file, from, to) in begun {
            file.start_writing(from, to - from);
        }
    }

    /// Takes what has to be synced.
    pub(crate) fn take_dirty(&self) -> Dirty {
        let mut state = self.state();
        Dirty {
            files: std::mem::take(&mut state.dirty),
            dirs: std::mem::take(&mut state.dirty_dirs),
            sealed: std::mem::take(&mut state.sealed),
        }
    }

    /// After a failed commit: the segments are still to be recorded as sealed.
    pub(crate) fn put_back_sealed(&self, sealed: &[(u64, u32, u64)]) {
        self.state().sealed.extend_from_slice(sealed);
    }

    /// Makes `dirty` durable. Segments that fail are never trusted with uncommitted bytes again.
    pub(crate) fn sync(&self, dirty: &Dirty) -> Option<io::Error> {
        let mut first = None;
        for (&id, file) in &dirty.files {
            if let Err(error) = file.sync() {
                self.fail(id);
                first.get_or_insert(error);
            }
        }
        for dir in &dirty.dirs {
            if let Err(error) = self.disk.sync_dir(dir) {
                dirty.files.keys().for_each(|&id| self.fail(id));
                first.get_or_insert(error);
            }
        }
        first
    }

    fn fail(&self, segment: u64) {
        let state = &mut *self.state();
        state.failed.insert(segment);
        for (&id, slot) in &mut state.folders {
            if slot
                .active
                .as_ref()
                .is_some_and(|active| active.id == segment)
            {
                seal(slot, id, &mut state.sealed);
            }
        }
    }

    pub(crate) fn has_failed(&self, segment: u64) -> bool {
        self.state().failed.contains(&segment)
    }

    /// Takes away write permission; only a guard against accidents, so failure is no error.
    pub(crate) fn protect(&self, folder: u32, segment: u64) {
        if let Some(dir) = self.folder_path(folder) {
            let _ = self.disk.make_read_only(&dir.join(file_name(segment)));
        }
    }
}

fn seal(slot: &mut FolderSlot, folder: u32, sealed: &mut Vec<(u64, u32, u64)>) {
    if let Some(active) = slot.active.take() {
        sealed.push((active.id, folder, active.tail));
    }
}
