//! Adding, probing and deleting items.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::ids::{AssetId, ItemId, PersonId, RenditionId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::model::{
    AddedItem, AssetRole, AssetRow, DeletedItem, Location, MediaClass, NewItem, OriginRow,
    RenditionRow,
};
use crate::naming;
use crate::path::RawPath;
use crate::record::Record;
use crate::tx::{Content, Tx, Written};
use crate::user::UserFacts;

impl Tx<'_> {
    /// Adds a file that was read and stored.
    ///
    /// The same content is one item: its path becomes one more location, and an
    /// item in the trash comes back. Posters and captions by name wait until
    /// [`Tx::settle_waiting`] knows whom they belong to.
    ///
    /// # Errors
    /// The database failed.
    pub fn add_item(&mut self, new: NewItem) -> Written<AddedItem> {
        let known = self.item_by_root(&new.root)?;
        if known.is_none() && naming::sidecar(&new.path).is_some() {
            self.put_waiting(&new)?;
            self.put_origin(&new.path, &new, None)?;
            return Ok(AddedItem::Waiting);
        }
        self.add_settled(new, known)
    }

    /// Adds a file that is no side-car. `known` holds the same content already.
    pub(crate) fn add_settled(
        &mut self,
        new: NewItem,
        known: Option<ItemId>,
    ) -> Written<AddedItem> {
        let location = Location {
            source: new.source,
            path: new.path.clone(),
            ..Location::default()
        };
        if let Some(id) = known {
            self.put_origin(&new.path, &new, Some(id))?;
            self.note_location(id, None, location)?;
            let restored = self.record(id)?.trashed_at.is_some();
            if restored {
                self.restore(id)?;
            }
            return Ok(AddedItem::Existing { id, restored });
        }
        let id = ItemId(self.new_id());
        let mut record = Record {
            class: new.class,
            mime: new.mime.clone(),
            root: new.root,
            size: new.size,
            path: new.path.clone(),
            folder: new.folder,
            added_at: new.added_at.unwrap_or(self.now()),
            file_time: new.stamp.mtime_ns.div_euclid(1_000_000),
            ..Record::default()
        };
        if new.stamp.mtime_ns == 0 {
            record.file_time = record.added_at;
        }
        record.derive(None, &UserFacts::default());
        let content = Content {
            assets: vec![AssetRow {
                id: AssetId(self.new_id()),
                role: AssetRole::Main,
                renditions: vec![RenditionRow {
                    id: RenditionId(self.new_id()),
                    root: new.root,
                    size: new.size,
                    mime: new.mime.clone(),
                    locations: vec![location],
                    ..RenditionRow::default()
                }],
                ..AssetRow::default()
            }],
            ..Content::default()
        };
        self.put_record(id, None, &record)?;
        self.kv.put_row(T::Content, &id.0, &content)?;
        self.kv
            .put(T::Roots, &keys::key(&[&new.root.to_bytes(), &id.0]), &[1])?;
        self.put_origin(&new.path, &new, Some(id))?;
        Ok(AddedItem::New(id))
    }

    fn put_origin(&mut self, path: &RawPath, new: &NewItem, item: Option<ItemId>) -> Written<()> {
        let origin = OriginRow {
            stamp: new.stamp,
            item,
            job: new.job,
            ..OriginRow::default()
        };
        self.write_origin(path, origin)
    }

    /// Writes what is known of a path, and its way back from the file's identity.
    pub(crate) fn write_origin(&mut self, path: &RawPath, origin: OriginRow) -> Written<()> {
        if let Some(old) = self.origin(path)?
            && old.stamp != origin.stamp
        {
            self.remove_file(path, &old)?;
        }
        let stamp = &origin.stamp;
        if stamp.ino != 0 {
            let file = keys::file(stamp.dev, stamp.ino, stamp.size);
            self.kv.put(T::Files, &keys::key(&[&file, &path.0]), &[])?;
        }
        self.kv.put_row(T::Origins, &path.0, &origin)
    }

    fn remove_file(&mut self, path: &RawPath, origin: &OriginRow) -> Written<()> {
        let stamp = &origin.stamp;
        let file = keys::file(stamp.dev, stamp.ino, stamp.size);
        self.kv.remove(T::Files, &keys::key(&[&file, &path.0]))
    }

    /// Forgets a path, if it led to this item.
    pub(crate) fn remove_origin(&mut self, path: &RawPath, item: ItemId) -> Written<()> {
        if let Some(origin) = self.origin(path)?
            && origin.item == Some(item)
        {
            self.remove_file(path, &origin)?;
            self.kv.remove(T::Origins, &path.0)?;
        }
        Ok(())
    }

    /// Replaces the derived facts. Edits stay.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn set_facts(&mut self, item: ItemId, facts: Facts) -> Written<()> {
        let old = self.record(item)?;
        let mut new = old.clone();
        if !facts.thumbhash.is_empty() {
            new.thumbhash.clone_from(&facts.thumbhash);
        }
        new.has_preview |= facts.has_preview;
        new.has_poster |= facts.has_poster;
        new.derive(Some(&facts), &self.user_facts(item, PersonId::EVERYONE)?);
        self.kv.put_row(T::Facts, &item.0, &facts)?;
        self.put_record(item, Some(&old), &new)
    }

    /// Notes which pictures of an item exist, when they come apart from facts.
    /// An empty thumbhash keeps the one before.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn set_pictures(
        &mut self,
        item: ItemId,
        thumbhash: &[u8],
        has_preview: bool,
        has_poster: bool,
    ) -> Written<()> {
        let old = self.record(item)?;
        let mut new = old.clone();
        if !thumbhash.is_empty() {
            new.thumbhash = thumbhash.to_vec();
        }
        new.has_preview = has_preview;
        new.has_poster = has_poster;
        self.put_record(item, Some(&old), &new)
    }

    /// Deletes an item and everything said about it. Says which roots and store
    /// sources nothing holds any more; the files of the user are not touched.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn delete_item(&mut self, item: ItemId) -> Written<DeletedItem> {
        self.pass_on_show_poster(item)?;
        let record = self.record(item)?;
        let content = self.content(item)?;
        self.forget_user_facts(item)?;
        self.forget_albums(item, record.shelf())?;
        self.index_change(item, Some(&record), None)?;
        self.kv
            .remove(T::Index, &keys::key(&[&[keys::DUPLICATES], &item.0]))?;
        self.kv.remove(T::Items, &item.0)?;
        self.kv.remove(T::Content, &item.0)?;
        self.kv.remove(T::Facts, &item.0)?;

        let mut deleted = DeletedItem::default();
        let renditions = content.assets.iter().flat_map(|asset| &asset.renditions);
        let mut sources = BTreeSet::new();
        for rendition in renditions {
            self.kv
                .remove(T::Roots, &keys::key(&[&rendition.root.to_bytes(), &item.0]))?;
            if !self.root_is_held(&rendition.root)? && !deleted.roots.contains(&rendition.root) {
                deleted.roots.push(rendition.root);
            }
            for location in &rendition.locations {
                self.remove_origin(&location.path, item)?;
                deleted.paths.push(location.path.clone());
                sources.extend(location.source);
            }
        }
        deleted.sources = sources.into_iter().collect();
        Ok(deleted)
    }

    fn root_is_held(&self, root: &cid::Cid) -> Written<bool> {
        let prefix = root.to_bytes();
        let keys = self.kv.keys(T::Roots, &prefix)?;
        Ok(keys.iter().any(|key| key.len() == prefix.len() + 16))
    }
}

/// True for content that can carry a poster or captions.
pub(crate) fn carries_sidecars(class: MediaClass) -> bool {
    matches!(class, MediaClass::Video | MediaClass::Audio)
}
