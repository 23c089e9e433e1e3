//! Posters and captions find their film, show or album.
//!
//! A side-car may be read before or after the film it belongs to, so it waits
//! in a table of its own until its job (or folder) is through.

use std::collections::BTreeMap;

use cid::Cid;

use crate::config::ReadLibrary;
use crate::ids::{FolderId, ItemId, JobId, ShowId};
use crate::kv::{Kv, T, after_prefix};
use crate::model::{
    AssetRole, AssetRow, FileStamp, ItemKind, Location, MediaClass, NewItem, OriginRow,
    RenditionRow, Settled,
};
use crate::naming::{self, Sidecar};
use crate::path::RawPath;
use crate::query::Order;
use crate::reader::go_on;
use crate::record::Record;
use crate::row::{Row, Unknown, row};
use crate::tx::items::carries_sidecars;
use crate::tx::parts::{SEASON_POSTER, SHOW_POSTER};
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

/// An item that can carry side-cars.
#[derive(Debug, Clone)]
struct Sibling {
    id: ItemId,
    record: Record,
    /// Stems of its files in the folder, in lower case.
    stems: Vec<String>,
}

/// What lies directly in a folder.
#[derive(Debug, Default)]
struct Inside {
    siblings: Vec<Sibling>,
    /// Paths of its folders that hold a season each.
    seasons: Vec<Vec<u8>>,
}

/// Whom a side-car belongs to, and what it is for them.
struct Owners {
    items: Vec<ItemId>,
    /// The word for [`AssetRow::format`] when it is a poster for many.
    scope: Option<&'static str>,
}

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
        let mut folders: BTreeMap<Vec<u8>, Inside> = BTreeMap::new();
        for (path, row) in self.kv.rows::<WaitingRow>(T::Waiting, &under.0)? {
            let path = RawPath(path);
            let owners = self.owners(&path, &mut folders)?;
            self.kv.remove(T::Waiting, &path.0)?;
            let new = row.into_item(path.clone());
            if owners.items.is_empty() {
                let known = self.item_by_root(&new.root)?;
                if let Some(id) = self.add_settled(new, known)?.id() {
                    settled.added.push(id);
                }
                continue;
            }
            for owner in &owners.items {
                let mut asset = asset(&new);
                if let Some(scope) = owners.scope {
                    asset.format = Some(scope.to_owned());
                }
                self.add_asset(*owner, asset)?;
                if !settled.changed.contains(owner) {
                    settled.changed.push(*owner);
                }
            }
            let origin = OriginRow {
                stamp: new.stamp,
                item: owners.items.first().copied(),
                job: new.job,
                ..OriginRow::default()
            };
            self.write_origin(&path, origin)?;
        }
        Ok(settled)
    }

    /// Films, episodes, clips and tracks that some job imported from directly
    /// inside a folder, and its season folders. Steps over what lies deeper.
    fn inside(&self, parent: &[u8]) -> Written<Inside> {
        let prefix = [parent, b"/"].concat();
        let end = after_prefix(&prefix);
        let mut files: Vec<(ItemId, String)> = Vec::new();
        let mut inside = Inside::default();
        let mut from = prefix.clone();
        loop {
            let mut deeper = None;
            self.kv
                .scan(T::Origins, &from, &end, Order::Ascending, |key, value| {
                    let name = key.get(prefix.len()..).unwrap_or_default();
                    if let Some(at) = name.iter().position(|byte| *byte == b'/') {
                        deeper = key.get(..prefix.len() + at).map(<[u8]>::to_vec);
                        return Ok(go_on(false));
                    }
                    let origin = OriginRow::from_row(value).ok_or(ReadLibrary::DecodeRow {
                        table: T::Origins.name(),
                    })?;
                    if let Some(id) = origin.item {
                        let name = String::from_utf8_lossy(name);
                        files.push((id, naming::stem(&name).to_lowercase()));
                    }
                    Ok(go_on(true))
                })?;
            let Some(folder) = deeper else { break };
            from = after_prefix(&[&folder, b"/".as_slice()].concat());
            let path = RawPath(folder);
            if naming::is_season_folder(&path.file_name()) {
                inside.seasons.push(path.0);
            }
        }
        files.sort();
        for (id, stem) in files {
            match inside.siblings.last_mut() {
                Some(last) if last.id == id => last.stems.push(stem),
                _ => {
                    if let Some(record) = self.kv.row::<Record>(T::Items, &id.0)?
                        && carries_sidecars(record.class)
                    {
                        let stems = vec![stem];
                        inside.siblings.push(Sibling { id, record, stems });
                    }
                }
            }
        }
        Ok(inside)
    }

    /// Whom a side-car belongs to.
    fn owners(&self, path: &RawPath, folders: &mut BTreeMap<Vec<u8>, Inside>) -> Written<Owners> {
        let parent = path.parent().to_vec();
        if !folders.contains_key(&parent) {
            let inside = self.inside(&parent)?;
            for season in &inside.seasons {
                if !folders.contains_key(season) {
                    folders.insert(season.clone(), self.inside(season)?);
                }
            }
            folders.insert(parent.clone(), inside);
        }
        let none = Inside::default();
        let here = folders.get(&parent).unwrap_or(&none);
        let seasons = here.seasons.iter().filter_map(|season| folders.get(season));
        let below = || seasons.clone().flat_map(|season| &season.siblings);
        let siblings = here.siblings.as_slice();
        let items = |items: Vec<ItemId>| Owners { items, scope: None };
        Ok(match naming::sidecar(path) {
            Some(Sidecar::Captions { owner, .. }) => {
                let named = named(siblings, &owner);
                let videos = of_class(siblings, MediaClass::Video);
                items(match (named.is_empty(), videos.len()) {
                    (true, 1) => videos,
                    _ => named,
                })
            }
            Some(Sidecar::Poster { owner: Some(owner) }) => {
                let named = named(siblings, &owner);
                match naming::season_mark(&owner) {
                    Some(season) if named.is_empty() => {
                        let all = siblings.iter().chain(below());
                        let (_, episodes) = one_show(all, Some(season)).unwrap_or_default();
                        Owners {
                            items: episodes,
                            scope: Some(SEASON_POSTER),
                        }
                    }
                    _ => items(named),
                }
            }
            Some(Sidecar::Poster { owner: None }) => {
                let videos = of_class(siblings, MediaClass::Video);
                let films: Vec<ItemId> = siblings
                    .iter()
                    .filter(|sibling| sibling.record.kind == ItemKind::Film)
                    .map(|sibling| sibling.id)
                    .collect();
                let audio = of_class(siblings, MediaClass::Audio);
                // A show's own folder: its episodes are there or in season folders.
                let show = match one_show(siblings.iter(), None) {
                    None if films.is_empty() && audio.is_empty() => one_show(below(), None),
                    here => here,
                };
                match show {
                    _ if films.len() == 1 => items(films),
                    Some((_, episodes))
                        if naming::is_season_folder(&RawPath(parent.clone()).file_name()) =>
                    {
                        Owners {
                            items: episodes,
                            scope: Some(SEASON_POSTER),
                        }
                    }
                    Some((show, _)) => Owners {
                        items: self.show_carrier(show, None)?.into_iter().collect(),
                        scope: Some(SHOW_POSTER),
                    },
                    None if films.is_empty() && videos.len() == 1 => items(videos),
                    None if videos.is_empty() => items(audio),
                    None => items(Vec::new()),
                }
            }
            None => items(Vec::new()),
        })
    }
}

/// Those with a file of this name beside the side-car.
fn named(siblings: &[Sibling], stem: &str) -> Vec<ItemId> {
    let same = |sibling: &&Sibling| sibling.stems.iter().any(|other| other == stem);
    let found = siblings.iter().filter(same);
    found.map(|sibling| sibling.id).collect()
}

fn of_class(siblings: &[Sibling], class: MediaClass) -> Vec<ItemId> {
    let same = siblings
        .iter()
        .filter(|sibling| sibling.record.class == class);
    same.map(|sibling| sibling.id).collect()
}

/// The show that all the episodes belong to, and they (or those of one season);
/// nothing when there are none or several shows.
fn one_show<'s>(
    siblings: impl Iterator<Item = &'s Sibling>,
    season: Option<u32>,
) -> Option<(ShowId, Vec<ItemId>)> {
    let mut found: Option<(ShowId, Vec<ItemId>)> = None;
    for sibling in siblings {
        let Some(link) = &sibling.record.show else {
            continue;
        };
        if season.is_some_and(|season| season != link.season) {
            continue;
        }
        match &mut found {
            None => found = Some((link.show, vec![sibling.id])),
            Some((show, episodes)) if *show == link.show => episodes.push(sibling.id),
            Some(_) => return None,
        }
    }
    found
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
