//! The node's own key: secp256k1, random per home, in the file `keys/node`.
//!
//! The file is the libp2p protobuf of a private key: `08 02` (type Secp256k1), `12 20` (32 bytes
//! follow) and the scalar; mode 0600. The peer id that follows from it reads `16Uiu2HA...`, as BTFS
//! expects. Keys that BTFS made come in by [`NodeKey::import`]. Not here: sealed keys, which are `wallet`'s.

mod import;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use libp2p::PeerId;
use libp2p::identity::{Keypair, secp256k1};
use zeroize::Zeroizing;

pub use crate::identity::import::{ImportKey, KeyText};

/// Field 1 (type) = 2 (Secp256k1), field 2 (data) of 32 bytes.
const PREFIX: [u8; 4] = [0x08, 0x02, 0x12, 0x20];
/// Bytes of the file.
const FILE_LEN: usize = 36;

/// Why a node key could not be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadNodeKey {
    /// The key file could not be read or written.
    #[error("could not use the key file")]
    KeyFile(#[source] io::Error),
    /// The bytes are not a secp256k1 key in libp2p's form.
    #[error("the key file is damaged")]
    Damaged,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a new key")]
    Randomness,
}

/// Who this node is, with its secret. Cheap to clone; shows only the peer id.
#[derive(Clone)]
pub struct NodeKey {
    pair: Keypair,
}

impl std::fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeKey({})", self.peer_id())
    }
}

impl NodeKey {
    /// A new random key.
    pub fn random() -> Result<Self, LoadNodeKey> {
        // Almost every 32 bytes are a valid scalar; the loop is for the others.
        for _ in 0..16 {
            let mut scalar = Zeroizing::new([0_u8; 32]);
            getrandom::fill(scalar.as_mut_slice()).map_err(|_| LoadNodeKey::Randomness)?;
            if let Ok(key) = Self::from_scalar(&mut scalar) {
                return Ok(key);
            }
        }
        Err(LoadNodeKey::Randomness)
    }

    /// Reads the 36 bytes of the key file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadNodeKey> {
        let scalar = bytes.strip_prefix(&PREFIX).ok_or(LoadNodeKey::Damaged)?;
        let scalar: [u8; 32] = scalar.try_into().map_err(|_| LoadNodeKey::Damaged)?;
        Self::from_scalar(&mut Zeroizing::new(scalar))
    }

    fn from_scalar(scalar: &mut Zeroizing<[u8; 32]>) -> Result<Self, LoadNodeKey> {
        let secret = secp256k1::SecretKey::try_from_bytes(scalar.as_mut_slice())
            .map_err(|_| LoadNodeKey::Damaged)?;
        Ok(NodeKey {
            pair: secp256k1::Keypair::from(secret).into(),
        })
    }

    /// The bytes of the key file: the secret itself, to be sealed or used and forgotten. `None` for a
    /// key that is not secp256k1, which none is.
    pub fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let pair = self.pair.clone().try_into_secp256k1().ok()?;
        let scalar = Zeroizing::new(pair.secret().to_bytes());
        let mut bytes = Zeroizing::new(PREFIX.to_vec());
        bytes.extend_from_slice(scalar.as_slice());
        Some(bytes)
    }

    /// Reads the key file at `path`, or makes one, durable when this returns. Blocks on the disk.
    pub fn load_or_create(path: &Path) -> Result<Self, LoadNodeKey> {
        let mut stored = Zeroizing::new(Vec::with_capacity(64));
        match File::open(path) {
            Ok(file) => {
                file.take(FILE_LEN as u64 + 1)
                    .read_to_end(&mut stored)
                    .map_err(LoadNodeKey::KeyFile)?;
                Self::from_bytes(&stored)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Self::random()?;
                key.save(path)?;
                Ok(key)
            }
            Err(error) => Err(LoadNodeKey::KeyFile(error)),
        }
    }

    /// Writes the key file, in place of the one that is there: durable when this returns. Blocks on
    /// the disk.
    pub fn save(&self, path: &Path) -> Result<(), LoadNodeKey> {
        let bytes = self.to_bytes().ok_or(LoadNodeKey::Damaged)?;
        write_private(path, &bytes).map_err(LoadNodeKey::KeyFile)
    }

    /// The name other nodes know this one by.
    pub fn peer_id(&self) -> PeerId {
        self.pair.public().to_peer_id()
    }

    pub(crate) fn pair(&self) -> &Keypair {
        &self.pair
    }
}

/// Writes a new file of mode 0600 whole or not at all: durable when this returns. Blocks on the disk.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scalar_one_has_the_well_known_peer_id() {
        let mut bytes = PREFIX.to_vec();
        bytes.extend([0; 31]);
        bytes.push(1);
        let key = NodeKey::from_bytes(&bytes).expect("one is a valid scalar");
        let text = key.peer_id().to_string();
        assert!(text.starts_with("16Uiu2HA"), "{text}");
        assert_eq!(text.len(), 53);
        assert_eq!(key.to_bytes().expect("secp256k1").as_slice(), bytes);
        assert!(!format!("{key:?}").contains("1, 1"), "shows no secret");
    }

    #[test]
    fn a_key_is_made_once_kept_private_and_never_replaced_when_damaged() {
        let folder = tempfile::tempdir().expect("temp dir");
        let path = folder.path().join("node");
        let first = NodeKey::load_or_create(&path).expect("made");
        let second = NodeKey::load_or_create(&path).expect("read");
        assert_eq!(first.peer_id(), second.peer_id());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("stat").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for damaged in [&b""[..], b"nonsense", &[0; 36], &[8, 2, 18, 32, 1]] {
            std::fs::write(&path, damaged).expect("write");
            let error = NodeKey::load_or_create(&path).expect_err("damaged");
            assert!(matches!(error, LoadNodeKey::Damaged));
            assert_eq!(std::fs::read(&path).expect("read"), damaged);
        }
        std::fs::write(&path, [PREFIX.as_slice(), &[0; 32]].concat()).expect("write");
        assert!(NodeKey::load_or_create(&path).is_err(), "zero is no scalar");
    }
}
