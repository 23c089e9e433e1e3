//! Posters and captions find their film, show or album.
//!
//! A side-car may be read before or after the film it belongs to, so it waits
//! in a table of its own until its job (or folder) is through.

use std::collections::BTreeMap;

use cid::Cid;

use crate::ids::{FolderId, ItemId, JobId};
use crate::kv::{Kv, T};
use crate::model::{
    AssetRole, AssetRow, FileStamp, ItemKind, Location, MediaClass, NewItem, OriginRow,
    RenditionRow, Settled,
};
use crate::naming::{self, Sidecar};
use crate::path::RawPath;
use crate::record::Record;
use crate::row::{Unknown, row};
use crate::tx::items::carries_sidecars;
use crate::tx::{Tx, Written};

/// A new item that waits.
#[derive(Debug, Clone, Default, PartialEq)]
struct WaitingRow {
    class: MediaClass,
    mime: String,
    root: Cid,
    size: u64,
    stamp: FileStamp,
    source: Option<u64>,
    folder: Option<FolderId>,
    job: Option<JobId>,
    added_at: Option<i64>,
    unknown: Unknown,
}
row!(WaitingRow {
    1 class, 2 mime, 3 root, 4 size, 5 stamp, 6 source, 7 folder, 8 job, 9 added_at,
});

impl WaitingRow {
    fn into_item(self, path: RawPath) -> NewItem {
        NewItem {
            class: self.class,
            mime: self.mime,
            root: self.root,
            size: self.size,
            path,
            stamp: self.stamp,
            source: self.source,
            folder: self.folder,
            job: self.job,
            added_at: self.added_at,
        }
    }
}

/// The items of one folder that can carry side-cars.
type Siblings = Vec<(ItemId, Record)>;

impl Tx<'_> {
    pub(crate) fn put_waiting(&mut self, new: &NewItem) -> Written<()> {
        let row = WaitingRow {
            class: new.class,
            mime: new.mime.clone(),
            root: new.root,
            size: new.size,
            stamp: new.stamp,
            source: new.source,
            folder: new.folder,
            job: new.job,
            added_at: new.added_at.or(Some(self.now())),
            unknown: Unknown::default(),
        };
        self.kv.put_row(T::Waiting, &new.path.0, &row)
    }

    /// Gives waiting side-cars to the films, shows and tracks of their folder,
    /// and turns the rest into items of their own. Call it when a job (or a
    /// folder of it) is through. `under` limits it to paths that start with
    /// these bytes; empty means all.
    ///
    /// # Errors
    /// The database failed.
    pub fn settle_waiting(&mut self, under: &RawPath) -> Written<Settled> {
        let mut settled = Settled::default();
        let mut folders: BTreeMap<Vec<u8>, Siblings> = BTreeMap::new();
        for (path, row) in self.kv.rows::<WaitingRow>(T::Waiting, &under.0)? {
            let path = RawPath(path);
            let parent = path.parent().to_vec();
            if !folders.contains_key(&parent) {
                let siblings = self.siblings(&parent)?;
                folders.insert(parent.clone(), siblings);
            }
            let siblings = folders.get(&parent).map(Vec::as_slice).unwrap_or_default();
            let owners = owners(&path, siblings);
            self.kv.remove(T::Waiting, &path.0)?;
            let new = row.into_item(path.clone());
            if owners.is_empty() {
                let known = self.item_by_root(&new.root)?;
                if let Some(id) = self.add_settled(new, known)?.id() {
                    settled.added.push(id);
                }
                continue;
            }
            for owner in &owners {
                self.add_asset(*owner, asset(&new))?;
                if !settled.changed.contains(owner) {
                    settled.changed.push(*owner);
                }
            }
            let origin = OriginRow {
                stamp: new.stamp,
                item: owners.first().copied(),
                job: new.job,
                ..OriginRow::default()
            };
            self.write_origin(&path, origin)?;
        }
        Ok(settled)
    }

    /// Films, episodes, clips and tracks imported from directly inside a folder.
    fn siblings(&self, parent: &[u8]) -> Written<Siblings> {
        let prefix = [parent, b"/"].concat();
        let mut ids = Vec::new();
        for (path, origin) in self.kv.rows::<OriginRow>(T::Origins, &prefix)? {
            let inside = path.get(prefix.len()..).unwrap_or_default();
            if let (Some(id), false) = (origin.item, inside.contains(&b'/')) {
                ids.push(id);
            }
        }
        ids.dedup();
        let mut siblings = Vec::new();
        for id in ids {
            if let Some(record) = self.kv.row::<Record>(T::Items, &id.0)?
                && carries_sidecars(record.class)
                && !siblings.iter().any(|(other, _)| *other == id)
            {
                siblings.push((id, record));
            }
        }
        Ok(siblings)
    }
}

/// Whom a side-car belongs to.
fn owners(path: &RawPath, siblings: &[(ItemId, Record)]) -> Vec<ItemId> {
    let named = |stem: &str| -> Vec<ItemId> {
        let same = |record: &Record| naming::stem(&record.path.file_name()).to_lowercase() == stem;
        siblings
            .iter()
            .filter(|(_, record)| same(record))
            .map(|(id, _)| *id)
            .collect()
    };
    let of_class = |class: MediaClass| -> Vec<ItemId> {
        siblings
            .iter()
            .filter(|(_, record)| record.class == class)
            .map(|(id, _)| *id)
            .collect()
    };
    let videos = of_class(MediaClass::Video);
    match naming::sidecar(path) {
        Some(Sidecar::Captions { owner, .. }) => {
            let named = named(&owner);
            let only = if videos.len() == 1 {
                videos
            } else {
                Vec::new()
            };
            if named.is_empty() { only } else { named }
        }
        Some(Sidecar::Poster { owner: Some(owner) }) => named(&owner),
        Some(Sidecar::Poster { owner: None }) => {
            let shelf = |kind: ItemKind| -> Vec<ItemId> {
                let same = siblings.iter().filter(|(_, record)| record.kind == kind);
                same.map(|(id, _)| *id).collect()
            };
            let (films, episodes) = (shelf(ItemKind::Film), shelf(ItemKind::Episode));
            match (films.len(), videos.len()) {
                (1, _) => films,
                (0, 1) => videos,
                _ if !episodes.is_empty() => episodes,
                (0, 0) => of_class(MediaClass::Audio),
                _ => Vec::new(),
            }
        }
        None => Vec::new(),
    }
}

fn asset(new: &NewItem) -> AssetRow {
    let rendition = RenditionRow {
        root: new.root,
        size: new.size,
        mime: new.mime.clone(),
        locations: vec![Location {
            source: new.source,
            path: new.path.clone(),
            ..Location::default()
        }],
        ..RenditionRow::default()
    };
    let (role, label, language, format) = match naming::sidecar(&new.path) {
        Some(Sidecar::Captions {
            label,
            language,
            format,
            ..
        }) => (AssetRole::Captions, label, language, Some(format)),
        _ => (AssetRole::Poster, new.path.file_name(), None, None),
    };
    AssetRow {
        role,
        label,
        language,
        format,
        renditions: vec![rendition],
        ..AssetRow::default()
    }
}
