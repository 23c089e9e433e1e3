//! What came from peers, on its way into the store.
//!
//! Blocks that were paid for are kept, also those whose reader has moved on. One task writes them in
//! groups; until a group is durable its blocks are found here, for the store shows them only then.
//!
//! Invariants: at most [`MAX_WAITING`] bytes wait, and nothing more is asked of peers meanwhile; a
//! store without room makes room among what was watched longest ago, and else lets blocks go, for a
//! full disk is no reason to stop a film.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dag::{Block, Cid};
use store::{CommitBlocks, PutBlock, Store};
use tokio::sync::Notify;

use crate::jobs::lock;
use crate::node::Inner;
use crate::tasks::Lane;

/// Bytes that may wait for the disk.
const MAX_WAITING: usize = 64 << 20;
/// Bytes that are made durable together.
const GROUP: usize = 16 << 20;
/// How much room is made at once, at least.
const ROOM: u64 = 64 << 20;
/// After no room was found, it is not looked for again for so long.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    waiting: Mutex<Waiting>,
    /// There is something to write.
    came: Notify,
    /// Something was written.
    went: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    blocks: HashMap<Cid, Bytes>,
    order: VecDeque<Cid>,
    bytes: usize,
}

/// Why a group was not written.
enum Unwritten {
    /// There is no room.
    Full,
    /// Something else; it is in the log.
    Failed,
}

impl Arrivals {
    /// Takes over a verified block.
    pub(crate) fn keep(&self, cid: Cid, bytes: Bytes) {
        let mut waiting = lock(&self.waiting);
        let len = bytes.len();
        if waiting.blocks.insert(cid, bytes).is_none() {
            waiting.order.push_back(cid);
            waiting.bytes += len;
        }
        drop(waiting);
        self.came.notify_one();
    }

    /// A block that waits.
    pub(crate) fn get(&self, cid: &Cid) -> Option<Bytes> {
        lock(&self.waiting).blocks.get(cid).cloned()
    }

    /// Waits until more may be asked for.
    pub(crate) async fn room(&self) {
        loop {
            let went = self.went.notified();
            if lock(&self.waiting).bytes < MAX_WAITING {
                return;
            }
            went.await;
        }
    }

    /// Waits until everything that came is written or let go.
    pub(crate) async fn written(&self) {
        loop {
            let went = self.went.notified();
            if lock(&self.waiting).order.is_empty() {
                return;
            }
            went.await;
        }
    }

    /// Those that came first, up to a group of them. They stay until they are [`Arrivals::done`].
    fn group(&self) -> Vec<Block> {
        let waiting = lock(&self.waiting);
        let mut bytes = 0;
        let blocks = waiting.order.iter().filter_map(|cid| {
            let bytes = waiting.blocks.get(cid)?.clone();
            Some(Block { cid: *cid, bytes })
        });
        blocks
            .take_while(|block| {
                let fits = bytes < GROUP;
                bytes += block.bytes.len();
                fits
            })
            .collect()
    }

    fn done(&self, count: usize) {
        let mut waiting = lock(&self.waiting);
        for _ in 0..count {
            if let Some(cid) = waiting.order.pop_front()
                && let Some(bytes) = waiting.blocks.remove(&cid)
            {
                waiting.bytes -= bytes.len();
            }
        }
        drop(waiting);
        self.went.notify_waiters();
    }
}

/// Writes what arrives, for as long as the node runs.
pub(crate) async fn write_arrivals(inner: Arc<Inner>) {
    let mut no_room: Option<Instant> = None;
    loop {
        let came = inner.arrivals.came.notified();
        let group = inner.arrivals.group();
        let count = group.len();
        if count == 0 {
            came.await;
            continue;
        }
        let looks = no_room.is_none_or(|at| at.elapsed() >= LOOK_AGAIN);
        let own = Arc::clone(&inner);
        let written = inner
            .tasks
            .blocking(Lane::Read, move || {
                let written = write(&own.store, &group);
                match written {
                    Err(Unwritten::Full) if looks && own.make_room(ROOM) > 0 => {
                        write(&own.store, &group)
                    }
                    written => written,
                }
            })
            .await;
        match written {
            Err(Unwritten::Full) if looks => no_room = Some(Instant::now()),
            Ok(()) => no_room = None,
            Err(_) => {}
        }
        inner.arrivals.done(count);
    }
}

fn write(store: &Arc<Store>, group: &[Block]) -> Result<(), Unwritten> {
    let batch = store.batch();
    for block in group {
        match batch.put(block) {
            Ok(()) => {}
            Err(PutBlock::QuotaExceeded { .. } | PutBlock::DiskFull(_)) => {
                return Err(Unwritten::Full);
            }
            Err(error) => {
                tracing::debug!(cid = %block.cid, %error, "a block was not kept");
                return Err(Unwritten::Failed);
            }
        }
    }
    batch.commit().map_err(|error| match error {
        CommitBlocks::DiskFull => Unwritten::Full,
        error => {
            tracing::debug!(%error, "blocks were not kept");
            Unwritten::Failed
        }
    })
}
