//! Opening the database: version check, copy, migrations.
//!
//! Invariants: a file of a newer version is opened for reading only; before a
//! migration the file is copied and synced; a migration is one commit, so it
//! happened or it did not.

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadOnlyDatabase, ReadableDatabase, TableDefinition};

use crate::config::{LibraryConfig, OpenLibrary, ReadLibrary, WriteLibrary};
use crate::ids::{ItemId, PersonId};
use crate::keys;
use crate::kv::{Kv, T, WriteKv};
use crate::query::Order;
use crate::reader::go_on;
use crate::record::Record;
use crate::row::Row;
use crate::user::PersonRow;

/// The format this version writes.
pub(crate) const FORMAT: u32 = 3;

/// A step from one format to the next.
type Step = fn(&mut WriteKv<'_>) -> Result<(), WriteLibrary>;

/// `STEPS[n]` brings format `n + 1` to `n + 2`.
const STEPS: &[Step] = &[brief_in_indices, shares];

/// Rows that one round of a migration holds in memory.
const ROUND: usize = 5_000;

/// Format 3: tables of shares, which opening has made already.
fn shares(_: &mut WriteKv<'_>) -> Result<(), WriteLibrary> {
    Ok(())
}

/// Format 2: sorted indices say what filters ask, and the episodes index says
/// who carries a poster.
fn brief_in_indices(kv: &mut WriteKv<'_>) -> Result<(), WriteLibrary> {
    let mut from = Vec::new();
    loop {
        let mut round: Vec<(ItemId, Record)> = Vec::new();
        kv.scan(T::Items, &from, &[], Order::Ascending, |key, value| {
            let row = ItemId::from_slice(key).zip(Record::from_row(value));
            round.push(row.ok_or(ReadLibrary::DecodeRow {
                table: T::Items.name(),
            })?);
            Ok(go_on(round.len() < ROUND))
        })?;
        let Some((last, _)) = round.last() else {
            return Ok(());
        };
        from = keys::key(&[&last.0, &[0]]);
        for (id, record) in &round {
            for (key, value) in keys::entries(*id, record) {
                kv.put(T::Index, &key, &value)?;
            }
        }
    }
}

const META: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("meta");
const VERSION: &[u8] = b"format";

pub(crate) fn open(config: &LibraryConfig) -> Result<Database, OpenLibrary> {
    let path = config.dir.join("library.redb");
    let database = open_with(&path, config.cache_bytes, FORMAT, STEPS)?;
    let failed = |source| OpenLibrary::Migrate {
        to: FORMAT,
        source: Box::new(source),
    };
    begin(&database, config).map_err(failed)?;
    Ok(database)
}

fn open_error(path: &Path, source: DatabaseError) -> OpenLibrary {
    match source {
        DatabaseError::DatabaseAlreadyOpen => OpenLibrary::InUse {
            path: path.to_owned(),
        },
        other => OpenLibrary::OpenDatabase {
            path: path.to_owned(),
            source: Box::new(other.into()),
        },
    }
}

/// The format of a database; none when it has no tables yet.
fn format_of(database: &impl ReadableDatabase) -> Result<Option<u32>, WriteLibrary> {
    let transaction = database.begin_read()?;
    let table = match transaction.open_table(META) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let value = redb::ReadableTable::get(&table, VERSION)?;
    let format = value.and_then(|value| crate::row::take_varint(&mut value.value()));
    Ok(format.and_then(|format| u32::try_from(format).ok()))
}

fn open_with(
    path: &Path,
    cache_bytes: usize,
    newest: u32,
    steps: &[Step],
) -> Result<Database, OpenLibrary> {
    let refuse_newer = |format: Option<u32>| match format {
        Some(found) if found > newest => Err(OpenLibrary::Newer {
            found,
            known: newest,
        }),
        _ => Ok(()),
    };
    let wrap = |source: WriteLibrary| OpenLibrary::Migrate {
        to: newest,
        source: Box::new(source),
    };
    // Looking first without write access leaves a newer file as it is. After a
    // crash only the real open can look, because it replays the last commit.
    if path.exists()
        && let Ok(database) = ReadOnlyDatabase::open(path)
    {
        refuse_newer(format_of(&database).map_err(wrap)?)?;
    }
    let create = || {
        let database = Database::builder().set_cache_size(cache_bytes).create(path);
        database.map_err(|source| open_error(path, source))
    };
    let mut database = create()?;
    let found = format_of(&database).map_err(wrap)?;
    refuse_newer(found)?;
    let Some(mut format) = found else {
        return Ok(database);
    };
    while format < newest {
        drop(database);
        copy(path, format + 1)?;
        database = create()?;
        let at = usize::try_from(format)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let step = steps.get(at).copied();
        let to = format + 1;
        step_up(&database, to, step).map_err(|source| OpenLibrary::Migrate {
            to,
            source: Box::new(source),
        })?;
        tracing::info!(from = format, to, "library migrated");
        format = to;
    }
    Ok(database)
}

fn step_up(database: &Database, to: u32, step: Option<Step>) -> Result<(), WriteLibrary> {
    let transaction = database.begin_write()?;
    let mut kv = WriteKv::open(&transaction)?;
    if let Some(step) = step {
        step(&mut kv)?;
    }
    kv.put_number(T::Meta, VERSION, u64::from(to))?;
    kv.close()?;
    Ok(transaction.commit()?)
}

/// Copies the closed database to `library.redb.before-vN`, synced. A copy of an
/// earlier try is replaced.
fn copy(path: &Path, to: u32) -> Result<(), OpenLibrary> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".before-v{to}"));
    let copy = PathBuf::from(name);
    let attempt = || {
        std::fs::copy(path, &copy)?;
        File::open(&copy)?.sync_all()?;
        match copy.parent() {
            Some(dir) => File::open(dir)?.sync_all(),
            None => Ok(()),
        }
    };
    attempt().map_err(|source| OpenLibrary::CopyBeforeMigration {
        copy: copy.clone(),
        source,
    })
}

/// Makes the tables of a new library, and everything that must exist.
fn begin(database: &Database, config: &LibraryConfig) -> Result<(), WriteLibrary> {
    if format_of(database)?.is_some() {
        return Ok(());
    }
    let transaction = database.begin_write()?;
    let mut kv = WriteKv::open(&transaction)?;
    kv.put_number(T::Meta, VERSION, u64::from(FORMAT))?;
    kv.put(T::Meta, b"device", &config.ids.next())?;
    let person = PersonRow {
        id: PersonId(config.ids.next()),
        created_at: config.clock.now_ms(),
        provisional: true,
        ..PersonRow::default()
    };
    if !kv.has(T::Meta, b"person")? {
        kv.put_row(T::People, &person.id.0, &person)?;
        kv.put(T::Meta, b"person", &person.id.0)?;
    }
    kv.close()?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write_format(path: &Path, format: u32) {
        let database = open_with(path, 1 << 20, u32::MAX, &[]).expect("a new database opens");
        let transaction = database.begin_write().expect("a writer");
        let mut kv = WriteKv::open(&transaction).expect("tables");
        kv.put_number(T::Meta, VERSION, u64::from(format))
            .expect("the format is written");
        kv.put(T::Meta, b"mark", b"old").expect("a mark is written");
        kv.close().expect("written");
        transaction.commit().expect("committed");
    }

    #[test]
    fn each_migration_is_preceded_by_a_copy() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("library.redb");
        write_format(&path, 1);
        let steps: &[Step] = &[
            |kv| kv.put(T::Meta, b"mark", b"two"),
            |kv| {
                assert!(
                    kv.bytes(T::Meta, b"mark")?
                        .is_some_and(|mark| mark == b"two")
                );
                kv.put(T::Meta, b"mark", b"three")
            },
        ];
        let database = open_with(&path, 1 << 20, 3, steps).expect("the old one is migrated");
        assert_eq!(format_of(&database).expect("a format"), Some(3));
        drop(database);
        for (copy, format) in [("library.redb.before-v2", 1), ("library.redb.before-v3", 2)] {
            let old = ReadOnlyDatabase::open(dir.path().join(copy)).expect("the copy opens");
            assert_eq!(
                format_of(&old).expect("a format"),
                Some(format),
                "{copy} is the older one"
            );
        }
    }

    #[test]
    fn a_failed_migration_changes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("library.redb");
        write_format(&path, 1);
        let steps: &[Step] = &[|kv| {
            kv.put(T::Meta, b"mark", b"half")?;
            Err(WriteLibrary::Abandoned)
        }];
        let failed = open_with(&path, 1 << 20, 2, steps);
        assert!(matches!(failed, Err(OpenLibrary::Migrate { to: 2, .. })));
        let database = open_with(&path, 1 << 20, 1, &[]).expect("the old version still opens it");
        assert_eq!(format_of(&database).expect("a format"), Some(1));
    }

    #[test]
    fn a_newer_library_is_refused_and_not_touched() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("library.redb");
        write_format(&path, FORMAT + 1);
        let before = fs::read(&path).expect("the file");
        let refused = open(&LibraryConfig::new(dir.path()));
        assert!(matches!(refused, Err(OpenLibrary::Newer { found, .. }) if found == FORMAT + 1));
        assert_eq!(
            fs::read(&path).expect("the file"),
            before,
            "not one byte may change"
        );
    }
}
