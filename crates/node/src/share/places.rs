//! Which files say where they were made, and whether they can be made to forget it.

use std::sync::Arc;

use library::{AssetRole, ItemId, ItemRow, ReadLibrary};

use super::make::MakeShare;
use super::prepare::{Prepare, failed};
use super::seal::SealFile;
use super::strip::{self, Stripped};
use crate::node::Inner;
use crate::stream::Source;

impl Inner {
    /// Refuses what says where it was made and cannot be made to forget it.
    pub(super) fn check_places(
        self: &Arc<Self>,
        view: &library::Reader,
        rows: &[ItemRow],
    ) -> Result<(), MakeShare> {
        for row in rows {
            let may_have_one = row.mime.starts_with("image/") || row.mime.starts_with("video/");
            if may_have_one && !row.probed {
                return Err(MakeShare::NotLookedAt(row.title.clone()));
            }
            // What is written anew is read by the job that does so; of others only little is.
            let can = match row.mime.as_str() {
                "image/jpeg" | "image/png" | "image/webp" if row.size <= strip::MAX_WHOLE => true,
                _ if may_have_one => self.can_forget(view, row)?,
                _ => true,
            };
            if !can {
                return Err(MakeShare::PlaceStays(row.title.clone()));
            }
        }
        Ok(())
    }

    /// Whether a file says no place, or one that can be taken out.
    fn can_forget(
        self: &Arc<Self>,
        view: &library::Reader,
        row: &ItemRow,
    ) -> Result<bool, ReadLibrary> {
        let assets = view.assets(row.id)?;
        let main = assets.iter().find(|asset| asset.role == AssetRole::Main);
        let original = main.and_then(|asset| asset.renditions.first());
        // Whether its disk is there is said by the job.
        let source = original.and_then(|original| {
            let source = self.source_of(row.id, original).ok()?;
            Some((source, original.size))
        });
        let Some((source, size)) = source else {
            return Ok(true);
        };
        let has_place = has_place(view, row.id)?;
        let stripped = strip::strip(&source, size, &row.mime, 1, has_place);
        Ok(stripped.is_err() || stripped.is_ok_and(|stripped| stripped.is_some()))
    }

    /// What is to be done with an item's file of `size` bytes before it is shared.
    pub(super) fn strip_item(
        &self,
        view: &library::Reader,
        row: &ItemRow,
        source: &Source,
        size: u64,
    ) -> Result<Stripped, Prepare> {
        let has_place = has_place(view, row.id).map_err(failed)?;
        let turn = orientation(view, row.id);
        let stripped = strip::strip(source, size, &row.mime, turn, has_place);
        stripped
            .map_err(SealFile::from)?
            .ok_or_else(|| Prepare::Failed(MakeShare::PlaceStays(row.title.clone()).to_string()))
    }
}

fn has_place(view: &library::Reader, item: ItemId) -> Result<bool, ReadLibrary> {
    let facts = view.item(item, None)?.and_then(|detail| detail.facts);
    Ok(facts.is_some_and(|facts| facts.latitude.is_some() || facts.longitude.is_some()))
}

fn orientation(view: &library::Reader, item: ItemId) -> u8 {
    let facts = view
        .item(item, None)
        .ok()
        .flatten()
        .and_then(|detail| detail.facts);
    facts
        .and_then(|facts| facts.probe.get("orientation")?.as_u64())
        .and_then(|value| u8::try_from(value).ok())
        .unwrap_or(1)
}
