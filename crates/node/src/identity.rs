//! The node's own key: a random secp256k1 key of this home, never derived from words.
//!
//! Stored in `keys/node` (mode 0600) as the libp2p protobuf of a private key:
//! `08 02` (type Secp256k1) `12 20` (32 bytes follow) and the scalar. The peer id is
//! the base58 of the identity multihash of the public key's protobuf
//! (`08 02 12 21` and the 33 byte compressed point), which always reads `16Uiu2HA...`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use k256::SecretKey;
use k256::elliptic_curve::sec1::ToSec1Point;

/// Field 1 (type) = 2 (Secp256k1), field 2 (data) of 32 bytes.
const PRIVATE_PREFIX: [u8; 4] = [0x08, 0x02, 0x12, 0x20];
/// Field 1 (type) = 2 (Secp256k1), field 2 (data) of 33 bytes.
const PUBLIC_PREFIX: [u8; 4] = [0x08, 0x02, 0x12, 0x21];

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
        let path = keys.join("node");
        let mut stored = Vec::new();
        match File::open(&path) {
            Ok(file) => {
                file.take(64)
                    .read_to_end(&mut stored)
                    .map_err(LoadIdentity::KeyFile)?;
                let scalar = stored
                    .strip_prefix(&PRIVATE_PREFIX)
                    .ok_or(LoadIdentity::KeyDamaged)?;
                Self::from_scalar(scalar).ok_or(LoadIdentity::KeyDamaged)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(keys, &path),
            Err(error) => Err(LoadIdentity::KeyFile(error)),
        }
    }

    fn create(keys: &Path, path: &Path) -> Result<Self, LoadIdentity> {
        // Almost every 32 bytes are a valid scalar; the loop is for the others.
        for _ in 0..16 {
            let mut scalar = [0_u8; 32];
            getrandom::fill(&mut scalar).map_err(|_| LoadIdentity::Randomness)?;
            let Some(identity) = Self::from_scalar(&scalar) else {
                continue;
            };
            let mut bytes = PRIVATE_PREFIX.to_vec();
            bytes.extend_from_slice(&scalar);
            write_key(keys, path, &bytes).map_err(LoadIdentity::KeyFile)?;
            return Ok(identity);
        }
        Err(LoadIdentity::Randomness)
    }

    fn from_scalar(scalar: &[u8]) -> Option<Self> {
        let key = SecretKey::from_slice(scalar).ok()?;
        let point = key.public_key().to_sec1_point(true);
        let public_key: [u8; 33] = point.as_bytes().try_into().ok()?;
        // Identity multihash: code 0x00, length 37.
        let mut multihash = vec![0x00, 37];
        multihash.extend_from_slice(&PUBLIC_PREFIX);
        multihash.extend_from_slice(&public_key);
        Some(Self {
            peer_id: bs58::encode(multihash).into_string(),
            public_key,
        })
    }
}

fn write_key(keys: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = keys.join("node.new");
    let _ = std::fs::remove_file(&temporary);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    File::open(keys)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scalar 1 gives the generator point, whose compressed form is well known.
    #[test]
    fn peer_id_has_the_btfs_form() {
        let mut one = [0_u8; 32];
        one[31] = 1;
        let identity = NodeIdentity::from_scalar(&one).expect("one is a valid scalar");
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
