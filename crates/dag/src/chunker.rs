//! Where a file is cut: at fixed sizes, or where its content says (rabin, buzhash).
//!
//! Cuts are those of go-ipfs and go-btfs for the same text (`size-262144`, `rabin-MIN-AVG-MAX`,
//! `buzhash`), so the addresses are too. A cut by content depends only on the bytes of its own
//! chunk, which is why an insertion changes few chunks; how the input is split makes no difference.
//!
//! Invariant: a splitter holds at most one chunk, which is at most [`MAX_CHUNK_SIZE`].

use std::fmt;
use std::str::FromStr;

use self::rolling::{Buzhash, Rabin};
use crate::{DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE};

mod rolling;

/// The smallest `min` of rabin: the window of the fingerprint.
const MIN_RABIN: u32 = 16;

/// How a file is cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Chunker {
    /// Chunks of this many bytes, from 1 to [`MAX_CHUNK_SIZE`].
    Size(u32),
    /// Rabin fingerprints over 16 bytes; `16 <= min`, `max` at most [`MAX_CHUNK_SIZE`].
    Rabin {
        /// The shortest chunk but the last, in bytes.
        min: u32,
        /// The mean length aimed at, cut down to a power of two.
        avg: u32,
        /// The longest chunk, in bytes.
        max: u32,
    },
    /// Buzhash over 32 bytes, chunks from 128 to 512 KiB.
    Buzhash,
}

impl Default for Chunker {
    fn default() -> Self {
        Chunker::Size(DEFAULT_CHUNK_SIZE)
    }
}

/// Why a text names no chunker.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseChunker {
    /// No chunker has that name.
    #[error("{0:?} is not a chunker: use size-N, rabin, rabin-AVG, rabin-MIN-AVG-MAX or buzhash")]
    Unknown(String),
    /// A size is not a number, or out of bounds.
    #[error("the chunk sizes in {0:?} are not between 1 (rabin: 16) and 1048576")]
    Size(String),
    /// Rabin needs min < avg < max.
    #[error("the sizes of rabin in {0:?} do not grow from min to avg to max")]
    Order(String),
}

impl FromStr for Chunker {
    type Err = ParseChunker;

    /// Reads what `--chunker` of go-ipfs and go-btfs takes; an empty text is the default.
    fn from_str(text: &str) -> Result<Self, ParseChunker> {
        if text.len() > 128 {
            return Err(ParseChunker::Unknown(text.chars().take(128).collect()));
        }
        let size = |part: &str, label: &str| {
            let digits = match part.split_once(':') {
                Some((found, digits)) if found == label => digits,
                Some(_) => return Err(ParseChunker::Unknown(text.to_owned())),
                None => part,
            };
            let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            digits
                .parse::<u32>()
                .ok()
                .filter(|size| all_digits && (1..=MAX_CHUNK_SIZE).contains(size))
                .ok_or_else(|| ParseChunker::Size(text.to_owned()))
        };
        let parts: Vec<&str> = text.split('-').collect();
        match parts.as_slice() {
            [""] | ["default"] => Ok(Chunker::default()),
            ["buzhash"] => Ok(Chunker::Buzhash),
            ["size", len] => Ok(Chunker::Size(size(len, "")?)),
            ["rabin"] => Ok(Chunker::rabin_around(DEFAULT_CHUNK_SIZE)),
            ["rabin", avg] => {
                let rabin = Chunker::rabin_around(size(avg, "avg")?);
                match rabin {
                    Chunker::Rabin { min, max, .. } if min < MIN_RABIN || max > MAX_CHUNK_SIZE => {
                        Err(ParseChunker::Size(text.to_owned()))
                    }
                    rabin => Ok(rabin),
                }
            }
            ["rabin", min, avg, max] => {
                let (min, avg, max) = (size(min, "min")?, size(avg, "avg")?, size(max, "max")?);
                if min < MIN_RABIN {
                    return Err(ParseChunker::Size(text.to_owned()));
                }
                if min >= avg || avg >= max {
                    return Err(ParseChunker::Order(text.to_owned()));
                }
                Ok(Chunker::Rabin { min, avg, max })
            }
            _ => Err(ParseChunker::Unknown(text.to_owned())),
        }
    }
}

impl fmt::Display for Chunker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Chunker::Size(size) => write!(f, "size-{size}"),
            Chunker::Rabin { min, avg, max } => write!(f, "rabin-{min}-{avg}-{max}"),
            Chunker::Buzhash => f.write_str("buzhash"),
        }
    }
}

impl Chunker {
    /// What go makes of `rabin-AVG`.
    const fn rabin_around(avg: u32) -> Self {
        Chunker::Rabin {
            min: avg / 3,
            avg,
            max: avg + avg / 2,
        }
    }

    /// A splitter at the start of a file.
    pub fn splitter(self) -> Splitter {
        let cut = match self {
            Chunker::Size(size) => Cut::Size(size.clamp(1, MAX_CHUNK_SIZE) as usize),
            Chunker::Rabin { min, avg, max } => {
                let max = max.clamp(MIN_RABIN, MAX_CHUNK_SIZE);
                let min = min.clamp(MIN_RABIN, max);
                Cut::Rabin(Box::new(Rabin::new(min, avg.clamp(min, max), max)))
            }
            Chunker::Buzhash => Cut::Buzhash(Buzhash::default()),
        };
        Splitter {
            cut,
            pending: Vec::new(),
        }
    }
}

#[derive(Debug)]
enum Cut {
    Size(usize),
    Rabin(Box<Rabin>),
    Buzhash(Buzhash),
}

impl Cut {
    /// Takes bytes that follow those of the chunk so far (`have` of them): how many belong to the
    /// chunk, and whether it ends there.
    fn take(&mut self, have: usize, bytes: &[u8]) -> (usize, bool) {
        match self {
            Cut::Size(size) => {
                let missing = size.saturating_sub(have);
                (bytes.len().min(missing), bytes.len() >= missing)
            }
            Cut::Rabin(rabin) => rabin.take(have, bytes),
            Cut::Buzhash(buzhash) => buzhash.take(have, bytes),
        }
    }
}

/// Cuts a stream that is pushed in pieces of any length.
#[derive(Debug)]
pub struct Splitter {
    cut: Cut,
    /// The chunk so far.
    pending: Vec<u8>,
}

impl Splitter {
    /// Appends bytes; chunks that are complete go to `emit`, none of them empty.
    pub fn push(&mut self, mut bytes: &[u8], emit: &mut dyn FnMut(&[u8])) {
        while !bytes.is_empty() {
            let (taken, ends) = self.cut.take(self.pending.len(), bytes);
            let (now, later) = bytes.split_at(taken.min(bytes.len()));
            bytes = later;
            if ends && self.pending.is_empty() {
                emit(now);
                continue;
            }
            self.pending.extend_from_slice(now);
            if ends {
                emit(&self.pending);
                self.pending.clear();
            }
        }
    }

    /// Emits what is left: nothing when the last cut was at the end.
    pub fn finish(self, emit: &mut dyn FnMut(&[u8])) {
        if !self.pending.is_empty() {
            emit(&self.pending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_is_taken_and_printed_in_full() {
        for (text, printed) in [
            ("", "size-262144"),
            ("default", "size-262144"),
            ("size-1", "size-1"),
            ("size-1048576", "size-1048576"),
            ("rabin", "rabin-87381-262144-393216"),
            ("rabin-1000", "rabin-333-1000-1500"),
            ("rabin-16-17-18", "rabin-16-17-18"),
            ("rabin-min:20-avg:30-max:40", "rabin-20-30-40"),
            ("buzhash", "buzhash"),
        ] {
            let chunker: Chunker = text.parse().unwrap();
            assert_eq!(chunker.to_string(), printed);
            assert_eq!(printed.parse(), Ok(chunker));
        }
    }

    #[test]
    fn sizes_out_of_bounds_and_unknown_names_are_refused() {
        for size in [
            "size-0",
            "size-1048577",
            "size-",
            "size-+1",
            "size-99999999999",
            "rabin-47",
            "rabin-1000000",
            "rabin-15-20-30",
            "rabin-16-20-1048577",
        ] {
            let error = size.parse::<Chunker>().unwrap_err();
            assert_eq!(error, ParseChunker::Size(size.into()));
        }
        for order in ["rabin-30-20-40", "rabin-20-40-30", "rabin-20-20-40"] {
            let error = order.parse::<Chunker>().unwrap_err();
            assert_eq!(error, ParseChunker::Order(order.into()));
        }
        for name in ["size", "rabin-1-2", "Buzhash", "rabin-avg:20-30-40", "x"] {
            let error = name.parse::<Chunker>().unwrap_err();
            assert_eq!(error, ParseChunker::Unknown(name.into()));
        }
    }
}
