//! Adds files as go-btfs does when they get token metadata: cut into Reed-Solomon shards, encrypted
//! for the holder of one key, or both.
//!
//! Shards are computed over the whole file, so what comes as a stream waits in a file without a name
//! in `staging`, which is gone with whoever made it. Memory is bounded by a chunk of each shard.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use dag::ecies::{EncryptionHeader, Encryptor, UseKey};
use dag::reed_solomon::{self, AddShards, BadCounts, ShardCounts};
use dag::token_meta::{TokenMeta, attach, attach_whole};
use dag::{Block, Chunker, FileRoot, ParseChunker, Tree};
use zeroize::Zeroizing;

use super::{AddOptions, Adder, WriteContent};
use crate::node::Inner;

/// Bytes that are encrypted or copied at once.
const PIECE: usize = 64 << 10;

/// Why a text does not say how to cut files.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseCut {
    /// It names no chunker.
    #[error(transparent)]
    Chunker(#[from] ParseChunker),
    /// Shards are not said as they must be.
    #[error(
        "{0:?} does not say how many shards there are: use reed-solomon or reed-solomon-10-20-262144"
    )]
    Shards(String),
    /// There cannot be so many shards.
    #[error(transparent)]
    Counts(#[from] BadCounts),
}

/// Why a text names nobody to encrypt for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseRecipient {
    /// It is no public key.
    #[error("this is no public key of secp256k1 in hexadecimal digits (33 or 65 bytes)")]
    PublicKey,
    /// It is no peer id that holds a key.
    #[error("this peer id holds no key of secp256k1; those that do begin with 16Uiu2HA")]
    PeerId,
}

/// A key to encrypt for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(Vec<u8>);

impl Recipient {
    /// The holder of a public key: 33 or 65 bytes of SEC1 as hexadecimal digits.
    pub fn from_public_key(text: &str) -> Result<Self, ParseRecipient> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        Self::checked(bytes.unwrap_or_default()).ok_or(ParseRecipient::PublicKey)
    }

    /// The node with a peer id, which ends with its key.
    pub fn from_peer_id(text: &str) -> Result<Self, ParseRecipient> {
        let bytes = bs58::decode(text.trim()).into_vec().unwrap_or_default();
        let key = bytes
            .strip_prefix(&[0, 37, 8, 2, 18, 33])
            .map(<[u8]>::to_vec);
        key.and_then(Self::checked).ok_or(ParseRecipient::PeerId)
    }

    /// This very node.
    pub(crate) fn of(identity: &crate::NodeIdentity) -> Self {
        Recipient(identity.public_key.to_vec())
    }

    fn checked(key: Vec<u8>) -> Option<Self> {
        // Scalar and IV do not matter: only whether the key is a point.
        let one = Zeroizing::new(std::array::from_fn(|at| u8::from(at == 31)));
        Encryptor::new(&key, &one, [0; 16]).ok()?;
        Some(Recipient(key))
    }
}

impl AddOptions {
    /// Cuts files as what `--chunker` of go-btfs takes says: a chunker, or `reed-solomon`, or
    /// `reed-solomon-DATA-PARITY-CHUNK`.
    pub fn cut_as(self, text: &str) -> Result<Self, ParseCut> {
        let bad = || ParseCut::Shards(text.chars().take(100).collect());
        let Some(rest) = text.strip_prefix("reed-solomon") else {
            let (chunker, shards) = (text.parse()?, None);
            return Ok(AddOptions {
                chunker,
                shards,
                ..self
            });
        };
        let (counts, chunker) = match rest.split('-').collect::<Vec<_>>().as_slice() {
            [""] => (ShardCounts::default(), Chunker::default()),
            ["", data, parity, size] => {
                let number = |text: &str| text.parse::<u64>().map_err(|_| bad());
                let counts = ShardCounts::new(number(data)?, number(parity)?)?;
                (counts, format!("size-{size}").parse()?)
            }
            _ => return Err(bad()),
        };
        Ok(AddOptions {
            chunker,
            shards: Some(counts),
            ..self
        })
    }

    /// Whether files get token metadata.
    pub(super) fn has_meta(&self) -> bool {
        self.shards.is_some() || self.encrypt.is_some()
    }

    /// What cannot be together with shards or encryption.
    pub(super) fn check_meta(&self) -> Result<(), WriteContent> {
        let bad = |why: &str| Err(WriteContent::BadOptions(why.to_owned()));
        match self.has_meta() {
            true if self.reference => {
                bad("what is cut into shards or encrypted is not kept in place")
            }
            true if self.shards.is_some() && self.tree == Tree::Trickle => {
                bad("shards are balanced trees")
            }
            _ => Ok(()),
        }
    }
}

/// Adds what `source` gives as the options say. The size of what is given is that of the source.
pub(super) fn add(
    inner: &Inner,
    adder: &mut Adder<'_>,
    mut source: impl Read,
    options: &AddOptions,
) -> Result<FileRoot, WriteContent> {
    options.check_meta()?;
    let Some(recipient) = &options.encrypt else {
        return match options.shards {
            None => adder.file(source),
            Some(counts) => {
                let (file, len) = spooled(inner, source)?;
                sharded(adder, &file, len, counts, "{}")
            }
        };
    };
    let mut text = Encrypting::new(&mut source, recipient)?;
    if let Some(counts) = options.shards {
        let (file, len) = spooled(inner, &mut text)?;
        let (header, size) = text.end()?;
        let root = sharded(adder, &file, len, counts, &header.to_json())?;
        return Ok(FileRoot { size, ..root });
    }
    let data = adder.file(&mut text)?;
    let (header, size) = text.end()?;
    let shape = adder.shape();
    let meta = TokenMeta::compose(&header.to_json(), None, shape.layout, shape.tree);
    let meta = meta.map_err(|error| WriteContent::BadOptions(error.to_string()))?;
    let root = gathered(adder, |emit| {
        let meta = meta.add(shape.layout, emit);
        match shape.tree {
            Tree::Trickle => attach_whole(shape.layout, meta, data, emit),
            Tree::Balanced => attach(shape.layout, meta, data, emit),
        }
    })?;
    Ok(FileRoot { size, ..root })
}

/// Adds the `len` bytes of a file in shards; `user` is what the metadata begin with.
pub(super) fn sharded(
    adder: &mut Adder<'_>,
    file: &File,
    len: u64,
    counts: ShardCounts,
    user: &str,
) -> Result<FileRoot, WriteContent> {
    if len == 0 {
        // Nothing can be lost of it; go-btfs adds it plainly, too.
        return adder.file(io::empty());
    }
    let layout = adder.shape().layout;
    let mut failed = None;
    let made = reed_solomon::add(
        counts,
        layout,
        len,
        |at, buffer| file.read_exact_at(buffer, at),
        |block| {
            adder.put(&block).map_err(|error| {
                failed = Some(error);
                io::ErrorKind::Other.into()
            })
        },
    );
    let shards = made.map_err(|error| match (failed, error) {
        (Some(failed), _) => failed,
        (None, AddShards::Io(error)) => WriteContent::ReadStream(error),
        (None, error) => WriteContent::BadOptions(error.to_string()),
    })?;
    let meta = TokenMeta::compose(user, Some(&shards), layout, Tree::Balanced);
    let meta = meta.map_err(|error| WriteContent::BadOptions(error.to_string()))?;
    let root = gathered(adder, |emit| {
        let meta = meta.add(layout, emit);
        attach_whole(layout, meta, shards.root, emit)
    })?;
    Ok(FileRoot { size: len, ..root })
}

/// Puts the few blocks that `make` emits.
fn gathered(
    adder: &mut Adder<'_>,
    make: impl FnOnce(&mut dyn FnMut(Block)) -> FileRoot,
) -> Result<FileRoot, WriteContent> {
    let mut blocks = Vec::new();
    let root = make(&mut |block| blocks.push(block));
    for block in &blocks {
        adder.put(block)?;
    }
    Ok(root)
}

/// All that `source` gives in a file that has no name, and its length.
fn spooled(inner: &Inner, mut source: impl Read) -> Result<(File, u64), WriteContent> {
    let id = data_encoding::HEXLOWER.encode(&inner.fresh_id());
    let path = inner.home.staging().join(format!("add-{id}"));
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::StorageFull => WriteContent::DiskFull,
        _ => WriteContent::WriteStore(Box::new(source)),
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    let mut file = options.open(&path).map_err(failed)?;
    std::fs::remove_file(&path).map_err(failed)?;
    let (mut len, mut piece) = (0_u64, vec![0; PIECE]);
    loop {
        if inner.tasks.is_stopping() {
            return Err(WriteContent::ShuttingDown);
        }
        let read = source.read(&mut piece).map_err(WriteContent::ReadStream)?;
        if read == 0 {
            return Ok((file, len));
        }
        let part = piece.get(..read).unwrap_or_default();
        file.write_all(part).map_err(failed)?;
        len += read as u64;
    }
}

/// The hexadecimal text of a source, encrypted.
struct Encrypting<R> {
    source: R,
    /// `None` once the source has ended.
    encryptor: Option<Encryptor>,
    header: Option<EncryptionHeader>,
    piece: Zeroizing<Vec<u8>>,
    text: Vec<u8>,
    given: usize,
    size: u64,
}

impl<R: Read> Encrypting<R> {
    fn new(source: R, recipient: &Recipient) -> Result<Self, WriteContent> {
        let refused = |error: UseKey| WriteContent::BadOptions(error.to_string());
        let (mut secret, mut iv) = (Zeroizing::new([0; 32]), [0; 16]);
        // Almost every 32 bytes are a valid scalar; another try is for the others.
        let encryptor = loop {
            let random = getrandom::fill(secret.as_mut_slice());
            random
                .and_then(|()| getrandom::fill(&mut iv))
                .map_err(|error| WriteContent::WriteStore(Box::new(error)))?;
            match Encryptor::new(&recipient.0, &secret, iv) {
                Err(UseKey::Secret) => {}
                made => break made.map_err(refused)?,
            }
        };
        Ok(Encrypting {
            source,
            encryptor: Some(encryptor),
            header: None,
            piece: Zeroizing::new(vec![0; PIECE]),
            text: Vec::new(),
            given: 0,
            size: 0,
        })
    }

    /// What the recipient must know, and the length of the source; after all text was read.
    fn end(self) -> Result<(EncryptionHeader, u64), WriteContent> {
        let cut = || WriteContent::ReadStream(io::ErrorKind::UnexpectedEof.into());
        Ok((self.header.ok_or_else(cut)?, self.size))
    }
}

impl<R: Read> Read for Encrypting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && self.encryptor.is_some() {
            let read = self.source.read(&mut self.piece)?;
            (self.given, self.size) = (0, self.size + read as u64);
            self.text.clear();
            let text = &mut self.text;
            let mut emit = |part: &str| text.extend_from_slice(part.as_bytes());
            if read > 0 {
                if let Some(encryptor) = &mut self.encryptor {
                    encryptor.push(self.piece.get(..read).unwrap_or_default(), &mut emit);
                }
            } else if let Some(encryptor) = self.encryptor.take() {
                self.header = Some(encryptor.finish(&mut emit));
            }
        }
        let left = self.text.get(self.given..).unwrap_or_default();
        let len = left.len().min(buffer.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..len), left.get(..len)) else {
            return Ok(0);
        };
        to.copy_from_slice(from);
        self.given += len;
        Ok(len)
    }
}
