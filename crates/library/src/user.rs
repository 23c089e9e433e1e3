//! User facts: what people say about items, and how devices agree on it.
//!
//! Each fact carries a [`Stamp`] (hybrid logical time and device). Merging two
//! copies keeps the fact with the later stamp; equal stamps fall back to the
//! value's bytes, so merging is commutative, associative and idempotent.
//! Facts everybody shares (title, kind, trash...) are kept under
//! [`crate::PersonId::EVERYONE`]; favourite, rating and progress under a person.
//! A probe never touches any of them.
//!
//! Clocks can be wrong, and a stamp far in the future would win for years. Three
//! rules keep that small, and none of them looks at a clock when two copies are
//! merged, so that all devices come to the same answer:
//! - A stamp after [`LATEST`] (the year 2200) is no time: a merge counts it as the
//!   earliest there is, so it fills a gap and never replaces an edit.
//! - An edit is stamped later than the edit it replaces, whatever the clock says.
//! - A device's own clock follows the stamps it sees by a day at most.

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, FolderId, ItemId, PersonId};
use crate::model::ItemKind;
use crate::row::{Field, Unknown, put_field, row};

/// When and where an edit was made.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Stamp {
    /// Hybrid logical time: unix ms in the upper 48 bits, a counter below.
    pub hlc: u64,
    /// The device that made the edit.
    pub device: DeviceId,
}

/// The latest time an edit can have: 2200-01-01, as hybrid logical time.
pub(crate) const LATEST: u64 = 7_258_118_400_000 << 16;

/// How far a device's clock follows stamps from elsewhere, in ms.
pub(crate) const MOST_AHEAD_MS: u64 = 86_400_000;

impl Stamp {
    /// The stamp as a merge sees it: one that is no time is the earliest.
    #[must_use]
    pub(crate) fn sound(self) -> Self {
        if self.hlc > LATEST {
            Stamp { hlc: 0, ..self }
        } else {
            self
        }
    }
}

/// A value and the stamp of the edit that set it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped<T> {
    /// When and where it was set.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The value.
    pub value: T,
}

impl<T: Field> Field for Stamped<T> {
    fn absent(&self) -> bool {
        false
    }
    /// Big-endian time, then device, then value: byte order is merge order.
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.stamp.hlc.to_be_bytes());
        out.extend_from_slice(&self.stamp.device.0);
        self.value.put(out);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        let (hlc, rest) = bytes.split_first_chunk()?;
        let (device, value) = rest.split_first_chunk()?;
        let stamp = Stamp {
            hlc: u64::from_be_bytes(*hlc),
            device: DeviceId(*device),
        };
        Some(Stamped {
            stamp,
            value: T::take(value)?,
        })
    }
}

/// How far a person is in an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Position in ms.
    pub position_ms: u64,
    /// Length in ms as the player saw it.
    pub duration_ms: u64,
    /// Watched to the end (or close to it).
    pub finished: bool,
    /// When it was noted.
    pub updated_at: i64,
}

impl Field for Progress {
    fn absent(&self) -> bool {
        *self == Self::default()
    }
    fn put(&self, out: &mut Vec<u8>) {
        put_field(out, 1, &self.position_ms);
        put_field(out, 2, &self.duration_ms);
        put_field(out, 3, &self.finished);
        put_field(out, 4, &self.updated_at);
    }
    fn take(mut bytes: &[u8]) -> Option<Self> {
        let mut progress = Progress::default();
        while !bytes.is_empty() {
            let (number, field) = crate::row::take_field(&mut bytes)?;
            match number {
                1 => progress.position_ms = Field::take(field)?,
                2 => progress.duration_ms = Field::take(field)?,
                3 => progress.finished = Field::take(field)?,
                4 => progress.updated_at = Field::take(field)?,
                _ => {}
            }
        }
        Some(progress)
    }
}

/// The facts one person (or everyone) holds about one item. A fact whose value
/// is none was taken back; a fact that is absent was never set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserFacts {
    /// Title edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Stamped<Option<String>>>,
    /// Description edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Stamped<Option<String>>>,
    /// Year edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<Stamped<Option<u16>>>,
    /// Genres edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genres: Option<Stamped<Option<Vec<String>>>>,
    /// Kind override.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Stamped<Option<ItemKind>>>,
    /// When it went to the trash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trashed_at: Option<Stamped<Option<i64>>>,
    /// Favourite mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourite: Option<Stamped<bool>>,
    /// Rating, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Stamped<Option<u8>>>,
    /// Progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Stamped<Option<Progress>>>,
    /// Facts from a newer version; they merge like the others.
    #[serde(skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(UserFacts {
    1 title, 2 description, 3 year, 4 genres, 5 kind, 6 trashed_at, 7 favourite, 8 rating,
    9 progress,
});

impl UserFacts {
    /// The latest stamp in it, known facts only.
    #[must_use]
    pub fn latest(&self) -> Option<Stamp> {
        fn at<T>(fact: &Option<Stamped<T>>) -> Option<Stamp> {
            fact.as_ref().map(|fact| fact.stamp)
        }
        [
            at(&self.title),
            at(&self.description),
            at(&self.year),
            at(&self.genres),
            at(&self.kind),
            at(&self.trashed_at),
            at(&self.favourite),
            at(&self.rating),
            at(&self.progress),
        ]
        .into_iter()
        .flatten()
        .map(Stamp::sound)
        .max()
    }
}

/// Keeps the later of two, on sound stamps only.
fn later<T: Field + Clone>(ours: &mut Option<Stamped<T>>, theirs: &Option<Stamped<T>>) {
    if let Some(ours) = ours {
        ours.stamp = ours.stamp.sound();
    }
    let Some(theirs) = theirs else { return };
    let stamp = theirs.stamp.sound();
    let newer = match ours {
        None => true,
        Some(ours) if ours.stamp != stamp => ours.stamp < stamp,
        Some(ours) => {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            ours.value.put(&mut a);
            theirs.value.put(&mut b);
            a < b
        }
    };
    if newer {
        let value = theirs.value.clone();
        *ours = Some(Stamped { stamp, value });
    }
}

/// The bytes of a fact of a newer version, on a sound stamp.
fn sound_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // An option's mark, and then the stamped value.
    if let Some(time) = bytes.get_mut(1..9)
        && let Ok(hlc) = <[u8; 8]>::try_from(&*time)
        && u64::from_be_bytes(hlc) > LATEST
    {
        time.fill(0);
    }
    bytes
}

/// Merges two copies of the same facts: per fact, the later stamp wins.
#[must_use]
pub fn merge_user_facts(ours: &UserFacts, theirs: &UserFacts) -> UserFacts {
    let mut merged = ours.clone();
    later(&mut merged.title, &theirs.title);
    later(&mut merged.description, &theirs.description);
    later(&mut merged.year, &theirs.year);
    later(&mut merged.genres, &theirs.genres);
    later(&mut merged.kind, &theirs.kind);
    later(&mut merged.trashed_at, &theirs.trashed_at);
    later(&mut merged.favourite, &theirs.favourite);
    later(&mut merged.rating, &theirs.rating);
    later(&mut merged.progress, &theirs.progress);
    // Stamps come first in a fact's bytes, so byte order is merge order too.
    let mut facts = std::collections::BTreeMap::new();
    for (number, bytes) in merged.unknown.0.iter().chain(&theirs.unknown.0) {
        let kept: &mut Vec<u8> = facts.entry(*number).or_default();
        let bytes = sound_bytes(bytes);
        if *kept < bytes {
            *kept = bytes;
        }
    }
    merged.unknown = Unknown(facts.into_iter().collect());
    merged
}

/// Changes to what everybody sees of an item. The outer option says whether to
/// change it; the inner one takes the edit back when none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemEdit {
    /// New title.
    pub title: Option<Option<String>>,
    /// New description.
    pub description: Option<Option<String>>,
    /// New year.
    pub year: Option<Option<u16>>,
    /// New genres.
    pub genres: Option<Option<Vec<String>>>,
    /// New kind.
    pub kind: Option<Option<ItemKind>>,
}

/// A person who uses this library.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Its id.
    pub id: PersonId,
    /// Name; empty for the first person until one is given.
    pub name: String,
    /// Colour of the mark, as the UI names it.
    pub color: String,
    /// When it was added.
    pub created_at: i64,
    /// Made at the first start and not touched yet: a restore replaces it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(PersonRow { 1 id, 2 name, 3 color, 4 created_at, 5 provisional });

/// An album as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumFacts {
    /// Title.
    pub title: Stamped<String>,
    /// Set when it was deleted, so that other devices learn it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Stamped<bool>>,
    /// Picture chosen by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Stamped<Option<ItemId>>>,
    /// The folder it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<FolderId>,
    /// When it was made.
    pub created_at: i64,
    /// When it or its members last changed.
    pub updated_at: i64,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(AlbumFacts { 1 title, 2 deleted, 3 cover, 4 folder, 5 created_at, 6 updated_at });

/// Changes to an album.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlbumEdit {
    /// New title.
    pub title: Option<String>,
    /// New cover; the inner none goes back to the newest member.
    pub cover: Option<Option<ItemId>>,
}
