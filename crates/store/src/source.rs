//! Sources: the user's own files that blocks refer to. They are read, never written.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use redb::ReadableTable;

use crate::core::Core;
use crate::disk::{Disk, Stamp};
use crate::entry::{Location, SourceId};
use crate::error::IndexFault;
use crate::index::rows::encode_source;
use crate::index::{Tables, counter};
use crate::key::Key;

/// A file as it was when its blocks were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Absolute path; any bytes, not only UTF-8.
    pub path: PathBuf,
    /// Length in bytes.
    pub size: u64,
    /// Last change of the content, nanoseconds since the Unix epoch.
    pub mtime_ns: i128,
    /// Last change of content or attributes, nanoseconds since the Unix epoch.
    pub ctime_ns: i128,
    /// Device number.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
}

/// A file in the table of sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name in the index.
    pub id: SourceId,
    /// The file.
    pub file: SourceFile,
}

/// What [`crate::Store::check_source`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// Device, inode, size and both times are as recorded: the file may be read directly.
    Unchanged,
    /// The size is as recorded and something else is not: blocks must be verified by hash.
    Touched,
    /// The size differs: some blocks are gone.
    Changed,
    /// There is no file at the path, and its directory's disk is there.
    Missing,
    /// The disk of the path is not connected.
    Offline,
}

/// Why the table of sources could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrackSource {
    /// There is no such source.
    #[error("the source {0} is unknown")]
    UnknownSource(SourceId),
    /// The path is not absolute.
    #[error("the path {0:?} is not absolute")]
    RelativePath(PathBuf),
    /// The file at the new path could not be read.
    #[error("reading {path:?} failed")]
    ReadFile {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file at the new path has other bytes than the source.
    #[error("{0:?} has other content than the file it should replace")]
    OtherContent(PathBuf),
    /// The index failed.
    #[error("changing the index failed")]
    WriteIndex(#[from] IndexFault),
}

/// Rows looked at in one snapshot.
const SCAN_ROWS: usize = 1024;

impl SourceFile {
    fn matches(&self, stamp: &Stamp) -> bool {
        self.stamp() == *stamp
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            dev: self.dev,
            ino: self.ino,
            size: self.size,
            mtime_ns: self.mtime_ns,
            ctime_ns: self.ctime_ns,
        }
    }

    fn with(path: &Path, stamp: &Stamp) -> Self {
        Self {
            path: path.to_owned(),
            size: stamp.size,
            mtime_ns: stamp.mtime_ns,
            ctime_ns: stamp.ctime_ns,
            dev: stamp.dev,
            ino: stamp.ino,
        }
    }
}

/// True when a missing file's disk is not there: the nearest directory that exists is on another
/// device than the file was.
pub(crate) fn is_offline(disk: &dyn Disk, file: &SourceFile) -> bool {
    let nearest = file
        .path
        .ancestors()
        .skip(1)
        .find_map(|dir| disk.stat(dir).ok());
    nearest.is_some_and(|stamp| stamp.dev != file.dev)
}

fn write_row(tables: &mut Tables<'_>, id: SourceId, file: &SourceFile) -> Result<(), IndexFault> {
    tables
        .sources
        .insert(id.0, encode_source(file).as_slice())?;
    tables
        .source_paths
        .insert(file.path.as_os_str().as_bytes(), id.0)?;
    tables.source_files.insert((file.dev, file.ino, id.0), ())?;
    Ok(())
}

fn clear_row(tables: &mut Tables<'_>, id: SourceId, file: &SourceFile) -> Result<(), IndexFault> {
    tables.sources.remove(id.0)?;
    let path = file.path.as_os_str().as_bytes();
    // A newer source may have taken the path over.
    if tables
        .source_paths
        .get(path)?
        .is_some_and(|found| found.value() == id.0)
    {
        tables.source_paths.remove(path)?;
    }
    tables.source_files.remove((file.dev, file.ino, id.0))?;
    Ok(())
}

impl Core {
    fn known_source(&self, id: SourceId) -> Result<Source, TrackSource> {
        let source = self.index.read(|snapshot| snapshot.source(id))?;
        source.ok_or(TrackSource::UnknownSource(id))
    }

    pub(crate) fn add_source(&self, file: SourceFile) -> Result<SourceId, TrackSource> {
        if !file.path.is_absolute() {
            return Err(TrackSource::RelativePath(file.path));
        }
        let path = file.path.as_os_str().as_bytes();
        if let Some(known) = self.index.read(|snapshot| snapshot.source_at(path))?
            && known.file == file
        {
            return Ok(known.id);
        }
        self.index.write(|tables| {
            let id = SourceId(tables.bump(counter::NEXT_SOURCE, 1)?);
            write_row(tables, id, &file)?;
            Ok(id)
        })
    }

    pub(crate) fn check_source(&self, id: SourceId) -> Result<SourceState, TrackSource> {
        let source = self.known_source(id)?;
        let disk = self.config.disk.as_ref();
        match disk.stat(&source.file.path) {
            Ok(stamp) if source.file.matches(&stamp) => Ok(SourceState::Unchanged),
            Ok(stamp) if stamp.size == source.file.size => Ok(SourceState::Touched),
            Ok(_) => Ok(SourceState::Changed),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                let offline = is_offline(disk, &source.file);
                Ok(if offline {
                    SourceState::Offline
                } else {
                    SourceState::Missing
                })
            }
            Err(source_error) => Err(TrackSource::ReadFile {
                path: source.file.path,
                source: source_error,
            }),
        }
    }

    /// Calls `visit` with every reference to a source.
    fn each_reference(
        &self,
        id: SourceId,
        visit: &mut dyn FnMut(&Key, u32, &Location) -> Result<bool, TrackSource>,
    ) -> Result<(), TrackSource> {
        let mut after = None;
        loop {
            let rows = self.index.entries_after(after.as_ref(), SCAN_ROWS)?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            after = Some(*last);
            for (key, entry) in &rows {
                for location in &entry.locations {
                    if matches!(location, Location::Reference { source, .. } if *source == id)
                        && !visit(key, entry.len, location)?
                    {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// True when every block of the source is what the file at its path gives.
    fn all_match(&self, id: SourceId) -> Result<bool, TrackSource> {
        let mut all = true;
        self.each_reference(id, &mut |key, len, location| {
            all = self.check_location(key, len, location)?.is_ok();
            Ok(all)
        })?;
        Ok(all)
    }

    pub(crate) fn confirm_source(&self, id: SourceId) -> Result<SourceState, TrackSource> {
        let state = self.check_source(id)?;
        if state != SourceState::Touched {
            return Ok(state);
        }
        let source = self.known_source(id)?;
        let path = source.file.path.clone();
        let read = |source| TrackSource::ReadFile {
            path: path.clone(),
            source,
        };
        let before = self.config.disk.stat(&path).map_err(read)?;
        let matches = self.all_match(id)?;
        let after = self.config.disk.stat(&path).map_err(read)?;
        if !matches {
            return Ok(SourceState::Changed);
        }
        if before != after {
            return Ok(SourceState::Touched);
        }
        self.index.write(|tables| {
            clear_row(tables, id, &source.file)?;
            write_row(tables, id, &SourceFile::with(&path, &after))
        })?;
        Ok(SourceState::Unchanged)
    }

    pub(crate) fn relink_source(&self, id: SourceId, path: &Path) -> Result<(), TrackSource> {
        if !path.is_absolute() {
            return Err(TrackSource::RelativePath(path.to_owned()));
        }
        let old = self.known_source(id)?;
        let disk = self.config.disk.as_ref();
        let read = |source| TrackSource::ReadFile {
            path: path.to_owned(),
            source,
        };
        let stamp = disk.stat(path).map_err(read)?;
        if stamp.size != old.file.size {
            return Err(TrackSource::OtherContent(path.to_owned()));
        }
        let file = disk.open(path, crate::disk::Access::Read).map_err(read)?;
        let mut matches = true;
        self.each_reference(id, &mut |key, len, location| {
            matches = self.reference_matches(file.as_ref(), key, len, location);
            Ok(matches)
        })?;
        let unchanged = file.stamp().map_err(read)? == stamp;
        if !matches || !unchanged {
            return Err(TrackSource::OtherContent(path.to_owned()));
        }
        self.index.write(|tables| {
            clear_row(tables, id, &old.file)?;
            write_row(tables, id, &SourceFile::with(path, &stamp))?;
            Ok(())
        })
    }

    pub(crate) fn remove_source(&self, id: SourceId) -> Result<bool, TrackSource> {
        let source = self.known_source(id)?;
        let mut used = false;
        self.each_reference(id, &mut |_, _, _| {
            used = true;
            Ok(false)
        })?;
        if !used {
            self.index
                .write(|tables| clear_row(tables, id, &source.file))?;
        }
        Ok(!used)
    }
}
