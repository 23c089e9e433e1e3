//! CAR in and out: streams of blocks, verified on the way in.

use std::collections::HashSet;

use bytes::Bytes;
use dag::car::{BlockCheck, CarPart, CarReader, CarWriter};
use dag::directory::{ListStep, Listing};
use dag::resolve::{ResolveStep, Resolver};
use dag::unixfs::{NodeKind, inspect};
use dag::{Block, Cid, FileCursor, Step};
use store::PinKind;
use tokio::sync::mpsc::Sender;

use super::pieces::Pieces;
use super::read::{bad, block, resolve};
use super::{
    ContentPath, Ended, ImportedCar, ReadContent, WriteContent, commit_failed, pin_failed,
    put_failed,
};
use crate::blocks::Blocks;
use crate::node::Inner;
use crate::stream::LOOK_AHEAD;

/// Bytes after which an import's batch is submitted.
const BATCH_BYTES: u64 = 16 << 20;
/// Blocks of one DAG that are remembered so that each is sent once (40 bytes each).
const MAX_SEEN: usize = 2_000_000;

/// Walks the DAG depth first and calls `each` for every block, once.
pub(crate) fn walk<E>(
    blocks: &Blocks,
    root: Cid,
    seen: &mut HashSet<Cid>,
    mut each: impl FnMut(&Cid, &Bytes) -> Result<(), E>,
) -> Result<Result<(), E>, ReadContent> {
    let mut open = vec![root];
    while let Some(cid) = open.pop() {
        if seen.contains(&cid) {
            continue;
        }
        if seen.len() < MAX_SEEN {
            seen.insert(cid);
        }
        let bytes = blocks.get(&cid, || next_of(&open))?;
        if let Err(error) = each(&cid, &bytes) {
            return Ok(Err(error));
        }
        let links = dag::links(&cid, &bytes).map_err(|error| ReadContent::BadBlock {
            cid,
            reason: error.to_string(),
        })?;
        open.extend(links.into_iter().rev());
    }
    Ok(Ok(()))
}

/// The blocks that a walk comes to next; the last one first.
pub(crate) fn next_of(open: &[Cid]) -> Vec<Cid> {
    open.iter().rev().take(LOOK_AHEAD).copied().collect()
}

/// How much of what a path leads to goes into a CAR (trustless gateway, `dag-scope`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CarScope {
    /// The one block.
    Block,
    /// What is needed to read a file, or these bytes of it, or to list a directory.
    Entity(Option<ByteRange>),
    /// Everything below.
    #[default]
    All,
}

/// Bytes of a file, both ends inclusive (`entity-bytes`). Negative ends count from the end
/// of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub from: i64,
    /// The last byte; `None` for all that follow.
    pub to: Option<i64>,
}

impl ByteRange {
    /// As a half-open range in a file of `size` bytes; empty when the file has none of it.
    fn within(self, size: u64) -> std::ops::Range<u64> {
        let place = |end: i64| match u64::try_from(end) {
            Ok(end) => Some(end),
            Err(_) => size.checked_sub(end.unsigned_abs()),
        };
        let from = place(self.from).unwrap_or(0);
        let to = match self.to.map(place) {
            None => size,
            // Before the first byte.
            Some(None) => 0,
            Some(Some(last)) => last.saturating_add(1).min(size),
        };
        from.min(to)..to
    }
}

/// One CAR on its way out; every block goes once, in the order a reader needs them.
struct Export<'a> {
    inner: &'a Inner,
    blocks: &'a Blocks,
    to: &'a Sender<Result<Bytes, ReadContent>>,
    seen: HashSet<Cid>,
}

/// Sends the blocks of the path, and of what it leads to as `scope` says, as a CAR.
pub(super) fn export(
    inner: &Inner,
    blocks: &Blocks,
    path: &ContentPath,
    scope: CarScope,
    to: &Sender<Result<Bytes, ReadContent>>,
) {
    let mut export = Export {
        inner,
        blocks,
        to,
        seen: HashSet::new(),
    };
    match export.run(path, scope) {
        Ok(()) | Err(Ended::Alone) => {}
        Err(Ended::Read(error)) => drop(to.blocking_send(Err(error))),
    }
}

impl Export<'_> {
    fn run(&mut self, path: &ContentPath, scope: CarScope) -> Result<(), Ended> {
        let end = resolve(self.blocks, path)?;
        let header = CarWriter::header(&[end]);
        self.to
            .blocking_send(Ok(header))
            .map_err(|_| Ended::Alone)?;
        if !path.segments.is_empty() {
            let mut resolver = Resolver::new(path.root, path.segments.iter().cloned());
            while let ResolveStep::Need(cid) = resolver.poll() {
                let bytes = self.block(&cid)?;
                resolver
                    .supply(cid, &bytes)
                    .map_err(|error| bad(cid, &error))?;
            }
        }
        match scope {
            CarScope::Block => self.block(&end).map(drop),
            CarScope::Entity(range) => self.entity(end, range),
            CarScope::All => self.all(end),
        }
    }

    /// Reads a block, and sends it unless it went already.
    fn block(&mut self, cid: &Cid) -> Result<Bytes, Ended> {
        let bytes = block(self.blocks, cid)?;
        if !self.seen.contains(cid) {
            if self.seen.len() < MAX_SEEN {
                self.seen.insert(*cid);
            }
            self.send(cid, &bytes)?;
        }
        Ok(bytes)
    }

    fn send(&self, cid: &Cid, bytes: &Bytes) -> Result<(), Ended> {
        if self.inner.tasks.is_stopping() {
            return Err(Ended::Alone);
        }
        self.to
            .blocking_send(Ok(CarWriter::section(cid, bytes)))
            .map_err(|_| Ended::Alone)
    }

    fn all(&mut self, root: Cid) -> Result<(), Ended> {
        let mut seen = std::mem::take(&mut self.seen);
        // The path's blocks went already; the last of them is where this begins.
        if seen.remove(&root) {
            let bytes = block(self.blocks, &root)?;
            seen.insert(root);
            let links = dag::links(&root, &bytes).map_err(|error| bad(root, &error))?;
            for link in links {
                walk(self.blocks, link, &mut seen, |cid, bytes| {
                    self.send(cid, bytes)
                })??;
            }
            return Ok(());
        }
        walk(self.blocks, root, &mut seen, |cid, bytes| {
            self.send(cid, bytes)
        })?
    }

    fn entity(&mut self, root: Cid, range: Option<ByteRange>) -> Result<(), Ended> {
        let bytes = self.block(&root)?;
        let Ok(summary) = inspect(&root, &bytes) else {
            return Ok(());
        };
        match summary.kind {
            NodeKind::Directory | NodeKind::HamtShard => {
                let mut listing = Listing::new(root);
                loop {
                    match listing.poll() {
                        ListStep::Done => return Ok(()),
                        ListStep::Entries(_) => {}
                        ListStep::Need(cid) => {
                            let bytes = self.block(&cid)?;
                            listing
                                .supply(cid, bytes.as_ref())
                                .map_err(|error| bad(cid, &error))?;
                        }
                    }
                }
            }
            NodeKind::File | NodeKind::Raw => {
                let range = range.map_or(0..summary.size, |range| range.within(summary.size));
                let mut cursor = FileCursor::new(root, range);
                loop {
                    match cursor.poll() {
                        Step::Done => return Ok(()),
                        Step::Chunk(_) => {}
                        Step::Need(cid) => {
                            let bytes = self.block(&cid)?;
                            cursor
                                .supply(cid, bytes)
                                .map_err(|error| bad(cid, &error))?;
                        }
                    }
                }
            }
            _ => Ok(()),
        }
    }
}

/// Reads a CAR and stores its blocks.
pub(super) fn import(
    inner: &Inner,
    pieces: Pieces,
    pin: bool,
) -> Result<ImportedCar, WriteContent> {
    let mut reader = CarReader::new(BlockCheck::Verify);
    let mut imported = ImportedCar {
        roots: Vec::new(),
        blocks: 0,
        bytes: 0,
    };
    // Until the pins: what earlier batches put is not reachable from anything yet.
    let _hold = inner.store.hold();
    let mut batch = inner.store.batch();
    let mut in_batch = 0;
    for piece in pieces {
        if inner.tasks.is_stopping() {
            return Err(WriteContent::ShuttingDown);
        }
        reader.push(&piece.map_err(WriteContent::ReadStream)?);
        while let Some(part) = reader.next_part().map_err(|error| bad_car(&error))? {
            match part {
                CarPart::Header { roots } => imported.roots = roots,
                CarPart::Block(Block { cid, bytes }) => {
                    let len = bytes.len() as u64;
                    batch.put(&Block { cid, bytes }).map_err(put_failed)?;
                    imported.blocks += 1;
                    imported.bytes += len;
                    in_batch += len;
                    if in_batch >= BATCH_BYTES {
                        let full = std::mem::replace(&mut batch, inner.store.batch());
                        full.commit().map_err(commit_failed)?;
                        in_batch = 0;
                    }
                }
            }
        }
    }
    reader.finish().map_err(|error| bad_car(&error))?;
    batch.commit().map_err(commit_failed)?;
    if pin {
        let cancel = || inner.tasks.is_stopping();
        inner
            .store
            .pin_complete(&imported.roots, PinKind::BytesRequired, "car", &cancel)
            .map_err(pin_failed)?;
    }
    Ok(imported)
}

fn bad_car(error: &dag::car::ReadCar) -> WriteContent {
    WriteContent::BadCar(error.to_string())
}
