//! Storage folders: where segments live, each with its own quota; some on disks that come and go.

use std::io;
use std::path::PathBuf;

use crate::entry::FolderId;
use crate::error::IndexFault;

/// Whether a folder's disk is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderState {
    /// Its blocks can be read and written.
    Online,
    /// Its disk is not there; its blocks are kept in the index and come back with it.
    Offline,
}

/// One storage folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name in the index; 0 is the home's own.
    pub id: FolderId,
    /// The directory that holds the segments.
    pub path: PathBuf,
    /// Most bytes it may hold.
    pub quota: Option<u64>,
    /// Bytes of its segment files.
    pub used: u64,
    /// Whether it is there.
    pub state: FolderState,
}

/// Why the set of storage folders could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeFolders {
    /// The folder is one already, or inside one.
    #[error("{0:?} is a storage folder already")]
    AlreadyUsed(PathBuf),
    /// The folder belongs to another home.
    #[error("{0:?} belongs to another home")]
    ForeignFolder(PathBuf),
    /// The folder could not be prepared.
    #[error("preparing the storage folder {path:?} failed")]
    PrepareFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no such folder.
    #[error("there is no storage folder {0}")]
    UnknownFolder(FolderId),
    /// The home's own folder cannot be removed.
    #[error("the home's own folder cannot be removed")]
    HomeFolder,
    /// The folder is offline, so its blocks cannot be moved away.
    #[error("storage folder {0} is offline; its blocks cannot be moved away")]
    Offline(FolderId),
    /// Moving its blocks to the other folders failed; the folder stays as it was.
    #[error("moving the blocks to other folders failed")]
    MoveBlocks(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The index failed.
    #[error("changing the index failed")]
    WriteIndex(#[from] IndexFault),
}
