//! The tables, and reading them alike inside and outside a write transaction.
//!
//! Keys are byte strings built in [`crate::keys`]; values are rows of
//! [`crate::row`] unless a table says otherwise.
//!
//! A write transaction gathers changes in memory and hands them to the tables in
//! the order of their keys: ids are random, and a page that many rows go to is
//! then changed once, not once a row. Reads see what is gathered.

use std::cmp::Ordering;
use std::collections::BTreeMap;
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
    /// share -> share row
    Shares = "shares"
    /// share -> opened share
    Received = "received"
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

/// Changes of one table that are gathered: none means removed.
type Gathered = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

fn scan_in(
    table: &impl ReadableTable<Bytes, Bytes>,
    gathered: &Gathered,
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
    let mut stored = || match order {
        Order::Ascending => range.next().transpose(),
        Order::Descending => range.next_back().transpose(),
    };
    if gathered.is_empty() {
        while let Some((key, value)) = stored()? {
            if visit(key.value(), value.value())?.is_break() {
                return Ok(());
            }
        }
        return Ok(());
    }
    let mut range = gathered.range::<[u8], _>((Bound::Included(from), end));
    let mut changed = || match order {
        Order::Ascending => range.next(),
        Order::Descending => range.next_back(),
    };
    let (mut old, mut new) = (stored()?, changed());
    loop {
        let nearer = match (&new, &old) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((new, _)), Some((old, _))) => match order {
                Order::Ascending => new.as_slice().cmp(old.value()),
                Order::Descending => old.value().cmp(new.as_slice()),
            },
        };
        if nearer == Ordering::Greater {
            if let Some((key, value)) = &old
                && visit(key.value(), value.value())?.is_break()
            {
                return Ok(());
            }
            old = stored()?;
            continue;
        }
        if nearer == Ordering::Equal {
            old = stored()?;
        }
        if let Some((key, Some(value))) = new
            && visit(key, value)?.is_break()
        {
            return Ok(());
        }
        new = changed();
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
        let none = Gathered::new();
        scan_in(&self.0[table as usize], &none, from, to, order, visit)
    }
}

/// Gathered changes are handed on when they take this much memory.
const GATHERED_BYTES: usize = 12 << 20;
/// What a gathered change costs beside its bytes.
const GATHERED_COST: usize = 96;

/// All tables of a write transaction. Nothing is written before
/// [`WriteKv::close`].
pub(crate) struct WriteKv<'t> {
    tables: Vec<Table<'t, Bytes, Bytes>>,
    gathered: Vec<Gathered>,
    bytes: usize,
}

impl<'t> WriteKv<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, WriteLibrary> {
        let open = TABLES
            .iter()
            .map(|(_, name)| transaction.open_table(T::definition(name)));
        let tables: Vec<_> = open.collect::<Result<_, _>>()?;
        Ok(WriteKv {
            gathered: tables.iter().map(|_| Gathered::new()).collect(),
            tables,
            bytes: 0,
        })
    }

    /// Hands what is gathered to the tables.
    fn hand_on(&mut self) -> Result<(), WriteLibrary> {
        self.bytes = 0;
        for (table, gathered) in self.tables.iter_mut().zip(&mut self.gathered) {
            for (key, value) in std::mem::take(gathered) {
                match value {
                    Some(value) => table.insert(key.as_slice(), value.as_slice())?,
                    None => table.remove(key.as_slice())?,
                };
            }
        }
        Ok(())
    }

    /// Writes everything; the transaction can be committed then.
    pub(crate) fn close(mut self) -> Result<(), WriteLibrary> {
        self.hand_on()
    }

    fn change(&mut self, table: T, key: &[u8], value: Option<Vec<u8>>) -> Result<(), WriteLibrary> {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len) + GATHERED_COST;
        self.gathered[table as usize].insert(key.to_vec(), value);
        if self.bytes > GATHERED_BYTES {
            self.hand_on()?;
        }
        Ok(())
    }

    pub(crate) fn put(&mut self, table: T, key: &[u8], value: &[u8]) -> Result<(), WriteLibrary> {
        self.change(table, key, Some(value.to_vec()))
    }

    pub(crate) fn put_row(
        &mut self,
        table: T,
        key: &[u8],
        row: &impl Row,
    ) -> Result<(), WriteLibrary> {
        self.change(table, key, Some(row.to_row()))
    }

    pub(crate) fn put_number(
        &mut self,
        table: T,
        key: &[u8],
        number: u64,
    ) -> Result<(), WriteLibrary> {
        let mut value = Vec::with_capacity(10);
        crate::row::put_varint(number, &mut value);
        self.change(table, key, Some(value))
    }

    /// How many entries a table has; costs no walk.
    pub(crate) fn count(&mut self, table: T) -> Result<u64, WriteLibrary> {
        self.hand_on()?;
        Ok(redb::ReadableTableMetadata::len(
            &self.tables[table as usize],
        )?)
    }

    pub(crate) fn remove(&mut self, table: T, key: &[u8]) -> Result<(), WriteLibrary> {
        self.change(table, key, None)
    }
}

impl Kv for WriteKv<'_> {
    fn with<R>(
        &self,
        table: T,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, ReadLibrary> {
        match self.gathered[table as usize].get(key) {
            Some(changed) => Ok(changed.as_deref().map(read)),
            None => get_with(&self.tables[table as usize], key, read),
        }
    }

    fn scan(
        &self,
        table: T,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ReadLibrary>,
    ) -> Result<(), ReadLibrary> {
        let gathered = &self.gathered[table as usize];
        scan_in(
            &self.tables[table as usize],
            gathered,
            from,
            to,
            order,
            visit,
        )
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

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

        #[test]
        fn gathered_changes_read_like_written_ones(
            old in proptest::collection::btree_map(0_u8..30, 0_u8..9, 0..20),
            changes in proptest::collection::vec((0_u8..30, proptest::option::of(0_u8..9)), 0..20),
            (from, to) in (0_u8..30, 0_u8..32), descending: bool, stop in 1_usize..40,
        ) {
            let database = redb::Database::builder()
                .create_with_backend(redb::backends::InMemoryBackend::new())
                .expect("a database");
            let transaction = database.begin_write().expect("a writer");
            let mut kv = WriteKv::open(&transaction).expect("tables");
            let mut model = BTreeMap::new();
            for (key, value) in old {
                kv.put(T::Index, &[key], &[value]).expect("put");
                model.insert(key, value);
            }
            kv.hand_on().expect("handed on");
            for (key, value) in changes {
                match value {
                    Some(value) => {
                        kv.put(T::Index, &[key], &[value]).expect("put");
                        model.insert(key, value);
                    }
                    None => {
                        kv.remove(T::Index, &[key]).expect("removed");
                        model.remove(&key);
                    }
                }
            }
            let order = if descending { Order::Descending } else { Order::Ascending };
            let end = if to == 31 { vec![] } else { vec![to] };
            let mut expect: Vec<(u8, u8)> = model
                .iter()
                .filter(|(key, _)| **key >= from && (to == 31 || **key < to))
                .map(|(key, value)| (*key, *value))
                .collect();
            if descending {
                expect.reverse();
            }
            expect.truncate(stop);
            let mut seen = Vec::new();
            kv.scan(T::Index, &[from], &end, order, |key, value| {
                seen.push((key[0], value[0]));
                Ok(crate::reader::go_on(seen.len() < stop))
            }).expect("scanned");
            proptest::prop_assert_eq!(seen, expect);
            for key in 0..30 {
                let found = kv.bytes(T::Index, &[key]).expect("read");
                proptest::prop_assert_eq!(found, model.get(&key).map(|value| vec![*value]));
            }
            let count = kv.count(T::Index).expect("counted");
            proptest::prop_assert_eq!(count, model.len() as u64);
        }
    }

    #[test]
    fn prefixes_end_where_the_next_key_starts() {
        assert_eq!(after_prefix(b"ab"), b"ac");
        assert_eq!(after_prefix(&[1, 0xff]), [2]);
        assert!(after_prefix(&[0xff]).is_empty() && after_prefix(b"").is_empty());
    }
}
