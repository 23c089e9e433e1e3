//! Addresses of blocks: which codecs and CID versions Tributary writes, and how it parses others.
//!
//! Only sha2-256 addresses are made here. The `identity` hash is understood when reading.

use ::cid::Cid;
use multihash::Multihash;
use sha2::{Digest, Sha256};

/// Multihash code of sha2-256.
pub(crate) const SHA2_256: u64 = 0x12;
/// Multihash code of the identity "hash": the digest is the content itself.
pub(crate) const IDENTITY: u64 = 0x00;
/// The longest text accepted by [`parse_cid`]: base2 of the longest binary CID is longer, but no
/// real address is.
const MAX_CID_TEXT: usize = 256;

/// The codecs this crate reads; the numbers are from the multicodec table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// Plain bytes, 0x55.
    Raw,
    /// Links and data in protobuf, 0x70: what UnixFS is made of.
    DagPb,
    /// IPLD over CBOR, 0x71: what manifests are made of.
    DagCbor,
    /// IPLD as JSON, 0x0129.
    DagJson,
}

impl Codec {
    /// The number of the codec in the multicodec table.
    pub const fn code(self) -> u64 {
        match self {
            Codec::Raw => 0x55,
            Codec::DagPb => 0x70,
            Codec::DagCbor => 0x71,
            Codec::DagJson => 0x0129,
        }
    }
}

/// How an address is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum CidVersion {
    /// `Qm...`: a bare sha2-256 multihash, dag-pb only. The default of BTFS.
    #[default]
    V0,
    /// `bafy...`: version, codec and multihash.
    V1,
}

impl CidVersion {
    /// How `cid` is written.
    pub fn of(cid: &Cid) -> Self {
        match cid.version() {
            ::cid::Version::V0 => CidVersion::V0,
            ::cid::Version::V1 => CidVersion::V1,
        }
    }
}

/// Why a text is not an address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCid {
    /// The text is longer than any address in use.
    #[error("the content address is {0} characters long")]
    TooLong(usize),
    /// The text does not decode to a CID.
    #[error("the text is not a content address")]
    Decode(#[source] ::cid::Error),
}

/// The address of `bytes`, hashed with sha2-256.
///
/// `CidVersion::V0` can say dag-pb only; with any other codec the address is written as version 1.
pub fn cid_of(codec: Codec, version: CidVersion, bytes: &[u8]) -> Cid {
    cid_of_digest(codec, version, &Sha256::digest(bytes).into())
}

/// The address of a block whose parts follow each other, without joining them.
pub(crate) fn cid_of_parts(codec: Codec, version: CidVersion, parts: &[&[u8]]) -> Cid {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    cid_of_digest(codec, version, &hasher.finalize().into())
}

/// The address of a block whose sha2-256 digest is known.
fn cid_of_digest(codec: Codec, version: CidVersion, digest: &[u8; 32]) -> Cid {
    let hash = Multihash::wrap(SHA2_256, digest).expect("BUG: 32 bytes fit in a multihash of 64");
    match (version, codec) {
        (CidVersion::V0, Codec::DagPb) => {
            Cid::new_v0(hash).expect("BUG: a sha2-256 multihash is a valid CIDv0")
        }
        _ => Cid::new_v1(codec.code(), hash),
    }
}

/// The codec of an address, or `None` when this crate does not read it.
pub fn codec_of(cid: &Cid) -> Option<Codec> {
    match cid.codec() {
        0x55 => Some(Codec::Raw),
        0x70 => Some(Codec::DagPb),
        0x71 => Some(Codec::DagCbor),
        0x0129 => Some(Codec::DagJson),
        _ => None,
    }
}

/// Parses an address in text form (`Qm...`, `bafy...`, any multibase the `cid` crate reads).
///
/// A leading `/btfs/` or `/ipfs/` is accepted, a path after the address is not.
pub fn parse_cid(text: &str) -> Result<Cid, ParseCid> {
    if text.len() > MAX_CID_TEXT {
        return Err(ParseCid::TooLong(text.len()));
    }
    let bare = text
        .strip_prefix("/btfs/")
        .or_else(|| text.strip_prefix("/ipfs/"))
        .unwrap_or(text);
    Cid::try_from(bare).map_err(ParseCid::Decode)
}

/// The content of an address that carries it (the identity hash), if it does.
///
/// No store or peer needs to be asked for such a block.
pub fn inline_content(cid: &Cid) -> Option<&[u8]> {
    (cid.hash().code() == IDENTITY).then(|| cid.hash().digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_zero_is_for_dag_pb_only() {
        let cid = cid_of(Codec::Raw, CidVersion::V0, b"");
        assert_eq!(
            cid.to_string(),
            "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
        );
        let cid = cid_of(
            Codec::DagPb,
            CidVersion::V0,
            &[0x0a, 0x04, 0x08, 0x02, 0x18, 0x00],
        );
        assert_eq!(
            cid.to_string(),
            "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
        );
    }

    #[test]
    fn text_with_a_namespace_parses_and_nonsense_does_not() {
        let plain = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";
        let cid = parse_cid(plain).unwrap();
        assert_eq!(parse_cid(&format!("/btfs/{plain}")).unwrap(), cid);
        assert_eq!(parse_cid(&format!("/ipfs/{plain}")).unwrap(), cid);
        for bad in ["", "Qm", "bafy", "/btfs/", "not a cid", "\u{202e}Qm"] {
            assert!(parse_cid(bad).is_err(), "{bad:?} must not parse");
        }
        assert!(matches!(
            parse_cid(&"b".repeat(5000)),
            Err(ParseCid::TooLong(5000))
        ));
    }
}
