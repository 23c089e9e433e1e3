//! dag-pb as the data model sees it: a map of `Links` (maps of `Hash`, `Name`, `Tsize`) and `Data`.
//!
//! Links are written sorted by the bytes of their names, equal names in the order given.
//! <https://ipld.io/specs/codecs/dag-pb/spec/>

use std::collections::BTreeMap;

use super::Ipld;
use crate::dag_pb::{self, DecodeNode, PbLink};
use crate::{Cid, MAX_BLOCK_LEN};

/// Why a value is no dag-pb node.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodePb {
    /// A part has another shape than that of a node.
    #[error("a dag-pb node has {0}")]
    Shape(&'static str),
    /// The encoding would be no block.
    #[error("the value encodes to more than {MAX_BLOCK_LEN} bytes")]
    TooLong,
}

/// Reads one node as a value. Names that are not UTF-8 are replaced.
pub fn decode(block: &[u8]) -> Result<Ipld, DecodeNode> {
    let node = dag_pb::decode(block)?;
    let links = node.links.iter().map(|link| {
        let name = String::from_utf8_lossy(link.name).into_owned();
        Ipld::Map(BTreeMap::from([
            ("Hash".to_owned(), Ipld::Link(link.cid)),
            ("Name".to_owned(), Ipld::Text(name)),
            ("Tsize".to_owned(), Ipld::from(link.tsize)),
        ]))
    });
    let mut map = BTreeMap::from([("Links".to_owned(), Ipld::List(links.collect()))]);
    if let Some(data) = node.data {
        map.insert("Data".to_owned(), Ipld::Bytes(data.to_vec()));
    }
    Ok(Ipld::Map(map))
}

/// Writes a value of the shape that [`decode`] gives; `Name` and `Tsize` may be left out.
pub fn encode(value: &Ipld) -> Result<Vec<u8>, EncodePb> {
    let map = value
        .as_map()
        .ok_or(EncodePb::Shape("Links and perhaps Data"))?;
    if map.keys().any(|key| key != "Links" && key != "Data") {
        return Err(EncodePb::Shape("no fields but Links and Data"));
    }
    let data = match map.get("Data") {
        None => None,
        Some(Ipld::Bytes(data)) => Some(data.as_slice()),
        Some(_) => return Err(EncodePb::Shape("bytes as its Data")),
    };
    let Some(Ipld::List(items)) = map.get("Links") else {
        return Err(EncodePb::Shape("a list of Links"));
    };
    let mut links = items.iter().map(link).collect::<Result<Vec<_>, _>>()?;
    links.sort_by(|a, b| a.name.cmp(b.name));
    let bytes = dag_pb::encode(&links, data);
    if bytes.len() > MAX_BLOCK_LEN {
        return Err(EncodePb::TooLong);
    }
    Ok(bytes.into())
}

fn link(value: &Ipld) -> Result<PbLink<'_>, EncodePb> {
    let shape = EncodePb::Shape("Links of Hash, Name and Tsize");
    let Some(map) = value.as_map() else {
        return Err(shape);
    };
    let known = |key: &String| matches!(key.as_str(), "Hash" | "Name" | "Tsize");
    let cid: Cid = match map.get("Hash") {
        Some(Ipld::Link(cid)) if map.keys().all(known) => *cid,
        _ => return Err(shape),
    };
    let name = match map.get("Name") {
        None => "",
        Some(Ipld::Text(name)) => name,
        Some(_) => return Err(shape),
    };
    let tsize = match map.get("Tsize") {
        None => Some(0),
        Some(Ipld::Integer(size)) => u64::try_from(*size).ok(),
        Some(_) => None,
    };
    Ok(PbLink {
        cid,
        name: name.as_bytes(),
        tsize: tsize.ok_or(shape)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CidVersion, Codec, cid_of};

    #[test]
    fn a_node_survives_and_its_links_are_sorted() {
        let cid = cid_of(Codec::Raw, CidVersion::V1, b"x");
        let link = |name: &'static str, tsize| PbLink {
            cid,
            name: name.as_bytes(),
            tsize,
        };
        let block = dag_pb::encode(&[link("b", 1), link("a", u64::MAX)], Some(b"data"));
        let value = decode(&block).unwrap();
        let again = encode(&value).unwrap();
        assert_eq!(
            again,
            dag_pb::encode(&[link("a", u64::MAX), link("b", 1)], Some(b"data"))
        );
        assert_eq!(
            encode(&decode(&again).unwrap()).unwrap(),
            again,
            "sorted ones stay"
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        let map = |pairs: &[(&str, Ipld)]| {
            Ipld::Map(
                pairs
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), value.clone()))
                    .collect(),
            )
        };
        let hash = Ipld::Link(cid_of(Codec::Raw, CidVersion::V1, b"x"));
        for bad in [
            Ipld::Null,
            map(&[]),
            map(&[("Links", Ipld::Null)]),
            map(&[("Links", Ipld::List(vec![])), ("Data", "text".into())]),
            map(&[("Links", Ipld::List(vec![])), ("More", Ipld::Null)]),
            map(&[("Links", Ipld::List(vec![map(&[("Name", "a".into())])]))]),
            map(&[(
                "Links",
                Ipld::List(vec![map(&[("Hash", hash), ("Tsize", Ipld::Integer(-1))])]),
            )]),
        ] {
            assert!(
                matches!(encode(&bad), Err(EncodePb::Shape(_))),
                "{bad:?} is no node"
            );
        }
    }
}
