//! Albums, folders and shows.

use std::ops::ControlFlow;

use crate::ids::{AlbumId, FolderId, ItemId, ShowId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::model::FolderRow;
use crate::path::RawPath;
use crate::query::{Order, Shelf};
use crate::record::Record;
use crate::row::{Field, Unknown, row};
use crate::tx::{QUEUE_ALBUM, QUEUE_SHOW, Tx, Written, missing};
use crate::user::{AlbumEdit, AlbumFacts, Stamped};

/// Membership: when it was set, and the position; none when taken out.
pub(crate) type Membership = Stamped<Option<u64>>;

/// What people say about a show.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ShowFacts {
    pub(crate) title: Option<Stamped<Option<String>>>,
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub(crate) unknown: Unknown,
}
row!(ShowFacts { 1 title });

impl Tx<'_> {
    pub(crate) fn album_facts(&self, album: AlbumId) -> Written<AlbumFacts> {
        let facts: Option<AlbumFacts> = self.kv.row(T::Albums, &album.0)?;
        let live = facts.filter(|facts| !facts.deleted.as_ref().is_some_and(|fact| fact.value));
        live.ok_or_else(|| missing("album", album))
    }

    /// Makes an empty album.
    ///
    /// # Errors
    /// The database failed.
    pub fn create_album(&mut self, title: &str) -> Written<AlbumId> {
        self.new_album(title, None)
    }

    fn new_album(&mut self, title: &str, folder: Option<FolderId>) -> Written<AlbumId> {
        let id = AlbumId(self.new_id());
        let facts = AlbumFacts {
            title: self.stamped(title.to_owned()),
            folder,
            created_at: self.now(),
            updated_at: self.now(),
            ..AlbumFacts::default()
        };
        self.put_album(id, &facts)?;
        Ok(id)
    }

    pub(crate) fn put_album(&mut self, id: AlbumId, facts: &AlbumFacts) -> Written<()> {
        self.queue(QUEUE_ALBUM, id.0);
        self.kv.put_row(T::Albums, &id.0, facts)
    }

    /// Changes an album.
    ///
    /// # Errors
    /// There is no such album, or the database failed.
    pub fn edit_album(&mut self, album: AlbumId, edit: AlbumEdit) -> Written<()> {
        let mut facts = self.album_facts(album)?;
        if let Some(title) = edit.title {
            facts.title = self.restamped(Some(facts.title.stamp), title);
        }
        if let Some(cover) = edit.cover {
            let old = facts.cover.as_ref().map(|fact| fact.stamp);
            facts.cover = Some(self.restamped(old, cover));
        }
        facts.updated_at = self.now();
        self.put_album(album, &facts)
    }

    /// Deletes an album. Its items stay.
    ///
    /// # Errors
    /// There is no such album, or the database failed.
    pub fn delete_album(&mut self, album: AlbumId) -> Written<()> {
        let mut facts = self.album_facts(album)?;
        let members = self.kv.keys(T::Members, &album.0)?;
        let ids: Vec<_> = members
            .iter()
            .filter_map(|key| keys::last_item(key))
            .collect();
        self.remove_from_album(album, &ids)?;
        let old = facts.deleted.as_ref().map(|fact| fact.stamp);
        facts.deleted = Some(self.restamped(old, true));
        facts.updated_at = self.now();
        self.put_album(album, &facts)
    }

    fn membership(&self, album: AlbumId, item: ItemId) -> Written<Option<Membership>> {
        let key = keys::key(&[&album.0, &item.0]);
        Ok(self.kv.with(T::Members, &key, Membership::take)?.flatten())
    }

    /// Writes a membership and its indices and counter.
    pub(crate) fn put_membership(
        &mut self,
        album: AlbumId,
        item: ItemId,
        new: &Membership,
    ) -> Written<()> {
        let shelf = self.record(item)?.shelf();
        let old = self.membership(album, item)?.and_then(|old| old.value);
        let mut value = Vec::new();
        new.put(&mut value);
        self.kv
            .put(T::Members, &keys::key(&[&album.0, &item.0]), &value)?;
        if old == new.value {
            return Ok(());
        }
        if let Some(position) = old {
            self.kv
                .remove(T::Index, &keys::member(album, shelf, position, item))?;
            self.kv.remove(T::Index, &keys::item_album(item, album))?;
            self.count(keys::member_count(album, shelf), -1);
        }
        if let Some(position) = new.value {
            self.kv
                .put(T::Index, &keys::member(album, shelf, position, item), &[])?;
            self.kv.put(
                T::Index,
                &keys::item_album(item, album),
                &position.to_be_bytes(),
            )?;
            self.count(keys::member_count(album, shelf), 1);
        }
        Ok(())
    }

    /// Merges a membership from elsewhere: the later one wins.
    pub(crate) fn merge_membership(
        &mut self,
        album: AlbumId,
        item: ItemId,
        theirs: &Membership,
    ) -> Written<()> {
        let ours = self.membership(album, item)?;
        let theirs = Membership {
            stamp: theirs.stamp.sound(),
            value: theirs.value,
        };
        if ours.is_none_or(|ours| (ours.stamp, ours.value) < (theirs.stamp, theirs.value)) {
            self.put_membership(album, item, &theirs)?;
        }
        Ok(())
    }

    /// Adds members at the end, in this order. True for each that is new in it.
    ///
    /// # Errors
    /// There is no such album or item, or the database failed.
    pub fn add_to_album(&mut self, album: AlbumId, items: &[ItemId]) -> Written<Vec<bool>> {
        let mut facts = self.album_facts(album)?;
        let mut added = Vec::with_capacity(items.len());
        for item in items {
            let old = self.membership(album, *item)?;
            let there = old.as_ref().is_some_and(|old| old.value.is_some());
            if !there {
                let position = self.stamp().hlc;
                let membership = self.restamped(old.map(|old| old.stamp), Some(position));
                self.put_membership(album, *item, &membership)?;
            }
            added.push(!there);
        }
        if added.contains(&true) {
            facts.updated_at = self.now();
            self.put_album(album, &facts)?;
        }
        Ok(added)
    }

    /// Takes members out. True for each that was in it.
    ///
    /// # Errors
    /// There is no such album, or the database failed.
    pub fn remove_from_album(&mut self, album: AlbumId, items: &[ItemId]) -> Written<Vec<bool>> {
        let mut facts = self.album_facts(album)?;
        let mut removed = Vec::with_capacity(items.len());
        for item in items {
            let old = self.membership(album, *item)?;
            let there = old.as_ref().is_some_and(|old| old.value.is_some());
            if there {
                let membership = self.restamped(old.map(|old| old.stamp), None);
                self.put_membership(album, *item, &membership)?;
            }
            removed.push(there);
        }
        if removed.contains(&true) {
            facts.updated_at = self.now();
            self.put_album(album, &facts)?;
        }
        Ok(removed)
    }

    /// The albums an item is in, and its positions.
    pub(crate) fn albums_of(&self, item: ItemId) -> Written<Vec<(AlbumId, u64)>> {
        let mut albums = Vec::new();
        let prefix = keys::key(&[&[keys::ITEM_ALBUMS], &item.0]);
        self.kv
            .scan_prefix(T::Index, &prefix, Order::Ascending, |key, value| {
                let album = key.last_chunk::<16>().map(|id| AlbumId(*id));
                let position = value.try_into().map(u64::from_be_bytes);
                if let (Some(album), Ok(position)) = (album, position) {
                    albums.push((album, position));
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(albums)
    }

    pub(crate) fn forget_albums(&mut self, item: ItemId, shelf: Shelf) -> Written<()> {
        for (album, position) in self.albums_of(item)? {
            self.kv
                .remove(T::Index, &keys::member(album, shelf, position, item))?;
            self.kv.remove(T::Index, &keys::item_album(item, album))?;
            self.count(keys::member_count(album, shelf), -1);
        }
        // Tombstones of a deleted item have nothing left to guard.
        let albums = self.kv.keys(T::Albums, &[])?;
        for album in albums {
            self.kv.remove(T::Members, &keys::key(&[&album, &item.0]))?;
        }
        Ok(())
    }

    /// Makes an album of the photos and clips in a folder and in the folders
    /// inside it, by name. Without a title it is called like the folder.
    ///
    /// # Errors
    /// There is no such folder, or the database failed.
    pub fn album_from_folder(&mut self, folder: FolderId, title: Option<&str>) -> Written<AlbumId> {
        let row: FolderRow = self
            .kv
            .row(T::Folders, &folder.0)?
            .ok_or_else(|| missing("folder", folder))?;
        let album = self.new_album(title.unwrap_or(&row.name), Some(folder))?;
        let mut waiting = vec![folder];
        let mut items = Vec::new();
        while let Some(folder) = waiting.pop() {
            let inside = keys::key(&[&[keys::IN_FOLDER], &folder.0]);
            for id in self
                .kv
                .keys(T::Index, &inside)?
                .iter()
                .filter_map(|key| keys::last_item(key))
            {
                let record: Option<Record> = self.kv.row(T::Items, &id.0)?;
                if record.is_some_and(|record| record.is_pictured()) {
                    items.push(id);
                }
            }
            let children = keys::key(&[&[keys::FOLDER_CHILDREN], &folder.0]);
            let children = self.kv.keys(T::Index, &children)?;
            let ids = children
                .iter()
                .rev()
                .filter_map(|key| key.last_chunk::<16>());
            waiting.extend(ids.map(|id| FolderId(*id)));
        }
        self.add_to_album(album, &items)?;
        Ok(album)
    }

    /// The folder at `path`, made if it is new. `parent` is none for the folder
    /// that was dropped.
    ///
    /// # Errors
    /// The database failed.
    pub fn ensure_folder(&mut self, parent: Option<FolderId>, path: &RawPath) -> Written<FolderId> {
        let known = self
            .kv
            .with(T::FolderPaths, &path.0, FolderId::from_slice)?
            .flatten();
        if let Some(known) = known {
            return Ok(known);
        }
        let row = FolderRow {
            id: FolderId(self.new_id()),
            parent,
            name: path.file_name(),
            path: path.clone(),
            added_at: self.now(),
            ..FolderRow::default()
        };
        self.put_folder(&row)?;
        Ok(row.id)
    }

    pub(crate) fn put_folder(&mut self, row: &FolderRow) -> Written<()> {
        self.kv.put_row(T::Folders, &row.id.0, row)?;
        self.kv.put(T::FolderPaths, &row.path.0, &row.id.0)?;
        self.kv.put(
            T::Index,
            &keys::folder_child(row.parent, &row.name, row.id),
            &[],
        )
    }

    /// Changes what everybody sees as a show's title; none takes the edit back.
    ///
    /// # Errors
    /// The database failed.
    pub fn edit_show(&mut self, show: ShowId, title: Option<&str>) -> Written<()> {
        let mut facts: ShowFacts = self.kv.row(T::Shows, &show.0)?.unwrap_or_default();
        let old = facts.title.as_ref().map(|fact| fact.stamp);
        facts.title = Some(self.restamped(old, title.map(str::to_owned)));
        self.queue(QUEUE_SHOW, show.0);
        self.kv.put_row(T::Shows, &show.0, &facts)
    }
}
