//! One consistent view: every query.
//!
//! The methods are spread over the files of `reader/` by what they answer. A
//! `person` of none means the active person.

use std::fmt;

use cid::Cid;

use crate::config::ReadLibrary;
use crate::ids::{FolderId, ItemId, JobId, PersonId};
use crate::job::{FailureRow, JobRow};
use crate::keys;
use crate::kv::{Kv, ReadKv, T};
use crate::model::{AssetRow, FolderRow, OriginRow};
use crate::path::RawPath;
use crate::query::Order;
use crate::record::Record;
use crate::tx::Content;
use crate::user::PersonRow;

mod albums;
mod items;
mod lists;
mod photos;
mod shows;

pub(crate) type Answer<T> = Result<T, ReadLibrary>;

/// One consistent view of the library, from [`crate::Library::reader`].
pub struct Reader {
    pub(crate) kv: ReadKv,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    pub(crate) fn new(kv: ReadKv) -> Self {
        Reader { kv }
    }

    pub(crate) fn record(&self, id: ItemId) -> Answer<Option<Record>> {
        self.kv.row(T::Items, &id.0)
    }

    /// The item whose original has this root.
    ///
    /// # Errors
    /// The database failed.
    pub fn item_by_root(&self, root: &Cid) -> Answer<Option<ItemId>> {
        crate::tx::item_by_root(&self.kv, root)
    }

    /// True when a rendition of any item, in the trash or not, has this root.
    ///
    /// # Errors
    /// The database failed.
    pub fn has_root(&self, root: &Cid) -> Answer<bool> {
        let prefix = root.to_bytes();
        let keys = self.kv.keys(T::Roots, &prefix)?;
        Ok(keys.iter().any(|key| key.len() == prefix.len() + 16))
    }

    /// What is known of a path: an import skips it when the stamp is equal.
    ///
    /// # Errors
    /// The database failed.
    pub fn origin(&self, path: &RawPath) -> Answer<Option<OriginRow>> {
        self.kv.row(T::Origins, &path.0)
    }

    /// Paths once imported from the file with this identity: where a file that
    /// moved was before.
    ///
    /// # Errors
    /// The database failed.
    pub fn origins_by_file(
        &self,
        dev: u64,
        ino: u64,
        size: u64,
    ) -> Answer<Vec<(RawPath, OriginRow)>> {
        let prefix = keys::file(dev, ino, size);
        let mut origins = Vec::new();
        for key in self.kv.keys(T::Files, &prefix)? {
            let path = RawPath(key.get(prefix.len()..).unwrap_or_default().to_vec());
            if let Some(origin) = self.origin(&path)? {
                origins.push((path, origin));
            }
        }
        Ok(origins)
    }

    /// Known paths that start with these bytes, in byte order, after `after`.
    ///
    /// # Errors
    /// The database failed.
    pub fn origins_under(
        &self,
        prefix: &RawPath,
        after: Option<&RawPath>,
        limit: usize,
    ) -> Answer<Vec<(RawPath, OriginRow)>> {
        // The first key after a path is the path and a zero byte.
        let from = match after {
            Some(after) if after.0 >= prefix.0 => [after.0.as_slice(), &[0]].concat(),
            _ => prefix.0.clone(),
        };
        let end = crate::kv::after_prefix(&prefix.0);
        let mut origins = Vec::new();
        if limit == 0 {
            return Ok(origins);
        }
        self.kv
            .scan(T::Origins, &from, &end, Order::Ascending, |key, value| {
                let row = crate::row::Row::from_row(value);
                let row = row.ok_or(ReadLibrary::DecodeRow {
                    table: T::Origins.name(),
                })?;
                origins.push((RawPath(key.to_vec()), row));
                Ok(go_on(origins.len() < limit))
            })?;
        Ok(origins)
    }

    /// The assets of an item, the main one first. Cheaper than [`Reader::item`].
    ///
    /// # Errors
    /// The database failed.
    pub fn assets(&self, id: ItemId) -> Answer<Vec<AssetRow>> {
        let content: Option<Content> = self.kv.row(T::Content, &id.0)?;
        Ok(content.unwrap_or_default().assets)
    }

    /// A folder.
    ///
    /// # Errors
    /// The database failed.
    pub fn folder(&self, id: FolderId) -> Answer<Option<FolderRow>> {
        self.kv.row(T::Folders, &id.0)
    }

    /// The folders inside `parent`, by name; none means those that were dropped.
    ///
    /// # Errors
    /// The database failed.
    pub fn folders(&self, parent: Option<FolderId>) -> Answer<Vec<FolderRow>> {
        let parent = parent.unwrap_or_default();
        let keys = self
            .kv
            .keys(T::Index, &keys::key(&[&[keys::FOLDER_CHILDREN], &parent.0]))?;
        let ids = keys.iter().filter_map(|key| key.last_chunk::<16>());
        let rows = ids.map(|id| self.kv.row(T::Folders, id));
        Ok(rows
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// All people, in the order they were added.
    ///
    /// # Errors
    /// The database failed.
    pub fn people(&self) -> Answer<Vec<PersonRow>> {
        let rows: Vec<(_, PersonRow)> = self.kv.rows(T::People, &[])?;
        let mut people: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        people.sort_by_key(|row| (row.created_at, row.id));
        Ok(people)
    }

    /// The person whose facts are joined by default.
    ///
    /// # Errors
    /// The database failed.
    pub fn active_person(&self) -> Answer<PersonId> {
        let person = self.kv.with(T::Meta, b"person", PersonId::from_slice)?;
        Ok(person.flatten().unwrap_or_default())
    }

    pub(crate) fn person(&self, person: Option<PersonId>) -> Answer<PersonId> {
        person.map_or_else(|| self.active_person(), Ok)
    }

    /// All jobs, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn jobs(&self) -> Answer<Vec<JobRow>> {
        let rows: Vec<(_, JobRow)> = self.kv.rows(T::Jobs, &[])?;
        let mut jobs: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        jobs.sort_by_key(|row| (std::cmp::Reverse(row.created_at), row.id));
        Ok(jobs)
    }

    /// A job.
    ///
    /// # Errors
    /// The database failed.
    pub fn job(&self, id: JobId) -> Answer<Option<JobRow>> {
        self.kv.row(T::Jobs, &id.0)
    }

    /// Failures of a job from number `from` on, at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub fn failures(&self, job: JobId, from: u64, limit: usize) -> Answer<Vec<FailureRow>> {
        let first = keys::key(&[&job.0, &from.to_be_bytes()]);
        let end = crate::kv::after_prefix(&job.0);
        let mut failures = Vec::new();
        if limit == 0 {
            return Ok(failures);
        }
        self.kv
            .scan(T::Failures, &first, &end, Order::Ascending, |_, value| {
                let row = crate::row::Row::from_row(value);
                failures.push(row.ok_or(ReadLibrary::DecodeRow {
                    table: T::Failures.name(),
                })?);
                Ok(go_on(failures.len() < limit))
            })?;
        Ok(failures)
    }
}

/// What a scan does next.
pub(crate) fn go_on(more: bool) -> std::ops::ControlFlow<()> {
    if more {
        std::ops::ControlFlow::Continue(())
    } else {
        std::ops::ControlFlow::Break(())
    }
}
