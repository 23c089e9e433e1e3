//! The whole catalogue as JSON, and back.
//!
//! Everything is in the order of its id or path, one row a line, so the same
//! library always gives the same bytes. Only inputs are written: what follows
//! from them (titles from names, indices, counters) is computed again. Jobs, the
//! search index and this device's own identity stay out.
//!
//! Both directions hold one row at a time. The lists come in a fixed order (see
//! [`LISTS`]), because later ones refer to earlier ones.

use cid::Cid;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::ids::{AlbumId, FolderId, ItemId, PersonId, ShowId};
use crate::model::{AssetRow, LocationState, MediaClass, OriginRow, cid_text};
use crate::path::RawPath;
use crate::row::Unknown;
use crate::tx::albums::{Membership, ShowFacts};
use crate::user::{AlbumFacts, UserFacts};

mod export;
mod import;

pub(crate) use self::export::export;
pub(crate) use self::import::import;

/// The format this version writes.
const FORMAT: u32 = 1;
/// Number of [`Facts::probe`] in its row.
const PROBE: u32 = 19;
/// The lists of an export, in their order.
const LISTS: [&str; 8] = [
    "people",
    "folders",
    "items",
    "origins",
    "user_facts",
    "shows",
    "albums",
    "album_items",
];

/// The inputs of a record.
#[derive(Serialize, Deserialize)]
struct ItemPart {
    id: ItemId,
    class: MediaClass,
    mime: String,
    #[serde(with = "cid_text")]
    root: Cid,
    size: u64,
    path: RawPath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<FolderId>,
    added_at: i64,
    file_time: i64,
    thumbhash: String,
    has_preview: bool,
    has_poster: bool,
    state: LocationState,
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    unknown: Unknown,
    assets: Vec<AssetRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
    /// The probe as the text that is stored: numbers in it pass unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probe: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct OriginPart {
    path: RawPath,
    #[serde(flatten)]
    origin: OriginRow,
}

#[derive(Serialize, Deserialize)]
struct FactsPart {
    item: ItemId,
    person: PersonId,
    #[serde(flatten)]
    facts: UserFacts,
}

#[derive(Serialize, Deserialize)]
struct ShowPart {
    id: ShowId,
    #[serde(flatten)]
    facts: ShowFacts,
}

#[derive(Serialize, Deserialize)]
struct AlbumPart {
    id: AlbumId,
    #[serde(flatten)]
    facts: AlbumFacts,
}

#[derive(Serialize, Deserialize)]
struct MemberPart {
    album: AlbumId,
    item: ItemId,
    #[serde(flatten)]
    membership: Membership,
}
