//! A file as `Read + Seek` with a position of its own, by positioned reads.
//!
//! The descriptor is shared with the host, so its offset is never moved.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Cheap to clone; each clone has its own position.
#[derive(Clone, Debug)]
pub(crate) struct FileReader {
    file: Arc<File>,
    size: u64,
    position: u64,
}

impl FileReader {
    pub(crate) fn new(file: &File) -> io::Result<FileReader> {
        let size = file.metadata()?.len();
        Ok(FileReader {
            file: Arc::new(file.try_clone()?),
            size,
            position: 0,
        })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from `offset`; fewer only at the end of the file.
    pub(crate) fn bytes_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let left = self.size.saturating_sub(offset);
        let mut bytes = vec![0; length.min(usize::try_from(left).unwrap_or(usize::MAX))];
        let mut filled = 0;
        while filled < bytes.len() {
            let rest = bytes.get_mut(filled..).unwrap_or_default();
            match self.file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => self.size.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
