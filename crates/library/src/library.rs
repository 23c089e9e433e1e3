//! The open library: one database, one search index, one writer at a time.

use std::fmt;
use std::io::{Read, Write};

use redb::{Database, ReadableDatabase};

use crate::config::{
    ExportLibrary, ImportLibrary, LibraryConfig, OpenLibrary, ReadLibrary, SearchLibrary,
    WriteLibrary,
};
use crate::kv::{ReadKv, WriteKv};
use crate::migrate;
use crate::query::SearchHit;
use crate::reader::Reader;
use crate::search::Search;
use crate::transfer;
use crate::tx::Tx;

/// An open library. Share it behind an `Arc`. Dropping it closes the files;
/// everything committed is on disk before that.
pub struct Library {
    config: LibraryConfig,
    database: Database,
    search: Search,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("dir", &self.config.dir)
            .finish_non_exhaustive()
    }
}

impl Library {
    /// Opens (or makes) the library. An older one is copied to
    /// `library.redb.before-vN` and migrated. The search index is not waited
    /// for: [`Library::index_pending`] mends or rebuilds it.
    ///
    /// # Errors
    /// See [`OpenLibrary`]; a newer library is left as it is.
    pub fn open(config: LibraryConfig) -> Result<Self, OpenLibrary> {
        std::fs::create_dir_all(&config.dir).map_err(|source| OpenLibrary::CreateFolder {
            dir: config.dir.clone(),
            source,
        })?;
        let database = migrate::open(&config)?;
        let search = Search::new(config.dir.join("search"));
        Ok(Library {
            config,
            database,
            search,
        })
    }

    /// A consistent view of the last commit; all queries are its methods. It
    /// keeps old pages alive, so let it go soon.
    ///
    /// # Errors
    /// The database failed.
    pub fn reader(&self) -> Result<Reader, ReadLibrary> {
        Ok(Reader::new(ReadKv::open(&self.database.begin_read()?)?))
    }

    /// Runs `change` and commits it durably, or rolls it back when it fails.
    /// Waits for the writer before. Put many files into one call.
    ///
    /// # Errors
    /// What `change` returned, or the commit failed.
    pub fn write<R>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<R, WriteLibrary>,
    ) -> Result<R, WriteLibrary> {
        let transaction = self.database.begin_write()?;
        let kv = WriteKv::open(&transaction)?;
        let mut tx = Tx::begin(kv, &*self.config.clock, &*self.config.ids)?;
        let result = change(&mut tx)?;
        tx.finish()?;
        transaction.commit()?;
        Ok(result)
    }

    /// Searches as one types: every word must match the beginning of a word (or,
    /// from five letters on, with one letter wrong). Sees what
    /// [`Library::index_pending`] has indexed; the trash is not in it.
    ///
    /// # Errors
    /// The index or the catalogue failed.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<SearchHit>, SearchLibrary> {
        self.search.find(&self.reader()?, text, limit)
    }

    /// Brings the search index up to date in one bounded step: call it after
    /// commits (coalesced) and after opening, until it returns 0. It says how
    /// many entries are left. A lost or broken index is rebuilt by it. One call
    /// at a time works; others wait.
    ///
    /// # Errors
    /// The index or the catalogue failed. Calling again is safe.
    pub fn index_pending(&self) -> Result<u64, SearchLibrary> {
        self.search.index_pending(self)
    }

    /// Writes everything but the jobs as JSON, sorted: the same library always
    /// gives the same bytes.
    ///
    /// # Errors
    /// Reading or writing failed.
    pub fn export_json(&self, to: &mut dyn Write) -> Result<(), ExportLibrary> {
        transfer::export(&self.reader()?, to)
    }

    /// Merges an export into this library, in one commit. What is there stays;
    /// of an edit made on both sides the later one wins. The text is read as it
    /// comes, so memory does not grow with it; other writers wait meanwhile.
    ///
    /// # Errors
    /// The text is broken or newer, or writing failed: nothing was written. A
    /// kill leaves the library as it was, too.
    pub fn import_json(&self, from: &mut dyn Read) -> Result<(), ImportLibrary> {
        let mut failed = None;
        let written = self.write(|tx| {
            transfer::import(tx, from).map_err(|error| match error {
                ImportLibrary::Write(error) => error,
                other => {
                    failed = Some(other);
                    WriteLibrary::Abandoned
                }
            })
        });
        match failed {
            Some(failed) => Err(failed),
            None => Ok(written?),
        }
    }
}
