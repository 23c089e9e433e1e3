//! Where plaintext lies in sealed content, and the other way round.

use std::ops::Range;

/// Bytes of plaintext in a full frame.
pub const FRAME_PLAIN_LEN: usize = FRAME_SEALED_LEN - TAG_LEN;
/// Bytes of a full frame as stored.
pub const FRAME_SEALED_LEN: usize = 65_536;
/// Bytes of the tag at the end of each frame.
pub const TAG_LEN: usize = 16;
/// Frames in a full leaf.
pub const FRAMES_PER_LEAF: usize = 4;
/// Bytes of plaintext in a full leaf.
pub const LEAF_PLAIN_LEN: usize = FRAMES_PER_LEAF * FRAME_PLAIN_LEN;
/// Bytes of a full leaf as stored: the default chunk size.
pub const LEAF_SEALED_LEN: usize = FRAMES_PER_LEAF * FRAME_SEALED_LEN;
/// The longest plaintext the frame counter can number, in bytes.
pub const MAX_PLAIN_LEN: u64 = (1 << 32) * FRAME_PLAIN_LEN as u64;

/// Frames of a file of `plain` bytes; an empty file has one.
pub const fn frames(plain: u64) -> u64 {
    let frames = plain.div_ceil(FRAME_PLAIN_LEN as u64);
    if frames == 0 { 1 } else { frames }
}

/// Leaves of a file of `plain` bytes; an empty file has one.
pub const fn leaves(plain: u64) -> u64 {
    frames(plain).div_ceil(FRAMES_PER_LEAF as u64)
}

/// Bytes of the sealed form of `plain` bytes, or `None` beyond [`MAX_PLAIN_LEN`].
pub const fn sealed_len(plain: u64) -> Option<u64> {
    if plain > MAX_PLAIN_LEN {
        None
    } else {
        Some(plain + frames(plain) * TAG_LEN as u64)
    }
}

/// Why a length is none that sealing gives.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainLen {
    /// The last frame has no room for its tag, or is the tag alone though others come before.
    #[error("no sealed file is {0} bytes long: it was cut or changed")]
    Impossible(u64),
    /// Longer than the frame counter can number.
    #[error("a sealed file of {0} bytes is too long")]
    TooLong(u64),
}

/// Bytes of plaintext in a sealed file of `sealed` bytes.
pub const fn plain_len(sealed: u64) -> Result<u64, PlainLen> {
    let frames = sealed.div_ceil(FRAME_SEALED_LEN as u64);
    if frames > 1 << 32 {
        return Err(PlainLen::TooLong(sealed));
    }
    let tail = sealed % FRAME_SEALED_LEN as u64;
    let short = tail != 0 && tail < TAG_LEN as u64;
    let needless = tail == TAG_LEN as u64 && frames > 1;
    if frames == 0 || short || needless {
        return Err(PlainLen::Impossible(sealed));
    }
    Ok(sealed - frames * TAG_LEN as u64)
}

/// The frame that holds the plaintext byte at `offset`, and the byte's place in it.
pub const fn frame_of(offset: u64) -> (u64, usize) {
    let len = FRAME_PLAIN_LEN as u64;
    (offset / len, (offset % len) as usize)
}

/// The bytes of a frame in a sealed file of `sealed` bytes. Empty beyond its end.
pub const fn frame_range(index: u64, sealed: u64) -> Range<u64> {
    let len = FRAME_SEALED_LEN as u64;
    let start = index.saturating_mul(len);
    let start = if start < sealed { start } else { sealed };
    let end = start.saturating_add(len);
    start..if end < sealed { end } else { sealed }
}

/// The plaintext a leaf is sealed from, in a file of `plain` bytes. Empty beyond its end.
pub const fn leaf_plain_range(leaf_index: u64, plain: u64) -> Range<u64> {
    let len = LEAF_PLAIN_LEN as u64;
    let start = leaf_index.saturating_mul(len);
    let start = if start < plain { start } else { plain };
    let end = start.saturating_add(len);
    start..if end < plain { end } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_frames_fill_a_leaf() {
        assert_eq!(LEAF_SEALED_LEN, 262_144);
        assert_eq!(LEAF_PLAIN_LEN, 262_080);
        assert_eq!(
            sealed_len(LEAF_PLAIN_LEN as u64),
            Some(LEAF_SEALED_LEN as u64)
        );
    }

    #[test]
    fn lengths_agree_around_every_boundary() {
        let frame = FRAME_PLAIN_LEN as u64;
        let boundaries = [
            0,
            1,
            frame,
            2 * frame,
            4 * frame,
            400 * frame,
            MAX_PLAIN_LEN,
        ];
        for plain in boundaries
            .iter()
            .flat_map(|at| at.saturating_sub(2)..=at + 2)
        {
            match sealed_len(plain) {
                Some(sealed) => assert_eq!(plain_len(sealed), Ok(plain)),
                None => assert!(plain > MAX_PLAIN_LEN),
            }
        }
    }

    #[test]
    fn lengths_that_sealing_never_gives_are_refused() {
        let frame = FRAME_SEALED_LEN as u64;
        for sealed in [0, 1, 15, frame + 1, frame + 15, frame + 16, 7 * frame + 16] {
            assert_eq!(
                plain_len(sealed),
                Err(PlainLen::Impossible(sealed)),
                "{sealed}"
            );
        }
        assert_eq!(plain_len(u64::MAX), Err(PlainLen::TooLong(u64::MAX)));
    }
}
