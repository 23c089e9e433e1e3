//! Sharing by link: what this home gives away, and what it opens of others.
//!
//! What it is: the use cases over `net::share`, `dag::seal` and the library's share rows. A share is
//! journaled first and prepared as a job: every file is sealed where it lies (derived blocks, no
//! second copy), its manifest written, and only then can its link be opened.
//! What it is not: it proves no secret (`net::share` does) and answers no peer by itself
//! (`share::serve` does, by one rule).
//!
//! Invariants: a block is servable only from a share that this connection has opened; revoking is
//! durable before it is acknowledged, and acts on open connections at once; a share's roots are
//! never announced. A public share is its own word: everybody may fetch what it reaches, and its roots
//! are announced (`share::publish`, `share::announce`).

mod announce;
mod arrivals;
mod cache;
mod film;
mod keeper;
mod make;
mod manifest;
mod open;
mod patched;
mod places;
mod prepare;
mod public;
mod publish;
mod received;
mod remote;
mod save;
mod seal;
mod sealed;
mod serve;
mod strip;
mod supply;

use std::time::{Duration, SystemTime};

use dag::Cid;
use dag::share_link::{ShareLink, ShareSecret};
use library::{AlbumId, ItemId, ShareRow, ShareState};

pub(crate) use announce::{Announced, Log as AnnounceTimes};
pub(crate) use arrivals::{Arrivals, write_arrivals};
pub use library::ShareId;
pub use make::{ChangeShare, MakeShare};
pub use open::OpenShared;
pub(crate) use open::Opened;
pub(crate) use publish::resume;
pub use publish::{LICENCES, Publication};
pub use received::{Received, SharedEnd, SharedFile, SharedThing};
pub(crate) use remote::RemoteFile;
pub(crate) use serve::{Serving, ShareBlocks};

use crate::node::Inner;

/// The name of the pins that shares hold.
pub(crate) const PIN_SHARED: &str = "share";

/// What to share.
#[derive(Clone, Debug, Default)]
pub struct ShareRequest {
    /// Items, in order.
    pub items: Vec<ItemId>,
    /// Or all of an album, which gives the title too.
    pub album: Option<AlbumId>,
    /// What it is called; the item's title when there is none.
    pub title: Option<String>,
    /// Asked of whoever opens it.
    pub password: Option<String>,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// Leaves the place in photos.
    pub keep_location: bool,
    /// Gives it to everybody instead of to who has the link.
    pub public: Option<Publication>,
}

/// One share of this home.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// Where it stands.
    pub state: ShareState,
    /// What it is called.
    pub title: String,
    /// What it shares.
    pub items: Vec<ItemId>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it ends by itself.
    pub expires_at: Option<i64>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
    /// The link, while it can be opened or is being prepared.
    pub link: Option<String>,
    /// Everybody may have it; what it says of itself.
    pub public: Option<Publication>,
    /// The manifest of a public share that is ready.
    pub root: Option<Cid>,
    /// Its file, or the folder of its files, for programs that know no manifests.
    pub content: Option<Cid>,
    /// It asks for a password.
    pub has_password: bool,
    /// The place stays in its photos.
    pub keep_location: bool,
    /// Bytes of its files.
    pub bytes: u64,
    /// Who has it open now.
    pub open_now: usize,
    /// Why it failed.
    pub message: Option<String>,
}

pub(crate) fn system_time(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

pub(crate) fn unix_ms(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

pub(crate) fn bytes32(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

impl Inner {
    /// A share as people see it. `addresses` are where this node can be dialled now.
    pub(crate) fn shown_share(&self, row: &ShareRow, addresses: &[String]) -> Share {
        let over = matches!(row.state, ShareState::Revoked | ShareState::Failed)
            || row.expires_at.is_some_and(|at| at <= self.now_ms());
        let link = (!over).then(|| match row.public {
            true => self.public_link_of(row),
            false => self.link_of(row, addresses),
        });
        let link = link.flatten();
        let is_ready = row.public && row.state == ShareState::Ready;
        let open = self.networks.open_links();
        Share {
            id: row.id,
            state: row.state,
            title: row.title.clone(),
            items: row.items.clone(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            link,
            public: row.public.then(|| Publication {
                licence: row.licence.clone().unwrap_or_default(),
                warning: row.warning.clone(),
            }),
            root: row.manifest.filter(|_| is_ready),
            content: row.content.filter(|_| is_ready),
            has_password: row.password.is_some(),
            keep_location: row.keep_location,
            bytes: row.bytes,
            open_now: open.peers(&net::share::LinkId(row.id.0)).len(),
            message: row.message.clone(),
        }
    }

    /// Leads to the manifest of a public share that is ready.
    fn public_link_of(&self, row: &ShareRow) -> Option<String> {
        let root = row.manifest.filter(|_| row.state == ShareState::Ready)?;
        let scheme = match self.networks.wide_named() {
            Some((_, "open")) => "ipfs",
            _ => "btfs",
        };
        Some(format!("{scheme}://{root}"))
    }

    fn link_of(&self, row: &ShareRow, addresses: &[String]) -> Option<String> {
        let link = ShareLink {
            profile: dag::share_link::Profile::Direct,
            peer: bs58::decode(&self.identity().peer_id).into_vec().ok()?,
            addresses: addresses.to_vec(),
            relays: Vec::new(),
            id: row.id.0,
            secret: ShareSecret::new(bytes32(&row.secret.0)?),
        };
        link.print().ok().map(|text| text.to_string())
    }
}
