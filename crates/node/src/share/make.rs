//! Making shares and taking them back.

use std::sync::Arc;

use dag::seal::{SealKey, WrappedKey, wrap_share_key};
use dag::share_link::ShareSecret;
use dag::share_proof::{LinkKeys, StretchedPassword};
use dag::{Block, Cid};
use library::{
    ItemId, ItemQuery, ReadLibrary, Secret, ShareId, SharePassword, ShareRow, ShareState,
    WriteLibrary,
};
use net::share::{LinkId, PasswordParams};

use super::prepare::{Prepare, failed};
use super::seal::{SealFile, random};
use super::{PIN_SHARED, Share, ShareRequest, bytes32, manifest};
use crate::events::Event;
use crate::import::outcome::{chain, write_failed};
use crate::jobs::{JobHandle, Meter, Outcome, Request, StartJob, Stop};
use crate::node::{Inner, Node};
use crate::policy::Blocked;
use crate::tasks::Lane;

/// The most items of one share: what a manifest may list.
const MAX_ITEMS: usize = dag::manifest::MAX_MEMBERS;
/// Argon2id for passwords: 64 MiB, three passes (RFC 9106, second recommended option).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// Why a share could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeShare {
    /// Nothing to share.
    #[error("nothing was chosen; nothing is shared")]
    NothingGiven,
    /// More than one share holds.
    #[error("a share holds at most {MAX_ITEMS} things; share them in parts; nothing is shared")]
    TooMany,
    /// An item or album is not there, or in the trash.
    #[error("there is no such item; nothing is shared")]
    UnknownItem,
    /// It would end before it begins.
    #[error("the end of the share lies in the past; nothing is shared")]
    EndsInThePast,
    /// A file says where it was made, and that cannot be taken out.
    #[error("{0:?} says where it was made in a way that cannot be taken out; nothing is shared")]
    PlaceStays(String),
    /// It is not known yet whether a file says where it was made.
    #[error("{0:?} is still being looked at; share it in a moment; nothing is shared")]
    NotLookedAt(String),
    /// A public share says under which licence.
    #[error("a public share needs a licence; nothing is shared")]
    NoLicence,
    /// Everybody may open a public share, for as long as it is not taken back.
    #[error("a public share has no password and no end; nothing is shared")]
    NotForPublic,
    /// A list blocks it.
    #[error("{0}; nothing is shared")]
    Blocked(Box<Blocked>),
    /// The password could not be stretched.
    #[error("there is not enough memory to protect the share with a password")]
    StretchPassword,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for the keys")]
    Randomness,
    /// The library could not be read.
    #[error("the library could not be read")]
    ReadLibrary(#[from] ReadLibrary),
    /// The share could not be written down.
    #[error("the share could not be written to the library")]
    WriteShare(#[from] WriteLibrary),
    /// Its preparation could not be started.
    #[error(transparent)]
    StartJob(#[from] StartJob),
}

/// Why a share could not be taken back or forgotten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeShare {
    /// There is no such share.
    #[error("there is no such share")]
    UnknownShare,
    /// The library could not be read.
    #[error("the library could not be read")]
    ReadLibrary(#[from] ReadLibrary),
    /// It could not be written down, so it is open as before.
    #[error("the change could not be written to the library; the share is as it was")]
    WriteShare(#[from] WriteLibrary),
}

/// Argon2id, version 0x13.
pub(super) fn stretch(password: &str, params: &PasswordParams) -> Option<StretchedPassword> {
    let settings =
        argon2::Params::new(params.memory_kib, params.passes, params.lanes, Some(32)).ok()?;
    let argon = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        settings,
    );
    let mut out = [0; 32];
    argon
        .hash_password_into(password.as_bytes(), &params.salt, &mut out)
        .ok()?;
    Some(StretchedPassword::new(out))
}

impl Node {
    /// Writes a share down and prepares it in the background. Its link is known at once, and opens
    /// when the share is ready.
    pub async fn share(&self, request: ShareRequest) -> Result<Share, MakeShare> {
        let inner = Arc::clone(&self.inner);
        let row = self
            .inner
            .tasks
            .blocking(Lane::Work, move || inner.new_share(request))
            .await?;
        let started = self
            .inner
            .begin(row.title.clone(), Request::Share { share: row.id })
            .await;
        if let Err(error) = started {
            let id = row.id;
            let _ = self.edit_shares(move |tx| tx.delete_share(id)).await;
            return Err(error.into());
        }
        let addresses = self.link_addresses().await;
        self.inner.events.send(Event::SharesChanged);
        Ok(self.inner.shown_share(&row, &addresses))
    }

    /// All shares of this home, newest first.
    pub async fn shares(&self) -> Result<Vec<Share>, ReadLibrary> {
        let rows = self.query(|view| view.shares()).await?;
        let addresses = self.link_addresses().await;
        let shown = rows
            .iter()
            .map(|row| self.inner.shown_share(row, &addresses));
        Ok(shown.collect())
    }

    /// Takes a share back, for good: nobody opens it any more, and who has it open is cut off.
    /// Copies that were made before remain where they are.
    pub async fn revoke_share(&self, id: ShareId) -> Result<Share, ChangeShare> {
        let row = self.query(move |view| view.share(id)).await?;
        let mut row = row.ok_or(ChangeShare::UnknownShare)?;
        row.state = ShareState::Revoked;
        row.revoked_at = row.revoked_at.or(Some(self.inner.now_ms()));
        let pinned = std::mem::take(&mut row.pinned);
        let written = row.clone();
        // Durable first: the link cannot be opened in between.
        self.edit_shares(move |tx| tx.put_share(written).map(drop))
            .await?;
        self.inner.serving.forget(id);
        self.inner.public.remove(id);
        self.inner.announced.stir();
        self.inner.networks.open_links().revoke(&LinkId(id.0));
        self.unpin_shared(id, pinned).await;
        self.inner.events.send(Event::SharesChanged);
        Ok(self.inner.shown_share(&row, &[]))
    }

    /// Takes a share back and strikes it from the list.
    pub async fn forget_share(&self, id: ShareId) -> Result<(), ChangeShare> {
        self.revoke_share(id).await?;
        self.edit_shares(move |tx| tx.delete_share(id)).await?;
        self.inner.events.send(Event::SharesChanged);
        Ok(())
    }

    async fn edit_shares<T, F>(&self, change: F) -> Result<T, WriteLibrary>
    where
        F: FnOnce(&mut library::Tx<'_>) -> Result<T, WriteLibrary> + Send + 'static,
        T: Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Query, move || inner.library.write(change))
            .await
    }

    async fn unpin_shared(&self, id: ShareId, roots: Vec<Cid>) {
        let inner = Arc::clone(&self.inner);
        let unpin = move || {
            let roots = inner.held_by_this_only(id, roots);
            inner.unpin_all(&roots, PIN_SHARED);
        };
        self.inner.tasks.blocking(Lane::Work, unpin).await;
    }
}

impl Inner {
    pub(super) fn unpin_all(&self, roots: &[Cid], name: &str) {
        let batch = self.store.batch();
        for root in roots {
            batch.unpin(root, Some(name));
        }
        if let Err(error) = batch.commit() {
            // They cost disk until the home is cleaned up, and nothing else.
            tracing::warn!(%error, "what a share kept stays pinned");
        }
    }

    fn new_share(self: &Arc<Self>, request: ShareRequest) -> Result<ShareRow, MakeShare> {
        let view = self.library.reader()?;
        let is_closed = request.expires_at.is_some()
            || request
                .password
                .as_ref()
                .is_some_and(|word| !word.is_empty());
        let mut items = request.items;
        let mut title = request.title;
        if let Some(album) = request.album {
            let album_row = view.album(album)?.ok_or(MakeShare::UnknownItem)?;
            title = title.or(Some(album_row.title));
            items = members_of(&view, album)?;
        }
        if items.is_empty() {
            return Err(MakeShare::NothingGiven);
        }
        if items.len() > MAX_ITEMS {
            return Err(MakeShare::TooMany);
        }
        let rows = view.rows(&items, None)?;
        if rows.len() != items.len() || rows.iter().any(|row| row.trashed_at.is_some()) {
            return Err(MakeShare::UnknownItem);
        }
        if request.expires_at.is_some_and(|at| at <= self.now_ms()) {
            return Err(MakeShare::EndsInThePast);
        }
        if !request.keep_location {
            self.check_places(&view, &rows)?;
        }
        let title = title.unwrap_or_else(|| match rows.as_slice() {
            [only] => only.title.clone(),
            more => format!("{} files", more.len()),
        });
        let publication = self.check_public(&request.public, &rows, is_closed)?;
        let lost = |_: SealFile| MakeShare::Randomness;
        let id = ShareId(self.fresh_id());
        let (secret, key) = (random::<32>().map_err(lost)?, random::<32>().map_err(lost)?);
        let mut row = ShareRow {
            id,
            state: ShareState::Preparing,
            title: manifest::one_line(&title),
            items,
            album: request.album,
            expires_at: request.expires_at,
            secret: Secret(secret.to_vec()),
            key: Secret(key.to_vec()),
            bytes: rows.iter().map(|row| row.size).sum(),
            keep_location: request.keep_location,
            created_at: self.now_ms(),
            ..ShareRow::default()
        };
        if let Some(publication) = publication {
            row.public = true;
            row.licence = Some(publication.licence);
            row.warning = publication.warning;
            // Nothing is sealed, and no link proves anything.
            (row.secret, row.key) = (Secret::default(), Secret::default());
            let written = row.clone();
            self.library.write(|tx| tx.put_share(written).map(drop))?;
            return Ok(row);
        }
        let password = request.password.filter(|password| !password.is_empty());
        let stretched = match &password {
            None => None,
            Some(password) => {
                let params = PasswordParams {
                    salt: random().map_err(lost)?,
                    memory_kib: MEMORY_KIB,
                    passes: PASSES,
                    lanes: LANES,
                };
                let stretched = stretch(password, &params).ok_or(MakeShare::StretchPassword)?;
                Some((params, stretched))
            }
        };
        let stretched_key = stretched.as_ref().map(|(_, stretched)| stretched);
        let keys = LinkKeys::derive(&id.0, &ShareSecret::new(secret), stretched_key);
        let nonce = random().map_err(lost)?;
        let wrapped: WrappedKey = wrap_share_key(&keys.wrap, nonce, &id.0, &SealKey::new(key));
        row.wrapped = Secret(wrapped.0.to_vec());
        if let (Some((params, _)), Some(proof)) = (&stretched, &keys.password) {
            row.password = Some(SharePassword {
                salt: params.salt.to_vec(),
                memory_kib: params.memory_kib,
                passes: params.passes,
                lanes: params.lanes,
                key: Secret(proof.expose().to_vec()),
                ..SharePassword::default()
            });
        }
        let written = row.clone();
        self.library.write(|tx| tx.put_share(written).map(drop))?;
        Ok(row)
    }

    /// The body of the job: seals every file, writes the manifests, makes the link work.
    pub(crate) fn work_share(self: &Arc<Self>, handle: &Arc<JobHandle>, id: ShareId) -> Outcome {
        let row = match self.library.reader().and_then(|view| view.share(id)) {
            Ok(Some(row)) if row.state == ShareState::Preparing => row,
            // Taken back, or ready before a kill could be journaled.
            Ok(_) => return Outcome::Done(None),
            Err(error) => return Outcome::Failed(chain(&error)),
        };
        Meter::set(&handle.meter.files_total, row.items.len() as u64);
        Meter::set(&handle.meter.bytes_total, row.bytes);
        let mut pinned = Vec::new();
        let prepared = match row.public {
            true => self
                .publish(handle, &row, &mut pinned)
                .map(|done| (done.manifest, Some(done.content))),
            false => self
                .prepare(handle, &row, &mut pinned)
                .map(|manifest| (manifest, None)),
        };
        let (state, message, outcome) = match prepared {
            Ok((manifest, content)) => {
                let mut ready = row.clone();
                let done = self.library.write(|tx| {
                    tx.change_share(id, |row| {
                        // Revoked while it was prepared: stays so.
                        if row.state == ShareState::Preparing {
                            row.state = ShareState::Ready;
                            row.manifest = Some(manifest);
                            row.content = content;
                            row.pinned.clone_from(&pinned);
                        }
                        ready = row.clone();
                    })
                });
                if done.is_ok() && ready.public && ready.state == ShareState::Ready {
                    self.open_to_all(&ready);
                    self.announced.stir();
                }
                self.events.send(Event::SharesChanged);
                return match done {
                    Ok(()) => Outcome::Done(None),
                    Err(error) => write_failed(&error),
                };
            }
            Err(Prepare::Stopped(stop)) => (None, None, Outcome::Stopped(stop)),
            Err(Prepare::Full(why)) => (None, None, Outcome::Paused(why)),
            Err(Prepare::Blocked(by)) => (
                Some(ShareState::Failed),
                Some(by.to_string()),
                Outcome::Blocked(by),
            ),
            Err(Prepare::Failed(message)) => (
                Some(ShareState::Failed),
                Some(message.clone()),
                Outcome::Failed(message),
            ),
        };
        self.unpin_all(&self.held_by_this_only(id, pinned), PIN_SHARED);
        let cancelled = matches!(outcome, Outcome::Stopped(Stop::Cancelled));
        let written = self.library.write(|tx| match state {
            _ if cancelled => tx.delete_share(id),
            Some(state) => tx.change_share(id, |row| {
                row.state = state;
                row.message = message;
            }),
            None => Ok(()),
        });
        self.events.send(Event::SharesChanged);
        match written {
            Ok(()) => outcome,
            Err(error) => write_failed(&error),
        }
    }

    fn prepare(
        self: &Arc<Self>,
        handle: &JobHandle,
        row: &ShareRow,
        pinned: &mut Vec<Cid>,
    ) -> Result<Cid, Prepare> {
        let share = bytes32(&row.key.0)
            .ok_or_else(|| Prepare::Failed("the share's key is damaged".to_owned()))?;
        let share = SealKey::new(share);
        let view = self.library.reader().map_err(failed)?;
        let mut members: Vec<(String, Block)> = Vec::with_capacity(row.items.len());
        for &item in &row.items {
            let Some(item_row) = view.rows(&[item], None).map_err(failed)?.pop() else {
                return Err(Prepare::Failed("a shared item is gone".to_owned()));
            };
            handle.meter.at(std::path::Path::new(&item_row.file_name));
            let keep = row.keep_location;
            let mut manifest = self.seal_item(handle, &view, &item_row, &share, keep, pinned)?;
            if row.items.len() == 1 && row.album.is_none() {
                manifest.title.clone_from(&row.title);
            }
            let block = manifest.encode().map_err(failed)?;
            members.push((item_row.file_name.clone(), block));
            Meter::add(&handle.meter.files_done, 1);
        }
        let batch = self.store.batch();
        let mut put = |block: &Block| -> Result<(), Prepare> {
            batch
                .put(block)
                .map_err(|error| Prepare::from(SealFile::from(error)))?;
            batch.pin_block(&block.cid, store::PinKind::BytesRequired, PIN_SHARED);
            pinned.push(block.cid);
            Ok(())
        };
        for (_, block) in &members {
            put(block)?;
        }
        let root = match members.as_slice() {
            [(_, only)] if row.album.is_none() => only.cid,
            _ => {
                let named = members.iter().map(|(name, block)| (name.clone(), block));
                let album = manifest::of_album(&row.title, named.collect());
                let block = album.encode().map_err(failed)?;
                put(&block)?;
                block.cid
            }
        };
        batch
            .commit()
            .map_err(|error| Prepare::from(SealFile::from(error)))?;
        Ok(root)
    }
}

fn members_of(view: &library::Reader, album: library::AlbumId) -> Result<Vec<ItemId>, ReadLibrary> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let page = view.items(&ItemQuery {
            album: Some(album),
            cursor,
            limit: 1000,
            ..ItemQuery::default()
        })?;
        items.extend(page.rows.iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() || items.len() > MAX_ITEMS {
            return Ok(items);
        }
    }
}
