//! Content by its id on the wire.

use dag::CidVersion;
use node::{AddOptions, ContentKind, ContentPath};

use crate::{
    dto::{self, EntryKind, ErrorCode},
    error::{ApiError, ApiResult},
};

/// Most bytes of a content path.
const MAX_PATH: usize = 8 << 10;

/// Reads "CID", "CID/a/b", "/btfs/CID/a/b" or "/ipfs/CID/a/b".
pub(crate) fn path(text: &str) -> ApiResult<ContentPath> {
    let bad = |why: &str| ApiError::new(ErrorCode::BadCid, format!("{text:?} {why}."));
    if text.len() > MAX_PATH {
        return Err(ApiError::new(ErrorCode::BadCid, "This path is too long."));
    }
    let rest = text
        .strip_prefix("/btfs/")
        .or_else(|| text.strip_prefix("/ipfs/"))
        .unwrap_or(text);
    let mut names = rest.split('/');
    let root = names.next().unwrap_or_default();
    let root = dag::parse_cid(root).map_err(|_| bad("does not begin with a content id"))?;
    let mut segments = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        if matches!(name, "." | "..") {
            return Err(bad("holds a relative name"));
        }
        segments.push(name.to_owned());
    }
    Ok(ContentPath { root, segments })
}

/// How to add, from what a client said.
pub(crate) fn add_options(
    name: Option<String>,
    pin: Option<bool>,
    cid_version: Option<u8>,
    raw_leaves: Option<bool>,
    chunker: Option<&str>,
    reference: Option<bool>,
) -> ApiResult<AddOptions> {
    let cid_version = match cid_version.unwrap_or(0) {
        0 => CidVersion::V0,
        1 => CidVersion::V1,
        other => {
            return Err(ApiError::bad_request(format!(
                "There is no CID version {other}."
            )));
        }
    };
    let options = AddOptions {
        name: name.unwrap_or_default(),
        pin: pin.unwrap_or(true),
        cid_version,
        raw_leaves,
        reference: reference.unwrap_or(false),
        ..AddOptions::default()
    };
    options
        .cut_as(chunker.unwrap_or_default())
        .map_err(|error| ApiError::bad_request(error.to_string()))
}

/// Whom to encrypt for, from what a client said: nobody, this node, or the holder of a key.
pub(crate) fn recipient(
    node: &node::Node,
    encrypt: bool,
    public_key: Option<&str>,
    peer_id: Option<&str>,
) -> Result<Option<node::Recipient>, node::ParseRecipient> {
    Ok(match (encrypt, public_key, peer_id) {
        (false, ..) => None,
        (true, Some(key), _) => Some(node::Recipient::from_public_key(key)?),
        (true, None, Some(peer)) => Some(node::Recipient::from_peer_id(peer)?),
        (true, None, None) => Some(node.as_recipient()),
    })
}

/// A kind of entry.
pub(crate) fn kind(kind: Option<ContentKind>) -> EntryKind {
    match kind {
        Some(ContentKind::File) => EntryKind::File,
        Some(ContentKind::Directory) => EntryKind::Directory,
        Some(ContentKind::Symlink) => EntryKind::Symlink,
        _ => EntryKind::Other,
    }
}

/// A pin.
pub(crate) fn pin(pin: node::Pin) -> dto::Pin {
    dto::Pin {
        cid: pin.cid.to_string(),
        kind: match pin.kind {
            node::PinKind::BytesRequired => dto::PinKind::Bytes,
            node::PinKind::ReferenceOk => dto::PinKind::Reference,
        },
        name: (!pin.name.is_empty()).then_some(pin.name),
    }
}
