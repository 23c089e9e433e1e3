//! redb on top of a [`DiskFile`], so that index and segments share one (simulated) disk.

use std::io;
use std::sync::Arc;

use super::{DiskFile, read_exact_at};

/// The index file as redb sees it.
#[derive(Debug)]
pub(crate) struct IndexFile(pub(crate) Arc<dyn DiskFile>);

impl redb::StorageBackend for IndexFile {
    fn len(&self) -> Result<u64, io::Error> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        read_exact_at(self.0.as_ref(), offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.0.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.0.write_at(offset, &[data])
    }
}
