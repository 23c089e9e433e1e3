//! What a denylist is asked about, with the hashes that rules may name.

use std::cell::OnceCell;

use ::cid::Cid;
use multihash::Multihash;
use sha2::{Digest, Sha256};

use super::rule::multihash_of;

/// A question. Its hashes are computed once, however many lists are asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(super) what: What,
    /// Names below it, joined by `/`, with none at either end.
    pub(super) path: Vec<u8>,
    double: OnceCell<[u8; 32]>,
    legacy: OnceCell<[u8; 32]>,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Content(Cid),
    Key(Multihash<64>),
    /// In lower case; the second is what a label like `en-wikipedia--org` stands for.
    Domain(String, Option<String>),
}

impl Asked {
    /// One block, or a root.
    pub fn block(cid: &Cid) -> Self {
        Self::new(What::Content(*cid), Vec::new())
    }

    /// What stands at a path below a root; names as they are, not encoded.
    pub fn path<T: AsRef<str>>(root: &Cid, names: &[T]) -> Self {
        Self::new(What::Content(*root), joined(names))
    }

    /// What stands at a path below a BTNS or IPNS name: a key or a domain.
    pub fn name<T: AsRef<str>>(name: &str, names: &[T]) -> Self {
        let what = match multihash_of(name) {
            Some(hash) => What::Key(hash),
            None => What::Domain(name.to_lowercase(), unlabelled(name)),
        };
        Self::new(what, joined(names))
    }

    fn new(what: What, path: Vec<u8>) -> Self {
        Asked {
            what,
            path,
            double: OnceCell::new(),
            legacy: OnceCell::new(),
        }
    }

    pub(super) fn double_hash(&self) -> &[u8; 32] {
        self.double.get_or_init(|| {
            let mut text = match &self.what {
                What::Content(cid) => b58(cid.hash()),
                What::Key(hash) => b58(hash),
                What::Domain(name, _) => format!("/ipns/{name}").into_bytes(),
            };
            if !self.path.is_empty() {
                text.push(b'/');
                text.extend_from_slice(&self.path);
            }
            Sha256::digest(&text).into()
        })
    }

    pub(super) fn legacy_hash(&self) -> &[u8; 32] {
        self.legacy.get_or_init(|| {
            let root = match &self.what {
                What::Content(cid) => Cid::new_v1(cid.codec(), *cid.hash()).to_string(),
                What::Key(hash) => Cid::new_v1(LIBP2P_KEY, *hash).to_string(),
                What::Domain(name, _) => name.clone(),
            };
            let mut text = root.into_bytes();
            text.push(b'/');
            text.extend_from_slice(&self.path);
            Sha256::digest(&text).into()
        })
    }
}

/// The codec of keys in addresses.
const LIBP2P_KEY: u64 = 0x72;

fn b58(hash: &Multihash<64>) -> Vec<u8> {
    bs58::encode(hash.to_bytes()).into_vec()
}

fn joined<T: AsRef<str>>(names: &[T]) -> Vec<u8> {
    let mut path = Vec::new();
    for name in names
        .iter()
        .map(AsRef::as_ref)
        .filter(|name| !name.is_empty())
    {
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_bytes());
    }
    path
}

/// The domain that one label stands for, as gateways write it: `-` is a dot, `--` a hyphen.
fn unlabelled(name: &str) -> Option<String> {
    if name.contains('.') || !name.contains('-') {
        return None;
    }
    let lower = name.to_lowercase();
    let parts: Vec<String> = lower
        .split("--")
        .map(|part| part.replace('-', "."))
        .collect();
    Some(parts.join("-"))
}
