//! Which files say where they were made, and which of those can be made to forget it.

use library::{ItemId, ItemRow, ReadLibrary};

use super::make::MakeShare;
use crate::node::Inner;

/// A photo up to this long is stripped of its place in memory.
const MAX_STRIPPED: u64 = 256 << 20;

impl Inner {
    /// Refuses what says where it was made and cannot be made to forget it.
    pub(super) fn check_places(
        &self,
        view: &library::Reader,
        rows: &[ItemRow],
    ) -> Result<(), MakeShare> {
        for row in rows {
            let may_have_one = row.mime.starts_with("image/") || row.mime.starts_with("video/");
            if may_have_one && !row.probed {
                return Err(MakeShare::NotLookedAt(row.title.clone()));
            }
            let has_place = has_place(view, row.id)?;
            if has_place && (row.mime != "image/jpeg" || row.size > MAX_STRIPPED) {
                return Err(MakeShare::PlaceStays(row.title.clone()));
            }
        }
        Ok(())
    }
}

pub(super) fn has_place(view: &library::Reader, item: ItemId) -> Result<bool, ReadLibrary> {
    let facts = view.item(item, None)?.and_then(|detail| detail.facts);
    Ok(facts.is_some_and(|facts| facts.latitude.is_some() || facts.longitude.is_some()))
}

pub(super) fn orientation(view: &library::Reader, item: ItemId) -> u8 {
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
