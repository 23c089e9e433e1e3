//! Opening the index: format check first, then redb's own recovery, then ours.

use std::io;
use std::path::Path;
use std::sync::Arc;

use redb::{Builder, Database, DatabaseError, StorageError};

use super::tables::{Tables, counter};
use super::{Index, migrate};
use crate::config::StoreConfig;
use crate::disk::backend::IndexFile;
use crate::disk::{Access, Disk, DiskFile, read_exact_at, replace_file};
use crate::error::{IndexFault, OpenStore};

/// An index, and how it came to be.
pub(crate) struct OpenedIndex {
    pub(crate) index: Index,
    /// The index has to be filled from the segments.
    pub(crate) rebuild: bool,
    pub(crate) migrated_from: Option<u32>,
    /// Random name of the home.
    pub(crate) home: u64,
}

/// What the small text file `blocks/format` says: readable before anything is opened, so that a
/// newer home is left untouched.
struct FormatFile {
    version: u32,
    home: u64,
}

/// Opens or makes the index of a home.
pub(crate) fn open(config: &StoreConfig) -> Result<OpenedIndex, OpenStore> {
    let disk = config.disk.as_ref();
    let blocks = config.home.join("blocks");
    let prepared = |path: &Path, result: io::Result<()>| {
        result.map_err(|source| OpenStore::PrepareDirectory {
            path: path.to_owned(),
            source,
        })
    };
    let format_path = blocks.join("format");
    let format = read_format(disk, &format_path).map_err(|source| OpenStore::PrepareDirectory {
        path: format_path.clone(),
        source,
    })?;
    if let Some(format) = &format
        && format.version > migrate::FORMAT
    {
        return Err(OpenStore::NewerFormat {
            found: format.version,
            known: migrate::FORMAT,
        });
    }
    prepared(&blocks, disk.create_dir(&blocks))?;
    let path = config.home.join("blocks.redb");
    let mut migrated_from = None;
    if let Some(format) = &format
        && format.version < migrate::FORMAT
    {
        migrate::copy_index(disk, &path, format.version).map_err(OpenStore::CopyIndex)?;
        migrated_from = Some(format.version);
    }
    let open_error = |source| OpenStore::OpenIndex {
        path: path.clone(),
        source,
    };
    let (file, fresh) = open_file(disk, &path).map_err(open_error)?;
    let (file, database, lost) = match guarded(Arc::clone(&file), config.cache_bytes) {
        Ok(database) => (file, database, fresh),
        Err(Refused::Damaged(why)) => {
            tracing::warn!(
                why,
                "the block index is damaged and is built again from the segments"
            );
            drop(file);
            let aside = config.home.join("blocks.redb.damaged");
            disk.rename(&path, &aside).map_err(open_error)?;
            let (file, _) = open_file(disk, &path).map_err(open_error)?;
            match guarded(Arc::clone(&file), config.cache_bytes) {
                Ok(database) => (file, database, true),
                Err(Refused::Damaged(_)) => {
                    return Err(IndexFault::Damaged("new index").into());
                }
                Err(Refused::Failed(fault)) => return Err(fault.into()),
            }
        }
        Err(Refused::Failed(fault)) => return Err(fault.into()),
    };
    if lost {
        prepared(&config.home, disk.sync_dir(&config.home))?;
    }
    let index = Index::new(file, config.cache_bytes, database);
    let home = format.as_ref().map_or_else(random, |format| format.home);
    let rebuild = initialise(&index, home, lost)?;
    if let Some(from) = migrated_from {
        migrate::run(&index, from, migrate::STEPS)?;
    }
    if format
        .as_ref()
        .is_none_or(|format| format.version != migrate::FORMAT)
    {
        let text = format!("{} {home:016x}\n", migrate::FORMAT);
        prepared(
            &format_path,
            replace_file(disk, &format_path, &[text.as_bytes()]),
        )?;
    }
    Ok(OpenedIndex {
        index,
        rebuild,
        migrated_from,
        home,
    })
}

fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    // Names a home; not a secret.
    std::hash::RandomState::new().build_hasher().finish()
}

fn read_format(disk: &dyn Disk, path: &Path) -> io::Result<Option<FormatFile>> {
    let file = match disk.open(path, Access::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = vec![0; file.len()?.min(64) as usize];
    read_exact_at(file.as_ref(), 0, &mut text)?;
    let parsed = std::str::from_utf8(&text).ok().and_then(|text| {
        let (version, home) = text.trim_end().split_once(' ')?;
        Some(FormatFile {
            version: version.parse().ok()?,
            home: u64::from_str_radix(home, 16).ok()?,
        })
    });
    Ok(parsed)
}

fn open_file(disk: &dyn Disk, path: &Path) -> io::Result<(Arc<dyn DiskFile>, bool)> {
    let file = disk.open(path, Access::Create)?;
    let fresh = file.len()? == 0;
    Ok((file, fresh))
}

enum Refused {
    Damaged(String),
    Failed(IndexFault),
}

/// Opens the database; damage that makes redb panic (its debug builds do) counts as damage.
fn guarded(file: Arc<dyn DiskFile>, cache_bytes: usize) -> Result<Database, Refused> {
    let opened =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| database(file, cache_bytes)));
    match opened {
        Ok(Ok(database)) => Ok(database),
        Ok(Err(error)) => Err(match &error {
            DatabaseError::Storage(StorageError::Corrupted(why)) => Refused::Damaged(why.clone()),
            DatabaseError::Storage(StorageError::Io(io))
                if matches!(
                    io.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                ) =>
            {
                Refused::Damaged(io.to_string())
            }
            DatabaseError::RepairAborted | DatabaseError::UpgradeRequired(_) => {
                Refused::Damaged(error.to_string())
            }
            _ => Refused::Failed(error.into()),
        }),
        Err(_) => Err(Refused::Damaged("its pages make no sense".into())),
    }
}

/// Opens redb over a file.
pub(super) fn database(
    file: Arc<dyn DiskFile>,
    cache_bytes: usize,
) -> Result<Database, DatabaseError> {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    builder.create_with_backend(IndexFile(file))
}

/// Makes the tables and first rows. True when the index has to be filled from segments.
fn initialise(index: &Index, home: u64, lost: bool) -> Result<bool, OpenStore> {
    let format = index.read(|snapshot| match snapshot.counter(counter::FORMAT) {
        Ok(format) => Ok(format),
        Err(IndexFault::Database(error)) if matches!(*error, redb::Error::TableDoesNotExist(_)) => {
            Ok(0)
        }
        Err(fault) => Err(fault),
    })?;
    if format > u64::from(migrate::FORMAT) {
        let found = u32::try_from(format).unwrap_or(u32::MAX);
        return Err(OpenStore::NewerFormat {
            found,
            known: migrate::FORMAT,
        });
    }
    if format == 0 {
        index.write(|tables: &mut Tables<'_>| {
            tables.set_counter(counter::FORMAT, u64::from(migrate::FORMAT));
            tables.set_counter(counter::HOME, home);
            tables.set_counter(counter::EPOCH, 1);
            tables.set_counter(counter::NEXT_SEGMENT, 1);
            tables.set_counter(counter::NEXT_SOURCE, 1);
            tables.set_counter(counter::NEXT_FOLDER, 1);
            tables.set_counter(counter::REBUILDING, 1);
            Ok::<_, IndexFault>(())
        })?;
    }
    let rebuilding = index.read(|snapshot| snapshot.counter(counter::REBUILDING))?;
    Ok(lost || format == 0 || rebuilding != 0)
}
