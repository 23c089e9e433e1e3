//! The items of a share by link: their files and their pictures, sealed, and what they are.

use std::sync::Arc;

use dag::Cid;
use dag::manifest::{Content, Manifest};
use dag::seal::SealKey;
use library::{AssetRole, ItemId, ItemRow};

use super::manifest;
use super::prepare::{Prepare, failed};
use super::seal::{Sealed, in_place};
use super::strip::Stripped;
use crate::jobs::{JobHandle, Meter};
use crate::node::Inner;

impl Inner {
    /// Seals one item, without its place unless that is kept; what it stores is pinned.
    pub(super) fn seal_item(
        self: &Arc<Self>,
        handle: &JobHandle,
        view: &library::Reader,
        row: &ItemRow,
        share: &SealKey,
        keep_location: bool,
        pinned: &mut Vec<Cid>,
    ) -> Result<Manifest, Prepare> {
        let assets = view.assets(row.id).map_err(failed)?;
        let original = assets
            .iter()
            .find(|asset| asset.role == AssetRole::Main)
            .and_then(|asset| asset.renditions.first())
            .ok_or_else(|| Prepare::Failed("a shared item has no file".to_owned()))?;
        let source = self.source_of(row.id, original)?;
        let stripped = match keep_location {
            true => Stripped::AsItIs,
            false => self.strip_item(view, row, &source, original.size)?,
        };
        let (sealed, role, size) = match stripped {
            Stripped::Whole(bytes) => {
                Meter::add(&handle.meter.bytes_done, original.size);
                let sealed = super::seal::bytes(&self.store, &bytes)?;
                (sealed, "stripped", bytes.len() as u64)
            }
            other => {
                let (patches, role) = other.patches();
                let (root, size) = (original.root, original.size);
                let (control, meter) = (&handle.control, &handle.meter);
                let sealed = in_place(&self.store, &source, root, size, &patches, control, meter)?;
                (sealed, role, size)
            }
        };
        pinned.push(sealed.root);
        let file = manifest::content(share, &sealed, size, &row.mime)?;
        let poster = self.seal_poster(row.id, share, pinned)?;
        Ok(manifest::of_item(row, role, file, poster))
    }

    /// The preview that stands for an item, if there is one. It holds no metadata.
    fn seal_poster(
        &self,
        item: ItemId,
        share: &SealKey,
        pinned: &mut Vec<Cid>,
    ) -> Result<Option<Content>, Prepare> {
        let Some(preview) = self.preview_now(item) else {
            return Ok(None);
        };
        let sealed: Sealed = super::seal::bytes(&self.store, &preview.bytes)?;
        pinned.push(sealed.root);
        let size = preview.bytes.len() as u64;
        Ok(Some(manifest::content(share, &sealed, size, preview.mime)?))
    }
}
