//! CAR in and out: streams of blocks, verified on the way in.

use std::collections::HashSet;

use bytes::Bytes;
use dag::car::{BlockCheck, CarPart, CarReader, CarWriter};
use dag::{Block, Cid};
use store::PinKind;
use tokio::sync::mpsc::Sender;

use super::read::block;
use super::{
    ImportedCar, Pieces, ReadContent, WriteContent, commit_failed, pin_failed, put_failed,
};
use crate::node::Inner;

/// Bytes after which an import's batch is submitted.
const BATCH_BYTES: u64 = 16 << 20;
/// Blocks of one DAG that are remembered so that each is sent once (40 bytes each).
const MAX_SEEN: usize = 2_000_000;

/// Walks the DAG depth first and calls `each` for every block, once.
pub(crate) fn walk<E>(
    inner: &Inner,
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
        let bytes = block(&inner.store, &cid)?;
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

/// Sends the DAG below `root` as a CAR.
pub(super) fn export(inner: &Inner, root: Cid, to: &Sender<Result<Bytes, ReadContent>>) {
    if to.blocking_send(Ok(CarWriter::header(&[root]))).is_err() {
        return;
    }
    let mut seen = HashSet::new();
    let walked = walk(inner, root, &mut seen, |cid, bytes| {
        if inner.tasks.is_stopping() {
            return Err(());
        }
        to.blocking_send(Ok(CarWriter::section(cid, bytes)))
            .map_err(drop)
    });
    match walked {
        // The inner error means that nobody listens any more.
        Ok(_) => {}
        Err(error) => drop(to.blocking_send(Err(error))),
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
        for root in &imported.roots {
            inner
                .store
                .pin(root, PinKind::BytesRequired, "car")
                .map_err(pin_failed)?;
        }
    }
    Ok(imported)
}

fn bad_car(error: &dag::car::ReadCar) -> WriteContent {
    WriteContent::BadCar(error.to_string())
}
