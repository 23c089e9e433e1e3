//! dag-pb: nodes of links and data.
//!
//! Decoding is strict (known fields only, fields of a link in order, nothing twice) and borrows
//! from the block. Encoding is canonical as go writes it: links before data on the wire, in the
//! order given. Both orders are accepted on decode, because old writers put data first.
//! Sorting links by name is the directory's business, not the codec's.
//!
//! <https://ipld.io/specs/codecs/dag-pb/spec/>

use bytes::Bytes;

use crate::protobuf::{DecodeProtobuf, Fields, Value, put_bytes, put_key_len, varint_len};
use crate::protobuf::{put_number, put_varint};
use crate::unixfs::NodeKind;
use crate::{Cid, MAX_BLOCK_LEN};

/// One link, borrowed from its block (or from the caller, when encoding).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PbLink<'a> {
    /// The block linked to.
    pub cid: Cid,
    /// The name, usually UTF-8; empty in files. Not a safe file name.
    pub name: &'a [u8],
    /// The cumulative size in bytes of the DAG below, as its writer claims.
    pub tsize: u64,
}

/// One node, borrowed from its block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PbNode<'a> {
    /// The links, in wire order.
    pub links: Vec<PbLink<'a>>,
    /// The data; UnixFS puts its own message here.
    pub data: Option<&'a [u8]>,
}

/// Why a block is not a dag-pb node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeNode {
    /// The block is longer than [`MAX_BLOCK_LEN`].
    #[error("the block is {0} bytes long, more than a block may be")]
    TooLong(usize),
    /// The bytes are not protobuf.
    #[error("the block is not a protobuf message")]
    ReadFields(#[from] DecodeProtobuf),
    /// A field that dag-pb does not have, has twice, or has with another type.
    #[error("the node has an unexpected field {0}")]
    UnexpectedField(u32),
    /// Links stand both before and after the data.
    #[error("the links of the node are not in one run")]
    ScatteredLinks,
    /// A link with no hash, or with fields out of order.
    #[error("a link of the node is malformed at its field {0}")]
    MalformedLink(u32),
    /// A link's hash is not a CID.
    #[error("a link of the node has no valid content address")]
    LinkAddress(#[source] ::cid::Error),
}

/// Reads one node.
pub fn decode(block: &[u8]) -> Result<PbNode<'_>, DecodeNode> {
    if block.len() > MAX_BLOCK_LEN {
        return Err(DecodeNode::TooLong(block.len()));
    }
    let mut node = PbNode::default();
    let mut links_before_data = false;
    for field in Fields::new(block) {
        match field? {
            (2, Value::Bytes(link)) => {
                if links_before_data {
                    return Err(DecodeNode::ScatteredLinks);
                }
                node.links.push(decode_link(link)?);
            }
            (1, Value::Bytes(data)) if node.data.is_none() => {
                node.data = Some(data);
                links_before_data = !node.links.is_empty();
            }
            (number, _) => return Err(DecodeNode::UnexpectedField(number)),
        }
    }
    Ok(node)
}

fn decode_link(message: &[u8]) -> Result<PbLink<'_>, DecodeNode> {
    let mut cid = None;
    let mut name: &[u8] = &[];
    let mut tsize = 0;
    let mut last = 0;
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number <= last {
            return Err(DecodeNode::MalformedLink(number));
        }
        last = number;
        match (number, value) {
            (1, Value::Bytes(hash)) => cid = Some(decode_cid(hash)?),
            (2, Value::Bytes(bytes)) => name = bytes,
            (3, Value::Varint(size)) => tsize = size,
            _ => return Err(DecodeNode::MalformedLink(number)),
        }
    }
    let cid = cid.ok_or(DecodeNode::MalformedLink(1))?;
    Ok(PbLink { cid, name, tsize })
}

/// A CID that fills `bytes` exactly.
fn decode_cid(bytes: &[u8]) -> Result<Cid, DecodeNode> {
    let mut rest = bytes;
    let cid = Cid::read_bytes(&mut rest).map_err(DecodeNode::LinkAddress)?;
    if rest.is_empty() {
        Ok(cid)
    } else {
        Err(DecodeNode::LinkAddress(::cid::Error::ParsingError))
    }
}

/// Writes one node: links in the order given, then data.
pub fn encode(links: &[PbLink<'_>], data: Option<&[u8]>) -> Bytes {
    let links_len: usize = links.iter().map(|link| 48 + link.name.len()).sum();
    let mut out = Vec::with_capacity(links_len + data.map_or(0, |data| data.len() + 8));
    for link in links {
        let hash_len = link.cid.encoded_len();
        let len = 1
            + varint_len(hash_len as u64)
            + hash_len
            + 1
            + varint_len(link.name.len() as u64)
            + link.name.len()
            + 1
            + varint_len(link.tsize);
        put_key_len(&mut out, 2, len);
        put_key_len(&mut out, 1, hash_len);
        link.cid
            .write_bytes(&mut out)
            .expect("BUG: writing to a Vec cannot fail");
        put_bytes(&mut out, 2, link.name);
        put_number(&mut out, 3, link.tsize);
    }
    if let Some(data) = data {
        put_bytes(&mut out, 1, data);
    }
    Bytes::from(out)
}

/// The bytes before and after the payload of a dag-pb leaf holding UnixFS bytes of that kind.
///
/// They lie in one buffer: the first `usize` bytes are the prefix.
pub(crate) fn leaf_wrapper(kind: NodeKind, payload_len: usize) -> (Vec<u8>, usize) {
    let size = payload_len as u64;
    // UnixFS message: type, data (left out when empty), filesize.
    let data_len = if payload_len == 0 {
        0
    } else {
        1 + varint_len(size) + payload_len
    };
    let message_len = 2 + data_len + 1 + varint_len(size);
    let mut out = Vec::with_capacity(24);
    put_key_len(&mut out, 1, message_len);
    put_number(&mut out, 1, kind.number());
    if payload_len != 0 {
        put_varint(&mut out, 2 << 3 | 2);
        put_varint(&mut out, size);
    }
    let prefix = out.len();
    put_number(&mut out, 3, size);
    (out, prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CidVersion, Codec, cid_of};

    fn field(number: u32, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_bytes(&mut out, number, content);
        out
    }

    #[test]
    fn both_orders_decode_and_only_the_canonical_one_is_written() {
        let cid = cid_of(Codec::DagPb, CidVersion::V0, b"x");
        let links = [PbLink {
            cid,
            name: b"name",
            tsize: 300,
        }; 2];
        let node = PbNode {
            links: links.to_vec(),
            data: Some(b"data"),
        };
        let written = encode(&links, Some(b"data"));
        assert_eq!(decode(&written).unwrap(), node);
        let (link_bytes, data_bytes) = written.split_at(written.len() - 6);
        assert_eq!(data_bytes, field(1, b"data"), "data comes last on the wire");
        let data_first = [data_bytes, link_bytes].concat();
        assert_eq!(decode(&data_first).unwrap(), node);
    }

    #[test]
    fn what_dag_pb_does_not_allow_is_refused() {
        let cid = cid_of(Codec::Raw, CidVersion::V1, b"x").to_bytes();
        let (hash, name, data) = (field(1, &cid), field(2, b"n"), field(1, b"d"));
        let size = [0x18, 1];
        let link = field(2, &[&hash[..], &name, &size].concat());
        assert!(decode(&link).is_ok());
        assert!(
            decode(&field(2, &hash)).is_ok(),
            "name and size may be left out"
        );
        assert!(decode(&[]).is_ok(), "the empty node is a node");
        let check = |parts: &[&[u8]]| decode(&parts.concat()).map(|_| ()).unwrap_err();
        let inside = |parts: &[&[u8]]| check(&[&field(2, &parts.concat())]);
        assert!(matches!(
            check(&[&link, &data, &link]),
            DecodeNode::ScatteredLinks
        ));
        assert!(matches!(
            check(&[&data, &data]),
            DecodeNode::UnexpectedField(1)
        ));
        assert!(matches!(
            check(&[&field(3, b"")]),
            DecodeNode::UnexpectedField(3)
        ));
        assert!(matches!(
            check(&[&[0x08, 1]]),
            DecodeNode::UnexpectedField(1)
        ));
        assert!(matches!(
            inside(&[&name, &hash]),
            DecodeNode::MalformedLink(1)
        ));
        assert!(matches!(
            inside(&[&hash, &hash]),
            DecodeNode::MalformedLink(1)
        ));
        assert!(matches!(
            inside(&[&hash, &size, &name]),
            DecodeNode::MalformedLink(2)
        ));
        assert!(matches!(
            inside(&[&hash, &field(4, b"")]),
            DecodeNode::MalformedLink(4)
        ));
        assert!(matches!(inside(&[&name]), DecodeNode::MalformedLink(1)));
        let long = field(1, &[&cid[..], &[0]].concat());
        assert!(matches!(inside(&[&long]), DecodeNode::LinkAddress(_)));
        assert!(matches!(
            inside(&[&field(1, b"no")]),
            DecodeNode::LinkAddress(_)
        ));
        let huge = vec![0; MAX_BLOCK_LEN + 1];
        assert!(matches!(decode(&huge), Err(DecodeNode::TooLong(_))));
    }
}
