//! Sealed content: files encrypted so that any part can be read, and made again, alone.
//!
//! The plaintext is cut into frames of 65,520 bytes; each becomes 65,536 bytes of ciphertext and
//! tag, by XChaCha20-Poly1305 in the STREAM construction: the nonce is a prefix of 19 bytes, the
//! frame's index (4 bytes, big-endian) and a byte that is 1 in the last frame. Four frames fill one
//! raw leaf of 256 KiB exactly, so every leaf can be recomputed from the key and a range of the
//! plaintext, and sealing a referenced file stores no second copy.
//!
//! Invariants:
//! - There is always a last frame, even of an empty file; every other frame is full. So truncation,
//!   extension and reordering fail to open.
//! - A key seals one file, with one prefix. Two plaintexts under one key and prefix break it.
//! - Keys are wiped when dropped, cannot be cloned or compared, and show nothing in `Debug`.
//!
//! What this is not: it hides content, not its length; it derives no keys.

use bytes::Bytes;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroize;

use crate::FileLayout;

pub use self::offsets::{
    FRAME_PLAIN_LEN, FRAME_SEALED_LEN, FRAMES_PER_LEAF, LEAF_PLAIN_LEN, LEAF_SEALED_LEN,
    MAX_PLAIN_LEN, PlainLen, TAG_LEN, frame_of, frame_range, frames, leaf_plain_range, leaves,
    plain_len, sealed_len,
};
pub use self::reader::{OpenSealed, SealedReader};
pub use self::wrap::{
    UnwrapKey, WRAPPED_LEN, WrappedKey, unwrap_key, unwrap_share_key, wrap_key, wrap_share_key,
};

mod offsets;
mod reader;
mod wrap;

/// The layout of sealed files: CIDv1, raw leaves of 256 KiB.
pub const LAYOUT: FileLayout = FileLayout::v1();

/// The key of one file.
pub struct SealKey([u8; 32]);

impl SealKey {
    /// A key from 32 random bytes, which the caller draws and wipes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        SealKey(bytes)
    }

    /// The bytes, to be wrapped by a share.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for SealKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for SealKey {
    /// Says only that there is a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// The random part of the nonces of one file. Public, kept in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoncePrefix(pub [u8; 19]);

/// Whether a frame or leaf ends the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Something follows.
    Inner,
    /// The end of the file.
    Last,
}

/// Why plaintext was not sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealBytes {
    /// The frame or leaf is not of the length that its place demands.
    #[error("{len} bytes of plaintext do not fit their place in the sealed file")]
    PlainLength {
        /// How many bytes were given.
        len: usize,
    },
    /// The index is beyond what the nonce can count: the file is longer than 256 TiB.
    #[error("the file is too long to be sealed")]
    TooManyFrames,
}

/// Why a frame does not open.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenFrame {
    /// The frame is shorter than its tag, longer than a frame, or not full though not the last.
    #[error("frame {index} of the sealed file has an impossible length of {len} bytes")]
    SealedLength {
        /// Which frame.
        index: u64,
        /// How long it is.
        len: usize,
    },
    /// Wrong key, or the bytes were changed, moved or cut.
    #[error("frame {index} of the sealed file does not open: wrong key, or it was changed")]
    Authenticate {
        /// Which frame.
        index: u64,
    },
    /// The index is beyond what the nonce can count.
    #[error("the sealed file has more frames than can be counted")]
    TooManyFrames,
}

fn nonce(prefix: &NoncePrefix, index: u64, place: Place) -> Option<XNonce> {
    let counter = u32::try_from(index).ok()?;
    let mut nonce = XNonce::default();
    let parts = [
        &prefix.0[..],
        &counter.to_be_bytes(),
        &[u8::from(place == Place::Last)],
    ];
    for (to, from) in nonce.iter_mut().zip(parts.iter().copied().flatten()) {
        *to = *from;
    }
    Some(nonce)
}

fn cipher(key: &SealKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.0.into())
}

/// Appends one sealed frame to `out`.
fn seal_frame_into(
    cipher: &XChaCha20Poly1305,
    prefix: &NoncePrefix,
    index: u64,
    place: Place,
    plain: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), SealBytes> {
    let fits = match place {
        Place::Inner => plain.len() == FRAME_PLAIN_LEN,
        Place::Last => plain.len() <= FRAME_PLAIN_LEN,
    };
    if !fits {
        return Err(SealBytes::PlainLength { len: plain.len() });
    }
    let nonce = nonce(prefix, index, place).ok_or(SealBytes::TooManyFrames)?;
    let start = out.len();
    out.extend_from_slice(plain);
    let frame = out.get_mut(start..).unwrap_or_default();
    let tag = cipher
        .encrypt_inout_detached(&nonce, &[], frame.into())
        .expect("BUG: a frame is far below the cipher's limit");
    out.extend_from_slice(&tag);
    Ok(())
}

/// Seals one frame.
pub fn seal_frame(
    key: &SealKey,
    prefix: &NoncePrefix,
    index: u64,
    place: Place,
    plain: &[u8],
) -> Result<Bytes, SealBytes> {
    let mut out = Vec::with_capacity(plain.len() + TAG_LEN);
    seal_frame_into(&cipher(key), prefix, index, place, plain, &mut out)?;
    Ok(Bytes::from(out))
}

/// Opens one frame and returns its plaintext.
pub fn open_frame(
    key: &SealKey,
    prefix: &NoncePrefix,
    index: u64,
    place: Place,
    sealed: &[u8],
) -> Result<Bytes, OpenFrame> {
    let length_error = OpenFrame::SealedLength {
        index,
        len: sealed.len(),
    };
    let fits = match place {
        Place::Inner => sealed.len() == FRAME_SEALED_LEN,
        Place::Last => sealed.len() <= FRAME_SEALED_LEN,
    };
    let Some((text, tag)) = sealed
        .len()
        .checked_sub(TAG_LEN)
        .filter(|_| fits)
        .map(|len| sealed.split_at(len))
    else {
        return Err(length_error);
    };
    let nonce = nonce(prefix, index, place).ok_or(OpenFrame::TooManyFrames)?;
    let tag = Tag::try_from(tag).map_err(|_| length_error)?;
    let mut plain = text.to_vec();
    cipher(key)
        .decrypt_inout_detached(&nonce, &[], plain.as_mut_slice().into(), &tag)
        .map_err(|_| OpenFrame::Authenticate { index })?;
    Ok(Bytes::from(plain))
}

/// Seals one leaf: the bytes of the raw block at `leaf_index` of the file.
///
/// `plain` is the plaintext at [`leaf_plain_range`]: 262,080 bytes, or what is left of the file
/// when the leaf is the last. The same input always gives the same block.
pub fn seal_leaf(
    key: &SealKey,
    prefix: &NoncePrefix,
    leaf_index: u64,
    place: Place,
    plain: &[u8],
) -> Result<Bytes, SealBytes> {
    let fits = match place {
        Place::Inner => plain.len() == LEAF_PLAIN_LEN,
        // Only an empty file has an empty leaf.
        Place::Last => plain.len() <= LEAF_PLAIN_LEN && (!plain.is_empty() || leaf_index == 0),
    };
    if !fits {
        return Err(SealBytes::PlainLength { len: plain.len() });
    }
    let first = leaf_index
        .checked_mul(FRAMES_PER_LEAF as u64)
        .ok_or(SealBytes::TooManyFrames)?;
    let cipher = cipher(key);
    let frames = plain.len().div_ceil(FRAME_PLAIN_LEN).max(1);
    let mut out = Vec::with_capacity(plain.len() + frames * TAG_LEN);
    for frame in 0..frames {
        let start = frame * FRAME_PLAIN_LEN;
        let end = plain.len().min(start + FRAME_PLAIN_LEN);
        let place = if frame + 1 == frames {
            place
        } else {
            Place::Inner
        };
        let frame_plain = plain.get(start..end).unwrap_or_default();
        seal_frame_into(
            &cipher,
            prefix,
            first + frame as u64,
            place,
            frame_plain,
            &mut out,
        )?;
    }
    Ok(Bytes::from(out))
}

/// Seals a stream of plaintext pushed in pieces of any length; emits one leaf at a time.
///
/// Memory is one leaf of plaintext, which is wiped when the sealer is dropped.
pub struct Sealer {
    key: SealKey,
    prefix: NoncePrefix,
    pending: Vec<u8>,
    next_leaf: u64,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("next_leaf", &self.next_leaf)
            .finish_non_exhaustive()
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.pending.zeroize();
    }
}

impl Sealer {
    /// A sealer at the start of a file. Never use one key and prefix for two files.
    pub fn new(key: SealKey, prefix: NoncePrefix) -> Self {
        Sealer {
            key,
            prefix,
            pending: Vec::with_capacity(LEAF_PLAIN_LEN),
            next_leaf: 0,
        }
    }

    /// Appends plaintext; sealed leaves that are complete go to `emit`.
    ///
    /// A full leaf is held back until more comes, because the last one is sealed differently.
    pub fn push(&mut self, mut plain: &[u8], emit: &mut dyn FnMut(Bytes)) -> Result<(), SealBytes> {
        while !plain.is_empty() {
            if self.pending.len() == LEAF_PLAIN_LEN {
                self.flush(Place::Inner, emit)?;
            }
            let room = plain.len().min(LEAF_PLAIN_LEN - self.pending.len());
            let (now, later) = plain.split_at(room);
            self.pending.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// Emits the last leaf, which may be the only and an empty one.
    pub fn finish(mut self, emit: &mut dyn FnMut(Bytes)) -> Result<(), SealBytes> {
        self.flush(Place::Last, emit)
    }

    fn flush(&mut self, place: Place, emit: &mut dyn FnMut(Bytes)) -> Result<(), SealBytes> {
        let leaf = seal_leaf(
            &self.key,
            &self.prefix,
            self.next_leaf,
            place,
            &self.pending,
        )?;
        self.pending.clear();
        self.next_leaf += 1;
        emit(leaf);
        Ok(())
    }
}
