//! One line of a denylist.

use ::cid::Cid;
use multihash::Multihash;

use super::MAX_PATH;
use crate::cid::SHA2_256;

/// Characters of a line that an error repeats.
const SHOWN: usize = 80;

/// How much below an address or name a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Exactly this path; empty is the address itself.
    Exact(Vec<u8>),
    /// Every path that begins with this; empty is everything, the address itself too.
    Prefix(Vec<u8>),
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Content, whatever its codec.
    Content(Multihash<64>, Extent),
    /// A name that is a key: BTNS or IPNS.
    Key(Multihash<64>, Extent),
    /// A name that is a domain, in lower case.
    Domain(String, Extent),
    /// SHA-256 over `b58(multihash)`, or over that and `/` and a path, or over `/ipns/DOMAIN`.
    DoubleHash([u8; 32]),
    /// SHA-256 over `CID/` or `CID/path`, the CID in version 1 and base32.
    LegacyHash([u8; 32]),
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// It allows what an earlier one denies.
    pub allow: bool,
    /// What it is about.
    pub target: Target,
    /// Its hints, in order.
    pub hints: Vec<(String, String)>,
}

/// Why a line is no rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseRule {
    /// It begins like no rule that is known.
    #[error("no rule begins like {0:?}")]
    Unknown(String),
    /// What should be an address is none.
    #[error("{0:?} is not a content address")]
    Address(String),
    /// A double hash is neither hexadecimal nor a multihash.
    #[error("{0:?} is not a hash")]
    Hash(String),
    /// A double hash by another function than sha2-256.
    #[error("hashes of the kind {0:#x} are not understood, only sha2-256")]
    HashFunction(u64),
    /// A path is not encoded as a URL's, or too long.
    #[error("the path of {0:?} cannot be read")]
    Path(String),
}

impl Rule {
    /// Parses one line without its end; `None` when it says nothing.
    ///
    /// # Errors
    /// The line is no rule that is understood.
    pub fn parse(line: &str) -> Result<Option<Self>, ParseRule> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (item, hints) = line.split_once(' ').unwrap_or((line, ""));
        let bare = item.strip_prefix(['!', '+']);
        let target = target(bare.unwrap_or(item))?;
        let hints = hints
            .split_ascii_whitespace()
            .filter_map(|hint| hint.split_once(':'))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Ok(Some(Rule {
            allow: bare.is_some(),
            target,
            hints,
        }))
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn target(item: &str) -> Result<Target, ParseRule> {
    if let Some(hash) = item.strip_prefix("//") {
        return double_hash(hash);
    }
    let content = item
        .strip_prefix("/ipfs/")
        .or_else(|| item.strip_prefix("/btfs/"));
    if let Some(rest) = content {
        let (root, extent) = extent(rest)?;
        let hash = multihash_of(root).ok_or_else(|| ParseRule::Address(shown(root)))?;
        return Ok(Target::Content(hash, extent));
    }
    let name = item
        .strip_prefix("/ipns/")
        .or_else(|| item.strip_prefix("/btns/"));
    if let Some(rest) = name {
        let (name, extent) = extent(rest)?;
        if name.is_empty() {
            return Err(ParseRule::Address(String::new()));
        }
        return Ok(match multihash_of(name) {
            Some(hash) => Target::Key(hash, extent),
            None => Target::Domain(name.to_lowercase(), extent),
        });
    }
    Err(ParseRule::Unknown(shown(item)))
}

fn double_hash(text: &str) -> Result<Target, ParseRule> {
    let hex = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes());
    if let Some(digest) = hex.ok().and_then(|bytes| bytes.try_into().ok()) {
        return Ok(Target::LegacyHash(digest));
    }
    // The bound is that of the longest multihash that is read.
    let bytes = match text.len() <= 128 {
        true => bs58::decode(text).into_vec().ok(),
        false => None,
    };
    let hash = bytes.and_then(|bytes| Multihash::<64>::from_bytes(&bytes).ok());
    let hash = hash.ok_or_else(|| ParseRule::Hash(shown(text)))?;
    match (hash.code(), hash.digest().try_into()) {
        (SHA2_256, Ok(digest)) => Ok(Target::DoubleHash(digest)),
        (SHA2_256, Err(_)) => Err(ParseRule::Hash(shown(text))),
        (code, _) => Err(ParseRule::HashFunction(code)),
    }
}

/// The multihash in a CID, or written by itself in base58.
pub(super) fn multihash_of(text: &str) -> Option<Multihash<64>> {
    if text.len() > 256 {
        return None;
    }
    if let Ok(cid) = Cid::try_from(text) {
        return Some(*cid.hash());
    }
    let bytes = bs58::decode(text).into_vec().ok()?;
    Multihash::from_bytes(&bytes).ok()
}

/// The root, and how much below it.
fn extent(rest: &str) -> Result<(&str, Extent), ParseRule> {
    let (root, path) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = |path: &str| {
        let path = unescape(path).ok_or_else(|| ParseRule::Path(shown(rest)))?;
        match path.len() > MAX_PATH {
            true => Err(ParseRule::Path(shown(rest))),
            false => Ok(path),
        }
    };
    if let Some(path) = path.strip_suffix('*') {
        // `/ab/*` says the same as `/ab*`.
        return Ok((root, Extent::Prefix(decoded(path.trim_end_matches('/'))?)));
    }
    if let Some(root) = root.strip_suffix('*').filter(|_| path.is_empty()) {
        return Ok((root, Extent::Prefix(Vec::new())));
    }
    Ok((root, Extent::Exact(decoded(path.trim_matches('/'))?)))
}

/// Takes `%41` apart.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(out)
}
