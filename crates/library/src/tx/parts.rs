//! Assets, renditions and locations of an item.

use crate::ids::{AssetId, ItemId, RenditionId};
use crate::keys;
use crate::kv::T;
use crate::model::{
    AssetRole, AssetRow, FileStamp, Location, LocationState, OriginRow, RenditionKind, RenditionRow,
};
use crate::path::RawPath;
use crate::tx::{Content, Tx, Written, missing};

fn main_original(content: &Content) -> Option<&RenditionRow> {
    content
        .assets
        .iter()
        .find(|asset| asset.role == AssetRole::Main)?
        .renditions
        .first()
}

/// What the badge of an item says: the best state of its original's locations.
fn state_of(content: &Content) -> LocationState {
    let states = main_original(content).map(|row| row.locations.iter().map(|at| at.state));
    let Some(states) = states else {
        return LocationState::Ok;
    };
    let rank = |state: &LocationState| match state {
        LocationState::Ok => 0,
        LocationState::Offline => 1,
        LocationState::Changed => 2,
        LocationState::Missing => 3,
    };
    states.min_by_key(rank).unwrap_or_default()
}

impl Tx<'_> {
    /// Writes the assets and what follows from them.
    pub(crate) fn put_content(&mut self, item: ItemId, new: &Content) -> Written<()> {
        let old = self.content(item)?;
        let roots = |content: &Content| {
            let assets = content.assets.iter();
            let all = assets.flat_map(|asset| asset.renditions.iter().map(move |row| (asset, row)));
            all.map(|(asset, row)| {
                let original = asset.role == AssetRole::Main && row.kind == RenditionKind::Original;
                (
                    keys::key(&[&row.root.to_bytes(), &item.0]),
                    u8::from(original),
                )
            })
            .collect::<std::collections::BTreeMap<_, _>>()
        };
        let (before, after) = (roots(&old), roots(new));
        for key in before.keys().filter(|key| !after.contains_key(*key)) {
            self.kv.remove(T::Roots, key)?;
        }
        for (key, original) in &after {
            if before.get(key) != Some(original) {
                self.kv.put(T::Roots, key, &[*original])?;
            }
        }
        self.kv.put_row(T::Content, &item.0, new)?;
        let duplicates = keys::key(&[&[keys::DUPLICATES], &item.0]);
        if main_original(new).is_some_and(|row| row.locations.len() > 1) {
            self.kv.put(T::Index, &duplicates, &[])?;
        } else {
            self.kv.remove(T::Index, &duplicates)?;
        }
        let record = self.record(item)?;
        let mut changed = record.clone();
        changed.state = state_of(new);
        changed.has_poster |= new
            .assets
            .iter()
            .any(|asset| asset.role == AssetRole::Poster);
        self.put_record(item, Some(&record), &changed)
    }

    /// Adds a part: captions, another version, a poster. Ids that are all zero
    /// are filled in. A part whose original has the same root and role is there
    /// already: its id is returned.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn add_asset(&mut self, item: ItemId, mut asset: AssetRow) -> Written<AssetId> {
        self.record(item)?;
        let mut content = self.content(item)?;
        let root = asset.renditions.first().map(|row| row.root);
        let same = content.assets.iter().find(|other| {
            other.role == asset.role && other.renditions.first().map(|row| row.root) == root
        });
        if let (Some(same), true) = (same, root.is_some()) {
            return Ok(same.id);
        }
        if asset.id == AssetId::default() {
            asset.id = AssetId(self.new_id());
        }
        for rendition in &mut asset.renditions {
            if rendition.id == RenditionId::default() {
                rendition.id = RenditionId(self.new_id());
            }
        }
        let id = asset.id;
        content.assets.push(asset);
        self.put_content(item, &content)?;
        Ok(id)
    }

    /// Removes a part. The main one stays: delete the item instead.
    ///
    /// # Errors
    /// There is no such part, or the database failed.
    pub fn remove_asset(&mut self, item: ItemId, asset: AssetId) -> Written<()> {
        let mut content = self.content(item)?;
        let before = content.assets.len();
        content
            .assets
            .retain(|other| other.id != asset || other.role == AssetRole::Main);
        if content.assets.len() == before {
            return Err(missing("asset", asset));
        }
        self.put_content(item, &content)
    }

    /// Adds a byte form to a part. An id that is all zero is filled in.
    ///
    /// # Errors
    /// There is no such part, or the database failed.
    pub fn add_rendition(
        &mut self,
        item: ItemId,
        asset: AssetId,
        mut rendition: RenditionRow,
    ) -> Written<RenditionId> {
        let mut content = self.content(item)?;
        if rendition.id == RenditionId::default() {
            rendition.id = RenditionId(self.new_id());
        }
        let id = rendition.id;
        let part = content.assets.iter_mut().find(|other| other.id == asset);
        part.ok_or_else(|| missing("asset", asset))?
            .renditions
            .push(rendition);
        self.put_content(item, &content)?;
        Ok(id)
    }

    /// Notes one more place of a rendition's bytes, and that path's identity.
    ///
    /// # Errors
    /// There is no such rendition, or the database failed.
    pub fn add_location(
        &mut self,
        item: ItemId,
        rendition: RenditionId,
        location: Location,
        stamp: FileStamp,
    ) -> Written<()> {
        let path = location.path.clone();
        self.note_location(item, Some(rendition), location)?;
        let origin = OriginRow {
            stamp,
            item: Some(item),
            ..OriginRow::default()
        };
        self.write_origin(&path, origin)
    }

    /// Adds or replaces the location with this path. No rendition means the
    /// main original.
    pub(crate) fn note_location(
        &mut self,
        item: ItemId,
        rendition: Option<RenditionId>,
        location: Location,
    ) -> Written<()> {
        let mut content = self.content(item)?;
        let mut rows = content
            .assets
            .iter_mut()
            .flat_map(|asset| &mut asset.renditions);
        let row = match rendition {
            None => rows.next(),
            Some(id) => rows.find(|row| row.id == id),
        };
        let row = row.ok_or_else(|| missing("rendition", rendition.unwrap_or_default()))?;
        match row
            .locations
            .iter_mut()
            .find(|other| other.path == location.path)
        {
            Some(same) if *same == location => return Ok(()),
            // A copy in the store outlives the file: it is never forgotten for
            // a reference to that same file.
            Some(same) if same.source.is_none() && location.source.is_some() => {
                same.state = location.state;
            }
            Some(same) => *same = location,
            None => row.locations.push(location),
        }
        self.put_content(item, &content)
    }

    /// The file moved: replaces the path, stamp and (when given) store source of
    /// a location, which is well again.
    ///
    /// # Errors
    /// There is no location with that path, or the database failed.
    pub fn move_location(
        &mut self,
        item: ItemId,
        from: &RawPath,
        to: &RawPath,
        stamp: FileStamp,
        source: Option<u64>,
    ) -> Written<()> {
        self.change_locations(item, from, |location| {
            location.path = to.clone();
            location.state = LocationState::Ok;
            location.source = source.or(location.source);
        })?;
        self.remove_origin(from, item)?;
        let origin = OriginRow {
            stamp,
            item: Some(item),
            ..OriginRow::default()
        };
        self.write_origin(to, origin)
    }

    /// Notes whether a referenced file is still what it was.
    ///
    /// # Errors
    /// There is no location with that path, or the database failed.
    pub fn set_location_state(
        &mut self,
        item: ItemId,
        path: &RawPath,
        state: LocationState,
    ) -> Written<()> {
        self.change_locations(item, path, |location| location.state = state)
    }

    fn change_locations(
        &mut self,
        item: ItemId,
        path: &RawPath,
        mut change: impl FnMut(&mut Location),
    ) -> Written<()> {
        let mut content = self.content(item)?;
        let rows = content
            .assets
            .iter_mut()
            .flat_map(|asset| &mut asset.renditions);
        let mut found = false;
        for location in rows.flat_map(|row| &mut row.locations) {
            if location.path == *path {
                change(location);
                found = true;
            }
        }
        if !found {
            return Err(missing("location", path));
        }
        self.put_content(item, &content)
    }
}
