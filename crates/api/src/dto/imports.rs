//! Jobs: imports, exports and the care of the storage.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether files are copied into the home or kept where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ImportMode {
    /// Large files stay in place, small ones are copied.
    Auto,
    /// Every file stays in place.
    Reference,
    /// Every file is copied.
    Copy,
}

/// Paths on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathsRequest {
    /// Absolute paths of files and folders.
    pub paths: Vec<String>,
}

/// What a drop would bring, before anything is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DropSummary {
    /// Photos found.
    pub photos: u64,
    /// Videos found.
    pub videos: u64,
    /// Music tracks found.
    pub tracks: u64,
    /// Caption files found.
    pub subtitles: u64,
    /// Other files found.
    pub others: u64,
    /// Folders walked.
    pub folders: u64,
    /// Size of all files found.
    pub bytes: u64,
    /// False when the walk stopped at its time limit: the numbers are a lower bound.
    pub complete: bool,
    /// Paths that cannot be read (at most 20).
    pub unreadable: Vec<UnreadablePath>,
    /// Files that would be kept in place.
    pub will_reference: u64,
    /// Files that would be copied.
    pub will_copy: u64,
}

/// A path that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnreadablePath {
    /// The path, with characters that are not text replaced.
    pub path: String,
    /// Why.
    pub message: String,
}

/// Files to import: from paths, from an upload, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRequest {
    /// Absolute paths of files and folders.
    #[serde(default)]
    pub paths: Vec<String>,
    /// A finished upload; its files are copied and the upload is gone afterwards.
    #[serde(default)]
    pub upload_id: Option<String>,
    /// Copy or keep in place; absent takes the setting.
    #[serde(default)]
    pub mode: Option<ImportMode>,
    /// An album that receives the imported photos and videos.
    #[serde(default)]
    pub album_id: Option<String>,
    /// The title of a new album that receives them.
    #[serde(default)]
    pub new_album: Option<String>,
}

/// A place where a browser puts the bytes of dropped files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Id of the upload.
    pub upload_id: String,
}

/// One file that arrived in an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadedFile {
    /// The path inside the upload that the file got.
    pub path: String,
    /// Bytes written.
    pub bytes: u64,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum JobKind {
    /// Import of files.
    Import,
    /// Export of the home.
    Export,
    /// Restore of an export.
    Restore,
    /// Check of the storage.
    Verify,
    /// Repair of the storage.
    Repair,
    /// Removal of unused blocks.
    Gc,
    /// Sealing of what is shared by link.
    Share,
    /// Fetch of an opened share into the library.
    Save,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Walks the folders.
    Scanning,
    /// At work.
    Running,
    /// Paused by the person.
    Paused,
    /// Finished; single files may have failed.
    Done,
    /// Stopped by an error.
    Failed,
    /// Stopped by the person.
    Cancelled,
}

/// A job and its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Id of the job.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub state: JobState,
    /// Name to show: the file, the folder, or what is done.
    pub title: String,
    /// The share, made here or opened here, that it works on.
    pub share: Option<String>,
    /// When it was started, Unix milliseconds.
    pub created_at: i64,
    /// When it ended, Unix milliseconds.
    pub finished_at: Option<i64>,
    /// Files found so far.
    pub files_total: u64,
    /// Files finished.
    pub files_done: u64,
    /// Files that failed; see `GET /imports/{id}/failures`.
    pub files_failed: u64,
    /// Files whose bytes were in the library already.
    pub files_duplicate: u64,
    /// Files left out (hidden, links, system files).
    pub files_skipped: u64,
    /// Bytes found so far.
    pub bytes_total: u64,
    /// Bytes finished.
    pub bytes_done: u64,
    /// Speed over the last seconds.
    pub bytes_per_second: u64,
    /// Seconds left; null when unknown.
    pub eta_seconds: Option<u64>,
    /// The file at work.
    pub current: Option<String>,
    /// Previews not made yet.
    pub previews_pending: u64,
    /// Result or error, in English.
    pub message: Option<String>,
    /// What blocked it, when that is why it failed.
    pub blocked: Option<BlockedBy>,
    /// Why it is slow or waits, in words.
    pub why: Option<String>,
}

/// Content that a list blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockedBy {
    /// What was asked for.
    pub what: String,
    /// The list, without its ending.
    pub list: String,
}

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobPage {
    /// Active jobs, then the finished ones that were not dismissed.
    pub jobs: Vec<Job>,
}

/// A file that a job could not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Path of the file, with characters that are not text replaced.
    pub path: String,
    /// Stable name of the reason.
    pub code: String,
    /// Why, in English.
    pub message: String,
    /// What the person can do.
    pub todo: Option<String>,
}

/// The failures of a job (at most 1,000).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailurePage {
    /// The failures.
    pub failures: Vec<Failure>,
}
