//! The port through which the store touches files, so that the crash tests can run segments and
//! index on one simulated disk. Not a general file system: only what the store needs.
//!
//! Durability contract: bytes written are durable after [`DiskFile::sync`]; names created, renamed
//! or removed are durable after [`Disk::sync_dir`] of their directory. Until then a crash may
//! drop, reorder or tear them.

pub(crate) mod backend;
mod real;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use real::RealDisk;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// For reading only; the file must exist.
    Read,
    /// For reading and writing; the file must exist.
    Write,
    /// For reading and writing; created when absent.
    Create,
    /// For reading and writing; fails with `AlreadyExists` when the file exists.
    CreateNew,
}

/// What identifies a file and shows that it was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Device number.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
    /// Length in bytes.
    pub size: u64,
    /// Last change of the content, nanoseconds since the Unix epoch.
    pub mtime_ns: i128,
    /// Last change of content or attributes, nanoseconds since the Unix epoch.
    pub ctime_ns: i128,
}

/// Directories and names. Implementations are shared between threads.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Opens a file.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>>;
    /// Creates a directory and its parents; fine when it exists.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Names in a directory, in no order.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
    /// Renames within one directory, replacing the target.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Identity and times of a file, following symlinks.
    fn stat(&self, path: &Path) -> io::Result<Stamp>;
    /// Bytes an unprivileged user can still write to the disk that holds `path`.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
    /// Takes away write permission from a sealed segment. Best effort.
    fn make_read_only(&self, path: &Path) -> io::Result<()>;
}

/// One open file; all access is by position, so that threads share it.
#[allow(clippy::len_without_is_empty)] // A file, not a collection.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Reads up to `out.len()` bytes at `offset`; 0 means end of file.
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize>;
    /// Writes all of `parts`, one after another, at `offset`.
    fn write_at(&self, offset: u64, parts: &[&[u8]]) -> io::Result<()>;
    /// Sets the length; new bytes are zero.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// The length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Starts writing `len` bytes from `offset` to the device without waiting for it, so that a
    /// later [`DiskFile::sync`] finds little left to do. Promises nothing.
    fn start_writing(&self, offset: u64, len: u64);
    /// Makes content and length durable.
    fn sync(&self) -> io::Result<()>;
    /// Identity and times of the open file.
    fn stamp(&self) -> io::Result<Stamp>;
}

/// Reads exactly `out.len()` bytes at `offset`.
pub(crate) fn read_exact_at(file: &dyn DiskFile, offset: u64, out: &mut [u8]) -> io::Result<()> {
    let mut done = 0;
    while done < out.len() {
        let at = offset
            .checked_add(done as u64)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        match file.read_at(at, &mut out[done..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes `bytes` to `path` so that a crash leaves the old file or the new one, never a mixture.
pub(crate) fn replace_file(disk: &dyn Disk, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)?
        .to_os_string();
    name.push(".new");
    let temporary = parent.join(name);
    let file = disk.open(&temporary, Access::Create)?;
    file.set_len(0)?;
    file.write_at(0, parts)?;
    file.sync()?;
    disk.rename(&temporary, path)?;
    disk.sync_dir(parent)
}
