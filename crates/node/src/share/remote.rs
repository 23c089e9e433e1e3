//! Reads a sealed file that is somewhere else: playhead order, a window of blocks in flight.
//!
//! Blocks that arrive are put into the store, sealed as they are, so that a restart goes on from what
//! is there; nothing pins them, and they go first when room is needed. A read elsewhere takes back
//! what is in flight and asks anew from there.
//!
//! Invariants: a block was verified before it is stored or opened; at most [`WINDOW`] blocks are in
//! flight or waiting; nobody waits for longer than [`PATIENCE`] for one block.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dag::seal::{SealKey, SealedReader};
use dag::{Block, Cid, Step};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use net::bitswap::Session;
use store::Store;
use tokio::sync::watch;

use super::received::{SharedEnd, SharedFile};
use crate::jobs::lock;
use crate::stream::ReadMedia;
use crate::tasks::{Held, Lane, Tasks};

/// Blocks in flight or waiting, 256 KiB each.
const WINDOW: usize = 48;
/// The longest wait for one block, with a reconnection in it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the connection behind a share is now.
#[derive(Clone, Debug, Default)]
pub(crate) enum Line {
    /// Being made, for the first time or again.
    #[default]
    Down,
    /// Blocks come through this.
    Up(Arc<Session>),
    /// There will be none.
    Over(SharedEnd),
}

/// One sealed file. Cheap to share; readers at the same time have a window of their own.
pub(crate) struct RemoteFile {
    store: Arc<Store>,
    tasks: Tasks,
    file: SharedFile,
    line: watch::Receiver<Line>,
    reading: Mutex<Option<Box<Reading>>>,
}

impl std::fmt::Debug for RemoteFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteFile")
            .field("root", &self.file.root)
            .finish_non_exhaustive()
    }
}

/// Where one reader is, and what it waits for.
struct Reading {
    reader: SealedReader,
    flying: FuturesUnordered<Held<(Cid, Fetched)>>,
    /// Asked for; with the bytes once they are here.
    asked: HashMap<Cid, Option<Bytes>>,
    /// Opened and not handed out: where it begins, and the bytes up to the reader's position.
    left: Option<(u64, Bytes)>,
}

type Fetched = Result<Bytes, ReadMedia>;

impl RemoteFile {
    pub(crate) fn new(
        store: &Arc<Store>,
        tasks: &Tasks,
        file: SharedFile,
        line: watch::Receiver<Line>,
    ) -> Self {
        RemoteFile {
            store: Arc::clone(store),
            tasks: tasks.clone(),
            file,
            line,
            reading: Mutex::new(None),
        }
    }

    /// Bytes at `offset`, `len` of them unless the file ends first. Cancel-safe.
    pub(crate) async fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        // Taken out while it works: a second reader at the same time starts its own.
        let own = lock(&self.reading).take();
        let mut reading = match own {
            Some(reading) => reading,
            None => Box::new(Reading {
                reader: SealedReader::new(
                    SealKey::new(self.file.key),
                    self.file.prefix,
                    self.file.root,
                    ..,
                ),
                flying: FuturesUnordered::new(),
                asked: HashMap::new(),
                left: None,
            }),
        };
        let read = self.read(&mut reading, offset, len).await;
        if read.is_ok() {
            *lock(&self.reading) = Some(reading);
        }
        read
    }

    async fn read(
        &self,
        reading: &mut Reading,
        offset: u64,
        len: usize,
    ) -> Result<Bytes, ReadMedia> {
        let mut left = reading.left.take().filter(|(at, _)| *at == offset);
        if left.is_none() && reading.reader.position() != offset {
            reading.reader.seek(offset);
        }
        let damaged = |error| ReadMedia::DamagedDag(Box::new(error));
        let mut parts: Vec<Bytes> = Vec::new();
        let mut have = 0;
        while have < len {
            let step = match left.take() {
                Some((_, bytes)) => Step::Chunk(bytes),
                None => reading.reader.poll().map_err(damaged)?,
            };
            match step {
                Step::Need(cid) => {
                    let ahead = reading.reader.want_ahead(WINDOW);
                    let block = self.block(reading, cid, &ahead).await?;
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

    /// The block, and those that follow on their way.
    async fn block(
        &self,
        reading: &mut Reading,
        cid: Cid,
        ahead: &[Cid],
    ) -> Result<Bytes, ReadMedia> {
        if !reading.asked.contains_key(&cid) {
            // A jump: what was on its way is for another place.
            reading.flying = FuturesUnordered::new();
            reading
                .asked
                .retain(|asked, bytes| bytes.is_some() && ahead.contains(asked));
            self.ask(reading, cid);
        }
        for next in ahead {
            if reading.asked.len() >= WINDOW {
                break;
            }
            if !reading.asked.contains_key(next) {
                self.ask(reading, *next);
            }
        }
        loop {
            if let Some(Some(_)) = reading.asked.get(&cid) {
                let bytes = reading.asked.remove(&cid).flatten();
                return bytes.ok_or(ReadMedia::MissingBlock(cid));
            }
            let Some((arrived, fetched)) = reading.flying.next().await.flatten() else {
                return Err(ReadMedia::ShuttingDown);
            };
            let bytes = match fetched {
                Ok(bytes) => bytes,
                Err(error) => {
                    // Only the block that is needed now is worth an error now.
                    reading.asked.remove(&arrived);
                    if arrived == cid {
                        return Err(error);
                    }
                    continue;
                }
            };
            if let Some(place) = reading.asked.get_mut(&arrived) {
                *place = Some(bytes);
            }
        }
    }

    fn ask(&self, reading: &mut Reading, cid: Cid) {
        reading.asked.insert(cid, None);
        let (store, tasks, line) = (
            Arc::clone(&self.store),
            self.tasks.clone(),
            self.line.clone(),
        );
        let held = self.tasks.held(async move {
            let fetched = fetch(&store, &tasks, line, cid).await;
            (cid, fetched)
        });
        reading.flying.push(held);
    }
}

/// One block: from the store, or through the line, and then into the store.
pub(super) async fn fetch(
    store: &Arc<Store>,
    tasks: &Tasks,
    line: watch::Receiver<Line>,
    cid: Cid,
) -> Fetched {
    let (own, local) = (Arc::clone(store), cid);
    let here = tasks
        .blocking(Lane::Read, move || own.get(&local))
        .await
        .map_err(|error| ReadMedia::ReadSource(Box::new(error)))?;
    if let Some(bytes) = here {
        return Ok(bytes);
    }
    let fetched = tokio::time::timeout(PATIENCE, through(line, cid)).await;
    let bytes = fetched.unwrap_or(Err(ReadMedia::Unreachable))?;
    let block = Block {
        cid,
        bytes: bytes.clone(),
    };
    let own = Arc::clone(store);
    let kept = tasks
        .blocking(Lane::Read, move || {
            let batch = own.batch();
            batch.put(&block).map_err(|error| error.to_string())?;
            // Under way is enough: it can be fetched again.
            batch.submit().map(drop).map_err(|error| error.to_string())
        })
        .await;
    if let Err(error) = kept {
        // A full disk is no reason to stop a film.
        tracing::debug!(%cid, error, "a block was not kept");
    }
    Ok(bytes)
}

/// Waits for a line and asks it; when the line breaks, waits for the next.
async fn through(mut line: watch::Receiver<Line>, cid: Cid) -> Fetched {
    loop {
        let now = line.borrow_and_update().clone();
        match now {
            Line::Over(SharedEnd::Revoked) => return Err(ReadMedia::TakenBack),
            Line::Over(SharedEnd::Expired) => return Err(ReadMedia::Expired),
            Line::Down => {
                if line.changed().await.is_err() {
                    return Err(ReadMedia::ShuttingDown);
                }
            }
            Line::Up(session) => tokio::select! {
                got = session.get(cid, None) => match got {
                    Ok(bytes) => return Ok(bytes),
                    Err(_) => return Err(ReadMedia::ShuttingDown),
                },
                changed = line.changed() => if changed.is_err() {
                    return Err(ReadMedia::ShuttingDown);
                },
            },
        }
    }
}
