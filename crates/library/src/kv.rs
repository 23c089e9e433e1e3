//! The tables, and reading them alike inside and outside a write transaction.
//!
//! Keys are byte strings built in [`crate::keys`]; values are rows of
//! [`crate::row`] unless a table says otherwise.

use std::ops::ControlFlow;

use redb::{
    ReadOnlyTable, ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction,
};

use crate::config::{ReadLibrary, WriteLibrary};
use crate::query::Order;
use crate::row::Row;

type Bytes = &'static [u8];

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal)*) => {
        /// The tables. The names are part of the disk format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum T { $($(#[$doc])* $table),* }

        pub(crate) const TABLES: &[(T, &str)] = &[$((T::$table, $name)),*];
    };
}

tables! {
    /// text -> varint or id: format version, device, clock, active person.
    Meta = "meta"
    /// item -> [`crate::record::Record`]
    Items = "items"
    /// item -> list of assets
    Content = "content"
    /// item -> facts
    Facts = "facts"
    /// item, person -> user facts
    User = "user_facts"
    /// cid bytes, item -> 1 for an original's root, else 0
    Roots = "roots"
    /// path -> origin
    Origins = "origins"
    /// device, inode, size, path -> nothing
    Files = "files"
    /// path -> new item that waits for its owner
    Waiting = "waiting"
    /// folder -> folder row
    Folders = "folders"
    /// path -> folder
    FolderPaths = "folder_paths"
    /// show -> title edit
    Shows = "shows"
    /// album -> album facts
    Albums = "albums"
    /// album, item -> stamped position, none when taken out
    Members = "album_members"
    /// person -> person row
    People = "people"
    /// job -> job row
    Jobs = "jobs"
    /// job, sequence -> failure
    Failures = "job_failures"
    /// index, key -> small value; see [`crate::keys`]
    Index = "index"
    /// counter -> varint
    Counters = "counters"
    /// sequence -> tag, id: what the search index has not seen yet
    Queue = "search_queue"
}

impl T {
    pub(crate) fn name(self) -> &'static str {
        TABLES
            .iter()
            .find(|(table, _)| *table == self)
            .map_or("", |(_, name)| name)
    }

    fn definition(name: &'static str) -> TableDefinition<'static, Bytes, Bytes> {
        TableDefinition::new(name)
    }
}

/// Reading, the same for both kinds of transaction.
pub(crate) trait Kv {
    /// Runs `read` on a value, if there is one.
    fn with<R>(
        &self,
        table: T,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, ReadLibrary>;

    /// Visits the entries of `[from, to)` in order until told to stop.
    fn scan(
        &self,
        table: T,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
    ) -> Result<(), ReadLibrary>;

    fn has(&self, table: T, key: &[u8]) -> Result<bool, ReadLibrary> {
        Ok(self.with(table, key, |_| ())?.is_some())
    }

    fn bytes(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, ReadLibrary> {
        self.with(table, key, <[u8]>::to_vec)
    }

    fn row<R: Row>(&self, table: T, key: &[u8]) -> Result<Option<R>, ReadLibrary> {
        match self.with(table, key, R::from_row)? {
            None => Ok(None),
            Some(row) => row.map(Some).ok_or(ReadLibrary::DecodeRow {
                table: table.name(),
            }),
        }
    }

    fn number(&self, table: T, key: &[u8]) -> Result<u64, ReadLibrary> {
        let value = self.with(table, key, |mut bytes| crate::row::take_varint(&mut bytes))?;
        Ok(value.flatten().unwrap_or(0))
    }

    /// Visits all entries whose key starts with `prefix`.
    fn scan_prefix(
        &self,
        table: T,
        prefix: &[u8],
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
    ) -> Result<(), ReadLibrary> {
        self.scan(table, prefix, &after_prefix(prefix), order, visit)
    }

    /// All keys that start with `prefix`.
    fn keys(&self, table: T, prefix: &[u8]) -> Result<Vec<Vec<u8>>, ReadLibrary> {
        let mut keys = Vec::new();
        self.scan_prefix(table, prefix, Order::Ascending, |key, _| {
            keys.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(keys)
    }

    /// All rows whose key starts with `prefix`, with their keys.
    fn rows<R: Row>(&self, table: T, prefix: &[u8]) -> Result<Vec<(Vec<u8>, R)>, ReadLibrary> {
        let mut rows = Vec::new();
        self.scan_prefix(table, prefix, Order::Ascending, |key, value| {
            let row = R::from_row(value).ok_or(ReadLibrary::DecodeRow {
                table: table.name(),
            })?;
            rows.push((key.to_vec(), row));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }
}

/// The first key after all keys with this prefix. Empty (no end) for an empty
/// prefix or one of 0xff only.
pub(crate) fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return end;
        }
    }
    end
}

fn get_with<R>(
    table: &impl ReadableTable<Bytes, Bytes>,
    key: &[u8],
    read: impl FnOnce(&[u8]) -> R,
) -> Result<Option<R>, ReadLibrary> {
    Ok(table.get(key)?.map(|value| read(value.value())))
}

fn scan_in(
    table: &impl ReadableTable<Bytes, Bytes>,
    from: &[u8],
    to: &[u8],
    order: Order,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
) -> Result<(), ReadLibrary> {
    use std::ops::Bound;
    if !to.is_empty() && from >= to {
        return Ok(());
    }
    let end = if to.is_empty() {
        Bound::Unbounded
    } else {
        Bound::Excluded(to)
    };
    let mut range = table.range::<&[u8]>((Bound::Included(from), end))?;
    loop {
        let entry = match order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        let Some(entry) = entry else { return Ok(()) };
        let (key, value) = entry?;
        if visit(key.value(), value.value())?.is_break() {
            return Ok(());
        }
    }
}

/// All tables of a read transaction.
pub(crate) struct ReadKv(Vec<ReadOnlyTable<Bytes, Bytes>>);

impl ReadKv {
    pub(crate) fn open(transaction: &ReadTransaction) -> Result<Self, ReadLibrary> {
        let open = TABLES
            .iter()
            .map(|(_, name)| transaction.open_table(T::definition(name)));
        Ok(ReadKv(open.collect::<Result<_, _>>()?))
    }
}

impl Kv for ReadKv {
    fn with<R>(
        &self,
        table: T,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, ReadLibrary> {
        get_with(&self.0[table as usize], key, read)
    }

    fn scan(
        &self,
        table: T,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
    ) -> Result<(), ReadLibrary> {
        scan_in(&self.0[table as usize], from, to, order, visit)
    }
}

/// All tables of a write transaction.
pub(crate) struct WriteKv<'t>(Vec<Table<'t, Bytes, Bytes>>);

impl<'t> WriteKv<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, WriteLibrary> {
        let open = TABLES
            .iter()
            .map(|(_, name)| transaction.open_table(T::definition(name)));
        Ok(WriteKv(open.collect::<Result<_, _>>()?))
    }

    pub(crate) fn put(&mut self, table: T, key: &[u8], value: &[u8]) -> Result<(), WriteLibrary> {
        self.0[table as usize].insert(key, value)?;
        Ok(())
    }

    pub(crate) fn put_row(
        &mut self,
        table: T,
        key: &[u8],
        row: &impl Row,
    ) -> Result<(), WriteLibrary> {
        self.put(table, key, &row.to_row())
    }

    pub(crate) fn put_number(
        &mut self,
        table: T,
        key: &[u8],
        number: u64,
    ) -> Result<(), WriteLibrary> {
        let mut value = Vec::with_capacity(10);
        crate::row::put_varint(number, &mut value);
        self.put(table, key, &value)
    }

    /// How many entries a table has; costs nothing.
    pub(crate) fn count(&self, table: T) -> Result<u64, WriteLibrary> {
        Ok(redb::ReadableTableMetadata::len(&self.0[table as usize])?)
    }

    pub(crate) fn remove(&mut self, table: T, key: &[u8]) -> Result<(), WriteLibrary> {
        self.0[table as usize].remove(key)?;
        Ok(())
    }
}

impl Kv for WriteKv<'_> {
    fn with<R>(
        &self,
        table: T,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, ReadLibrary> {
        get_with(&self.0[table as usize], key, read)
    }

    fn scan(
        &self,
        table: T,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
    ) -> Result<(), ReadLibrary> {
        scan_in(&self.0[table as usize], from, to, order, visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_listed_in_the_order_of_the_enum() {
        for (at, (table, name)) in TABLES.iter().enumerate() {
            assert_eq!(*table as usize, at, "{name} is opened at its own place");
        }
    }

    #[test]
    fn prefixes_end_where_the_next_key_starts() {
        assert_eq!(after_prefix(b"ab"), b"ac");
        assert_eq!(after_prefix(&[1, 0xff]), [2]);
        assert!(after_prefix(&[0xff]).is_empty() && after_prefix(b"").is_empty());
    }
}
