//! Export of a whole home to a plain folder, and restore of such a folder.
//!
//! The folder (docs/format.md): `media/` holds the originals in their folders,
//! `library.json` everything the library knows (without store ids: they mean nothing
//! elsewhere), `blocks.car` the DAGs that were pinned by hand, `config.jsonc` the settings,
//! and `export.json` the index: which file holds which root. `export.json` is written
//! last, so a folder without it is no export. Restoring into a new home and exporting
//! again gives the same bytes.

mod export;
mod restore;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::jobs::{Job, Request, StartJob};
use crate::node::Node;
use crate::tasks::Lane;

/// Version of `export.json`.
const FORMAT: u32 = 1;
/// File names in the folder.
const INDEX: &str = "export.json";
const LIBRARY: &str = "library.json";
const BLOCKS: &str = "blocks.car";
const CONFIG: &str = "config.jsonc";
const MEDIA: &str = "media";

/// `export.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    format: u32,
    files: Vec<FileEntry>,
    pins: Vec<PinEntry>,
}

/// One original: a file below the folder, with `/` between names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct FileEntry {
    file: String,
    root: String,
    size: u64,
}

/// One pin made by hand; its blocks are in the CAR.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct PinEntry {
    cid: String,
    name: String,
    bytes_required: bool,
    recursive: bool,
}

impl Node {
    /// Writes everything to `folder`, which must be empty or new.
    pub async fn start_export(&self, folder: PathBuf) -> Result<Job, StartJob> {
        if !folder.is_absolute() {
            return Err(StartJob::PathNotAbsolute(folder));
        }
        let target = folder.clone();
        let home = self.home().to_owned();
        self.inner
            .tasks
            .blocking(Lane::Query, move || usable(&target, &home))
            .await?;
        let title = crate::import::shown_file_name(&folder);
        self.inner.begin(title, Request::Export { folder }).await
    }

    /// Reads an export into this home, whose library must be empty.
    pub async fn start_restore(&self, folder: PathBuf) -> Result<Job, StartJob> {
        if !folder.is_absolute() {
            return Err(StartJob::PathNotAbsolute(folder));
        }
        if !folder.join(INDEX).is_file() {
            return Err(StartJob::NoExport(folder));
        }
        let counts = self
            .query(|view| view.counts(None))
            .await
            .map_err(|error| StartJob::JournalJob(Box::new(error)))?;
        let items = counts.film + counts.episode + counts.clip + counts.photo + counts.track;
        if items + counts.file + counts.trash + counts.album > 0 {
            return Err(StartJob::HomeNotEmpty);
        }
        let title = crate::import::shown_file_name(&folder);
        self.inner.begin(title, Request::Restore { folder }).await
    }
}

/// Makes the folder; it must be empty and outside the home.
fn usable(folder: &Path, home: &Path) -> Result<(), StartJob> {
    let failed = |source| StartJob::UseFolder {
        path: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let inside = std::fs::canonicalize(folder).map_err(failed)?;
    let home = std::fs::canonicalize(home).map_err(failed)?;
    if inside.starts_with(&home) {
        let source = std::io::Error::other("it is inside the home of Tributary");
        return Err(failed(source));
    }
    match std::fs::read_dir(folder).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(StartJob::FolderNotEmpty(folder.to_owned())),
    }
}

/// Writes a file beside, syncs and renames it.
fn write_durable(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("part");
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
