//! The store: one value that owns segments, index and flusher.

use std::path::Path;

use bytes::Bytes;
use dag::Cid;

use crate::batch::Batch;
use crate::config::StoreConfig;
use crate::entry::{BlockStat, FolderId, SourceId};
use crate::error::{GetBlock, IndexFault, OpenStore};
use crate::folder::{ChangeFolders, Folder};
use crate::gc::{CollectGarbage, GcOptions, GcReport};
use crate::pin::{Pin, PinBlocks, PinKind};
use crate::source::{Source, SourceFile, SourceState, TrackSource};
use crate::verify::{Progress, RepairReport, VerifyBlocks, VerifyReport};

/// Blocks on disk. Cheap to share: put it in an `Arc`.
#[derive(Debug)]
pub struct Store {}

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

impl Store {
    /// Opens or creates the store in `config.home`, and recovers from a crash.
    pub fn open(_config: StoreConfig) -> Result<Self, OpenStore> {
        unimplemented!()
    }
    /// What opening found.
    pub fn open_report(&self) -> &OpenReport {
        unimplemented!()
    }
    /// Begins a batch.
    pub fn batch(&self) -> Batch {
        unimplemented!()
    }
    /// The block's bytes, checked; `None` when the store does not know it.
    pub fn get(&self, _cid: &Cid) -> Result<Option<Bytes>, GetBlock> {
        unimplemented!()
    }
    /// Whether the index knows the block; the bytes may still be offline.
    pub fn has(&self, _cid: &Cid) -> Result<bool, IndexFault> {
        unimplemented!()
    }
    /// Length and locations of a block.
    pub fn stat_block(&self, _cid: &Cid) -> Result<Option<BlockStat>, IndexFault> {
        unimplemented!()
    }
    /// Numbers of the store.
    pub fn stat(&self) -> Result<StoreStat, IndexFault> {
        unimplemented!()
    }
    /// Adds a source, or gives the id of the same file (path and stamp equal).
    pub fn add_source(&self, _file: SourceFile) -> Result<SourceId, TrackSource> {
        unimplemented!()
    }
    /// A source.
    pub fn source(&self, _id: SourceId) -> Result<Option<Source>, IndexFault> {
        unimplemented!()
    }
    /// The source whose path this is.
    pub fn source_at(&self, _path: &Path) -> Result<Option<Source>, IndexFault> {
        unimplemented!()
    }
    /// Sources with this file id and size: the same file under an older path.
    pub fn find_moved(&self, _dev: u64, _ino: u64, _size: u64) -> Result<Vec<Source>, IndexFault> {
        unimplemented!()
    }
    /// Compares the file with what was recorded.
    pub fn check_source(&self, _id: SourceId) -> Result<SourceState, TrackSource> {
        unimplemented!()
    }
    /// Says that a source now lives at `path`. Every block of it is hashed there first.
    pub fn relink_source(&self, _id: SourceId, _path: &Path) -> Result<(), TrackSource> {
        unimplemented!()
    }
    /// Hashes every block of a source again and, when all match, records the file's present stamp.
    pub fn confirm_source(&self, _id: SourceId) -> Result<SourceState, TrackSource> {
        unimplemented!()
    }
    /// Forgets a source that no block refers to any more; false when blocks still do.
    pub fn remove_source(&self, _id: SourceId) -> Result<bool, TrackSource> {
        unimplemented!()
    }
    /// All pins.
    pub fn pins(&self) -> Result<Vec<Pin>, IndexFault> {
        unimplemented!()
    }
    /// Pins a whole DAG and returns when it is durable. Bytes-required copies referenced bytes in;
    /// the DAG must be complete then.
    pub fn pin(&self, _cid: &Cid, _kind: PinKind, _name: &str) -> Result<(), PinBlocks> {
        unimplemented!()
    }
    /// Removes the pin of that name, or every pin of the root.
    pub fn unpin(&self, _cid: &Cid, _name: Option<&str>) -> Result<(), PinBlocks> {
        unimplemented!()
    }
    /// Says that, after a rebuilt index, every root worth keeping is pinned again.
    pub fn confirm_pins(&self) -> Result<(), IndexFault> {
        unimplemented!()
    }
    /// Collects garbage beside writers. Goes on where an interrupted one stopped.
    pub fn gc(
        &self,
        _options: &GcOptions,
        _progress: &mut dyn FnMut(Progress),
        _cancel: &dyn Fn() -> bool,
    ) -> Result<GcReport, CollectGarbage> {
        unimplemented!()
    }
    /// Reads and hashes every location of every block.
    pub fn verify(
        &self,
        _progress: &mut dyn FnMut(Progress),
        _cancel: &dyn Fn() -> bool,
    ) -> Result<VerifyReport, VerifyBlocks> {
        unimplemented!()
    }
    /// Verifies, and mends what local copies, sources and derivations can mend.
    pub fn repair(
        &self,
        _progress: &mut dyn FnMut(Progress),
        _cancel: &dyn Fn() -> bool,
    ) -> Result<RepairReport, VerifyBlocks> {
        unimplemented!()
    }
    /// Adds a storage folder, or takes up one of this home again.
    pub fn add_folder(&self, _path: &Path, _quota: Option<u64>) -> Result<FolderId, ChangeFolders> {
        unimplemented!()
    }
    /// Changes the quota of a folder.
    pub fn set_quota(&self, _id: FolderId, _quota: Option<u64>) -> Result<(), ChangeFolders> {
        unimplemented!()
    }
    /// Moves the folder's blocks to the other folders and stops using it.
    pub fn remove_folder(&self, _id: FolderId) -> Result<(), ChangeFolders> {
        unimplemented!()
    }
    /// The storage folders, looked at now.
    pub fn folders(&self) -> Result<Vec<Folder>, IndexFault> {
        unimplemented!()
    }
    /// Commits what was submitted, stops the flusher and closes the index. Later calls fail with
    /// a typed error. Also done by drop.
    pub fn shutdown(&self) {
        unimplemented!()
    }
}
