//! A block: bytes and the address that proves them.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::Cid;
use crate::cid::{IDENTITY, SHA2_256};

/// The largest block that is read, sent or accepted, in bytes: the limit of bitswap.
pub const MAX_BLOCK_LEN: usize = 2 * 1024 * 1024;

/// Bytes under their address.
///
/// Holding one does not prove that the bytes match: [`verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The address.
    pub cid: Cid,
    /// The whole block, in its codec's encoding.
    pub bytes: Bytes,
}

/// Why bytes do not prove their address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyBlock {
    /// The address uses a hash this crate does not compute (its multihash code is given).
    #[error("the block's address uses the hash function {0:#x}, which is not supported")]
    UnsupportedHash(u64),
    /// The hash of the bytes is another one: the block is damaged or forged.
    #[error("the bytes do not match the address {0}")]
    Mismatch(Cid),
}

/// Checks that `bytes` are the block `cid` names. Knows sha2-256 (whole) and identity.
pub fn verify(cid: &Cid, bytes: &[u8]) -> Result<(), VerifyBlock> {
    let matches = match cid.hash().code() {
        SHA2_256 => Sha256::digest(bytes).as_slice() == cid.hash().digest(),
        IDENTITY => bytes == cid.hash().digest(),
        other => return Err(VerifyBlock::UnsupportedHash(other)),
    };
    if matches {
        Ok(())
    } else {
        Err(VerifyBlock::Mismatch(*cid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CidVersion, Codec, cid_of};
    use multihash::Multihash;

    #[test]
    fn one_flipped_bit_is_found() {
        let cid = cid_of(Codec::Raw, CidVersion::V1, b"tributary");
        assert_eq!(verify(&cid, b"tributary"), Ok(()));
        assert_eq!(verify(&cid, b"tributarx"), Err(VerifyBlock::Mismatch(cid)));
    }

    #[test]
    fn identity_compares_content_and_other_hashes_are_refused() {
        let cid = Cid::new_v1(0x55, Multihash::wrap(IDENTITY, b"small").unwrap());
        assert_eq!(verify(&cid, b"small"), Ok(()));
        assert_eq!(verify(&cid, b"smalL"), Err(VerifyBlock::Mismatch(cid)));
        let blake = Cid::new_v1(0x55, Multihash::wrap(0x1e, &[0; 32]).unwrap());
        assert_eq!(verify(&blake, b""), Err(VerifyBlock::UnsupportedHash(0x1e)));
    }

    #[test]
    fn a_shortened_digest_never_matches() {
        let full = Sha256::digest(b"x");
        let cid = Cid::new_v1(0x55, Multihash::wrap(SHA2_256, &full[..4]).unwrap());
        assert_eq!(verify(&cid, b"x"), Err(VerifyBlock::Mismatch(cid)));
    }
}
