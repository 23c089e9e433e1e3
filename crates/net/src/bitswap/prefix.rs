//! What a message says of a block's address: everything but the digest.
//!
//! The receiver hashes the bytes and so computes the address itself: a peer cannot claim one.

use cid::{Cid, Version as CidVersion};
use unsigned_varint::{decode, encode};

/// Multihash code of sha2-256, the only hash that is received.
const SHA2_256: u64 = 0x12;

/// Version, codec, hash function and digest length of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// 0 or 1.
    pub version: u64,
    /// Multicodec of the content.
    pub codec: u64,
    /// Multihash code.
    pub hash: u64,
    /// Bytes of the digest.
    pub hash_len: u64,
}

/// Why the address of received bytes cannot be computed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum AddressBlock {
    /// The hash function (multihash code) or its length is not supported.
    #[error("a block came under the hash function {0:#x}, which is not supported")]
    UnsupportedHash(u64),
    /// Version 0 with another codec than dag-pb, or a version that does not exist.
    #[error("a block came with the address version {0}, which does not fit it")]
    Version(u64),
}

impl Prefix {
    /// What every block of bitswap 1.0.0 has.
    pub const V0: Prefix = Prefix {
        version: 0,
        codec: 0x70,
        hash: SHA2_256,
        hash_len: 32,
    };

    /// The prefix of `cid`.
    pub fn of(cid: &Cid) -> Self {
        Prefix {
            version: match cid.version() {
                CidVersion::V0 => 0,
                CidVersion::V1 => 1,
            },
            codec: cid.codec(),
            hash: cid.hash().code(),
            hash_len: u64::from(cid.hash().size()),
        }
    }

    /// Four varints.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8);
        for number in [self.version, self.codec, self.hash, self.hash_len] {
            let mut buffer = encode::u64_buffer();
            bytes.extend_from_slice(encode::u64(number, &mut buffer));
        }
        bytes
    }

    /// Reads four varints and nothing after them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = decode::u64(bytes).ok()?;
        let (codec, rest) = decode::u64(rest).ok()?;
        let (hash, rest) = decode::u64(rest).ok()?;
        let (hash_len, rest) = decode::u64(rest).ok()?;
        rest.is_empty().then_some(Prefix {
            version,
            codec,
            hash,
            hash_len,
        })
    }

    /// The address of `data` under this prefix. Hashes all of it.
    pub fn cid(self, data: &[u8]) -> Result<Cid, AddressBlock> {
        if self.hash != SHA2_256 || self.hash_len != 32 {
            return Err(AddressBlock::UnsupportedHash(self.hash));
        }
        let digest = dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, data);
        match self.version {
            0 if self.codec == 0x70 => {
                Cid::new_v0(*digest.hash()).map_err(|_| AddressBlock::Version(0))
            }
            1 => Ok(Cid::new_v1(self.codec, *digest.hash())),
            other => Err(AddressBlock::Version(other)),
        }
    }
}
