//! The state of the node at a glance.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to `GET /status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Version of the running program, "0.1.0".
    pub version: String,
    /// Absolute path of the home.
    pub home: String,
    /// When the node started, Unix milliseconds.
    pub started_at: i64,
    /// True until the first-run steps were finished.
    pub first_run: bool,
    /// The active person.
    pub person_id: String,
    /// Origin of media and preview URLs, "http://127.0.0.1:PORT".
    pub media_base: String,
    /// How many items of each kind are in the library.
    pub counts: ItemCounts,
    /// Use of the storage.
    pub storage: StorageUse,
    /// Jobs at work.
    pub jobs: JobCounts,
    /// What needs attention; empty when all is well.
    pub problems: Vec<Problem>,
    /// The key of a network of the person's own, `swarm.key` in the home.
    pub swarm_key: SwarmKeyState,
    /// True when the desktop shell hosts this node.
    pub desktop: bool,
}

/// Whether the home has the key of a network of the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SwarmKeyState {
    /// There is none.
    Missing,
    /// It can be used.
    Good,
    /// It is none, or damaged, or cannot be read.
    Damaged,
}

/// Numbers of items; trashed items count only in `trash`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemCounts {
    /// Films.
    pub film: u64,
    /// Episodes of shows.
    pub episode: u64,
    /// Other videos.
    pub clip: u64,
    /// Photos.
    pub photo: u64,
    /// Music tracks.
    pub track: u64,
    /// Everything else.
    pub file: u64,
    /// Albums that people made.
    pub album: u64,
    /// Items in the trash.
    pub trash: u64,
    /// Favourites of the active person.
    pub favourite: u64,
}

/// Use of the storage, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageUse {
    /// Bytes in the home's own storage.
    pub used: u64,
    /// Most bytes the storage may use; null when there is no limit.
    pub quota: Option<u64>,
    /// Free bytes on the disk of the home.
    pub free: u64,
    /// Bytes of files that were kept in place.
    pub referenced: u64,
}

/// Jobs at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobCounts {
    /// Queued, scanning, running or paused jobs.
    pub active: u64,
}

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable name of the problem.
    pub code: String,
    /// What is wrong, in English.
    pub message: String,
    /// What the person can do.
    pub todo: Option<String>,
}
