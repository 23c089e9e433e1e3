//! Where bytes live.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The storage of the home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// Absolute path of the home.
    pub home: String,
    /// Bytes of blocks in the home.
    pub used: u64,
    /// Most bytes it may use; null for no limit.
    pub quota: Option<u64>,
    /// Free bytes on the disk of the home.
    pub free: u64,
    /// Bytes of files kept in place.
    pub referenced: u64,
    /// Bytes that a clean-up would free.
    pub garbage: u64,
    /// Number of blocks.
    pub blocks: u64,
    /// Further folders on other disks.
    pub folders: Vec<StorageFolder>,
}

/// A storage folder on another disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageFolder {
    /// Id of the folder.
    pub id: String,
    /// Absolute path.
    pub path: String,
    /// Bytes of blocks in it.
    pub used: u64,
    /// Most bytes it may use; null for no limit.
    pub quota: Option<u64>,
    /// Free bytes on its disk; null when offline.
    pub free: Option<u64>,
    /// Whether it is plugged in.
    pub state: FolderState,
}

/// Whether a storage folder can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FolderState {
    /// It can be read and written.
    Online,
    /// Its disk is not there; nothing is lost.
    Offline,
}

/// A storage folder to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FolderRequest {
    /// Absolute path of an existing folder.
    pub path: String,
    /// Most bytes it may use; null for no limit.
    pub quota_bytes: Option<u64>,
}

/// A path on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathRequest {
    /// Absolute path.
    pub path: String,
}
