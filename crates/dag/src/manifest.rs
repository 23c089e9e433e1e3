//! Manifests: what a shared thing says of itself.
//!
//! One block of deterministic dag-cbor: title, kind, the files it is made of, and how they are
//! sealed. An album or folder lists the manifests of what is in it.
//!
//! Invariants:
//! - What decodes encodes to the same bytes: unknown fields are kept at every level, lists are left
//!   out when empty, and every text and list is bounded.
//! - An author without a signature does not exist. Whether the signature holds is asked for with
//!   [`Manifest::authorship`]; until then an author is a claim.
//!
//! What this is not: it verifies no signature (identities live elsewhere), unwraps no key, and
//! trusts no text: titles and names are what a stranger wrote.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::ipld::{EncodeIpld, Ipld, cbor};
use crate::seal::{NoncePrefix, WrappedKey};
use crate::{Block, Cid, CidVersion, Codec, cid_of};

mod decode;
mod encode;

/// The longest manifest, in bytes.
pub const MAX_MANIFEST_LEN: usize = 1024 * 1024;
/// The most renditions, and the most captions, of one thing.
pub const MAX_RENDITIONS: usize = 64;
/// The most members of an album or folder.
pub const MAX_MEMBERS: usize = 10_000;
/// The version that is written, and the only one that is read.
pub const VERSION: u64 = 1;
/// The longest title, in bytes.
pub const MAX_TITLE_LEN: usize = 1024;
/// What a signature is over, before the manifest itself.
const SIGNED: &[u8] = b"tributary-manifest:";

/// What is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ManifestKind {
    /// A film.
    Film,
    /// An episode of a show.
    Episode,
    /// A short video.
    Clip,
    /// A photo.
    Photo,
    /// A piece of music.
    Track,
    /// Any other file.
    File,
    /// An album of photos, clips or tracks.
    Album,
    /// A folder of anything.
    Folder,
}

impl ManifestKind {
    const ALL: [(ManifestKind, &'static str); 8] = [
        (ManifestKind::Film, "film"),
        (ManifestKind::Episode, "episode"),
        (ManifestKind::Clip, "clip"),
        (ManifestKind::Photo, "photo"),
        (ManifestKind::Track, "track"),
        (ManifestKind::File, "file"),
        (ManifestKind::Album, "album"),
        (ManifestKind::Folder, "folder"),
    ];

    /// The word that manifests use for it.
    pub fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(kind, _)| *kind == self);
        known.map_or("file", |(_, word)| word)
    }

    /// The kind of a word that manifests use.
    pub fn of_word(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == word);
        known.map(|(kind, _)| *kind)
    }

    /// Whether it is made of other manifests instead of files.
    pub const fn is_collection(self) -> bool {
        matches!(self, ManifestKind::Album | ManifestKind::Folder)
    }
}

/// Unknown fields, kept as they are.
pub type Extra = BTreeMap<String, Ipld>;

/// How a file was sealed: see [`crate::seal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealHeader {
    /// The random part of the nonces.
    pub prefix: NoncePrefix,
    /// The file's key, wrapped by the share.
    pub key: WrappedKey,
}

/// A file that a manifest names.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The root of the file, of its sealed form when it is sealed.
    pub root: Cid,
    /// Bytes of the file, before sealing.
    pub size: u64,
    /// Its media type, `type/subtype`.
    pub mime: String,
    /// How it is sealed; `None` for a plain file.
    pub seal: Option<SealHeader>,
    /// Unknown fields.
    pub extra: Extra,
}

/// One form of the thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendition {
    /// Which form: `original`, `stripped` (of location data), `remuxed`, or another word.
    pub role: String,
    /// Its file.
    pub content: Content,
    /// Width and height in pixels as shown, orientation applied.
    pub dimensions: Option<(u32, u32)>,
}

/// Subtitles or captions.
#[derive(Debug, Clone, PartialEq)]
pub struct Captions {
    /// The language, as BCP 47 writes it.
    pub language: String,
    /// What to call them in a menu.
    pub label: Option<String>,
    /// Their file.
    pub content: Content,
}

/// A member of an album or folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name in the folder; unique there, with no slash.
    pub name: String,
    /// Its manifest.
    pub manifest: Cid,
    /// Unknown fields.
    pub extra: Extra,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The author's public key, as libp2p encodes it in protobuf.
    pub key: Vec<u8>,
    /// The signature of [`Manifest::signed_bytes`].
    pub signature: Vec<u8>,
}

/// The place of an episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What the series is called, one line.
    pub title: String,
    /// The season, at most 9,999.
    pub season: u32,
    /// The episode in it, at most 99,999.
    pub episode: u32,
}

/// One manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What it is.
    pub kind: ManifestKind,
    /// Its title, one line.
    pub title: String,
    /// Its forms, the best first; none in collections.
    pub renditions: Vec<Rendition>,
    /// A picture that stands for it.
    pub poster: Option<Content>,
    /// Its captions.
    pub captions: Vec<Captions>,
    /// The members of a collection, in order; none elsewhere.
    pub members: Vec<Member>,
    /// How long it plays, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The year it came out.
    pub year: Option<u16>,
    /// Where it stands in a series; episodes have it.
    pub series: Option<Series>,
    /// Who made a track, one line.
    pub artist: Option<String>,
    /// The record a track is on, one line.
    pub record: Option<String>,
    /// The language spoken, as BCP 47 writes it.
    pub language: Option<String>,
    /// The licence: an SPDX id, an address, or words. Required for what is public.
    pub licence: Option<String>,
    /// What to be warned of before looking.
    pub content_warning: Option<String>,
    /// Who signed it.
    pub author: Option<Author>,
    /// Unknown fields.
    pub extra: Extra,
}

/// Why bytes are no manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeManifest {
    /// The block is longer than [`MAX_MANIFEST_LEN`].
    #[error("the manifest is {0} bytes long, more than one may be")]
    TooLong(usize),
    /// The block is not dag-cbor.
    #[error("the manifest is not readable")]
    DecodeCbor(#[from] cbor::DecodeCbor),
    /// The block is something else.
    #[error("the block is no manifest")]
    NotAManifest,
    /// A newer program wrote it.
    #[error("the manifest has version {0}, which this program does not know")]
    Version(i128),
    /// A field that must be there is not.
    #[error("the manifest has no {0}")]
    Missing(&'static str),
    /// A field has another type, or a value out of bounds.
    #[error("the manifest's {0} cannot be used")]
    Malformed(&'static str),
}

/// Why a manifest was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeManifest {
    /// An unknown field has the name of a known one.
    #[error("the extra field {0:?} has the name of another")]
    ReservedField(String),
    /// The values do not fit dag-cbor.
    #[error("the manifest cannot be encoded")]
    EncodeIpld(#[from] EncodeIpld),
    /// No reader would take it.
    #[error("the manifest would not be readable")]
    Unreadable(#[from] DecodeManifest),
}

/// What a signature proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorship<'a> {
    /// Nobody signed: show "from this device", never a name.
    Unsigned,
    /// The holder of this public key signed exactly this.
    Signed(&'a [u8]),
    /// There is a signature, and it is wrong: the manifest was changed, or is a lie.
    Forged,
}

impl Manifest {
    /// A manifest with nothing but a kind and a title, to be filled.
    pub fn new(kind: ManifestKind, title: impl Into<String>) -> Self {
        Manifest {
            kind,
            title: title.into(),
            renditions: Vec::new(),
            poster: None,
            captions: Vec::new(),
            members: Vec::new(),
            duration_ms: None,
            year: None,
            series: None,
            artist: None,
            record: None,
            language: None,
            licence: None,
            content_warning: None,
            author: None,
            extra: Extra::new(),
        }
    }

    /// Reads one block.
    pub fn decode(block: &[u8]) -> Result<Self, DecodeManifest> {
        decode::manifest(block)
    }

    /// Writes one block, after checking that it can be read.
    pub fn encode(&self) -> Result<Block, EncodeManifest> {
        let bytes = cbor::encode(&encode::manifest(self)?)?;
        Manifest::decode(&bytes)?;
        Ok(Block {
            cid: cid_of(Codec::DagCbor, CidVersion::V1, &bytes),
            bytes: Bytes::from(bytes),
        })
    }

    /// What an author with that public key signs: all of the manifest but the signature.
    pub fn signed_bytes(&self, author: &[u8]) -> Result<Vec<u8>, EncodeManifest> {
        let mut value = encode::manifest(self)?;
        if let Ipld::Map(map) = &mut value {
            map.insert("author".to_owned(), Ipld::Bytes(author.to_vec()));
            map.remove("signature");
        }
        Ok([SIGNED, &cbor::encode(&value)?].concat())
    }

    /// Who signed it. `verify` is given the public key, the message and the signature.
    pub fn authorship(&self, verify: impl FnOnce(&[u8], &[u8], &[u8]) -> bool) -> Authorship<'_> {
        let Some(author) = &self.author else {
            return Authorship::Unsigned;
        };
        match self.signed_bytes(&author.key) {
            Ok(message) if verify(&author.key, &message, &author.signature) => {
                Authorship::Signed(&author.key)
            }
            _ => Authorship::Forged,
        }
    }
}
