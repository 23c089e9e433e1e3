//! Hashing one large file: a reader, some hashing threads, and the caller in order.
//!
//! The reader fills buffers of a few leaves, hashing threads make the leaves (which
//! need no order), and the caller takes them in file order, pushes them through the
//! balancer and hands bytes to the store. The number of buffers is fixed, so memory is
//! bounded by [`BUFFERS`] x [`UNIT_LEAVES`] leaves whatever the file's size.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use dag::{Balancer, Block, FileLayout, FileRoot, Leaf};

use crate::jobs::{Control, Stop, lock};

/// Leaves that travel together.
const UNIT_LEAVES: usize = 4;
/// Buffers in flight.
const BUFFERS: usize = 16;

/// Why hashing ended early.
#[derive(Debug)]
pub(crate) enum HashFile<E> {
    /// The file could not be read.
    Read(std::io::Error),
    /// The file ended before, or goes on after, the size it had when it was opened.
    SizeChanged,
    /// The job was stopped.
    Stopped(Stop),
    /// The caller's sink failed.
    Sink(E),
}

/// Takes what a file is made of, in file order.
pub(crate) trait BlockSink {
    type Error;
    /// One leaf: its chunk lies at `offset` of the file.
    fn leaf(&mut self, leaf: &Leaf, offset: u64, chunk: &[u8]) -> Result<(), Self::Error>;
    /// One inner node.
    fn node(&mut self, block: Block) -> Result<(), Self::Error>;
}

struct Unit {
    number: u64,
    buffer: Vec<u8>,
    leaves: Vec<Leaf>,
}

/// Hashes `size` bytes of `file` with `threads` hashing threads.
pub(crate) fn hash_file<S: BlockSink>(
    file: &File,
    size: u64,
    layout: FileLayout,
    threads: usize,
    control: &Control,
    sink: &mut S,
) -> Result<FileRoot, HashFile<S::Error>> {
    let unit_len = layout.chunk_len() * UNIT_LEAVES;
    let (free_in, free_out) = sync_channel::<Vec<u8>>(BUFFERS);
    let (read_in, read_out) = sync_channel::<Unit>(BUFFERS);
    let (hashed_in, hashed_out) = sync_channel::<Unit>(BUFFERS);
    for _ in 0..BUFFERS {
        // The channel holds exactly this many.
        let _ = free_in.send(Vec::new());
    }
    let read_out = Mutex::new(read_out);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            read_units(file, size, unit_len, control, &free_out, |unit| {
                read_in
                    .send(unit)
                    .map_err(|_| HashFile::Stopped(Stop::Elsewhere))
            })
        });
        for _ in 0..threads.max(1) {
            let hashed_in = hashed_in.clone();
            let read_out = &read_out;
            scope.spawn(move || {
                while let Some(mut unit) = next(read_out) {
                    unit.leaves = unit
                        .buffer
                        .chunks(layout.chunk_len())
                        .map(|chunk| layout.leaf(chunk))
                        .collect();
                    if hashed_in.send(unit).is_err() {
                        break;
                    }
                }
            });
        }
        drop(hashed_in);
        let mut balancer = Balancer::new(layout);
        let mut early = BTreeMap::new();
        let mut expected = 0_u64;
        let mut offset = 0_u64;
        let mut failed = None;
        'units: for unit in hashed_out.iter() {
            early.insert(unit.number, unit);
            while let Some(unit) = early.remove(&expected) {
                expected += 1;
                if let Err(error) = place(&unit, &mut offset, layout, &mut balancer, sink) {
                    failed = Some(error);
                    break 'units;
                }
                let _ = free_in.send(unit.buffer);
            }
        }
        // Letting go of every channel end wakes and ends the threads.
        drop(free_in);
        drop(hashed_out);
        drop(early);
        let read = reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if let Some(error) = failed {
            return Err(HashFile::Sink(error));
        }
        read.map_err(|error| match error {
            HashFile::Read(error) => HashFile::Read(error),
            HashFile::SizeChanged => HashFile::SizeChanged,
            HashFile::Stopped(stop) => HashFile::Stopped(stop),
            HashFile::Sink(never) => match never {},
        })?;
        let mut result = Ok(());
        let root = balancer.finish(&mut |block| {
            if result.is_ok() {
                result = sink.node(block);
            }
        });
        result.map_err(HashFile::Sink)?;
        Ok(root)
    })
}

fn place<S: BlockSink>(
    unit: &Unit,
    offset: &mut u64,
    layout: FileLayout,
    balancer: &mut Balancer,
    sink: &mut S,
) -> Result<(), S::Error> {
    for (leaf, chunk) in unit
        .leaves
        .iter()
        .zip(unit.buffer.chunks(layout.chunk_len()))
    {
        sink.leaf(leaf, *offset, chunk)?;
        *offset += chunk.len() as u64;
        let mut result = Ok(());
        balancer.push(leaf.link(), &mut |block| {
            if result.is_ok() {
                result = sink.node(block);
            }
        });
        result?;
    }
    Ok(())
}

fn next(units: &Mutex<Receiver<Unit>>) -> Option<Unit> {
    // Waiting under the lock is fine: only the other hashing threads want it, and they
    // would wait for the same unit.
    lock(units).recv().ok()
}

enum Never {}

fn read_units(
    file: &File,
    size: u64,
    unit_len: usize,
    control: &Control,
    free: &Receiver<Vec<u8>>,
    send: impl Fn(Unit) -> Result<(), HashFile<Never>>,
) -> Result<(), HashFile<Never>> {
    let mut offset = 0_u64;
    let mut number = 0_u64;
    while offset < size {
        control.checkpoint().map_err(HashFile::Stopped)?;
        let Ok(mut buffer) = free.recv() else {
            return Err(HashFile::Stopped(Stop::Elsewhere));
        };
        let len = usize::try_from(size - offset).map_or(unit_len, |left| left.min(unit_len));
        buffer.resize(len, 0);
        match file.read_exact_at(&mut buffer, offset) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(HashFile::SizeChanged);
            }
            Err(error) => return Err(HashFile::Read(error)),
        }
        send(Unit {
            number,
            buffer,
            leaves: Vec::new(),
        })?;
        number += 1;
        offset += len as u64;
    }
    Ok(())
}
