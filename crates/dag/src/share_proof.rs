//! What a link's secret is used for: keys derived from it, and the proof that somebody has it.
//!
//! From the secret, and from the stretched password if the link has one, come three keys, by
//! HKDF-SHA256 with the link's id as salt:
//!
//! | key | from | info | for |
//! |---|---|---|---|
//! | open | secret | `tributary/share/1 open` | proving the secret |
//! | password | secret ++ stretched | `tributary/share/1 password` | proving the password |
//! | wrap | secret (++ stretched) | `tributary/share/1 wrap` | wrapping the share's key |
//!
//! A proof is HMAC-SHA256 over both peer ids and a fresh nonce of either side ([`Transcript`]), so it
//! is worth nothing in another conversation, and says nothing about the secret to who has it not.
//!
//! What this is not: it stretches no password (Argon2id is the caller's, who decides when to spend a
//! second on it), draws no nonce, and talks to nobody: that is `/tributary/share/1` in `net`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::seal::SealKey;
use crate::share_link::ShareSecret;

/// Bytes of a proof.
pub const PROOF_LEN: usize = 32;
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 32;

const OPEN: &[u8] = b"tributary/share/1 open";
const PASSWORD: &[u8] = b"tributary/share/1 password";
const WRAP: &[u8] = b"tributary/share/1 wrap";
const PROOF: &[u8] = b"tributary/share/1 ";

/// A key that proves something. Wiped when dropped; shown by nothing.
#[derive(Clone)]
pub struct ProofKey([u8; 32]);

impl ProofKey {
    /// A key that was stored, or a random one that nothing matches.
    pub const fn new(bytes: [u8; 32]) -> Self {
        ProofKey(bytes)
    }

    /// The bytes, to store them.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for ProofKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProofKey(..)")
    }
}

/// A password after Argon2id. Wiped when dropped; shown by nothing.
pub struct StretchedPassword([u8; 32]);

impl StretchedPassword {
    /// The 32 bytes that Argon2id gave.
    pub const fn new(bytes: [u8; 32]) -> Self {
        StretchedPassword(bytes)
    }
}

impl Drop for StretchedPassword {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for StretchedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StretchedPassword(..)")
    }
}

/// The keys of one link, for either side.
#[derive(Debug)]
pub struct LinkKeys {
    /// Proves the secret.
    pub open: ProofKey,
    /// Proves the password, if one was given.
    pub password: Option<ProofKey>,
    /// Wraps the share's key: see [`crate::seal::wrap_share_key`].
    pub wrap: SealKey,
}

impl LinkKeys {
    /// The keys of the link `id`.
    pub fn derive(
        id: &[u8; 16],
        secret: &ShareSecret,
        password: Option<&StretchedPassword>,
    ) -> Self {
        let mut both = Zeroizing::new(Vec::with_capacity(64));
        both.extend_from_slice(secret.expose());
        if let Some(password) = password {
            both.extend_from_slice(&password.0);
        }
        LinkKeys {
            open: ProofKey(derive(id, secret.expose(), OPEN)),
            password: password.map(|_| ProofKey(derive(id, &both, PASSWORD))),
            wrap: SealKey::new(derive(id, &both, WRAP)),
        }
    }
}

/// HKDF-SHA256 of one block (RFC 5869).
fn derive(salt: &[u8], input: &[u8], info: &[u8]) -> [u8; 32] {
    let extracted = Zeroizing::new(mac(salt, &[input]));
    mac(extracted.as_slice(), &[info, &[1]])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    keyed(key, parts).finalize().into_bytes().into()
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// Who proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who follows the link.
    Opener,
    /// Who made it.
    Sharer,
}

/// The conversation that a proof is for.
#[derive(Debug, Clone, Copy)]
pub struct Transcript<'a> {
    /// The link's id.
    pub link: &'a [u8; 16],
    /// The bytes of the opener's peer id, as the connection proved it; at most 255.
    pub opener: &'a [u8],
    /// The bytes of the sharer's peer id, as the connection proved it; at most 255.
    pub sharer: &'a [u8],
    /// What the opener drew.
    pub opener_nonce: &'a [u8; NONCE_LEN],
    /// What the sharer drew.
    pub sharer_nonce: &'a [u8; NONCE_LEN],
}

impl Transcript<'_> {
    /// The proof that `side` has `key`.
    pub fn prove(&self, key: &ProofKey, side: Side) -> [u8; PROOF_LEN] {
        self.mac(key, side).finalize().into_bytes().into()
    }

    /// Whether `proof` is that of `side` having `key`, in the same time for any answer.
    pub fn check(&self, key: &ProofKey, side: Side, proof: &[u8; PROOF_LEN]) -> bool {
        self.mac(key, side).verify_slice(proof).is_ok()
    }

    fn mac(&self, key: &ProofKey, side: Side) -> Hmac<Sha256> {
        let side = match side {
            Side::Opener => &b"opener"[..],
            Side::Sharer => b"sharer",
        };
        // Peer ids are at most 66 bytes; the length in front keeps the two apart.
        let len = |id: &[u8]| [u8::try_from(id.len()).unwrap_or(u8::MAX)];
        keyed(
            &key.0,
            &[
                PROOF,
                side,
                self.link,
                self.opener_nonce,
                self.sharer_nonce,
                &len(self.opener),
                self.opener,
                &len(self.sharer),
                self.sharer,
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_for_one_key_side_and_conversation_only() {
        let transcript = Transcript {
            link: &[1; 16],
            opener: b"opener id",
            sharer: b"sharer id",
            opener_nonce: &[2; 32],
            sharer_nonce: &[3; 32],
        };
        let key = ProofKey::new([4; 32]);
        let proof = transcript.prove(&key, Side::Opener);
        assert!(transcript.check(&key, Side::Opener, &proof));
        assert!(!transcript.check(&key, Side::Sharer, &proof));
        assert!(!transcript.check(&ProofKey::new([5; 32]), Side::Opener, &proof));
        let moved = [
            Transcript {
                link: &[9; 16],
                ..transcript
            },
            Transcript {
                opener: b"opener i",
                ..transcript
            },
            Transcript {
                sharer: b"other id",
                ..transcript
            },
            Transcript {
                opener_nonce: &[9; 32],
                ..transcript
            },
            Transcript {
                sharer_nonce: &[9; 32],
                ..transcript
            },
        ];
        for other in moved {
            assert!(!other.check(&key, Side::Opener, &proof), "{other:?}");
        }
    }

    #[test]
    fn a_password_changes_what_wraps_and_not_what_opens() {
        let secret = ShareSecret::new([7; 32]);
        let plain = LinkKeys::derive(&[1; 16], &secret, None);
        let guarded = LinkKeys::derive(&[1; 16], &secret, Some(&StretchedPassword::new([8; 32])));
        assert_eq!(plain.open.expose(), guarded.open.expose());
        assert_ne!(plain.wrap.expose(), guarded.wrap.expose());
        assert!(plain.password.is_none());
        assert!(!format!("{guarded:?}").contains('7'), "shows nothing");
    }
}
