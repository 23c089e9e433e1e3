//! Another key for this home: one that BTFS made, or one that was sealed here before.
//!
//! The key that was there is sealed with the password that comes along and kept beside the new one,
//! as `keys/node-PEER.sealed`: it can be taken back in. Links that were made before name the old peer,
//! so they lead nowhere from then on; a name that was published is renewed no longer.
//!
//! Invariants: the key file is replaced whole or not at all, after the old key is durable in its new
//! place and while no network runs; networks run again afterwards whatever came of it; nothing that is
//! shown or logged holds a key or a password.

use std::path::Path;
use std::sync::Arc;

use net::{ImportKey, KeyText, LoadNodeKey, NodeKey};
use wallet::keystore::{
    Cost, NONCE, OpenSealed, ReadSealed, SALT, SealSecret, Sealed, SecretKind, seal,
};
use zeroize::Zeroizing;

use super::{KEY_FILE, NodeIdentity};
use crate::events::Event;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Characters of the shortest password.
const MIN_PASSWORD: usize = 8;

/// A key for this home, and what goes with it.
pub struct NewIdentity {
    /// Words, hexadecimal digits, base64, or a sealed key.
    pub secret: Zeroizing<String>,
    /// Seals the key that is there now, and opens `secret` when that is sealed.
    pub password: Zeroizing<String>,
    /// The peer id that this home has now: says that it is meant to go.
    pub replaces: String,
}

impl std::fmt::Debug for NewIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewIdentity")
            .field("replaces", &self.replaces)
            .finish_non_exhaustive()
    }
}

/// What a key was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// BIP39 words.
    Words,
    /// 64 hexadecimal digits.
    Hex,
    /// The `PrivKey` of a BTFS `config`.
    Base64,
    /// A sealed key.
    Sealed,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedIdentity {
    /// Who this node is now.
    pub identity: NodeIdentity,
    /// What its key was given as.
    pub form: KeyForm,
    /// Who it was.
    pub before: NodeIdentity,
    /// Where the key of before is, sealed; below the home.
    pub kept: String,
}

/// Why a home keeps its key. Everything is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceIdentity {
    /// It is no key.
    #[error(transparent)]
    Import(#[from] ImportKey),
    /// It begins like a sealed key and is none.
    #[error(transparent)]
    ReadSealed(#[from] ReadSealed),
    /// The sealed key does not open with this password.
    #[error("the password is wrong, or the sealed key was changed")]
    WrongPassword,
    /// The sealed key cannot be opened here.
    #[error(transparent)]
    OpenSealed(OpenSealed),
    /// What was sealed is no key of a node.
    #[error("what is sealed there is no key of a node")]
    NoNodeKey,
    /// It is the key that is there.
    #[error("this home has this key already")]
    SameKey,
    /// The home has another peer id than the one that is to go.
    #[error("this home is {0}, and not the one whose key is to be replaced")]
    OtherIdentity(String),
    /// The password protects nothing.
    #[error("the password has fewer than {MIN_PASSWORD} characters")]
    ShortPassword,
    /// The old key could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealSecret),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes to seal the old key with")]
    Randomness,
    /// A key file could not be read or written.
    #[error("the key files in the home could not be used")]
    KeyFile(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

impl ReplaceIdentity {
    /// Why a text is no key, in one word for programs, and the place of the word that is none.
    #[must_use]
    pub fn reason(&self) -> Option<(&'static str, Option<usize>)> {
        Some(match self {
            Self::Import(ImportKey::UnknownWord(place)) => ("unknownWord", Some(*place)),
            Self::Import(ImportKey::Checksum) => ("checksum", None),
            Self::Import(ImportKey::OtherKind) => ("otherKind", None),
            Self::Import(ImportKey::Invalid) | Self::NoNodeKey => ("invalid", None),
            Self::Import(_) => ("unreadable", None),
            Self::ReadSealed(ReadSealed::NewerVersion(_)) => ("newerVersion", None),
            Self::ReadSealed(_) => ("damaged", None),
            _ => return None,
        })
    }
}

impl From<OpenSealed> for ReplaceIdentity {
    fn from(error: OpenSealed) -> Self {
        match error {
            OpenSealed::WrongPassword => Self::WrongPassword,
            error => Self::OpenSealed(error),
        }
    }
}

impl From<LoadNodeKey> for ReplaceIdentity {
    fn from(error: LoadNodeKey) -> Self {
        match error {
            LoadNodeKey::Randomness => Self::Randomness,
            error => Self::KeyFile(Box::new(error)),
        }
    }
}

impl Node {
    /// Gives this home another key. Networks stop and start again meanwhile. Whoever asked may hang
    /// up: what has begun is ended.
    pub async fn replace_identity(
        &self,
        request: NewIdentity,
    ) -> Result<ReplacedIdentity, ReplaceIdentity> {
        let (done, wait) = tokio::sync::oneshot::channel();
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn("replace-identity", async move {
            // Nobody may wait any more.
            let _ = done.send(replace(&inner, request).await);
        });
        wait.await.unwrap_or(Err(ReplaceIdentity::ShuttingDown))
    }
}

async fn replace(
    inner: &Arc<Inner>,
    request: NewIdentity,
) -> Result<ReplacedIdentity, ReplaceIdentity> {
    let keys = inner.home.root().join("keys");
    let work = move || Prepared::new(&keys, &request);
    let prepared = inner.tasks.blocking(Lane::Work, work).await?;
    let owner = Arc::clone(inner);
    let swap = inner.tasks.blocking(Lane::Work, move || {
        let keys = owner.home.root().join("keys");
        let replaced = prepared.swap(&keys)?;
        owner.set_identity(replaced.identity.clone());
        Ok::<_, ReplaceIdentity>(replaced)
    });
    let replaced = crate::networks::restarted_as(inner, swap).await?;
    tracing::info!(before = %replaced.before.peer_id, now = %replaced.identity.peer_id, "the node has another key");
    inner.events.send(Event::SharesChanged);
    Ok(replaced)
}

/// A new key, and the old one sealed: what remains is to exchange them.
struct Prepared {
    key: NodeKey,
    form: KeyForm,
    before: NodeIdentity,
    sealed: Sealed,
}

impl Prepared {
    fn new(keys: &Path, request: &NewIdentity) -> Result<Self, ReplaceIdentity> {
        let (key, form) = read(&request.secret, &request.password)?;
        let old = NodeKey::load_or_create(&keys.join(KEY_FILE))?;
        let before = identity(&old)?;
        if before.peer_id != request.replaces {
            return Err(ReplaceIdentity::OtherIdentity(before.peer_id));
        }
        if key.peer_id() == old.peer_id() {
            return Err(ReplaceIdentity::SameKey);
        }
        if request.password.chars().count() < MIN_PASSWORD {
            return Err(ReplaceIdentity::ShortPassword);
        }
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        let random = getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce));
        random.map_err(|_| ReplaceIdentity::Randomness)?;
        let bytes = old.to_bytes().ok_or(LoadNodeKey::Damaged)?;
        let (kind, cost) = (SecretKind::NodeKey, Cost::default());
        let sealed = seal(&bytes, kind, &request.password, cost, salt, nonce)?;
        Ok(Prepared {
            key,
            form,
            before,
            sealed,
        })
    }

    /// Puts the old key in its new place, then the new one in its old place.
    fn swap(self, keys: &Path) -> Result<ReplacedIdentity, ReplaceIdentity> {
        let failed = |error| ReplaceIdentity::KeyFile(Box::new(error));
        let there = NodeKey::load_or_create(&keys.join(KEY_FILE))?;
        if there.peer_id().to_base58() != self.before.peer_id {
            // Somebody else was faster.
            return Err(ReplaceIdentity::OtherIdentity(there.peer_id().to_base58()));
        }
        let name = format!("{KEY_FILE}-{}.sealed", self.before.peer_id);
        let text = format!("{}\n", self.sealed.to_text());
        net::write_private(&keys.join(&name), text.as_bytes()).map_err(failed)?;
        self.key.save(&keys.join(KEY_FILE))?;
        Ok(ReplacedIdentity {
            identity: identity(&self.key)?,
            form: self.form,
            before: self.before,
            kept: format!("keys/{name}"),
        })
    }
}

fn identity(key: &NodeKey) -> Result<NodeIdentity, ReplaceIdentity> {
    Ok(NodeIdentity::of(key).ok_or(LoadNodeKey::Damaged)?)
}

/// The key that a text holds.
fn read(secret: &str, password: &str) -> Result<(NodeKey, KeyForm), ReplaceIdentity> {
    if Sealed::looks_like(secret) {
        let sealed = Sealed::from_text(secret)?;
        if sealed.kind() != SecretKind::NodeKey {
            return Err(ReplaceIdentity::NoNodeKey);
        }
        let opened = sealed.open(password)?;
        let key = NodeKey::from_bytes(&opened).map_err(|_| ReplaceIdentity::NoNodeKey)?;
        return Ok((key, KeyForm::Sealed));
    }
    let (key, text) = NodeKey::import(secret)?;
    let form = match text {
        KeyText::Hex => KeyForm::Hex,
        KeyText::Base64 => KeyForm::Base64,
        _ => KeyForm::Words,
    };
    Ok((key, form))
}
