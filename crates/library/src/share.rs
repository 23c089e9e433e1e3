//! Shares that this home made, and those of others that it opened.
//!
//! Rows only: what a link proves, what is sealed and who may fetch it is decided elsewhere. The
//! secrets are in the rows because a link must be shown again, and opened again after a restart;
//! whoever reads this file reads the library anyway.

use crate::config::ReadLibrary;
use crate::ids::{AlbumId, ItemId, ShareId};
use crate::kv::{Kv, T};
use crate::query::Order;
use crate::reader::{Answer, Reader, go_on};
use crate::row::{Field, Row, Unknown, coded, row};
use crate::tx::{Tx, Written, missing};

/// Bytes that nobody else may see: `Debug` does not show them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Field for Secret {
    fn absent(&self) -> bool {
        self.0.is_empty()
    }
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Vec::take(bytes).map(Self)
    }
}

/// Where a share stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ShareState {
    /// Its files are being sealed; nobody can open it yet.
    #[default]
    Preparing,
    /// It can be opened.
    Ready,
    /// It was taken back, for good.
    Revoked,
    /// It could not be made; `message` says why.
    Failed,
}
coded!(ShareState, Failed { 1 Preparing, 2 Ready, 3 Revoked, 4 Failed });

/// How the password of a link is stretched, and what proves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharePassword {
    /// Random, 16 bytes.
    pub salt: Vec<u8>,
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// The key that proves it, 32 bytes.
    pub key: Secret,
    /// Fields from a newer version.
    pub unknown: Unknown,
}
row!(SharePassword { 1 salt, 2 memory_kib, 3 passes, 4 lanes, 5 key });

/// One share of this home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareRow {
    /// Its id, which is the id in its link.
    pub id: ShareId,
    /// Where it stands.
    pub state: ShareState,
    /// What it is called for those who open it.
    pub title: String,
    /// What is shared, in order.
    pub items: Vec<ItemId>,
    /// The album that it was made from.
    pub album: Option<AlbumId>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it ends by itself.
    pub expires_at: Option<i64>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
    /// The secret in the link, 32 bytes.
    pub secret: Secret,
    /// The key that wraps the keys of its files, 32 bytes.
    pub key: Secret,
    /// That key, wrapped for the link, when a password is part of the wrapping.
    pub wrapped: Secret,
    /// What has to be proved besides the secret.
    pub password: Option<SharePassword>,
    /// Its manifest, once it is ready.
    pub manifest: Option<cid::Cid>,
    /// Roots that are pinned for it.
    pub pinned: Vec<cid::Cid>,
    /// Bytes of its files, before sealing.
    pub bytes: u64,
    /// Location data stays in its photos.
    pub keep_location: bool,
    /// Everybody may have it.
    pub public: bool,
    /// Under which licence, when it is public.
    pub licence: Option<String>,
    /// What it warns of, when it is public.
    pub warning: Option<String>,
    /// Its file, or the folder of its files, when it is public and ready.
    pub content: Option<cid::Cid>,
    /// Why it failed.
    pub message: Option<String>,
    /// Fields from a newer version.
    pub unknown: Unknown,
}
row!(ShareRow {
    1 id, 2 state, 3 title, 4 items, 5 album, 6 created_at, 7 expires_at, 8 revoked_at, 9 secret,
    10 key, 11 wrapped, 12 password, 13 manifest, 14 pinned, 15 bytes, 16 keep_location,
    17 message, 18 public, 19 licence, 20 warning, 21 content,
});

/// A share of somebody else that was opened here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedRow {
    /// The id in its link.
    pub id: ShareId,
    /// The link.
    pub link: String,
    /// Proves the password again, 32 bytes; empty when there is none.
    pub password_key: Secret,
    /// What it is called: a stranger's words.
    pub title: String,
    /// Its manifest.
    pub manifest: Option<cid::Cid>,
    /// The key that wraps the keys of its files, 32 bytes.
    pub key: Secret,
    /// Bytes of its files.
    pub bytes: u64,
    /// When it was opened first, Unix milliseconds.
    pub opened_at: i64,
    /// When it ends by itself.
    pub expires_at: Option<i64>,
    /// Roots that are kept for it.
    pub pinned: Vec<cid::Cid>,
    /// When a file of it was read last, Unix milliseconds; 0 when none was.
    pub watched_at: i64,
    /// What it is, as manifests call it; empty when it was opened by an earlier version.
    pub kind: String,
    /// How many things it holds.
    pub count: u32,
    /// Which of its things has a picture that stands for it.
    pub poster: Option<u32>,
    /// When all of it was taken into the library, Unix milliseconds.
    pub saved_at: Option<i64>,
    /// What its maker warns of.
    pub warning: Option<String>,
    /// Fields from a newer version.
    pub unknown: Unknown,
}
row!(ReceivedRow {
    1 id, 2 link, 3 password_key, 4 title, 5 manifest, 6 key, 7 bytes, 8 opened_at, 9 expires_at,
    10 pinned, 11 watched_at, 12 kind, 13 count, 14 poster, 15 saved_at, 16 warning,
});

impl Tx<'_> {
    /// Writes a share, new or changed. An id that is all zero is filled in, so is a missing time.
    ///
    /// # Errors
    /// The database failed.
    pub fn put_share(&mut self, mut share: ShareRow) -> Written<ShareId> {
        if share.id == ShareId::default() {
            share.id = ShareId(self.new_id());
        }
        if share.created_at == 0 {
            share.created_at = self.now();
        }
        self.kv.put_row(T::Shares, &share.id.0, &share)?;
        Ok(share.id)
    }

    /// Changes a share.
    ///
    /// # Errors
    /// There is no such share, or the database failed.
    pub fn change_share(&mut self, id: ShareId, change: impl FnOnce(&mut ShareRow)) -> Written<()> {
        let mut row: ShareRow = self
            .kv
            .row(T::Shares, &id.0)?
            .ok_or_else(|| missing("share", id))?;
        change(&mut row);
        self.kv.put_row(T::Shares, &id.0, &row)
    }

    /// Forgets a share.
    ///
    /// # Errors
    /// The database failed.
    pub fn delete_share(&mut self, id: ShareId) -> Written<()> {
        self.kv.remove(T::Shares, &id.0)
    }

    /// One share that was opened here.
    ///
    /// # Errors
    /// The database failed.
    pub fn received(&self, id: ShareId) -> Written<Option<ReceivedRow>> {
        Ok(self.kv.row(T::Received, &id.0)?)
    }

    /// Writes an opened share, new or changed.
    ///
    /// # Errors
    /// The database failed.
    pub fn put_received(&mut self, row: &ReceivedRow) -> Written<()> {
        self.kv.put_row(T::Received, &row.id.0, row)
    }

    /// Forgets an opened share.
    ///
    /// # Errors
    /// The database failed.
    pub fn delete_received(&mut self, id: ShareId) -> Written<()> {
        self.kv.remove(T::Received, &id.0)
    }
}

impl Reader {
    /// All shares of this home, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn shares(&self) -> Answer<Vec<ShareRow>> {
        let mut rows: Vec<ShareRow> = self.all_rows(T::Shares)?;
        rows.sort_by_key(|row| (std::cmp::Reverse(row.created_at), row.id));
        Ok(rows)
    }

    /// One share of this home.
    ///
    /// # Errors
    /// The database failed.
    pub fn share(&self, id: ShareId) -> Answer<Option<ShareRow>> {
        self.kv.row(T::Shares, &id.0)
    }

    /// All shares that were opened here, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn all_received(&self) -> Answer<Vec<ReceivedRow>> {
        let mut rows: Vec<ReceivedRow> = self.all_rows(T::Received)?;
        rows.sort_by_key(|row| (std::cmp::Reverse(row.opened_at), row.id));
        Ok(rows)
    }

    /// One share that was opened here.
    ///
    /// # Errors
    /// The database failed.
    pub fn received(&self, id: ShareId) -> Answer<Option<ReceivedRow>> {
        self.kv.row(T::Received, &id.0)
    }

    fn all_rows<R: Row>(&self, table: T) -> Answer<Vec<R>> {
        let mut rows = Vec::new();
        self.kv
            .scan(table, &[], &[], Order::Ascending, |_, value| {
                rows.push(R::from_row(value).ok_or(ReadLibrary::DecodeRow {
                    table: table.name(),
                })?);
                Ok(go_on(true))
            })?;
        Ok(rows)
    }
}
