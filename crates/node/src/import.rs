//! Import: files on disk become items on the shelf, whole or not at all.
//!
//! A job scans its paths, reads each file once (hash and chunk), writes or references
//! its blocks, makes the blocks durable in groups, and only then commits the items:
//! that commit is what makes them visible. Not here: previews and facts, which follow
//! in the background (`preview`). Threads: see `import::run`.

use std::path::PathBuf;

use library::AlbumId;

pub use crate::settings::ImportMode;
use crate::jobs::{Job, StartJob};
use crate::upload::UploadId;



/// What to take in.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct ImportRequest {
    /// Files and folders, absolute.
    pub paths: Vec<PathBuf>,
    /// Files that a browser sent before; they are always copied.
    pub upload: Option<UploadId>,
    /// Overrides the setting.
    pub mode: Option<ImportMode>,
    /// Album to add the items to.
    pub album: Option<AlbumId>,
    /// Or: album to make and add them to.
    pub new_album: Option<String>,
}

/// What a drop would do, for the drop sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DropSummary {
    /// Photos.
    pub photos: u64,
    /// Films, episodes and clips.
    pub videos: u64,
    /// Music.
    pub tracks: u64,
    /// Captions beside films.
    pub subtitles: u64,
    /// Everything else.
    pub others: u64,
    /// Folders.
    pub folders: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// False when counting stopped at its time bound; the numbers are then "at least".
    pub complete: bool,
    /// What cannot be read; at most 100.
    pub unreadable: Vec<Unreadable>,
    /// Files that would be kept in place.
    pub will_reference: u64,
    /// Files that would be copied.
    pub will_copy: u64,
}

/// One thing in a drop that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Path for display.
    pub path: String,
    /// What is wrong, in English.
    pub message: String,
}

impl crate::node::Node {
    /// Counts what a drop holds, for at most about a second.
    pub async fn preview_drop(&self, paths: Vec<PathBuf>) -> DropSummary {
        let _ = paths;
        unimplemented!()
    }

    /// Journals an import and starts it.
    pub async fn start_import(&self, request: ImportRequest) -> Result<Job, StartJob> {
        let _ = request;
        unimplemented!()
    }
}
