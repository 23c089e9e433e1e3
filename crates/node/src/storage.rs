//! Storage: what is used, folders on other disks, and the jobs that check, mend and free.

use std::path::PathBuf;

/// Space, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageReport {
    /// Bytes of blocks in the home and its folders.
    pub used: u64,
    /// Most bytes allowed, when there is a limit.
    pub quota: Option<u64>,
    /// Free bytes on the disk of the home.
    pub free: u64,
    /// Bytes of the user's own files that are referenced.
    pub referenced: u64,
    /// Bytes that `gc` could free, as far as known.
    pub garbage: u64,
    /// Blocks.
    pub blocks: u64,
    /// Further storage folders.
    pub folders: Vec<FolderReport>,
}

/// One storage folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderReport {
    /// Its id.
    pub id: u64,
    /// Where.
    pub path: PathBuf,
    /// Bytes in it.
    pub used: u64,
    /// Most bytes allowed.
    pub quota: Option<u64>,
    /// Free bytes on its disk; 0 when offline.
    pub free: u64,
    /// False when it is unplugged.
    pub online: bool,
}

/// Why a storage folder could not be added or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeFolder {
    /// No such folder.
    #[error("there is no such storage folder")]
    UnknownFolder,
    /// The store refused.
    #[error("could not change the storage folder; nothing was changed")]
    ChangeFolder(#[source] Box<dyn std::error::Error + Send + Sync>),
}

use crate::jobs::{Job, StartJob};

impl crate::node::Node {
    /// What is used, free and allowed.
    pub async fn storage(&self) -> StorageReport {
        unimplemented!()
    }

    /// The store's own numbers.
    pub async fn repo_stat(&self) -> store::StoreStat {
        unimplemented!()
    }

    /// Adds a folder, usually on another disk, that holds blocks.
    pub async fn add_folder(
        &self,
        path: PathBuf,
        quota: Option<u64>,
    ) -> Result<FolderReport, ChangeFolder> {
        let _ = (path, quota);
        unimplemented!()
    }

    /// Stops using a folder; its blocks are moved home first.
    pub async fn remove_folder(&self, id: u64) -> Result<(), ChangeFolder> {
        let _ = id;
        unimplemented!()
    }

    /// Reads every block and checks it.
    pub async fn start_verify(&self) -> Result<Job, StartJob> {
        unimplemented!()
    }

    /// Mends what other copies or the user's own files can mend.
    pub async fn start_repair(&self) -> Result<Job, StartJob> {
        unimplemented!()
    }

    /// Frees blocks that nothing needs.
    pub async fn start_gc(&self) -> Result<Job, StartJob> {
        unimplemented!()
    }
}
