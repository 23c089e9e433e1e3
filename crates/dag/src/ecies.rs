//! Files that `btfs add --encrypt` made: readable by the holder of one secp256k1 key.
//!
//! An ephemeral key and the recipient's give a shared point; SHA-512 of its x coordinate is 32 bytes
//! of AES-256-CBC key and 32 of HMAC key; HMAC-SHA256 is over IV, ephemeral public key (65 bytes) and
//! ciphertext. The file holds the ciphertext as hexadecimal text; IV, ephemeral key and MAC are in
//! its token metadata ([`crate::token_meta`]).
//!
//! go-btfs never checks the MAC. Here a [`Decryptor`] exists only after the whole text was run
//! through a [`Check`], so nothing unproven is ever handed out; a caller that streams reads the file
//! twice. This is for BTFS recipients; what Tributary shares is sealed ([`crate::seal`]).

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt};
use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::point::AffineCoordinates;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256, Sha512};
use zeroize::{Zeroize, Zeroizing};

pub use self::header::{EncryptionHeader, ReadHeader};

mod header;

/// Bytes of a cipher block.
const BLOCK: usize = 16;

type Block = [u8; BLOCK];

/// Why a key is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum UseKey {
    /// The public key is no point of the curve.
    #[error("the public key is not one of secp256k1")]
    Public,
    /// The secret key is zero or too large.
    #[error("the secret key is not one of secp256k1")]
    Secret,
}

/// Why a text does not decrypt.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decrypt {
    /// The text is not hexadecimal, or no whole number of blocks.
    #[error("the encrypted file is not in the form BTFS gives it")]
    Form,
    /// Another recipient's, or changed.
    #[error("the file is encrypted for another key, or it was changed")]
    Authenticate,
    /// The text is not the one that was checked.
    #[error("the encrypted file changed while it was read")]
    Changed,
}

/// The two keys of one file.
struct Keys {
    cipher: Aes256,
    mac: Hmac<Sha256>,
}

fn keys(secret: &SecretKey, public: &PublicKey) -> Keys {
    let shared = (public.to_projective() * *secret.to_nonzero_scalar()).to_affine();
    let mut x = shared.x();
    let mut hash = Sha512::digest(x);
    x.as_mut_slice().zeroize();
    let (cipher, mac) = hash.split_at(32);
    let keys = Keys {
        cipher: Aes256::new_from_slice(cipher).expect("BUG: half of SHA-512 is 32 bytes"),
        mac: Hmac::new_from_slice(mac).expect("BUG: HMAC takes keys of any length"),
    };
    hash.as_mut_slice().zeroize();
    keys
}

fn xor(block: &mut Block, with: &Block) {
    block
        .iter_mut()
        .zip(with)
        .for_each(|(to, from)| *to ^= from);
}

/// Encrypts a stream for one recipient.
pub struct Encryptor {
    keys: Keys,
    header: EncryptionHeader,
    last: Block,
    pending: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryptor(..)")
    }
}

impl Encryptor {
    /// An encryptor for the holder of `recipient` (33 or 65 bytes of SEC1). The ephemeral secret and
    /// the IV are random and used once.
    pub fn new(
        recipient: &[u8],
        ephemeral: &Zeroizing<[u8; 32]>,
        iv: [u8; BLOCK],
    ) -> Result<Self, UseKey> {
        let recipient = PublicKey::from_sec1_bytes(recipient).map_err(|_| UseKey::Public)?;
        let secret = SecretKey::from_slice(ephemeral.as_slice()).map_err(|_| UseKey::Secret)?;
        let mut keys = keys(&secret, &recipient);
        let point = secret.public_key().to_sec1_point(false);
        let ephemeral = point.as_bytes().try_into().map_err(|_| UseKey::Secret)?;
        keys.mac.update(&iv);
        keys.mac.update(point.as_bytes());
        Ok(Encryptor {
            keys,
            header: EncryptionHeader {
                ephemeral,
                iv,
                mac: [0; 32],
            },
            last: iv,
            pending: Zeroizing::new(Vec::with_capacity(BLOCK)),
        })
    }

    /// Appends plaintext; hexadecimal text goes to `emit`.
    pub fn push(&mut self, plain: &[u8], emit: &mut dyn FnMut(&str)) {
        let mut sealed = Vec::with_capacity(plain.len() + BLOCK);
        for byte in plain {
            self.pending.push(*byte);
            self.seal_block(&mut sealed);
        }
        self.give(&sealed, emit);
    }

    /// Emits the last block and returns what the recipient needs to know.
    pub fn finish(mut self, emit: &mut dyn FnMut(&str)) -> EncryptionHeader {
        // As many bytes as are missing, each saying how many; a whole block when none is.
        let missing = BLOCK - self.pending.len();
        self.pending
            .extend(std::iter::repeat_n(missing as u8, missing));
        let mut sealed = Vec::new();
        self.seal_block(&mut sealed);
        self.give(&sealed, emit);
        self.header.mac = self.keys.mac.finalize().into_bytes().into();
        self.header
    }

    fn seal_block(&mut self, sealed: &mut Vec<u8>) {
        let Ok(mut block) = Block::try_from(self.pending.as_slice()) else {
            return;
        };
        xor(&mut block, &self.last);
        let mut block = Array::from(block);
        self.keys.cipher.encrypt_block(&mut block);
        self.last = block.into();
        sealed.extend_from_slice(&self.last);
        self.pending.clear();
    }

    fn give(&mut self, sealed: &[u8], emit: &mut dyn FnMut(&str)) {
        if !sealed.is_empty() {
            self.keys.mac.update(sealed);
            emit(&data_encoding::HEXLOWER.encode(sealed));
        }
    }
}

/// Takes hexadecimal text in pieces of any length and gives whole bytes.
#[derive(Debug, Default)]
struct Hex {
    half: Option<u8>,
}

impl Hex {
    fn push(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Decrypt> {
        for char in text {
            let digit = char::from(*char).to_digit(16).ok_or(Decrypt::Form)? as u8;
            match self.half.take() {
                None => self.half = Some(digit << 4),
                Some(high) => out.push(high | digit),
            }
        }
        Ok(())
    }
}

/// The first run through an encrypted file: proves that it is whole and for this recipient.
pub struct Check {
    keys: Keys,
    header: EncryptionHeader,
    hex: Hex,
    len: u64,
    text: Sha256,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Check(..)")
    }
}

impl Check {
    /// A check by the holder of `secret`.
    pub fn new(header: EncryptionHeader, secret: &Zeroizing<[u8; 32]>) -> Result<Self, UseKey> {
        let secret = SecretKey::from_slice(secret.as_slice()).map_err(|_| UseKey::Secret)?;
        let public = PublicKey::from_sec1_bytes(&header.ephemeral).map_err(|_| UseKey::Public)?;
        let mut keys = keys(&secret, &public);
        keys.mac.update(&header.iv);
        keys.mac.update(&header.ephemeral);
        Ok(Check {
            keys,
            header,
            hex: Hex::default(),
            len: 0,
            text: Sha256::new(),
        })
    }

    /// Takes the next piece of the file.
    pub fn push(&mut self, text: &[u8]) -> Result<(), Decrypt> {
        let mut bytes = Vec::with_capacity(text.len() / 2 + 1);
        self.hex.push(text, &mut bytes)?;
        self.keys.mac.update(&bytes);
        self.text.update(text);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Ends the run; what it gives decrypts the same text.
    pub fn finish(self) -> Result<Decryptor, Decrypt> {
        if self.hex.half.is_some() || self.len == 0 || !self.len.is_multiple_of(BLOCK as u64) {
            return Err(Decrypt::Form);
        }
        let verified = self.keys.mac.verify_slice(&self.header.mac);
        verified.map_err(|_| Decrypt::Authenticate)?;
        Ok(Decryptor {
            cipher: self.keys.cipher,
            last: self.header.iv,
            hex: Hex::default(),
            sealed: Vec::new(),
            left: self.len,
            checked: self.text.finalize().into(),
            text: Sha256::new(),
        })
    }
}

/// The second run: gives the plaintext.
pub struct Decryptor {
    cipher: Aes256,
    last: Block,
    hex: Hex,
    sealed: Vec<u8>,
    /// Bytes of ciphertext still to come.
    left: u64,
    checked: [u8; 32],
    text: Sha256,
}

impl std::fmt::Debug for Decryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decryptor(..)")
    }
}

impl Decryptor {
    /// Takes the next piece of the same file; plaintext goes to `emit`.
    pub fn push(&mut self, text: &[u8], emit: &mut dyn FnMut(&[u8])) -> Result<(), Decrypt> {
        self.hex
            .push(text, &mut self.sealed)
            .map_err(|_| Decrypt::Changed)?;
        self.text.update(text);
        let mut plain = Zeroizing::new(Vec::with_capacity(self.sealed.len()));
        let whole = self.sealed.len() - self.sealed.len() % BLOCK;
        for chunk in self.sealed.drain(..whole).as_slice().chunks_exact(BLOCK) {
            let Ok(sealed) = Block::try_from(chunk) else {
                continue;
            };
            let mut block = Array::from(sealed);
            self.cipher.decrypt_block(&mut block);
            let mut block: Block = block.into();
            xor(&mut block, &self.last);
            self.last = sealed;
            self.left = self
                .left
                .checked_sub(BLOCK as u64)
                .ok_or(Decrypt::Changed)?;
            let padding = match (self.left, block.last()) {
                (0, Some(padding)) => usize::from(*padding),
                _ => 0,
            };
            // The padding was made by who made the MAC; it is still never believed.
            let len = BLOCK.checked_sub(padding).ok_or(Decrypt::Form)?;
            plain.extend_from_slice(block.get(..len).unwrap_or_default());
        }
        if !plain.is_empty() {
            emit(&plain);
        }
        Ok(())
    }

    /// Ends the run: the text must have been the one that was checked.
    pub fn finish(self) -> Result<(), Decrypt> {
        let text: [u8; 32] = self.text.finalize().into();
        if text == self.checked {
            Ok(())
        } else {
            Err(Decrypt::Changed)
        }
    }
}
