//! The identifiers of the catalogue: 128 bits each, written as 32 hex digits.
//!
//! Items, assets, renditions, albums, folders, people and jobs have random ids.
//! Shows and music albums are derived from what they gather, so their ids are
//! hashes of the normalised names: two devices that hold the same show agree.

use std::fmt;
use std::str::FromStr;

/// The text was not 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 hex digits")]
pub struct ParseId;

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(
                DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'),
            ));
        }
    }
    text
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut digits = text.bytes();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        let high = char::from(high).to_digit(16)?;
        let low = char::from(low).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(bytes)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The raw 16 bytes, in the order they are stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseId;

            fn from_str(text: &str) -> Result<Self, ParseId> {
                from_hex(text).and_then(|bytes| Self::from_slice(&bytes)).ok_or(ParseId)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl crate::row::Field for $name {
            fn absent(&self) -> bool {
                self.0 == [0; 16]
            }
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.0);
            }
            fn take(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes)
            }
        }
    )* };
}

ids! {
    /// One thing on a shelf: a film, an episode, a clip, a photo, a track, a file.
    ItemId
    /// One part of an item: the main content, a RAW, captions, a poster.
    AssetId
    /// One byte form of an asset: the original, a remux, a sealed copy.
    RenditionId
    /// An album made by hand (or from a folder).
    AlbumId
    /// A person who uses this library.
    PersonId
    /// A share, made here or opened here: the id in its link.
    ShareId
    /// A durable job: import, export, verify.
    JobId
    /// A folder that was dropped, or one inside it.
    FolderId
    /// A series, derived from its normalised title.
    ShowId
    /// A music album, derived from its normalised artist and title.
    MusicAlbumId
    /// The device that made an edit.
    DeviceId
}

impl PersonId {
    /// The owner of facts that everybody shares: title edits, kind, trash.
    pub const EVERYONE: PersonId = PersonId([0; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_rejects_other_text() {
        let id = ItemId([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            "",
            "ab",
            "zz",
            &"a".repeat(31),
            &"a".repeat(33),
            &"g".repeat(32),
        ] {
            assert_eq!(bad.parse::<ItemId>(), Err(ParseId), "{bad:?} is not an id");
        }
    }
}
