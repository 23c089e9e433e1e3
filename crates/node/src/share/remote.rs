//! Reads a sealed file that is somewhere else, in playhead order, through the window that all readers
//! of the file share (`film`).
//!
//! Blocks that arrive are stored sealed as they are, so that a restart goes on from what is there;
//! nothing pins them, and they go first when room is needed (`cache`).
//!
//! Invariant: a block was verified before it is opened.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use dag::seal::{SealKey, SealedReader};
use dag::{Cid, Step};

use super::film::{Film, FilmReader};
use super::received::SharedFile;
use crate::jobs::lock;
use crate::stream::ReadMedia;

/// Inner nodes that are fetched before anybody reads.
const MAX_INNER: usize = 256;

/// One sealed file, open for reading. Cheap to share; those who read at the same time have a place of
/// their own in the window.
pub(crate) struct RemoteFile {
    film: Arc<Film>,
    file: SharedFile,
    reading: Mutex<Option<Box<Reading>>>,
}

impl std::fmt::Debug for RemoteFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteFile")
            .field("root", &self.file.root)
            .finish_non_exhaustive()
    }
}

/// Where one reader is.
struct Reading {
    reader: SealedReader,
    place: FilmReader,
    /// Inner nodes that were given to the reader before it needed them.
    early: HashSet<Cid>,
    /// How many blocks are asked for before they are needed.
    ahead: usize,
    /// Opened and not handed out: where it begins, and the bytes up to the reader's position.
    left: Option<(u64, Bytes)>,
}

impl RemoteFile {
    pub(crate) fn new(film: Arc<Film>, file: SharedFile) -> Self {
        RemoteFile {
            film,
            file,
            reading: Mutex::new(None),
        }
    }

    /// Bytes at `offset`: `len` of them, or as many as need not be waited for, but at least one
    /// unless the file ends there. Cancel-safe.
    pub(crate) async fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        // Taken out while it works: a second reader at the same time starts its own.
        let own = lock(&self.reading).take();
        let mut reading = match own {
            Some(reading) => reading,
            None => Box::new(self.reading(self.film.ahead())),
        };
        let read = read(&mut reading, offset, len).await;
        if read.is_ok() {
            *lock(&self.reading) = Some(reading);
        }
        read
    }

    fn reading(&self, ahead: usize) -> Reading {
        Reading {
            reader: SealedReader::new(
                SealKey::new(self.file.key),
                self.file.prefix,
                self.file.root,
                ..,
            ),
            place: self.film.join(),
            early: HashSet::new(),
            ahead,
            left: None,
        }
    }

    /// Fetches what a player will need first, and nothing more: the tree over the blocks, and the two
    /// ends, where films have their indexes.
    pub(crate) async fn warm(&self) -> Result<(), ReadMedia> {
        let place = self.film.join();
        place.aim(vec![self.file.root]);
        let root = place.wait(&self.file.root).await?;
        let links = dag::links(&self.file.root, &root).unwrap_or_default();
        let inner = links.into_iter().filter(is_inner).take(MAX_INNER);
        let inner: Vec<Cid> = inner.collect();
        place.aim(inner.clone());
        for cid in &inner {
            place.wait(cid).await?;
        }
        let mut reading = self.reading(1);
        read(&mut reading, 0, 1).await?;
        read(&mut reading, self.file.size.saturating_sub(1), 1).await?;
        Ok(())
    }
}

/// A raw block has nothing below it.
fn is_inner(cid: &Cid) -> bool {
    cid.codec() != dag::Codec::Raw.code()
}

async fn read(reading: &mut Reading, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
    let mut left = reading.left.take().filter(|(at, _)| *at == offset);
    if left.is_none() && reading.reader.position() != offset {
        reading.reader.seek(offset);
        reading.early.clear();
    }
    let mut parts: Vec<Bytes> = Vec::new();
    let mut have = 0;
    while have < len {
        let step = match left.take() {
            Some((_, bytes)) => Step::Chunk(bytes),
            None => reading.reader.poll().map_err(damaged)?,
        };
        match step {
            Step::Need(cid) => {
                aim(reading, cid)?;
                if have > 0 && reading.place.peek(&cid).is_none() {
                    break;
                }
                let block = reading.place.wait(&cid).await?;
                reading.reader.supply(cid, block).map_err(damaged)?;
            }
            Step::Chunk(mut chunk) => {
                let part = chunk.split_to(chunk.len().min(len - have));
                have += part.len();
                parts.push(part);
                if !chunk.is_empty() {
                    reading.left = Some((offset + have as u64, chunk));
                }
            }
            Step::Done => break,
        }
    }
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(only);
    }
    let mut joined = Vec::with_capacity(have);
    parts.iter().for_each(|part| joined.extend_from_slice(part));
    Ok(Bytes::from(joined))
}

fn damaged(error: dag::seal::OpenSealed) -> ReadMedia {
    ReadMedia::DamagedDag(Box::new(error))
}

/// Asks for the block that is needed, and for those that follow.
fn aim(reading: &mut Reading, cid: Cid) -> Result<(), ReadMedia> {
    loop {
        let ahead = reading.reader.want_ahead(reading.ahead);
        let mut wants = Vec::with_capacity(ahead.len() + 1);
        wants.push(cid);
        wants.extend(ahead.iter().filter(|next| **next != cid));
        reading.place.aim(wants);
        if !supply_early(reading, cid, &ahead)? {
            return Ok(());
        }
    }
}

/// Gives the reader inner nodes that came before their turn, so that it can name what is below
/// them. Whether there was one.
fn supply_early(reading: &mut Reading, needed: Cid, ahead: &[Cid]) -> Result<bool, ReadMedia> {
    let mut found = false;
    for cid in ahead.iter().filter(|next| **next != needed) {
        if !is_inner(cid) || reading.early.contains(cid) {
            continue;
        }
        if let Some(bytes) = reading.place.peek(cid) {
            reading.reader.supply(*cid, bytes).map_err(damaged)?;
            reading.early.insert(*cid);
            found = true;
        }
    }
    Ok(found)
}
