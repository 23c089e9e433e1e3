//! A file's key, wrapped for one share; and a share's key, wrapped for one link.
//!
//! 72 bytes: a random nonce of 24, then the key and its tag, sealed by XChaCha20-Poly1305 under the
//! share's own key (or the link's). The nonce prefix of the file (or the id of the link) is bound in,
//! so a wrapped key cannot be put beside another file or link. Where a link's key comes from is told
//! in [`crate::share_proof`].

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};

use super::{NoncePrefix, SealKey, TAG_LEN};

/// Bytes of a wrapped key.
pub const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;

const NONCE_LEN: usize = 24;
const KEY_LEN: usize = 32;
/// Keeps these seals apart from all others that may use the same key.
const DOMAIN: &[u8] = b"tributary/seal-key/1";
/// The same for keys of shares.
const SHARE_DOMAIN: &[u8] = b"tributary/share-key/1";

/// A file's key that only holders of the share's key can read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WrappedKey(pub [u8; WRAPPED_LEN]);

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrappedKey(..)")
    }
}

/// The wrapped key does not open: another share's, another file's, or damaged.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the key of the sealed file does not open with this share")]
pub struct UnwrapKey;

fn associated(prefix: &NoncePrefix) -> Vec<u8> {
    [DOMAIN, &prefix.0].concat()
}

/// Wraps `key` of the file with that prefix. The nonce is random and used once.
pub fn wrap_key(
    share: &SealKey,
    nonce: [u8; NONCE_LEN],
    prefix: &NoncePrefix,
    key: &SealKey,
) -> WrappedKey {
    wrap(share, nonce, &associated(prefix), key)
}

/// Unwraps the key of the file with that prefix.
pub fn unwrap_key(
    share: &SealKey,
    prefix: &NoncePrefix,
    wrapped: &WrappedKey,
) -> Result<SealKey, UnwrapKey> {
    unwrap(share, &associated(prefix), wrapped)
}

/// Wraps the key of a share for the link with that id. The nonce is random and used once.
pub fn wrap_share_key(
    link: &SealKey,
    nonce: [u8; NONCE_LEN],
    id: &[u8; 16],
    share: &SealKey,
) -> WrappedKey {
    wrap(link, nonce, &[SHARE_DOMAIN, id].concat(), share)
}

/// Unwraps the key of a share that came over the link with that id.
pub fn unwrap_share_key(
    link: &SealKey,
    id: &[u8; 16],
    wrapped: &WrappedKey,
) -> Result<SealKey, UnwrapKey> {
    unwrap(link, &[SHARE_DOMAIN, id].concat(), wrapped)
}

fn wrap(under: &SealKey, nonce: [u8; NONCE_LEN], bound: &[u8], key: &SealKey) -> WrappedKey {
    let mut out = [0; WRAPPED_LEN];
    let (head, rest) = out.split_at_mut(NONCE_LEN);
    let (body, tag) = rest.split_at_mut(KEY_LEN);
    head.copy_from_slice(&nonce);
    body.copy_from_slice(key.expose());
    let sealed = XChaCha20Poly1305::new(&under.0.into())
        .encrypt_inout_detached(&XNonce::from(nonce), bound, (&mut *body).into())
        .expect("BUG: 32 bytes are far below the cipher's limit");
    tag.copy_from_slice(&sealed);
    WrappedKey(out)
}

fn unwrap(under: &SealKey, bound: &[u8], wrapped: &WrappedKey) -> Result<SealKey, UnwrapKey> {
    let (nonce, rest) = wrapped.0.split_first_chunk().ok_or(UnwrapKey)?;
    let (body, tag) = rest.split_first_chunk::<KEY_LEN>().ok_or(UnwrapKey)?;
    let nonce: [u8; NONCE_LEN] = *nonce;
    let tag = Tag::try_from(tag).map_err(|_| UnwrapKey)?;
    // Filled in place, so that no copy of the key is left behind.
    let mut key = SealKey(*body);
    XChaCha20Poly1305::new(&under.0.into())
        .decrypt_inout_detached(
            &XNonce::from(nonce),
            bound,
            key.0.as_mut_slice().into(),
            &tag,
        )
        .map_err(|_| UnwrapKey)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_for_its_share_and_file_only() {
        let (share, key) = (SealKey::new([1; 32]), SealKey::new([2; 32]));
        let prefix = NoncePrefix([3; 19]);
        let wrapped = wrap_key(&share, [4; 24], &prefix, &key);
        let opened = unwrap_key(&share, &prefix, &wrapped).unwrap();
        assert_eq!(opened.expose(), key.expose());
        assert!(unwrap_key(&key, &prefix, &wrapped).is_err());
        assert!(unwrap_key(&share, &NoncePrefix([0; 19]), &wrapped).is_err());
        for at in 0..WRAPPED_LEN {
            let mut damaged = wrapped;
            damaged.0[at] ^= 1;
            assert!(unwrap_key(&share, &prefix, &damaged).is_err(), "byte {at}");
        }
        assert_eq!(format!("{wrapped:?}"), "WrappedKey(..)");
    }
}
