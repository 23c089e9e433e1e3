//! Public shares: plain files that anybody may fetch, with a manifest that says what they are.
//!
//! What it is: their preparation (nothing is sealed, and of what says where it was made as much is
//! stored once more as changes without that), and what they reach while they are ready. The item's own root is
//! what is shared, so other nodes compute the same address.
//! What it is not: it tells nobody (`share::announce` does) and answers no peer (`share::serve`).
//!
//! Invariant: a share is written down as ready before its blocks are anybody's, and as taken back
//! before they cease to be.

use std::collections::HashSet;
use std::sync::Arc;

use dag::directory::DirectoryBuilder;
use dag::manifest::{Content, Manifest};
use dag::{Block, Cid, CidVersion, FileShape};
use library::{AssetRole, ItemRow, ReadLibrary, ShareId, ShareRow, ShareState};
use store::PinKind;

use super::make::MakeShare;
use super::prepare::{Prepare, failed};
use super::strip::Stripped;
use super::{PIN_SHARED, manifest, patched};
use crate::content::{Adder, pin_failed};
use crate::jobs::{JobHandle, Meter, Stop};
use crate::node::{Inner, Node};
use crate::policy::PolicyAction;
use crate::tasks::Lane;

/// Licences that are offered, by their SPDX names where they have one; any other text of one line is
/// taken as well.
pub const LICENCES: [&str; 9] = [
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-NC-ND-4.0",
    "public-domain",
    "all-rights-reserved",
];

/// What a public share says of what it shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// Under which licence: one of [`LICENCES`], or another text of one line.
    pub licence: String,
    /// What somebody may not want to see.
    pub warning: Option<String>,
}

/// A public share that is ready.
pub(super) struct Published {
    pub(super) manifest: Cid,
    /// The file, or the folder of all files, for programs that know no manifests.
    pub(super) content: Cid,
}

/// Texts as a manifest may have them; `None` when there is no licence.
fn checked(publication: &Publication) -> Option<Publication> {
    let licence = manifest::one_line(&publication.licence);
    let warning = publication.warning.as_deref().map(manifest::one_line);
    (!licence.is_empty()).then_some(Publication {
        licence,
        warning: warning.filter(|warning| !warning.is_empty()),
    })
}

impl Inner {
    /// What a public share says, when it is one and may be made.
    pub(super) fn check_public(
        &self,
        asked: &Option<Publication>,
        rows: &[ItemRow],
        is_closed: bool,
    ) -> Result<Option<Publication>, MakeShare> {
        let Some(asked) = asked else { return Ok(None) };
        if is_closed {
            return Err(MakeShare::NotForPublic);
        }
        for row in rows {
            self.policy
                .check(&row.root, PolicyAction::Publish)
                .map_err(MakeShare::Blocked)?;
        }
        checked(asked).map(Some).ok_or(MakeShare::NoLicence)
    }

    /// Stores and pins what a public share is made of.
    pub(super) fn publish(
        self: &Arc<Self>,
        handle: &JobHandle,
        row: &ShareRow,
        pinned: &mut Vec<Cid>,
    ) -> Result<Published, Prepare> {
        let view = self.library.reader().map_err(failed)?;
        let mut members: Vec<(String, Block)> = Vec::with_capacity(row.items.len());
        let mut folder = DirectoryBuilder::new();
        let mut names = HashSet::new();
        let mut only = None;
        for &item in &row.items {
            handle.control.checkpoint().map_err(Prepare::Stopped)?;
            let Some(item_row) = view.rows(&[item], None).map_err(failed)?.pop() else {
                return Err(Prepare::Failed("a shared item is gone".to_owned()));
            };
            handle.meter.at(std::path::Path::new(&item_row.file_name));
            let mut said = self.publish_item(handle, &view, &item_row, row, pinned)?;
            if row.items.len() == 1 && row.album.is_none() {
                said.title.clone_from(&row.title);
            }
            let root = said.renditions.first().map(|first| first.content.root);
            let root = root.ok_or_else(|| Prepare::Failed("it has no file".to_owned()))?;
            only = Some(root);
            let name = manifest::unique(&item_row.file_name, &mut names);
            let bytes = self.stat_content(root).map_err(Prepare::from)?.cumulative;
            folder.add(&name, root, bytes).map_err(failed)?;
            members.push((item_row.file_name.clone(), said.encode().map_err(failed)?));
            Meter::add(&handle.meter.files_done, 1);
        }
        let mut adder = Adder::new(self, FileShape::default(), false);
        let mut keep = |adder: &mut Adder<'_>, block: &Block| -> Result<(), Prepare> {
            adder.put(block)?;
            adder.pin_block(&block.cid, PIN_SHARED);
            pinned.push(block.cid);
            Ok(())
        };
        for (_, block) in &members {
            keep(&mut adder, block)?;
        }
        let (manifest, content) = match (members.as_slice(), only) {
            ([(_, block)], Some(root)) if row.album.is_none() => (block.cid, root),
            _ => {
                let named = members.iter().map(|(name, block)| (name.clone(), block));
                let mut album = manifest::of_album(&row.title, named.collect());
                say(&mut album, row);
                let block = album.encode().map_err(failed)?;
                keep(&mut adder, &block)?;
                let folder = adder.directory(folder, CidVersion::V0)?.block.cid;
                adder.pin(&folder, PinKind::ReferenceOk, PIN_SHARED);
                pinned.push(folder);
                (block.cid, folder)
            }
        };
        adder.commit()?;
        for root in [&manifest, &content] {
            self.policy
                .check(root, PolicyAction::Publish)
                .map_err(Prepare::Blocked)?;
        }
        Ok(Published { manifest, content })
    }

    /// One item: its file as it is, or without its place, pinned; and its manifest.
    fn publish_item(
        self: &Arc<Self>,
        handle: &JobHandle,
        view: &library::Reader,
        row: &ItemRow,
        share: &ShareRow,
        pinned: &mut Vec<Cid>,
    ) -> Result<Manifest, Prepare> {
        let assets = view.assets(row.id).map_err(failed)?;
        let original = assets
            .iter()
            .find(|asset| asset.role == AssetRole::Main)
            .and_then(|asset| asset.renditions.first())
            .ok_or_else(|| Prepare::Failed("a shared item has no file".to_owned()))?;
        let stops = || handle.control.stopped().is_some() || self.tasks.is_stopping();
        let pin = |root: Cid, pinned: &mut Vec<Cid>| -> Result<(), Prepare> {
            let done = self
                .store
                .pin_complete(&[root], PinKind::ReferenceOk, PIN_SHARED, &stops);
            done.map_err(|error| match handle.control.stopped() {
                Some(stop @ Stop::Cancelled) => Prepare::Stopped(stop),
                _ => Prepare::from(pin_failed(error)),
            })?;
            pinned.push(root);
            Ok(())
        };
        let source = self.source_of(row.id, original)?;
        let stripped = match share.keep_location {
            true => Stripped::AsItIs,
            false => self.strip_item(view, row, &source, original.size)?,
        };
        let (root, role, size) = match stripped {
            Stripped::Whole(bytes) => {
                let root = self.put_plain(&bytes, pinned)?;
                (root, "stripped", bytes.len() as u64)
            }
            Stripped::Patched(patches) => {
                let (root, size) = (original.root, original.size);
                let (root, adder) = patched::put(self, &source, root, size, &patches)?;
                pin(root, pinned)?;
                adder.commit()?;
                (root, "stripped", size)
            }
            Stripped::AsItIs => {
                pin(original.root, pinned)?;
                (original.root, "original", original.size)
            }
        };
        Meter::add(&handle.meter.bytes_done, original.size);
        self.check_below(root)?;
        let poster = match self.preview_now(row.id) {
            None => None,
            Some(preview) => {
                let root = self.put_plain(&preview.bytes, pinned)?;
                Some(plain(root, preview.bytes.len() as u64, preview.mime))
            }
        };
        let file = plain(root, size, &row.mime);
        let mut said = manifest::of_item(row, role, file, poster);
        say(&mut said, share);
        Ok(said)
    }

    /// Stores bytes as a file of their own, pinned.
    fn put_plain(&self, bytes: &[u8], pinned: &mut Vec<Cid>) -> Result<Cid, Prepare> {
        let mut adder = Adder::new(self, FileShape::default(), false);
        let root = adder.file(bytes)?.cid;
        adder.pin(&root, PinKind::BytesRequired, PIN_SHARED);
        adder.commit()?;
        pinned.push(root);
        Ok(root)
    }

    /// Refuses a file any block of which is on a list.
    fn check_below(&self, root: Cid) -> Result<(), Prepare> {
        let mut found = None;
        self.below(vec![root], &mut |cid| {
            if found.is_none() {
                found = self.policy.check(cid, PolicyAction::Publish).err();
            }
        });
        match found {
            None => Ok(()),
            Some(blocked) => Err(Prepare::Blocked(blocked)),
        }
    }

    /// Calls `each` for everything below `open`, once. Leaves are known by their parents and not read.
    fn below(&self, mut open: Vec<Cid>, each: &mut dyn FnMut(&Cid)) {
        let mut seen = HashSet::new();
        while let Some(cid) = open.pop() {
            if !seen.insert(self.public.key(&cid)) {
                continue;
            }
            each(&cid);
            if cid.codec() == dag::Codec::Raw.code() {
                continue;
            }
            if let Ok(Some(bytes)) = self.store.get(&cid) {
                open.extend(dag::links(&cid, &bytes).unwrap_or_default());
            }
        }
    }

    /// Lets everybody have what a share reaches, if it is still one. Blocking.
    pub(super) fn open_to_all(&self, row: &ShareRow) {
        let mut keys = Vec::new();
        self.below(row.pinned.clone(), &mut |cid| {
            keys.push(self.public.key(cid))
        });
        self.public.add(row.id, keys);
        // Taken back in between: that was written down first.
        let now = self.library.reader().and_then(|view| view.share(row.id));
        if !now.is_ok_and(|now| now.is_some_and(|now| now.state == ShareState::Ready)) {
            self.public.remove(row.id);
        }
    }

    /// Of these, what no other share holds on to.
    pub(super) fn held_by_this_only(&self, id: ShareId, mut roots: Vec<Cid>) -> Vec<Cid> {
        let rows = self.library.reader().and_then(|view| view.shares());
        // What is not known is kept.
        let rows = match rows {
            Ok(rows) => rows,
            Err(_) => return Vec::new(),
        };
        let others = rows.iter().filter(|row| row.id != id);
        let held: HashSet<&Cid> = others.flat_map(|row| &row.pinned).collect();
        roots.retain(|root| !held.contains(root));
        roots
    }
}

/// After a start: what public shares reach is anybody's again, and is announced.
pub(crate) fn resume(inner: &Arc<Inner>) {
    let task = Arc::clone(inner);
    inner.tasks.spawn("public-shares", async move {
        let inner = Arc::clone(&task);
        let open = move || match inner.library.reader().and_then(|view| view.shares()) {
            Ok(rows) => {
                let ready = |row: &&ShareRow| row.public && row.state == ShareState::Ready;
                for row in rows.iter().filter(ready) {
                    if inner.tasks.is_stopping() {
                        return;
                    }
                    inner.open_to_all(row);
                }
            }
            Err(error) => tracing::warn!(%error, "public shares could not be read"),
        };
        task.tasks.blocking(Lane::Work, open).await;
        super::announce::follow(&task).await;
    });
}

impl Node {
    /// The manifests and contents of public shares that are ready.
    pub async fn public_roots(&self) -> Result<Vec<Cid>, ReadLibrary> {
        let rows = self.query(|view| view.shares()).await?;
        let ready = |row: &ShareRow| row.public && row.state == ShareState::Ready;
        let rows = rows.into_iter().filter(ready);
        Ok(rows
            .flat_map(|row| row.manifest.into_iter().chain(row.content))
            .collect())
    }
}

fn plain(root: Cid, size: u64, mime: &str) -> Content {
    Content {
        root,
        size,
        mime: mime.to_owned(),
        seal: None,
        extra: Default::default(),
    }
}

fn say(said: &mut Manifest, share: &ShareRow) {
    said.licence.clone_from(&share.licence);
    said.content_warning.clone_from(&share.warning);
}
