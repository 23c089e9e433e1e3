//! Answering what peers want: the giving half of bitswap.
//!
//! What it is: a want-list and a ledger a peer, and turns that read blocks for one peer at a time
//! as the [`ServePolicy`] says.
//! What it is not: it does not know which blocks exist or who may have them; the [`BlockSource`]
//! answers that, and private and absent take the same way through here.
//!
//! Invariants:
//! - A peer has at most [`MAX_WANTS`] wants and [`MAX_TURNS`] turns between the source and the
//!   muxer. A turn stops at its budget and may go over it by one block, so at most
//!   3 x (1 MiB + 2 MiB) are held for a peer, and about 2 MiB usually. A peer that does not read gets
//!   nothing more read for it.
//! - A want that was answered is gone; one that could not be is kept aside, answered once with
//!   DONT_HAVE, and served when the block is announced.

mod wants;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cid::Cid;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use libp2p::PeerId;
use tokio::time::Instant;

use crate::bitswap::policy::{Ledger, MAX_TURN, ServePolicy, Turn, Waiting};
use crate::bitswap::prefix::Prefix;
use crate::bitswap::server::wants::{MAX_WANTS, WantQueue, Wanted};
use crate::bitswap::source::BlockSource;
use crate::bitswap::wire::{Entry, Message, Payload, Presence, WantKind};

/// Turns of one peer that are being read or written.
const MAX_TURNS: usize = 3;
/// Turns of all peers that are being read.
const MAX_READS: usize = 16;
/// Wants looked at in one turn.
const TURN_WANTS: usize = 256;
/// The fewest blocks that are looked for in one turn.
const TURN_BLOCKS: usize = 8;
/// A block up to this length is sent in place of HAVE: the answer is hardly longer.
const SMALL_BLOCK: usize = 1024;
/// Blocks are gathered in one message up to this: a block that is waited for should not wait for the
/// next one.
const MESSAGE_BLOCKS: usize = 128 * 1024;
/// Presences of one message.
const MESSAGE_PRESENCES: usize = 4096;

/// A message for a peer, and the blocks in it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) peer: PeerId,
    pub(crate) message: Message,
    pub(crate) blocks: Vec<Cid>,
    pub(crate) bytes: usize,
    /// Whether the turn ends with this message.
    pub(crate) ends_turn: bool,
}

/// What a turn found.
struct Read {
    peer: PeerId,
    epoch: u64,
    blocks: Vec<(Cid, Bytes)>,
    presences: Vec<(Cid, Presence)>,
    missing: Vec<Wanted>,
    unread: Vec<Wanted>,
}

#[derive(Default)]
struct Served {
    epoch: u64,
    wants: WantQueue,
    /// Asked for and not here.
    missing: HashMap<Cid, Wanted>,
    /// Being read; taken back when not in here any more.
    in_hand: HashSet<Cid>,
    turns: usize,
    ledger: Ledger,
}

impl Served {
    /// The wants of one turn: about twice the blocks that should fill its budget, going by those
    /// before, so that few are put back; questions cost next to nothing.
    fn take_wants(&mut self, budget: usize) -> Vec<Wanted> {
        let Ledger {
            sent_bytes,
            sent_blocks,
            ..
        } = self.ledger;
        let usual = sent_bytes.checked_div(sent_blocks).unwrap_or(0).max(1);
        let fill = (2 * budget as u64 / usual).min(TURN_WANTS as u64) as usize;
        let mut blocks = fill.max(TURN_BLOCKS);
        let mut wants = Vec::new();
        while blocks > 0 && wants.len() < TURN_WANTS {
            let Some(wanted) = self.wants.pop() else {
                break;
            };
            blocks -= usize::from(wanted.kind == WantKind::Block);
            wants.push(wanted);
        }
        wants
    }
}

/// See the module.
pub(crate) struct Server {
    source: Arc<dyn BlockSource>,
    policy: Box<dyn ServePolicy>,
    peers: HashMap<PeerId, Served>,
    reads: FuturesUnordered<BoxFuture<'static, Read>>,
    answers: std::collections::VecDeque<Answer>,
    later: Option<Instant>,
    epoch: u64,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("peers", &self.peers.len())
            .field("reads", &self.reads.len())
            .finish_non_exhaustive()
    }
}

impl Server {
    pub(crate) fn new(source: Arc<dyn BlockSource>, policy: Box<dyn ServePolicy>) -> Self {
        Server {
            source,
            policy,
            peers: HashMap::new(),
            reads: FuturesUnordered::new(),
            answers: std::collections::VecDeque::new(),
            later: None,
            epoch: 0,
        }
    }

    pub(crate) fn connected(&mut self, peer: PeerId) {
        self.epoch += 1;
        let epoch = self.epoch;
        self.peers.entry(peer).or_insert_with(|| Served {
            epoch,
            ..Served::default()
        });
    }

    pub(crate) fn disconnected(&mut self, peer: &PeerId) -> Option<Ledger> {
        let served = self.peers.remove(peer)?;
        self.policy.disconnected(*peer, served.ledger);
        Some(served.ledger)
    }

    pub(crate) fn ledger(&self, peer: &PeerId) -> Option<Ledger> {
        self.peers.get(peer).map(|served| served.ledger)
    }

    /// `peer` gave us a block that we wanted.
    pub(crate) fn received(&mut self, peer: PeerId, bytes: usize) {
        if let Some(served) = self.peers.get_mut(&peer) {
            served.ledger.received_bytes += bytes as u64;
            served.ledger.received_blocks += 1;
            self.policy.received(peer, bytes);
        }
    }

    /// Takes over changes to a want-list. Wants without room are refused like absent blocks.
    pub(crate) fn received_wants(&mut self, peer: PeerId, full: bool, entries: &[Entry]) {
        let Some(served) = self.peers.get_mut(&peer) else {
            return;
        };
        if full {
            served.wants.clear();
            served.missing.clear();
            served.in_hand.clear();
        }
        let mut refused = Vec::new();
        for entry in entries {
            match *entry {
                Entry::Cancel(cid) => {
                    served.wants.remove(&cid);
                    served.missing.remove(&cid);
                    served.in_hand.remove(&cid);
                }
                Entry::Want {
                    cid,
                    kind,
                    priority,
                    send_dont_have,
                } => {
                    served.missing.remove(&cid);
                    if served.in_hand.contains(&cid) {
                        continue; // Already on its way.
                    }
                    let wanted = Wanted {
                        cid,
                        kind,
                        priority,
                        send_dont_have,
                    };
                    if !served.wants.add(wanted)
                        && send_dont_have
                        && refused.len() < MESSAGE_PRESENCES
                    {
                        refused.push((cid, Presence::DontHave));
                    }
                }
            }
        }
        // Refusals of what is beyond the bound are one message an incoming message, and that is
        // only read when the last one was taken over.
        if !refused.is_empty() && served.turns < MAX_TURNS {
            served.turns += 1;
            self.answers.push_back(Answer {
                peer,
                message: Message {
                    presences: refused,
                    ..Message::default()
                },
                blocks: Vec::new(),
                bytes: 0,
                ends_turn: true,
            });
        }
    }

    /// Blocks have come to the source: whoever asked for them is served.
    pub(crate) fn announce(&mut self, cids: &[Cid]) {
        for served in self.peers.values_mut() {
            for cid in cids {
                if let Some(wanted) = served.missing.remove(cid) {
                    served.wants.add(wanted);
                }
            }
        }
    }

    /// A message of this server is in the muxer's buffers.
    pub(crate) fn sent(&mut self, peer: &PeerId, blocks: usize, bytes: usize, ends_turn: bool) {
        if let Some(served) = self.peers.get_mut(peer) {
            served.ledger.sent_bytes += bytes as u64;
            served.ledger.sent_blocks += blocks as u64;
            if ends_turn {
                served.turns = served.turns.saturating_sub(1);
            }
        }
    }

    /// A message of this server got lost: its blocks are wanted still.
    pub(crate) fn lost(&mut self, peer: &PeerId, blocks: &[Cid], ends_turn: bool) {
        if let Some(served) = self.peers.get_mut(peer) {
            for cid in blocks {
                served.wants.add(Wanted {
                    cid: *cid,
                    kind: WantKind::Block,
                    priority: i32::MAX,
                    send_dont_have: true,
                });
            }
            if ends_turn {
                served.turns = served.turns.saturating_sub(1);
            }
        }
    }

    /// When turns go on although nothing happens.
    pub(crate) fn next_timer(&self) -> Option<Instant> {
        self.later
    }

    /// The next message to send.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<Answer> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Poll::Ready(answer);
            }
            self.start_turns(now);
            match self.reads.poll_next_unpin(cx) {
                Poll::Ready(Some(read)) => self.finish_turn(read, now),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn start_turns(&mut self, now: Instant) {
        self.later = None;
        while self.reads.len() < MAX_READS {
            let waiting: Vec<_> = self
                .peers
                .iter()
                .filter(|(_, served)| served.turns < MAX_TURNS && served.wants.len() > 0)
                .map(|(peer, served)| Waiting {
                    peer: *peer,
                    wants: served.wants.len(),
                    ledger: served.ledger,
                })
                .collect();
            if waiting.is_empty() {
                return;
            }
            match self.policy.next(&waiting, now) {
                Turn::Later(at) => {
                    self.later = Some(at);
                    return;
                }
                Turn::Serve { peer, budget } => {
                    let Some(served) = self.peers.get_mut(&peer) else {
                        return;
                    };
                    let budget = budget.min(MAX_TURN);
                    let wants = served.take_wants(budget);
                    served.in_hand.extend(wants.iter().map(|wanted| wanted.cid));
                    served.turns += 1;
                    let source = Arc::clone(&self.source);
                    let epoch = served.epoch;
                    self.reads
                        .push(Box::pin(read(source, peer, epoch, wants, budget)));
                }
            }
        }
    }

    fn finish_turn(&mut self, read: Read, now: Instant) {
        let bytes: usize = read.blocks.iter().map(|(_, data)| data.len()).sum();
        let Some(served) = self.peers.get_mut(&read.peer) else {
            return;
        };
        if served.epoch != read.epoch {
            return; // The peer went and came back; it will ask again.
        }
        self.policy.served(read.peer, bytes, now);
        for wanted in read.unread {
            // What was taken back in the meantime stays away.
            if served.in_hand.remove(&wanted.cid) {
                served.wants.add(wanted);
            }
        }
        for wanted in read.missing {
            if served.in_hand.remove(&wanted.cid) && served.missing.len() < MAX_WANTS {
                served.missing.insert(wanted.cid, wanted);
            }
        }
        let mut answers = vec![Answer {
            peer: read.peer,
            message: Message::default(),
            blocks: Vec::new(),
            bytes: 0,
            ends_turn: false,
        }];
        for (cid, data) in read.blocks {
            if !served.in_hand.remove(&cid) {
                continue;
            }
            if let Some(answer) = answers.last()
                && answer.bytes > 0
                && answer.bytes + data.len() > MESSAGE_BLOCKS
            {
                answers.push(Answer {
                    peer: read.peer,
                    message: Message::default(),
                    blocks: Vec::new(),
                    bytes: 0,
                    ends_turn: false,
                });
            }
            if let Some(answer) = answers.last_mut() {
                answer.bytes += data.len();
                answer.blocks.push(cid);
                answer.message.blocks.push(Payload {
                    prefix: Prefix::of(&cid),
                    data,
                });
            }
        }
        for (cid, _) in &read.presences {
            served.in_hand.remove(cid);
        }
        if let Some(answer) = answers.last_mut() {
            answer.message.presences = read.presences;
            answer.ends_turn = true;
        }
        if let [only] = answers.as_slice()
            && only.message.is_empty()
        {
            served.turns = served.turns.saturating_sub(1);
            return;
        }
        self.answers.extend(answers);
    }
}

/// One turn: asks the source for one block after another until the budget is used up.
async fn read(
    source: Arc<dyn BlockSource>,
    peer: PeerId,
    epoch: u64,
    wants: Vec<Wanted>,
    budget: usize,
) -> Read {
    let mut read = Read {
        peer,
        epoch,
        blocks: Vec::new(),
        presences: Vec::new(),
        missing: Vec::new(),
        unread: Vec::new(),
    };
    let mut bytes = 0;
    let mut wants = wants.into_iter();
    while bytes < budget {
        let Some(wanted) = wants.next() else { break };
        let found = match wanted.kind {
            WantKind::Block => source.get(peer, wanted.cid).await,
            WantKind::Have => match source.size(peer, wanted.cid).await {
                Some(len) if len <= SMALL_BLOCK => source.get(peer, wanted.cid).await,
                Some(_) => {
                    read.presences.push((wanted.cid, Presence::Have));
                    continue;
                }
                None => None,
            },
        };
        match found {
            Some(data) if data.len() <= dag::MAX_BLOCK_LEN => {
                bytes += data.len();
                read.blocks.push((wanted.cid, data));
            }
            _ => {
                if wanted.send_dont_have {
                    read.presences.push((wanted.cid, Presence::DontHave));
                }
                read.missing.push(wanted);
            }
        }
    }
    read.unread = wants.collect();
    read
}
