//! The node's own key: a random secp256k1 key of this home, never derived from words. Another one,
//! made by BTFS, takes its place only on purpose: [`replace`].
//!
//! Stored in `keys/node` (mode 0600) as the libp2p protobuf of a private key:
//! `08 02` (type Secp256k1) `12 20` (32 bytes follow) and the scalar. The peer id is
//! the base58 of the identity multihash of the public key's protobuf
//! (`08 02 12 21` and the 33 byte compressed point), which always reads `16Uiu2HA...`.

mod replace;

use std::path::Path;

use net::{LoadNodeKey, NodeKey};

pub use replace::{KeyForm, NewIdentity, ReplaceIdentity, ReplacedIdentity};

/// Where the key is, in the folder of keys.
const KEY_FILE: &str = "node";

/// Who this node is to other nodes. Holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeIdentity {
    /// libp2p peer id, base58, `16Uiu2HA...`.
    pub peer_id: String,
    /// Compressed secp256k1 point, 33 bytes.
    pub public_key: [u8; 33],
}

/// Why the node key could not be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadIdentity {
    /// The key file could not be read or written.
    #[error("could not use the key file keys/node")]
    KeyFile(#[source] std::io::Error),
    /// The key file does not hold a secp256k1 key in libp2p's form.
    #[error("the key file keys/node is damaged")]
    KeyDamaged,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a new key")]
    Randomness,
}

impl NodeIdentity {
    /// Reads the key in `keys`, or makes one there, durable when this returns.
    pub(crate) fn load_or_create(keys: &Path) -> Result<Self, LoadIdentity> {
        match NodeKey::load_or_create(&keys.join(KEY_FILE)) {
            Ok(key) => Self::of(&key).ok_or(LoadIdentity::KeyDamaged),
            Err(LoadNodeKey::KeyFile(error)) => Err(LoadIdentity::KeyFile(error)),
            Err(LoadNodeKey::Randomness) => Err(LoadIdentity::Randomness),
            Err(_) => Err(LoadIdentity::KeyDamaged),
        }
    }

    /// A peer id of this kind of key ends with the key itself.
    fn of(key: &NodeKey) -> Option<Self> {
        let peer = key.peer_id();
        Some(Self {
            public_key: *peer.to_bytes().last_chunk()?,
            peer_id: peer.to_base58(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scalar 1 gives the generator point, whose compressed form is well known.
    #[test]
    fn peer_id_has_the_btfs_form() {
        let mut one = [0_u8; 36];
        one[..4].copy_from_slice(&[0x08, 0x02, 0x12, 0x20]);
        one[35] = 1;
        let key = NodeKey::from_bytes(&one).expect("one is a valid scalar");
        let identity = NodeIdentity::of(&key).expect("it holds its key");
        assert_eq!(identity.public_key[0], 0x02, "the generator has an even y");
        assert_eq!(identity.public_key[1..4], [0x79, 0xbe, 0x66]);
        assert!(
            identity.peer_id.starts_with("16Uiu2HA"),
            "{}",
            identity.peer_id
        );
        assert_eq!(identity.peer_id.len(), 53);
    }

    #[test]
    fn key_is_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("temp dir");
        let first = NodeIdentity::load_or_create(dir.path()).expect("made");
        let second = NodeIdentity::load_or_create(dir.path()).expect("read");
        assert_eq!(first, second, "a restart keeps the identity");
        let mode = std::fs::metadata(dir.path().join("node"))
            .expect("stat")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(dir.path().join("node"), b"nonsense").expect("write");
        assert!(matches!(
            NodeIdentity::load_or_create(dir.path()),
            Err(LoadIdentity::KeyDamaged)
        ));
    }
}
