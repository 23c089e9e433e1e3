//! The store: one value that owns segments, index and flusher.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use dag::Cid;

use crate::batch::Batch;
use crate::config::StoreConfig;
use crate::core::Core;
use crate::disk::Disk;
use crate::entry::{BlockStat, FolderId, Location, SourceId};
use crate::error::{CommitBlocks, GetBlock, IndexFault, OpenStore};
use crate::folder::{ChangeFolders, Folder};
use crate::gc::remove::Removal;
use crate::gc::{CollectGarbage, GcOptions, GcReport};
use crate::index::{self, Index, SegmentState, counter};
use crate::key::{Address, address};
use crate::pin::{self, Pin, PinBlocks, PinKind};
use crate::segments::{self, Segments};
use crate::source::{Source, SourceFile, SourceState, TrackSource};
use crate::verify::{Progress, RepairReport, VerifyBlocks, VerifyReport};

/// Blocks on disk. Cheap to share: put it in an `Arc`.
#[derive(Debug)]
pub struct Store {
    core: Arc<Core>,
    flusher: Mutex<Option<JoinHandle<()>>>,
    report: OpenReport,
}

/// What opening found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// The index was lost or damaged and was rebuilt from the segments; pins and sources are gone,
    /// and nothing is collected until [`Store::confirm_pins`].
    pub rebuilt: bool,
    /// Bytes of torn records that were cut off after a crash.
    pub cut_bytes: u64,
    /// Segments with complete records that no commit names; they are garbage.
    pub orphaned_segments: u64,
    /// The format the home had before it was migrated, when it was.
    pub migrated_from: Option<u32>,
}

/// Numbers of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreStat {
    /// Blocks in the index.
    pub blocks: u64,
    /// Bytes of segment files.
    pub bytes: u64,
    /// Sum of the quotas, when every folder has one.
    pub quota: Option<u64>,
    /// Segment files.
    pub segments: u64,
    /// Bytes of segment files that no row names.
    pub garbage: u64,
    /// Bytes of blocks that lie in users' files only.
    pub referenced: u64,
    /// Pins.
    pub pins: u64,
    /// Sources.
    pub sources: u64,
    /// Storage folders, the home's own first.
    pub folders: Vec<Folder>,
}

/// Keeps what was put since it was made from garbage collection, pinned or not: for an import
/// that takes several batches. Dropping it ends that.
#[derive(Debug)]
pub struct Hold {
    core: Arc<Core>,
    epoch: u64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.core.release(self.epoch);
    }
}

impl Store {
    /// Opens or creates the store in `config.home`, and recovers from a crash.
    pub fn open(config: StoreConfig) -> Result<Self, OpenStore> {
        let opened = index::open(&config)?;
        let disk = Arc::clone(&config.disk);
        let segments = Segments::new(
            Arc::clone(&disk),
            config.segment_bytes,
            config.keep_free_bytes,
        );
        let blocks = config.home.join("blocks");
        segments.add_folder(0, blocks.clone(), config.quota, 0);
        let mut report = OpenReport {
            migrated_from: opened.migrated_from,
            ..Default::default()
        };
        let index = opened.index;
        if opened.rebuild {
            report.rebuilt = rebuild(&*disk, &index, &blocks, config.clock.now_ms())?;
        }
        for (id, row) in index.read(|snapshot| snapshot.folders())? {
            let path = PathBuf::from(std::ffi::OsString::from_vec(row.path));
            segments.add_folder(id, path, row.quota, 0);
        }
        segments.number_from(index.read(|snapshot| snapshot.counter(counter::NEXT_SEGMENT))?);
        for (id, path) in segments.unchecked() {
            let recovered = segments::open::recover(&*disk, &index, &segments, id, &path)?;
            report.cut_bytes += recovered.cut_bytes;
            report.orphaned_segments += recovered.orphaned;
        }
        let epoch = index.read(|snapshot| snapshot.counter(counter::EPOCH))?;
        let core = Arc::new(Core::new(config, opened.home, index, segments, epoch));
        let shared = Arc::clone(&core);
        let flusher = std::thread::Builder::new()
            .name("store-flusher".into())
            .spawn(move || crate::flusher::run(&shared))
            .map_err(OpenStore::StartFlusher)?;
        Ok(Self {
            core,
            flusher: Mutex::new(Some(flusher)),
            report,
        })
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// What opening found.
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Begins a batch.
    pub fn batch(&self) -> Batch {
        Batch::new(Arc::clone(&self.core))
    }

    /// Keeps blocks of several batches from collection until a pin holds them.
    pub fn hold(&self) -> Hold {
        Hold {
            core: Arc::clone(&self.core),
            epoch: self.core.hold(),
        }
    }

    /// The block's bytes, checked; `None` when the store does not know it.
    pub fn get(&self, cid: &Cid) -> Result<Option<Bytes>, GetBlock> {
        self.core.get(cid)
    }

    /// Whether the index knows the block; the bytes may still be offline.
    pub fn has(&self, cid: &Cid) -> Result<bool, IndexFault> {
        match address(cid) {
            Address::Stored(key) => Ok(self.core.index.entry(&key)?.is_some()),
            Address::Inline(_) => Ok(true),
            Address::Unsupported => Ok(false),
        }
    }

    /// Length and locations of a block.
    pub fn stat_block(&self, cid: &Cid) -> Result<Option<BlockStat>, IndexFault> {
        let Address::Stored(key) = address(cid) else {
            return Ok(None);
        };
        let entry = self.core.index.entry(&key)?;
        Ok(entry.map(|entry| BlockStat {
            len: entry.len,
            locations: entry.locations,
        }))
    }

    /// Whether every place of the block is in a storage folder whose disk is not there.
    pub fn is_offline(&self, cid: &Cid) -> Result<bool, IndexFault> {
        let Some(stat) = self.stat_block(cid)? else {
            return Ok(false);
        };
        Ok(stat.locations.iter().all(|location| match location {
            Location::Segment { folder, .. } => !self.core.segments.is_online(folder.0),
            _ => false,
        }))
    }

    /// Numbers of the store.
    pub fn stat(&self) -> Result<StoreStat, IndexFault> {
        let folders = self.folders()?;
        self.core.index.read(|snapshot| {
            let (blocks, pins, sources) = snapshot.table_lens()?;
            let rows = snapshot.segments()?;
            let rows = rows
                .iter()
                .filter(|(_, row)| row.state != SegmentState::Retired);
            let live: u64 = rows.clone().map(|(_, row)| row.live).sum();
            let segments = rows.count() as u64;
            let bytes: u64 = folders.iter().map(|folder| folder.used).sum();
            let quota = folders
                .iter()
                .try_fold(0_u64, |sum, folder| Some(sum.saturating_add(folder.quota?)));
            let headers = segments * crate::record::SEGMENT_HEADER as u64;
            Ok(StoreStat {
                blocks,
                bytes,
                quota,
                segments,
                garbage: bytes.saturating_sub(live + headers),
                referenced: snapshot.counter(counter::REFERENCED_BYTES)?,
                pins,
                sources,
                folders,
            })
        })
    }

    /// Adds a source, or gives the id of the same file (path and stamp equal).
    pub fn add_source(&self, file: SourceFile) -> Result<SourceId, TrackSource> {
        self.core.add_source(file)
    }

    /// A source.
    pub fn source(&self, id: SourceId) -> Result<Option<Source>, IndexFault> {
        self.core.index.read(|snapshot| snapshot.source(id))
    }

    /// The source whose path this is.
    pub fn source_at(&self, path: &Path) -> Result<Option<Source>, IndexFault> {
        self.core
            .index
            .read(|snapshot| snapshot.source_at(path.as_os_str().as_bytes()))
    }

    /// Sources with this file id and size: the same file under an older path.
    pub fn find_moved(&self, dev: u64, ino: u64, size: u64) -> Result<Vec<Source>, IndexFault> {
        let mut found = self
            .core
            .index
            .read(|snapshot| snapshot.sources_with_file(dev, ino))?;
        found.retain(|source| source.file.size == size);
        Ok(found)
    }

    /// Compares the file with what was recorded.
    pub fn check_source(&self, id: SourceId) -> Result<SourceState, TrackSource> {
        self.core.check_source(id)
    }

    /// Says that a source now lives at `path`. Every block of it is hashed there first.
    pub fn relink_source(&self, id: SourceId, path: &Path) -> Result<(), TrackSource> {
        self.core.relink_source(id, path)
    }

    /// Hashes every block of a source again and, when all match, records the file's present stamp.
    pub fn confirm_source(&self, id: SourceId) -> Result<SourceState, TrackSource> {
        self.core.confirm_source(id)
    }

    /// Forgets a source that no block refers to any more; false when blocks still do.
    pub fn remove_source(&self, id: SourceId) -> Result<bool, TrackSource> {
        self.core.remove_source(id)
    }

    /// All pins.
    pub fn pins(&self) -> Result<Vec<Pin>, IndexFault> {
        self.core.index.read(|snapshot| snapshot.pins())
    }

    /// Pins a whole DAG and returns when it is durable. Bytes-required copies referenced bytes in;
    /// the DAG must be complete then.
    pub fn pin(&self, cid: &Cid, kind: PinKind, name: &str) -> Result<(), PinBlocks> {
        let batch = self.batch();
        batch.pin(cid, kind, name);
        commit_pins(batch)
    }

    /// As [`Store::pin`], for several roots, once every block below them was seen to be in the
    /// store; else none of them is pinned.
    pub fn pin_complete(
        &self,
        roots: &[Cid],
        kind: PinKind,
        name: &str,
        cancel: &dyn Fn() -> bool,
    ) -> Result<(), PinBlocks> {
        // Between the look and the pin nothing may be collected.
        let _hold = self.hold();
        pin::check_complete(&self.core, roots, cancel)?;
        let batch = self.batch();
        for root in roots {
            batch.pin(root, kind, name);
        }
        commit_pins(batch)
    }

    /// Removes the pin of that name, or every pin of the root.
    pub fn unpin(&self, cid: &Cid, name: Option<&str>) -> Result<(), PinBlocks> {
        let batch = self.batch();
        batch.unpin(cid, name);
        commit_pins(batch)
    }

    /// Goes on with bytes-required pins whose bytes could not all be copied in before. Gives how
    /// many still lack some.
    pub fn complete_pins(&self, cancel: &dyn Fn() -> bool) -> Result<usize, IndexFault> {
        let mut left = 0;
        for pin in self.pins()?.iter().filter(|pin| !pin.copied) {
            if pin::copy_in(&self.core, std::slice::from_ref(pin), cancel).is_err() {
                left += 1;
            }
        }
        Ok(left)
    }

    /// False from the time the index was rebuilt until [`Store::confirm_pins`], over restarts too.
    pub fn pins_confirmed(&self) -> Result<bool, IndexFault> {
        self.core
            .index
            .read(|snapshot| Ok(snapshot.counter(counter::PINS_UNKNOWN)? == 0))
    }

    /// Says that, after a rebuilt index, every root worth keeping is pinned again.
    pub fn confirm_pins(&self) -> Result<(), IndexFault> {
        self.core.index.write(|tables| {
            tables.set_counter(counter::PINS_UNKNOWN, 0);
            Ok(())
        })
    }

    /// Collects garbage beside writers. Goes on where an interrupted one stopped.
    pub fn gc(
        &self,
        options: &GcOptions,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<GcReport, CollectGarbage> {
        crate::gc::collect(&self.core, options, progress, cancel)
    }

    /// Gives the bytes of what was removed back to the disk, where segments hold enough of it; drops
    /// no block. The report counts segments and bytes.
    pub fn compact(
        &self,
        options: &GcOptions,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<GcReport, CollectGarbage> {
        crate::gc::compact(&self.core, options, progress, cancel)
    }

    /// Removes single blocks that no pin reaches, each with what became of it; `None` when it was
    /// cancelled, and then nothing was removed. Looks at everything that is pinned first.
    pub fn remove(
        &self,
        cids: &[Cid],
        cancel: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Removal>>, CollectGarbage> {
        crate::gc::remove::remove(&self.core, cids, cancel)
    }

    /// Up to `count` blocks after `after`, as raw CIDs of version 1, in the order of the index.
    pub fn blocks_after(&self, after: Option<&Cid>, count: usize) -> Result<Vec<Cid>, IndexFault> {
        crate::gc::remove::blocks_after(&self.core, after, count)
    }

    /// Reads and hashes every location of every block.
    pub fn verify(
        &self,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<VerifyReport, VerifyBlocks> {
        crate::verify::verify(&self.core, progress, cancel)
    }

    /// Verifies, and mends what local copies, sources and derivations can mend.
    pub fn repair(
        &self,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<RepairReport, VerifyBlocks> {
        crate::verify::repair::repair(&self.core, progress, cancel)
    }

    /// Adds a storage folder, or takes up one of this home again.
    pub fn add_folder(&self, path: &Path, quota: Option<u64>) -> Result<FolderId, ChangeFolders> {
        crate::folder::add(&self.core, path, quota)
    }

    /// Changes the quota of a folder. The home's own lasts until the store is opened again.
    pub fn set_quota(&self, id: FolderId, quota: Option<u64>) -> Result<(), ChangeFolders> {
        crate::folder::set_quota(&self.core, id, quota)
    }

    /// Moves the folder's blocks to the other folders and stops using it.
    pub fn remove_folder(&self, id: FolderId) -> Result<(), ChangeFolders> {
        crate::folder::remove(&self.core, id)
    }

    /// The storage folders, looked at now.
    pub fn folders(&self) -> Result<Vec<Folder>, IndexFault> {
        crate::folder::list(&self.core)
    }

    /// Commits what was submitted, stops the flusher and closes the index. Later calls fail with
    /// a typed error. Also done by drop.
    pub fn shutdown(&self) {
        self.core.queue.stop();
        let flusher = self
            .flusher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(flusher) = flusher
            && flusher.join().is_err()
        {
            tracing::error!("the store's flusher thread panicked");
        }
        self.core.index.close();
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shutdown();
    }
}

fn commit_pins(batch: Batch) -> Result<(), PinBlocks> {
    batch.commit().map_err(|error| match error {
        CommitBlocks::CopyPinned(error) => *error,
        error => PinBlocks::Commit(Box::new(error)),
    })
}

/// Fills a new index from the home's segments; true when there were any.
fn rebuild(disk: &dyn Disk, index: &Index, blocks: &Path, now_ms: u64) -> Result<bool, OpenStore> {
    segments::open::adopt(disk, index, 0, blocks)?;
    let found = index.read(|snapshot| snapshot.segments())?.len();
    index.write(|tables| {
        tables.set_counter(counter::REBUILDING, 0);
        tables.set_counter(counter::PINS_UNKNOWN, u64::from(found > 0));
        if found > 0 {
            // Others may still hold numbers of the lost table: none of them may name a new source.
            let next = tables.counter(counter::NEXT_SOURCE)?;
            tables.set_counter(counter::NEXT_SOURCE, next.max(now_ms.saturating_mul(1024)));
        }
        Ok::<_, IndexFault>(())
    })?;
    Ok(found > 0)
}
