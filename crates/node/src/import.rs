//! Import: files on disk become items on the shelf, whole or not at all.
//!
//! A job scans its paths, reads each file once (hash and chunk), writes or references
//! its blocks, makes the blocks durable in groups, and only then commits the items:
//! that commit is what makes them visible. Not here: previews and facts, which follow
//! in the background (`preview`). Threads: see `import::run`.

use std::path::PathBuf;
use std::sync::Arc;

use library::AlbumId;

use crate::jobs::{Job, JobHandle, Meter, Outcome, Request, StartJob, Stop};
use crate::node::{Inner, Node};
pub use crate::settings::ImportMode;
use crate::tasks::Lane;
use crate::upload::UploadId;

pub(crate) mod fingerprint;
pub(crate) mod kind;
pub(crate) mod large;
mod name;
pub(crate) mod outcome;
mod read;
mod run;
mod scan;
pub(crate) mod sink;
mod summary;

pub use name::shown;
pub(crate) use name::{shown_file_name, shown_name, shown_path};
pub(crate) use read::library_stamp;
use run::{ImportPlan, ImportPorts, run_import};
pub(crate) use scan::failure_of;

/// What to take in.
#[derive(Clone, Debug, Default)]
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

/// The part of a request that the journal keeps beside the paths.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct ImportOptions {
    pub(crate) mode: Option<ImportMode>,
    pub(crate) album: Option<AlbumId>,
    pub(crate) upload: Option<UploadId>,
}

impl Node {
    /// Counts what a drop holds, for at most about a second.
    pub async fn preview_drop(&self, paths: Vec<PathBuf>) -> DropSummary {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Work, move || summary::summarise(&inner, &paths))
            .await
    }

    /// Journals an import and starts it.
    pub async fn start_import(&self, request: ImportRequest) -> Result<Job, StartJob> {
        let mut paths = request.paths;
        if let Some(upload) = request.upload {
            let folder = upload.folder(&self.inner.home.staging());
            paths.extend(crate::upload::entries(&folder).ok_or(StartJob::UnknownUpload)?);
        }
        if paths.is_empty() {
            return Err(StartJob::NothingGiven);
        }
        if let Some(path) = paths.iter().find(|path| !path.is_absolute()) {
            return Err(StartJob::PathNotAbsolute(path.clone()));
        }
        let mut album = request.album;
        if let Some(title) = request.new_album {
            let made = self
                .edit(Vec::new(), move |tx| tx.create_album(&title))
                .await;
            album = Some(made.map_err(|error| StartJob::JournalJob(Box::new(error)))?);
        }
        let title = match paths.as_slice() {
            [only] => name::shown_file_name(only),
            more => format!("{} files and folders", more.len()),
        };
        let mode = if request.upload.is_some() {
            Some(ImportMode::Copy)
        } else {
            request.mode
        };
        let options = ImportOptions {
            mode,
            album,
            upload: request.upload,
        };
        self.inner
            .begin(title, Request::Import { paths, options })
            .await
    }
}

impl Inner {
    /// The body of an import job.
    pub(crate) fn work_import(
        self: &Arc<Self>,
        handle: &Arc<JobHandle>,
        paths: &[PathBuf],
        options: &ImportOptions,
    ) -> Outcome {
        let settings = self.settings();
        let added = |items| {
            self.touch_index();
            self.previews.more(items);
        };
        let staging = self.home.staging();
        let ports = ImportPorts {
            store: &self.store,
            library: &self.library,
            events: &self.events,
            home: self.home.root(),

            control: &handle.control,
            meter: &handle.meter,
            scanning: &handle.scanning,
            pinning: &self.pinning,
            added: &added,
            threads: self.import_threads,
        };
        let plan = ImportPlan {
            job: handle.id,
            paths: paths.to_vec(),
            mode: options.mode.unwrap_or(settings.import_mode),
            in_place_above: settings.keep_in_place_above_mib.saturating_mul(1 << 20),
            album: options.album,
        };
        let outcome = run_import(&ports, &plan);
        let is_over = matches!(
            outcome,
            Outcome::Done(_) | Outcome::Stopped(Stop::Cancelled)
        );
        if let Some(upload) = options.upload
            && is_over
            && Meter::get(&handle.meter.files_failed) == 0
        {
            let _ = std::fs::remove_dir_all(upload.folder(&staging));
        }
        outcome
    }
}
