//! How a library is opened, and every way its operations can fail.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Wall clock, injected.
pub trait Clock: Send + Sync {
    /// Unix milliseconds (UTC).
    fn now_ms(&self) -> i64;
}

/// Source of random ids, injected.
pub trait Ids: Send + Sync {
    /// 16 random bytes.
    fn next(&self) -> [u8; 16];
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }
}

/// The system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn next(&self) -> [u8; 16] {
        let mut id = [0; 16];
        getrandom::fill(&mut id).expect("BUG: every supported system has a random source");
        id
    }
}

/// Where a library lives and what it may use.
#[derive(Clone)]
pub struct LibraryConfig {
    /// The home folder: holds `library.redb` and `search/`.
    pub dir: PathBuf,
    /// Memory for the database's cache in bytes.
    pub cache_bytes: usize,
    /// Wall clock.
    pub clock: Arc<dyn Clock>,
    /// Random ids.
    pub ids: Arc<dyn Ids>,
}

impl LibraryConfig {
    /// A library in `dir` with the defaults: 32 MiB of cache, the system's
    /// clock and random numbers.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        LibraryConfig {
            dir: dir.into(),
            cache_bytes: 32 << 20,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }
    }
}

impl fmt::Debug for LibraryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LibraryConfig")
            .field("dir", &self.dir)
            .field("cache_bytes", &self.cache_bytes)
            .finish_non_exhaustive()
    }
}

/// Opening failed. Nothing was changed unless `Migrate` says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenLibrary {
    /// A newer version wrote it.
    #[error("the library was written by a newer version (format {found}, this one knows {known})")]
    Newer {
        /// Format of the file.
        found: u32,
        /// Newest format this version reads.
        known: u32,
    },
    /// The folder could not be made.
    #[error("cannot create the library's folder {}", dir.display())]
    CreateFolder {
        /// The folder.
        dir: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database could not be opened.
    #[error("cannot open {}", path.display())]
    OpenDatabase {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<redb::Error>,
    },
    /// Another process has it open.
    #[error("another process has {} open", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The copy before a migration could not be made; nothing was migrated.
    #[error("cannot copy the library to {} before the migration", copy.display())]
    CopyBeforeMigration {
        /// The copy.
        copy: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A migration failed; it was rolled back, and the copy is there too.
    #[error("cannot migrate the library to format {to}")]
    Migrate {
        /// The format it should have got.
        to: u32,
        /// Why.
        #[source]
        source: Box<WriteLibrary>,
    },
}

/// Reading failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadLibrary {
    /// The database failed.
    #[error("cannot read the library")]
    ReadDatabase(#[source] Box<redb::Error>),
    /// A stored row is broken.
    #[error("a row of table {table} is broken")]
    DecodeRow {
        /// The table.
        table: &'static str,
    },
    /// The cursor did not come from this query.
    #[error("the page cursor is not valid")]
    ParseCursor,
    /// The bucket key is not `YYYY-MM` or `YYYY-MM#N`.
    #[error("the photo bucket key is not valid")]
    ParseBucket,
}

/// Writing failed; the whole transaction was rolled back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteLibrary {
    /// The database failed.
    #[error("cannot write the library")]
    WriteDatabase(#[source] Box<redb::Error>),
    /// Reading inside the transaction failed.
    #[error(transparent)]
    Read(#[from] ReadLibrary),
    /// There is no such item, album, person...
    #[error("there is no {what} {id}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The last person cannot be removed.
    #[error("the last person cannot be removed")]
    RemoveLastPerson,
    /// The caller gave up; nothing was written.
    #[error("the change was given up")]
    Abandoned,
}

/// Searching or indexing failed. The catalogue itself is unaffected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchLibrary {
    /// The search index failed.
    #[error("cannot use the search index")]
    UseIndex(#[source] Box<tantivy::TantivyError>),
    /// The search folder failed.
    #[error("cannot use the search folder")]
    UseFolder(#[source] std::io::Error),
    /// Reading the catalogue failed.
    #[error(transparent)]
    Read(#[from] ReadLibrary),
    /// Noting what is indexed failed.
    #[error(transparent)]
    Write(#[from] WriteLibrary),
}

/// Exporting failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportLibrary {
    /// Reading the catalogue failed.
    #[error(transparent)]
    Read(#[from] ReadLibrary),
    /// Writing the JSON failed.
    #[error("cannot write the export")]
    WriteJson(#[source] std::io::Error),
}

/// Importing failed; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportLibrary {
    /// The text is not an export.
    #[error("the export cannot be read")]
    ParseJson(#[source] serde_json::Error),
    /// A newer version wrote the export.
    #[error("the export was written by a newer version (format {found}, this one knows {known})")]
    Newer {
        /// Format of the export.
        found: u32,
        /// Newest format this version reads.
        known: u32,
    },
    /// Writing the catalogue failed.
    #[error(transparent)]
    Write(#[from] WriteLibrary),
}

macro_rules! from_redb {
    ($($source:ty)*) => { $(
        impl From<$source> for ReadLibrary {
            fn from(source: $source) -> Self {
                ReadLibrary::ReadDatabase(Box::new(source.into()))
            }
        }
        impl From<$source> for WriteLibrary {
            fn from(source: $source) -> Self {
                WriteLibrary::WriteDatabase(Box::new(source.into()))
            }
        }
    )* };
}
from_redb!(redb::StorageError redb::TableError redb::TransactionError redb::CommitError);

impl From<tantivy::TantivyError> for SearchLibrary {
    fn from(source: tantivy::TantivyError) -> Self {
        SearchLibrary::UseIndex(Box::new(source))
    }
}
