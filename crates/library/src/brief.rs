//! What filters ask of an item, kept as the value of its sorted index entries.
//!
//! A filtered list walks one index and reads no rows. Layout: nothing when there
//! is nothing to say, else `varint(year, 0 for none)`, `varint(length in ms + 1,
//! 0 for none)`, and 8 bytes for each genre: FNV-1a of its folded words.

use crate::query::ItemQuery;
use crate::record::Record;
use crate::row::{put_varint, take_varint};
use crate::text;

/// FNV-1a, 64 bits, of the folded words with a zero byte behind each.
fn genre_hash(genre: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for word in text::words(genre) {
        for byte in word.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The brief of a record.
pub(crate) fn brief(record: &Record) -> Vec<u8> {
    let mut out = Vec::new();
    if record.year.is_none() && record.duration_ms.is_none() && record.genres.is_empty() {
        return out;
    }
    put_varint(u64::from(record.year.unwrap_or(0)), &mut out);
    put_varint(
        record.duration_ms.map_or(0, |ms| ms.saturating_add(1)),
        &mut out,
    );
    for genre in &record.genres {
        out.extend_from_slice(&genre_hash(genre).to_le_bytes());
    }
    out
}

/// The part of a query that a brief can answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    genre: Option<[u8; 8]>,
    years: Option<(u16, u16)>,
    lengths: Option<(u64, u64)>,
}

impl Asked {
    pub(crate) fn new(query: &ItemQuery) -> Self {
        let years = (query.year_from, query.year_to);
        let lengths = (query.min_duration_ms, query.max_duration_ms);
        Asked {
            genre: query
                .genre
                .as_deref()
                .map(|genre| genre_hash(genre).to_le_bytes()),
            years: (years != (None, None))
                .then(|| (years.0.unwrap_or(0), years.1.unwrap_or(u16::MAX))),
            lengths: (lengths != (None, None))
                .then(|| (lengths.0.unwrap_or(0), lengths.1.unwrap_or(u64::MAX))),
        }
    }

    /// Whether an item with this brief belongs to the list.
    pub(crate) fn accepts(&self, mut brief: &[u8]) -> bool {
        if self.genre.is_none() && self.years.is_none() && self.lengths.is_none() {
            return true;
        }
        let (Some(year), Some(length)) = (take_varint(&mut brief), take_varint(&mut brief)) else {
            return false;
        };
        let year_fits = self.years.is_none_or(|(from, to)| {
            year != 0 && (u64::from(from)..=u64::from(to)).contains(&year)
        });
        let length_fits = self.lengths.is_none_or(|(min, max)| {
            length
                .checked_sub(1)
                .is_some_and(|ms| ms >= min && ms <= max)
        });
        year_fits
            && length_fits
            && self
                .genre
                .is_none_or(|genre| brief.chunks_exact(8).any(|other| other == genre))
    }
}
