//! Content by its id: what the command line uses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroize as _;

/// Who this node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeIdentity {
    /// libp2p peer id, "16Uiu2HA...".
    pub peer_id: String,
    /// Compressed secp256k1 public key, hex.
    pub public_key: String,
}

/// Another key for this home. Networks stop and start again; links that were made before lead here no
/// longer. Wiped when it is dropped; shows no secret.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceIdentityRequest {
    /// The key: 12 to 24 words, 64 hexadecimal digits, the base64 of a BTFS config, or a sealed key.
    pub secret: String,
    /// At least 8 characters: seals the key that is replaced, and opens a sealed one.
    pub password: String,
    /// The peer id of this home now: says that its key is meant to go.
    pub replaces: String,
}

impl Drop for ReplaceIdentityRequest {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.password.zeroize();
    }
}

impl std::fmt::Debug for ReplaceIdentityRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplaceIdentityRequest")
            .field("replaces", &self.replaces)
            .finish_non_exhaustive()
    }
}

/// What a key was given as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeyForm {
    /// BIP39 words.
    Words,
    /// 64 hexadecimal digits.
    Hex,
    /// The key of a BTFS config.
    Base64,
    /// A sealed key.
    Sealed,
}

/// What became of the key of this home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplacedIdentity {
    /// Who this node is now.
    pub identity: NodeIdentity,
    /// What its key was given as.
    pub form: KeyForm,
    /// The peer id it had.
    pub before: String,
    /// Where the key of before is, sealed: a path below the home.
    pub kept: String,
}

/// Files on this machine to add, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeAddRequest {
    /// Absolute paths of files and folders.
    pub paths: Vec<String>,
    /// Pin the result; true when absent.
    #[serde(default)]
    pub pin: Option<bool>,
    /// 0 or 1; 0 when absent.
    #[serde(default)]
    pub cid_version: Option<u8>,
    /// Leaves without wrapper; false when absent, true with CID version 1.
    #[serde(default)]
    pub raw_leaves: Option<bool>,
    /// "size-BYTES", "rabin-MIN-AVG-MAX", "buzhash" or "reed-solomon-DATA-PARITY-BYTES";
    /// "size-262144" when absent.
    #[serde(default)]
    pub chunker: Option<String>,
    /// Encrypt the file as BTFS does, for the key below, the peer below, or this node.
    #[serde(default)]
    pub encrypt: Option<bool>,
    /// A public key of secp256k1, hex.
    #[serde(default)]
    pub public_key: Option<String>,
    /// A peer id that holds such a key.
    #[serde(default)]
    pub peer_id: Option<String>,
    /// Keep the bytes in the file and store only references.
    #[serde(default)]
    pub reference: Option<bool>,
}

/// A file to decrypt. The key is wiped when this is dropped; shows no secret.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecryptRequest {
    /// A CID, or "/btfs/CID/path".
    pub path: String,
    /// The key it was encrypted for: words, hexadecimal digits or base64; that of this node when absent.
    #[serde(default)]
    pub key: Option<String>,
}

impl Drop for DecryptRequest {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl std::fmt::Debug for DecryptRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptRequest")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Something that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedFile {
    /// Name: the path relative to the folder that was added.
    pub name: String,
    /// Root of the content.
    pub cid: String,
    /// File bytes; for a folder, bytes of the whole DAG.
    pub size: u64,
    /// File or directory.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// Another kind of node.
    Other,
}

/// A directory, or a single file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// Root of what was listed.
    pub cid: String,
    /// What it is.
    pub kind: EntryKind,
    /// File bytes, or bytes of the DAG of a directory.
    pub size: u64,
    /// Entries of a directory, by name.
    pub entries: Vec<DirectoryEntry>,
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryEntry {
    /// Name.
    pub name: String,
    /// Root of the content.
    pub cid: String,
    /// What it is.
    pub kind: EntryKind,
    /// File bytes; for a directory, bytes of its DAG.
    pub size: u64,
}

/// Which bytes a pin protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PinKind {
    /// The home holds its own copy.
    Bytes,
    /// Files kept in place may hold the bytes.
    Reference,
}

/// A pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// Root that is pinned, with all it reaches.
    pub cid: String,
    /// Which bytes it protects.
    pub kind: PinKind,
    /// Name given to it.
    pub name: Option<String>,
}

/// Something to pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PinRequest {
    /// A CID, or "/btfs/CID/path".
    pub path: String,
    /// Which bytes to protect; own bytes when absent.
    #[serde(default)]
    pub kind: Option<PinKind>,
    /// Only true is supported; kept for scripts that say so.
    #[serde(default)]
    pub recursive: Option<bool>,
    /// A name for it.
    #[serde(default)]
    pub name: Option<String>,
}

/// What a CAR brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CarImported {
    /// Roots named by its header; each is pinned.
    pub roots: Vec<String>,
    /// Blocks stored.
    pub blocks: u64,
    /// Bytes of these blocks.
    pub bytes: u64,
}

/// Numbers of the block store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepoStat {
    /// Absolute path of the home.
    pub home: String,
    /// Blocks known.
    pub blocks: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Most bytes; null for no limit.
    pub quota: Option<u64>,
    /// Segment files.
    pub segments: u64,
    /// Bytes that a clean-up would free.
    pub garbage: u64,
    /// Pins.
    pub pins: u64,
}
