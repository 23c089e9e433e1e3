//! One secret, sealed with a password: Argon2id makes a key of the password, XChaCha20-Poly1305 seals
//! the secret with it, and the whole header is bound in.
//!
//! What it is not: it reads and writes no files, and makes no salt or nonce: they are given, random
//! and never used twice. Format: docs/format.md; vectors: tests/vectors/keystore.json.
//!
//! Invariants: bytes that are no keystore never panic and cost no more than they are long; nothing is
//! stretched that asks for more than [`MAX_COST`]; what opens is exactly what was sealed.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use zeroize::Zeroizing;

/// Bytes of the longest secret.
pub const MAX_SECRET: usize = 4096;
/// Bytes of a salt.
pub const SALT: usize = 16;
/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// The dearest password that is stretched: who made the file chose, and may be anybody.
pub const MAX_COST: Cost = Cost {
    memory_kib: 1024 * 1024,
    passes: 16,
    lanes: 8,
};

const MAGIC: [u8; 8] = *b"tribkeys";
const VERSION: u8 = 1;
const HEADER: usize = MAGIC.len() + 8 + SALT + NONCE;
const TAG: usize = 16;
/// Characters of the longest text, line breaks included.
const MAX_TEXT: usize = 2 * (HEADER + MAX_SECRET + TAG);

/// What it costs to try one password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u8,
    /// Lanes, each a part of the memory.
    pub lanes: u8,
}

impl Default for Cost {
    /// The second recommendation of RFC 9106: 64 MiB, three passes, four lanes.
    fn default() -> Self {
        Cost {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 4,
        }
    }
}

impl Cost {
    fn is_usable(self) -> bool {
        self.memory_kib <= MAX_COST.memory_kib
            && self.memory_kib >= 8 * u32::from(self.lanes)
            && (1..=MAX_COST.passes).contains(&self.passes)
            && (1..=MAX_COST.lanes).contains(&self.lanes)
    }
}

/// What is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretKind {
    /// The key of a node: libp2p's protobuf of a private key.
    NodeKey,
}

impl SecretKind {
    fn code(self) -> u8 {
        match self {
            SecretKind::NodeKey => 1,
        }
    }

    fn of(code: u8) -> Option<Self> {
        (code == 1).then_some(SecretKind::NodeKey)
    }
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealSecret {
    /// It has more than [`MAX_SECRET`] bytes.
    #[error("the secret is too long for a sealed key")]
    TooLong,
    /// The cost is none that is opened again.
    #[error("the cost of the password is out of bounds")]
    Cost,
    /// There is no memory to stretch the password in.
    #[error("there is not enough memory to protect the key with a password")]
    Memory,
}

/// Why bytes are no sealed secret.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadSealed {
    /// It is something else.
    #[error("this is no sealed key")]
    NotSealed,
    /// A later version made it.
    #[error("the sealed key was made by a newer version ({0})")]
    NewerVersion(u8),
    /// It is of a kind that is not known here.
    #[error("what is sealed is of a kind that is not known here ({0})")]
    UnknownKind(u8),
    /// It asks for more memory or time than a password may cost, or for none.
    #[error("the sealed key asks for more memory or time than is given")]
    Cost,
    /// It is cut off, too long, or holds characters that do not belong there.
    #[error("the sealed key is damaged or cut off")]
    Damaged,
}

/// Why a sealed secret did not open.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenSealed {
    /// The password is another one, or the bytes were changed: nobody can tell which.
    #[error("the password is wrong, or the sealed key was changed")]
    WrongPassword,
    /// There is no memory to stretch the password in.
    #[error("there is not enough memory to open the sealed key")]
    Memory,
}

/// A sealed secret that can be opened if its password is known. Shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    kind: SecretKind,
    cost: Cost,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({:?}, {:?})", self.kind, self.cost)
    }
}

/// Seals `secret`. Salt and nonce are random and used once. Takes a part of a second and the memory
/// that `cost` says.
pub fn seal(
    secret: &[u8],
    kind: SecretKind,
    password: &str,
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
) -> Result<Sealed, SealSecret> {
    if secret.len() > MAX_SECRET {
        return Err(SealSecret::TooLong);
    }
    if !cost.is_usable() {
        return Err(SealSecret::Cost);
    }
    let mut bytes = Vec::with_capacity(HEADER + secret.len() + TAG);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&[VERSION, kind.code()]);
    bytes.extend_from_slice(&cost.memory_kib.to_le_bytes());
    bytes.extend_from_slice(&[cost.passes, cost.lanes]);
    bytes.extend_from_slice(&salt);
    bytes.extend_from_slice(&nonce);
    let key = stretch(password, cost, &salt).ok_or(SealSecret::Memory)?;
    let payload = Payload {
        msg: secret,
        aad: &bytes,
    };
    let sealed = XChaCha20Poly1305::new((&*key).into())
        .encrypt(&XNonce::from(nonce), payload)
        .expect("BUG: 4096 bytes are far below the cipher's limit");
    bytes.extend_from_slice(&sealed);
    Ok(Sealed { kind, cost, bytes })
}

impl Sealed {
    /// Reads the bytes of a sealed secret.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadSealed> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(ReadSealed::NotSealed)?;
        let (head, rest) = rest.split_first_chunk::<8>().ok_or(ReadSealed::Damaged)?;
        let [version, kind, memory @ .., passes, lanes] = *head;
        if version != VERSION {
            return Err(ReadSealed::NewerVersion(version));
        }
        let kind = SecretKind::of(kind).ok_or(ReadSealed::UnknownKind(kind))?;
        let cost = Cost {
            memory_kib: u32::from_le_bytes(memory),
            passes,
            lanes,
        };
        if !cost.is_usable() {
            return Err(ReadSealed::Cost);
        }
        let shortest = SALT + NONCE + TAG;
        if !(shortest..=shortest + MAX_SECRET).contains(&rest.len()) {
            return Err(ReadSealed::Damaged);
        }
        let bytes = bytes.to_vec();
        Ok(Sealed { kind, cost, bytes })
    }

    /// Reads the text of [`Sealed::to_text`]. White space between the characters is passed over.
    pub fn from_text(text: &str) -> Result<Self, ReadSealed> {
        if !Self::looks_like(text) {
            return Err(ReadSealed::NotSealed);
        }
        if text.len() > MAX_TEXT {
            return Err(ReadSealed::Damaged);
        }
        let packed: String = text.split_whitespace().collect();
        let bytes = BASE64.decode(packed.as_bytes());
        Self::from_bytes(&bytes.map_err(|_| ReadSealed::Damaged)?)
    }

    /// Whether a text begins as every sealed secret does.
    pub fn looks_like(text: &str) -> bool {
        // Ten characters say nothing but the first seven bytes of the magic and a half.
        let start = BASE64.encode(&MAGIC);
        let start = start.get(..10).unwrap_or_default();
        let mut given = text.chars().filter(|char| !char.is_whitespace());
        start.chars().all(|char| given.next() == Some(char))
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same as one line of base64, without a line break.
    pub fn to_text(&self) -> String {
        BASE64.encode(&self.bytes)
    }

    /// What is sealed.
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// What it costs to try a password.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Opens it. Takes as much time and memory as its cost says.
    pub fn open(&self, password: &str) -> Result<Zeroizing<Vec<u8>>, OpenSealed> {
        let broken = || OpenSealed::WrongPassword;
        let (header, sealed) = self.bytes.split_at_checked(HEADER).ok_or_else(broken)?;
        let (head, nonce) = header.split_last_chunk::<NONCE>().ok_or_else(broken)?;
        let salt = head.last_chunk::<SALT>().ok_or_else(broken)?;
        let key = stretch(password, self.cost, salt).ok_or(OpenSealed::Memory)?;
        let payload = Payload {
            msg: sealed,
            aad: header,
        };
        let opened = XChaCha20Poly1305::new((&*key).into())
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| OpenSealed::WrongPassword)?;
        Ok(Zeroizing::new(opened))
    }
}

/// Argon2id, version 0x13. `None` when there is no memory.
fn stretch(password: &str, cost: Cost, salt: &[u8; SALT]) -> Option<Zeroizing<[u8; 32]>> {
    let (passes, lanes) = (u32::from(cost.passes), u32::from(cost.lanes));
    let params = Params::new(cost.memory_kib, passes, lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(key)
}
