//! Sources: the user's own files that blocks refer to. They are read, never written.

use std::io;
use std::path::PathBuf;

use crate::entry::SourceId;
use crate::error::IndexFault;

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
