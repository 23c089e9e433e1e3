//! Reading records and deleting files of segments.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{MARKER, MAX_OPEN, Place, Reader, Segments, file_name};
use crate::disk::{Access, DiskFile, read_exact_at};
use crate::key::Key;
use crate::record;

impl Segments {
    /// The file of a segment, for reading.
    pub(crate) fn reader(&self, folder: u32, segment: u64) -> io::Result<Arc<dyn DiskFile>> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = readers.get_mut(&segment) {
            reader.used = Instant::now();
            return Ok(Arc::clone(&reader.file));
        }
        let dir = self.folder_path(folder).ok_or(io::ErrorKind::NotFound)?;
        let file = self
            .disk
            .open(&dir.join(file_name(segment)), Access::Read)?;
        if readers.len() >= MAX_OPEN {
            readers.clear();
        }
        let reader = Reader {
            folder,
            file: Arc::clone(&file),
            used: Instant::now(),
        };
        readers.insert(segment, reader);
        Ok(file)
    }

    /// Closes what is open for reading in folders that `keep` does not want.
    pub(super) fn close_readers(&self, keep: impl Fn(u32, Instant) -> bool) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|_, reader| keep(reader.folder, reader.used));
    }

    /// Closes files of folders on other disks that were not used for `idle`, so that those disks
    /// can be unmounted.
    pub(crate) fn close_idle(&self, idle: Duration) {
        let recent = |used: Instant| used.elapsed() < idle;
        self.close_readers(|folder, used| folder == 0 || recent(used));
        let state = &mut *self.state();
        for (&id, slot) in &mut state.folders {
            if let Some(active) = &mut slot.active
                && id != 0
                && !recent(active.used)
                && !state.dirty.contains_key(&active.id)
            {
                active.file = None;
            }
        }
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
        let mut buffer = self.buffers.take(exact);
        let file = self.reader(place.folder, place.segment)?;
        match read_exact_at(file.as_ref(), place.offset, buffer.as_mut()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => {
                self.forget_reader(place.segment);
                return Err(error);
            }
        }
        match record::decode(buffer.as_ref()) {
            Some(record) if record.key == *key && record.body.len() == len as usize => {
                let start = record::RECORD_HEADER + key.as_bytes().len();
                Ok(Some(buffer.freeze().slice(start..start + len as usize)))
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
