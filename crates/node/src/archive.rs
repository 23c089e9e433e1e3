//! Export of a whole home to a plain folder, and restore of such a folder.
//!
//! The folder (docs/format.md): `media/` holds the originals in their folders,
//! `library.json` everything the library knows, `blocks.car` what only the store has,
//! `export.json` the index with sizes and root CIDs. Restoring into a new home and
//! exporting again gives the same bytes.

use std::path::PathBuf;

use crate::jobs::{Job, StartJob};

impl crate::node::Node {
    /// Writes everything to `folder`, which must be empty or new.
    pub async fn start_export(&self, folder: PathBuf) -> Result<Job, StartJob> {
        let _ = folder;
        unimplemented!()
    }

    /// Reads an export into this home, whose library must be empty.
    pub async fn start_restore(&self, folder: PathBuf) -> Result<Job, StartJob> {
        let _ = folder;
        unimplemented!()
    }
}

impl crate::node::Inner {
    pub(crate) fn work_export(&self, _handle: &crate::jobs::JobHandle, _folder: &std::path::Path) -> crate::jobs::Outcome {
        unimplemented!()
    }
    pub(crate) fn work_restore(&self, _handle: &crate::jobs::JobHandle, _folder: &std::path::Path) -> crate::jobs::Outcome {
        unimplemented!()
    }
}
