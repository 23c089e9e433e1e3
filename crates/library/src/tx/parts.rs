//! Assets, renditions and locations of an item.

use crate::ids::{AssetId, ItemId, RenditionId, ShowId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::model::{
    AssetRole, AssetRow, FileStamp, Location, LocationState, OriginRow, RenditionKind, RenditionRow,
};
use crate::path::RawPath;
use crate::query::Order;
use crate::reader::go_on;
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

/// What a poster stands for, in the order posters are kept in: an item's first
/// poster is the one that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// A whole show; one of its episodes carries it.
    Show,
    /// The item itself, or no poster at all.
    Item,
    /// A season; all its episodes have it.
    Season,
}

/// The words in [`AssetRow::format`] of a poster.
pub(crate) const SHOW_POSTER: &str = "show";
pub(crate) const SEASON_POSTER: &str = "season";

fn scope(asset: &AssetRow) -> Scope {
    match (asset.role, asset.format.as_deref()) {
        (AssetRole::Poster, Some(SHOW_POSTER)) => Scope::Show,
        (AssetRole::Poster, Some(SEASON_POSTER)) => Scope::Season,
        _ => Scope::Item,
    }
}

fn posters(content: &Content) -> impl Iterator<Item = &AssetRow> {
    let assets = content.assets.iter();
    assets.filter(|asset| asset.role == AssetRole::Poster)
}

impl Tx<'_> {
    /// Another episode takes over the poster of its show.
    pub(crate) fn pass_on_show_poster(&mut self, item: ItemId) -> Written<()> {
        let record = self.record(item)?;
        let (Some(link), true) = (&record.show, record.show_poster) else {
            return Ok(());
        };
        let Some(heir) = self.show_carrier(link.show, Some(item))? else {
            return Ok(());
        };
        let mut content = self.content(item)?;
        let (passed, kept) = content
            .assets
            .into_iter()
            .partition(|asset| scope(asset) == Scope::Show);
        content.assets = kept;
        self.put_content(item, &content)?;
        let passed: Vec<AssetRow> = passed;
        for asset in passed {
            let locations = asset.renditions.iter().flat_map(|row| &row.locations);
            for path in locations.map(|at| at.path.clone()).collect::<Vec<_>>() {
                if let Some(mut origin) = self.origin(&path)?
                    && origin.item == Some(item)
                {
                    origin.item = Some(heir);
                    self.write_origin(&path, origin)?;
                }
            }
            self.add_asset(heir, asset)?;
        }
        Ok(())
    }

    /// The episode that carries a show's poster, or would: the first one.
    pub(crate) fn show_carrier(
        &self,
        show: ShowId,
        but: Option<ItemId>,
    ) -> Written<Option<ItemId>> {
        let (mut first, mut carrier) = (None, None);
        self.kv.scan_prefix(
            T::Index,
            &keys::episodes(show),
            Order::Ascending,
            |key, flags| {
                let id = keys::last_item(key).filter(|id| Some(*id) != but);
                first = first.or(id);
                if flags
                    .first()
                    .is_some_and(|flags| flags & keys::HAS_SHOW_POSTER != 0)
                {
                    carrier = carrier.or(id);
                }
                Ok(go_on(carrier.is_none()))
            },
        )?;
        Ok(carrier.or(first))
    }

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
        let has_poster = |content: &Content| posters(content).next().is_some();
        if has_poster(new) {
            changed.has_poster = true;
        } else if has_poster(&old) {
            changed.has_poster = self.facts(item)?.is_some_and(|facts| facts.has_poster);
        }
        let first = posters(new).next();
        changed.show_poster = first.is_some_and(|asset| scope(asset) == Scope::Show);
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
        let same = content.assets.iter().position(|other| {
            other.role == asset.role && other.renditions.first().map(|row| row.root) == root
        });
        if let (Some(at), true) = (same, root.is_some())
            && let Some(same) = content.assets.get(at)
        {
            if scope(same) <= scope(&asset) {
                return Ok(same.id);
            }
            // The same picture stands for more than before.
            asset.id = same.id;
            content.assets.remove(at);
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
        let behind = |other: &AssetRow| {
            asset.role == AssetRole::Poster
                && other.role == AssetRole::Poster
                && scope(other) > scope(&asset)
        };
        let at = content.assets.iter().position(behind);
        let at = at.unwrap_or(content.assets.len());
        content.assets.insert(at, asset);
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
