//! Files that `btfs add --encrypt` made, for whoever has the key: this node, or somebody with another
//! key at hand.
//!
//! The file is read twice: first to prove that it is whole and for this key, then to decrypt it. So
//! not one byte is given of what was changed or is for somebody else.

use std::sync::Arc;

use bytes::Bytes;
use dag::Cid;
use dag::ecies::{Check, Decrypt, Decryptor, ReadHeader, UseKey};
use dag::unixfs::inspect;
use net::{ImportKey, LoadNodeKey, NodeKey};
use zeroize::Zeroizing;

use super::found::{Ended, Found};
use super::meta::{FileBody, look};
use super::read::{bad, block, read_failed, resolve};
use super::{ContentPath, ReadContent, Reader};
use crate::blocks::Blocks;
use crate::node::{Inner, Node};
use crate::policy::PolicyAction;
use crate::stream::{MAX_READ, Source};
use crate::tasks::Lane;

/// Pieces that wait to be taken.
const PIECES_AHEAD: usize = 8;

/// Why a file was not decrypted. Nothing of it was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptContent {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadContent),
    /// It is not encrypted as BTFS does it.
    #[error("{0} is not encrypted")]
    NotEncrypted(Cid),
    /// How it is encrypted cannot be read.
    #[error(transparent)]
    Header(#[from] ReadHeader),
    /// Another recipient's, or changed.
    #[error(transparent)]
    Decrypt(#[from] Decrypt),
    /// The key that was given is none.
    #[error(transparent)]
    Key(#[from] ImportKey),
    /// A key in the file is none.
    #[error("the encrypted file has a key that is none")]
    UseKey(#[from] UseKey),
    /// The node's own key could not be read.
    #[error(transparent)]
    OwnKey(#[from] LoadNodeKey),
}

/// A decrypted file, as it comes.
#[derive(Debug)]
pub struct Decrypted {
    /// Its bytes.
    pub bytes: Found<Bytes>,
    /// How many they are, when that was asked for.
    pub size: Option<u64>,
    /// The file that was encrypted.
    pub cid: Cid,
}

type Scalar = Zeroizing<[u8; 32]>;

impl Node {
    /// Decrypts the file `path` leads to, with this node's own key unless another one is given, in any
    /// form that [`NodeKey::import`] reads. To tell the `size` before takes one more reading.
    pub async fn decrypt(
        &self,
        path: &ContentPath,
        key: Option<Zeroizing<String>>,
        with_size: bool,
    ) -> Result<Decrypted, DecryptContent> {
        self.check_content(path, PolicyAction::Get)
            .map_err(ReadContent::Blocked)?;
        let at = path.clone();
        let checked = self.reading(
            path.root,
            Reader::Owner,
            Lane::Work,
            move |inner, blocks| {
                let key = scalar(inner, key.as_deref())?;
                let (cid, body) = file(blocks, &at)?;
                let mut decryptor = Some(check(inner, blocks, cid, &body, &key)?);
                let mut size = None;
                if with_size {
                    let mut bytes = 0;
                    decrypt(blocks, &body, decryptor.take(), &mut |part| {
                        bytes += part.len() as u64;
                        Ok(())
                    })
                    .map_err(|error| match error {
                        Ended::Read(error) => error,
                        Ended::Alone => ReadContent::ShuttingDown,
                    })?;
                    size = Some(bytes);
                    decryptor = Some(check(inner, blocks, cid, &body, &key)?);
                }
                Ok::<_, DecryptContent>((cid, body, decryptor, size))
            },
        );
        let (cid, body, decryptor, size) = checked.await?;
        let bytes = self.find_below(path.root, "decrypt", PIECES_AHEAD, move |_, blocks, out| {
            decrypt(blocks, &body, decryptor, &mut |part| {
                out.send(Bytes::copy_from_slice(part))
            })
        });
        Ok(Decrypted { bytes, size, cid })
    }
}

/// The secret of the key that was given, or of this node.
fn scalar(inner: &Inner, given: Option<&String>) -> Result<Scalar, DecryptContent> {
    let key = match given {
        Some(text) => NodeKey::import(text)?.0,
        None => NodeKey::load_or_create(&inner.home.root().join("keys/node"))?,
    };
    let bytes = key.to_bytes().ok_or(LoadNodeKey::Damaged)?;
    let scalar = bytes.last_chunk::<32>().ok_or(LoadNodeKey::Damaged)?;
    Ok(Zeroizing::new(*scalar))
}

fn file(blocks: &Blocks, path: &ContentPath) -> Result<(Cid, FileBody), DecryptContent> {
    let cid = resolve(blocks, path)?;
    let head = block(blocks, &cid)?;
    let node = inspect(&cid, &head).map_err(|error| bad(cid, &error))?;
    match node.kind.is_file() {
        true => Ok((cid, look(blocks, cid, node.size)?)),
        false => Err(DecryptContent::NotEncrypted(cid)),
    }
}

/// The first run: whether the text is whole and for this key.
fn check(
    inner: &Arc<Inner>,
    blocks: &Blocks,
    cid: Cid,
    body: &FileBody,
    key: &Scalar,
) -> Result<Decryptor, DecryptContent> {
    let header = body.encryption()?;
    let header = header.ok_or(DecryptContent::NotEncrypted(cid))?;
    let mut check = Check::new(header, key)?;
    let source = body.source(blocks);
    let mut at = 0;
    while at < body.size {
        if inner.tasks.is_stopping() {
            return Err(ReadContent::ShuttingDown.into());
        }
        let piece = piece(&source, body, at)?;
        check.push(&piece)?;
        at += piece.len() as u64;
    }
    Ok(check.finish()?)
}

/// The second run: the plaintext.
fn decrypt(
    blocks: &Blocks,
    body: &FileBody,
    decryptor: Option<Decryptor>,
    emit: &mut dyn FnMut(&[u8]) -> Result<(), Ended>,
) -> Result<(), Ended> {
    let Some(mut decryptor) = decryptor else {
        return Ok(());
    };
    let changed = |error: Decrypt| {
        let reason = error.to_string();
        Ended::Read(ReadContent::BadBlock {
            cid: body.data(),
            reason,
        })
    };
    let source = body.source(blocks);
    let mut at = 0;
    while at < body.size {
        let text = piece(&source, body, at)?;
        at += text.len() as u64;
        let mut sent = Ok(());
        let pushed = decryptor.push(&text, &mut |part| {
            if sent.is_ok() {
                sent = emit(part);
            }
        });
        pushed.map_err(changed)?;
        sent?;
    }
    decryptor.finish().map_err(changed)
}

/// The text at an offset before its end.
fn piece(source: &Source, body: &FileBody, at: u64) -> Result<Bytes, ReadContent> {
    let cid = body.data();
    let piece = source.read_at(at, MAX_READ);
    let piece = piece.map_err(|error| read_failed(cid, error))?;
    match piece.is_empty() {
        false => Ok(piece),
        true => {
            let reason = "the file has another length than it says".to_owned();
            Err(ReadContent::BadBlock { cid, reason })
        }
    }
}
