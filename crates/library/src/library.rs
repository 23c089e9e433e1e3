//! The open library.
use crate::config::*;
use crate::query::SearchHit;
use crate::{Reader, Tx};
use std::io::{Read, Write};

/// An open library. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Library {}

impl Library {
    /// Opens (or makes) the library, migrating an older one after copying it.
    ///
    /// # Errors
    /// See [`OpenLibrary`]; a newer library is left untouched.
    pub fn open(config: LibraryConfig) -> Result<Self, OpenLibrary> {
        unimplemented!()
    }
    /// A consistent view of the last commit; all queries are its methods.
    ///
    /// # Errors
    /// The database failed.
    pub fn reader(&self) -> Result<Reader, ReadLibrary> {
        unimplemented!()
    }
    /// Runs `change` and commits it durably, or rolls it back when it fails.
    ///
    /// # Errors
    /// What `change` returned, or the commit failed.
    pub fn write<T>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, WriteLibrary>,
    ) -> Result<T, WriteLibrary> {
        unimplemented!()
    }
    /// Searches as one types. Sees what [`Library::index_pending`] has indexed.
    ///
    /// # Errors
    /// The index or the catalogue failed.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<SearchHit>, SearchLibrary> {
        unimplemented!()
    }
    /// Brings the search index up to date: call it after commits (coalesced) and once after opening.
    /// Returns how many entries are left: call again until 0.
    ///
    /// # Errors
    /// The index or the catalogue failed.
    pub fn index_pending(&self) -> Result<u64, SearchLibrary> {
        unimplemented!()
    }
    /// Writes everything but jobs as JSON: sorted, byte-stable.
    ///
    /// # Errors
    /// Reading or writing failed.
    pub fn export_json(&self, to: &mut dyn Write) -> Result<(), ExportLibrary> {
        unimplemented!()
    }
    /// Merges an export into this library.
    ///
    /// # Errors
    /// The text is broken or newer; nothing was written then.
    pub fn import_json(&self, from: &mut dyn Read) -> Result<(), ImportLibrary> {
        unimplemented!()
    }
}
