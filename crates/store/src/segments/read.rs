//! Reading records and deleting files of segments.

use std::io;
use std::sync::{Arc, PoisonError};

use super::{MARKER, MAX_OPEN, Place, Segments, file_name};
use crate::disk::{Access, DiskFile, read_exact_at};
use crate::key::Key;
use crate::record;

impl Segments {
    /// The file of a segment, for reading.
    pub(crate) fn reader(&self, folder: u32, segment: u64) -> io::Result<Arc<dyn DiskFile>> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = readers.get(&segment) {
            return Ok(Arc::clone(file));
        }
        let dir = self.folder_path(folder).ok_or(io::ErrorKind::NotFound)?;
        let file = self
            .disk
            .open(&dir.join(file_name(segment)), Access::Read)?;
        if readers.len() >= MAX_OPEN {
            readers.clear();
        }
        readers.insert(segment, Arc::clone(&file));
        Ok(file)
    }

    fn forget_reader(&self, segment: u64) {
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&segment);
    }

    /// Whether a folder's disk is there, seen by its marker.
    pub(crate) fn is_online(&self, folder: u32) -> bool {
        let Some(dir) = self.folder_path(folder) else {
            return false;
        };
        folder == 0 || self.disk.open(&dir.join(MARKER), Access::Read).is_ok()
    }

    /// Reads the block of a record, checked against its checksum and `key`.
    pub(crate) fn read(
        &self,
        place: Place,
        key: &Key,
        len: u32,
    ) -> io::Result<Option<bytes::Bytes>> {
        let exact = record::RECORD_HEADER + key.as_bytes().len() + len as usize + 4;
        let mut buffer = vec![0; exact];
        let file = self.reader(place.folder, place.segment)?;
        match read_exact_at(file.as_ref(), place.offset, &mut buffer) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => {
                self.forget_reader(place.segment);
                return Err(error);
            }
        }
        match record::decode(&buffer) {
            Some(record) if record.key == *key && record.body.len() == len as usize => {
                let start = record::RECORD_HEADER + key.as_bytes().len();
                Ok(Some(
                    bytes::Bytes::from(buffer).slice(start..start + len as usize),
                ))
            }
            _ => Ok(None),
        }
    }

    /// Deletes the file of a retired segment; gives back its length.
    pub(crate) fn delete(&self, folder: u32, segment: u64) -> io::Result<u64> {
        self.forget_reader(segment);
        let dir = self.folder_path(folder).ok_or(io::ErrorKind::NotFound)?;
        let path = dir.join(file_name(segment));
        let len = match self.disk.stat(&path) {
            Ok(stamp) => stamp.size,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        self.disk.remove(&path)?;
        self.disk.sync_dir(&dir)?;
        let mut state = self.state();
        state.failed.remove(&segment);
        if let Some(slot) = state.folders.get_mut(&folder) {
            slot.used = slot.used.saturating_sub(len);
        }
        Ok(len)
    }
}
