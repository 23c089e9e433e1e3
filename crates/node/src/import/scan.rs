//! Finding the files of a drop: folders walked with bounds, loops and junk left out.
//!
//! Links are followed, each folder at most once. Hidden and system files inside
//! folders are skipped in silence; everything else that cannot be taken in is reported.
//! Captions and posters beside a film are files like others here: the library ties them
//! to it when the job settles.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fingerprint::Stamp;
use crate::jobs::{FailureCode, Stop};

/// Folders nested deeper than this are not entered.
const MAX_DEPTH: usize = 64;
/// Most entries of one drop.
const MAX_ENTRIES: u64 = 1_000_000;

/// A folder of the drop, as a chain to its top.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) name: OsString,
    pub(crate) parent: Option<Arc<Folder>>,
}

/// One file to take in.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// The dropped folder it came in; `None` for a file dropped by itself.
    pub(crate) folder: Option<Arc<Folder>>,
    pub(crate) stamp: Stamp,
}

/// What a scan tells while it goes.
pub(crate) trait Sighting {
    /// A file to take in.
    fn file(&mut self, found: Found) -> Result<(), Stop>;
    /// Something that cannot be taken in.
    fn failure(
        &mut self,
        path: &Path,
        code: FailureCode,
        detail: Option<String>,
    ) -> Result<(), Stop>;
    /// A folder that is about to be listed.
    fn folder(&mut self, path: &Path) -> Result<(), Stop>;
}

/// Walks `paths`. `home` is never entered.
pub(crate) fn scan(
    paths: &[PathBuf],
    home: &Path,
    sighting: &mut dyn Sighting,
) -> Result<(), Stop> {
    let home_id = std::fs::metadata(home)
        .ok()
        .map(|metadata| (metadata.dev(), metadata.ino()));
    let mut walk = Walk {
        home_id,
        seen: HashSet::new(),
        entries: 0,
        sighting,
    };
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for path in paths {
        if is_inside(path, home) {
            walk.sighting.failure(path, FailureCode::InsideHome, None)?;
            continue;
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folders.push((path.clone(), metadata)),
            Ok(metadata) => files.push((path.clone(), metadata)),
            Err(error) => walk.io_failure(path, &error)?,
        }
    }
    walk.files(files, None)?;
    for (path, metadata) in folders {
        let name = path
            .file_name()
            .map_or_else(|| path.clone().into_os_string(), OsStr::to_owned);
        walk.tree(
            Arc::new(Folder {
                path,
                name,
                parent: None,
            }),
            &metadata,
        )?;
    }
    Ok(())
}

struct Walk<'a> {
    home_id: Option<(u64, u64)>,
    seen: HashSet<(u64, u64)>,
    entries: u64,
    sighting: &'a mut dyn Sighting,
}

impl Walk<'_> {
    fn tree(&mut self, top: Arc<Folder>, metadata: &Metadata) -> Result<(), Stop> {
        let mut stack = vec![(top, 0_usize, (metadata.dev(), metadata.ino()))];
        while let Some((folder, depth, id)) = stack.pop() {
            if Some(id) == self.home_id {
                self.sighting
                    .failure(&folder.path, FailureCode::InsideHome, None)?;
                continue;
            }
            if !self.seen.insert(id) {
                if leads_back(&folder.path) {
                    self.sighting
                        .failure(&folder.path, FailureCode::SymlinkLoop, None)?;
                }
                continue;
            }
            if depth > MAX_DEPTH {
                self.sighting
                    .failure(&folder.path, FailureCode::TooDeep, None)?;
                continue;
            }
            self.sighting.folder(&folder.path)?;
            let (files, folders) = match self.list(&folder)? {
                Some(listed) => listed,
                None => return Ok(()),
            };
            self.files(files, Some(&folder))?;
            // The stack is last in, first out; this keeps the folders' order.
            for (inner, metadata) in folders.into_iter().rev() {
                stack.push((inner, depth + 1, (metadata.dev(), metadata.ino())));
            }
        }
        Ok(())
    }

    /// Files and folders in `folder`, sorted by name; `None` when the bound is reached.
    #[allow(clippy::type_complexity)]
    fn list(
        &mut self,
        folder: &Arc<Folder>,
    ) -> Result<Option<(Vec<(PathBuf, Metadata)>, Vec<(Arc<Folder>, Metadata)>)>, Stop> {
        let mut files = Vec::new();
        let mut folders = Vec::new();
        let entries = match std::fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                self.io_failure(&folder.path, &error)?;
                return Ok(Some((files, folders)));
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.io_failure(&folder.path, &error)?;
                    break;
                }
            };
            let name = entry.file_name();
            if is_junk(&name) {
                continue;
            }
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                self.sighting
                    .failure(&folder.path, FailureCode::TooMany, None)?;
                return Ok(None);
            }
            let path = entry.path();
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    let inner = Folder {
                        path,
                        name,
                        parent: Some(Arc::clone(folder)),
                    };
                    folders.push((Arc::new(inner), metadata));
                }
                Ok(metadata) => files.push((path, metadata)),
                Err(error) => self.io_failure(&path, &error)?,
            }
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        folders.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        Ok(Some((files, folders)))
    }

    /// Reports files that lie together.
    fn files(
        &mut self,
        files: Vec<(PathBuf, Metadata)>,
        folder: Option<&Arc<Folder>>,
    ) -> Result<(), Stop> {
        for (path, metadata) in files {
            if metadata.is_file() {
                let stamp = Stamp::of(&metadata);
                self.sighting.file(Found {
                    path,
                    folder: folder.cloned(),
                    stamp,
                })?;
            } else {
                self.sighting.failure(&path, FailureCode::NotAFile, None)?;
            }
        }
        Ok(())
    }

    fn io_failure(&mut self, path: &Path, error: &std::io::Error) -> Result<(), Stop> {
        let code = failure_of(error, path);
        self.sighting.failure(path, code, Some(error.to_string()))
    }
}

/// True for what belongs to the home itself; received uploads do not.
fn is_inside(path: &Path, home: &Path) -> bool {
    match (std::fs::canonicalize(path), std::fs::canonicalize(home)) {
        (Ok(path), Ok(home)) => path.starts_with(&home) && !path.starts_with(home.join("staging")),
        _ => false,
    }
}

/// The code for an error of opening, listing or reading `path`.
pub(crate) fn failure_of(error: &std::io::Error, path: &Path) -> FailureCode {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound if std::fs::symlink_metadata(path).is_ok() => FailureCode::BrokenLink,
        ErrorKind::NotFound => FailureCode::Vanished,
        ErrorKind::PermissionDenied => FailureCode::PermissionDenied,
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            FailureCode::SymlinkLoop
        }
        _ => FailureCode::ReadFailed,
    }
}

/// True when `path` is a link to a folder that contains it.
fn leads_back(path: &Path) -> bool {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let parent = path
        .parent()
        .and_then(|parent| std::fs::canonicalize(parent).ok());
    match (is_link, std::fs::canonicalize(path), parent) {
        (true, Ok(target), Some(parent)) => parent.starts_with(target),
        _ => false,
    }
}

/// Hidden files and what systems leave behind.
pub(crate) fn is_junk(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    bytes.first() == Some(&b'.')
        || [
            &b"Thumbs.db"[..],
            b"ehthumbs.db",
            b"desktop.ini",
            b"Desktop.ini",
            b"@eaDir",
            b"$RECYCLE.BIN",
            b"System Volume Information",
            b"lost+found",
        ]
        .contains(&bytes)
}
