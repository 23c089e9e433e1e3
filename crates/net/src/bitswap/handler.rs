//! One connection's bitswap streams.
//!
//! What it is: reads messages from every stream the peer opens (some peers open one a message),
//! hashes the blocks in them, and writes our messages to one stream that is kept open.
//! What it is not: it decides nothing; wants and answers are the behaviour's.
//!
//! Invariants:
//! - At most [`MAX_INBOUND`] streams are read, and together they hold at most [`MAX_BUFFERED`]
//!   bytes of unfinished messages (one message more while each waits for its turn).
//! - At most [`MAX_OPENING`] decoded messages wait for their hashes or for the swarm, so a slow
//!   consumer slows the peer down through the muxer's window instead of filling memory. Hashing goes
//!   on beside reading, on the blocking pool; messages are handed on in the order in which they came.
//! - A message that stops arriving for [`STALLED_AFTER`] ends its stream.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use futures_util::future::{Ready, ready};
use futures_util::{AsyncWrite, FutureExt};
use libp2p::StreamProtocol;
use libp2p::core::UpgradeInfo;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, Stream, StreamUpgradeError, SubstreamProtocol,
};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::bitswap::frame::{FrameReader, FrameWriter, ReadFrame};
use crate::bitswap::prefix::AddressBlock;
use crate::bitswap::wire::{Entry, Message, Presence, Version};

/// The most streams of one connection that are read at once.
const MAX_INBOUND: usize = 16;
/// The most bytes of unfinished messages of one connection.
const MAX_BUFFERED: usize = 8 * 1024 * 1024;
/// Messages that are being hashed.
const MAX_OPENING: usize = 4;
/// Blocks of a message that are hashed on the spot, in bytes.
const HASHED_HERE: usize = 32 * 1024;
/// How long an unfinished message may make no progress.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// How long a connection is kept for bitswap after its last message.
const KEPT_FOR: Duration = Duration::from_secs(120);
/// How often a stream that broke under a message is opened anew for it.
const MAX_REOPENS: u8 = 2;

/// The protocol names, best first.
pub(crate) const PROTOCOLS: [(&str, Version); 4] = [
    ("/ipfs/bitswap/1.2.0", Version::V120),
    ("/ipfs/bitswap/1.1.0", Version::V110),
    ("/ipfs/bitswap/1.0.0", Version::V100),
    ("/ipfs/bitswap", Version::V100),
];

/// What the behaviour tells a connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// Write this message; answered by [`Event::Sent`] or [`Event::Lost`], in order.
    Send(Box<Message>),
}

/// What a connection tells the behaviour.
#[derive(Debug)]
pub(crate) enum Event {
    /// A message came. Its blocks' addresses were computed from their bytes.
    Received(Box<Received>),
    /// A message is in the muxer's buffers.
    Sent,
    /// A message could not be sent.
    Lost(Box<Message>),
    /// What the peer speaks.
    Speaks(Version),
    /// The peer does not speak bitswap at all.
    Unsupported,
    /// The peer broke the protocol; its stream is closed.
    Broken(ReadFrame),
}

/// A message with what its blocks hash to.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) entries: Vec<Entry>,
    pub(crate) full: bool,
    pub(crate) blocks: Vec<(Result<Cid, AddressBlock>, Bytes)>,
    pub(crate) presences: Vec<(Cid, Presence)>,
}

/// Offers or asks for every version.
#[derive(Debug, Clone)]
pub(crate) struct Upgrade;

impl UpgradeInfo for Upgrade {
    type Info = StreamProtocol;
    type InfoIter = std::array::IntoIter<StreamProtocol, 4>;

    fn protocol_info(&self) -> Self::InfoIter {
        PROTOCOLS
            .map(|(name, _)| StreamProtocol::new(name))
            .into_iter()
    }
}

fn version_of(protocol: &StreamProtocol) -> Version {
    PROTOCOLS
        .iter()
        .find(|(name, _)| *name == protocol.as_ref())
        .map_or(Version::V100, |(_, version)| *version)
}

impl InboundUpgrade<Stream> for Upgrade {
    type Output = Stream;
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, _: Self::Info) -> Self::Future {
        ready(Ok(stream))
    }
}

impl OutboundUpgrade<Stream> for Upgrade {
    type Output = (Stream, Version);
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, stream: Stream, info: Self::Info) -> Self::Future {
        ready(Ok((stream, version_of(&info))))
    }
}

/// A stream the peer opened.
struct Inbound {
    stream: Stream,
    reader: FrameReader,
    /// When the unfinished message last made progress.
    progress: Instant,
}

/// The stream we write to.
enum Outbound {
    /// None, and none asked for.
    Closed,
    /// Being negotiated.
    Opening,
    /// Open.
    Open { stream: Stream, version: Version },
}

/// A message whose blocks are hashed, or being so.
enum Opening {
    Done(Box<Received>),
    Working(JoinHandle<Box<Received>>),
}

impl Opening {
    fn begin(message: Message) -> Self {
        let bytes: usize = message.blocks.iter().map(|block| block.data.len()).sum();
        match bytes <= HASHED_HERE {
            true => Opening::Done(open(message)),
            false => Opening::Working(tokio::task::spawn_blocking(|| open(message))),
        }
    }
}

/// See the module.
pub(crate) struct Handler {
    inbound: Vec<Inbound>,
    opening: VecDeque<Opening>,
    /// Where reading goes on, so that no stream starves the others.
    turn: usize,
    outbound: Outbound,
    queue: VecDeque<Box<Message>>,
    /// The message whose pieces are in `writer`.
    writing: Option<Box<Message>>,
    writer: FrameWriter,
    unflushed: bool,
    reopens: u8,
    unsupported: bool,
    last_message: Option<Instant>,
    events: VecDeque<Event>,
    stall: Pin<Box<Sleep>>,
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handler")
            .field("inbound", &self.inbound.len())
            .field("queue", &self.queue.len())
            .finish_non_exhaustive()
    }
}

impl Handler {
    pub(crate) fn new() -> Self {
        Handler {
            inbound: Vec::new(),
            opening: VecDeque::new(),
            turn: 0,
            outbound: Outbound::Closed,
            queue: VecDeque::new(),
            writing: None,
            writer: FrameWriter::default(),
            unflushed: false,
            reopens: 0,
            unsupported: false,
            last_message: None,
            events: VecDeque::new(),
            stall: Box::pin(sleep_until(Instant::now() + STALLED_AFTER)),
        }
    }

    /// Hands on what is hashed, and reads on.
    fn poll_received(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        loop {
            let first = match self.opening.front_mut() {
                None => None,
                Some(Opening::Done(_)) => Some(true),
                Some(Opening::Working(working)) => match working.poll_unpin(cx) {
                    Poll::Ready(Ok(received)) => {
                        self.opening.pop_front();
                        return Poll::Ready(Event::Received(received));
                    }
                    // The runtime is being shut down.
                    Poll::Ready(Err(_)) => Some(false),
                    Poll::Pending => None,
                },
            };
            if first.is_some() {
                match self.opening.pop_front() {
                    Some(Opening::Done(received)) => {
                        return Poll::Ready(Event::Received(received));
                    }
                    _ => continue,
                }
            }
            if self.opening.len() >= MAX_OPENING {
                return Poll::Pending;
            }
            match self.poll_inbound(cx) {
                Poll::Ready(Ok(message)) => self.opening.push_back(Opening::begin(message)),
                Poll::Ready(Err(error)) => return Poll::Ready(Event::Broken(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Reads on one stream after another until one has a message.
    fn poll_inbound(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, ReadFrame>> {
        let now = Instant::now();
        if self.stall.poll_unpin(cx).is_ready() {
            self.inbound.retain(|inbound| {
                !inbound.reader.is_inside() || now < inbound.progress + STALLED_AFTER
            });
            self.stall.as_mut().reset(now + STALLED_AFTER);
            let _ = self.stall.poll_unpin(cx);
        }
        let mut buffered: usize = self.inbound.iter().map(|one| one.reader.buffered()).sum();
        let mut at = 0;
        while at < self.inbound.len() {
            let index = (self.turn + at) % self.inbound.len();
            let Some(inbound) = self.inbound.get_mut(index) else {
                break;
            };
            let before = inbound.reader.buffered();
            if before == 0 && buffered >= MAX_BUFFERED {
                at += 1; // Its turn comes when another message is complete.
                continue;
            }
            let read = inbound.reader.poll_next(cx, Pin::new(&mut inbound.stream));
            let after = inbound.reader.buffered();
            if after != before {
                inbound.progress = now;
            }
            buffered = buffered - before + after;
            match read {
                Poll::Pending => at += 1,
                Poll::Ready(Ok(Some(body))) => {
                    inbound.progress = now;
                    self.last_message = Some(now);
                    self.turn = index + 1;
                    match Message::decode(&body) {
                        Ok(message) => return Poll::Ready(Ok(message)),
                        Err(error) => {
                            self.inbound.swap_remove(index);
                            return Poll::Ready(Err(error.into()));
                        }
                    }
                }
                Poll::Ready(Ok(None)) => {
                    self.inbound.swap_remove(index);
                }
                Poll::Ready(Err(error)) => {
                    self.inbound.swap_remove(index);
                    if !matches!(error, ReadFrame::Stream(_)) {
                        return Poll::Ready(Err(error));
                    }
                }
            }
        }
        Poll::Pending
    }

    /// Writes until the stream or the queue is exhausted.
    fn poll_outbound(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        loop {
            let Outbound::Open { stream, version } = &mut self.outbound else {
                return Poll::Pending;
            };
            if self.writing.is_none()
                && let Some(message) = self.queue.pop_front()
            {
                self.writer.push(message.encode(*version));
                self.writing = Some(message);
            }
            let written = if self.writing.is_some() {
                self.writer.poll_write(cx, Pin::new(stream))
            } else if self.unflushed {
                match Pin::new(stream).poll_flush(cx) {
                    Poll::Ready(Ok(())) => {
                        self.unflushed = false;
                        return Poll::Pending;
                    }
                    other => other,
                }
            } else {
                return Poll::Pending;
            };
            match written {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => {
                    self.writing = None;
                    self.unflushed = true;
                    self.reopens = 0;
                    return Poll::Ready(Event::Sent);
                }
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "a bitswap stream broke");
                    self.outbound = Outbound::Closed;
                    self.unflushed = false;
                    self.writer = FrameWriter::default();
                    if let Some(message) = self.writing.take() {
                        self.reopens += 1;
                        if self.reopens > MAX_REOPENS {
                            return Poll::Ready(Event::Lost(message));
                        }
                        self.queue.push_front(message);
                    }
                }
            }
        }
    }

    /// Everything queued is lost: the peer does not answer or does not speak bitswap.
    fn lose_all(&mut self) {
        self.outbound = Outbound::Closed;
        let lost = self.writing.take().into_iter().chain(self.queue.drain(..));
        self.events.extend(lost.map(Event::Lost));
        self.writer = FrameWriter::default();
    }
}

/// Hashes the blocks of a message.
fn open(message: Message) -> Box<Received> {
    Box::new(Received {
        entries: message.entries,
        full: message.full,
        presences: message.presences,
        blocks: message
            .blocks
            .into_iter()
            .map(|block| (block.prefix.cid(&block.data), block.data))
            .collect(),
    })
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Command;
    type ToBehaviour = Event;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade, ()> {
        SubstreamProtocol::new(Upgrade, ())
    }

    fn connection_keep_alive(&self) -> bool {
        // The streams themselves do not count, for an idle one must not hold a connection.
        !self.queue.is_empty()
            || self.writing.is_some()
            || self
                .last_message
                .is_some_and(|last| Instant::now() < last + KEPT_FOR)
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, (), Self::ToBehaviour>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(event));
        }
        if let Poll::Ready(event) = self.poll_outbound(cx) {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(event));
        }
        if matches!(self.outbound, Outbound::Closed) && !self.queue.is_empty() {
            if self.unsupported {
                self.lose_all();
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.outbound = Outbound::Opening;
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(Upgrade, ()),
            });
        }
        self.poll_received(cx)
            .map(ConnectionHandlerEvent::NotifyBehaviour)
    }

    fn on_behaviour_event(&mut self, command: Command) {
        let Command::Send(message) = command;
        self.last_message = Some(Instant::now());
        self.queue.push_back(message);
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Upgrade, Upgrade, (), ()>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: mut stream,
                ..
            }) => {
                // An idle stream must not hold the connection open for ever.
                stream.ignore_for_keep_alive();
                if self.inbound.len() >= MAX_INBOUND {
                    // The oldest stream between messages gives way; if all are busy, the new one.
                    let idle = self.inbound.iter().position(|one| !one.reader.is_inside());
                    match idle {
                        Some(index) => drop(self.inbound.remove(index)),
                        None => return,
                    }
                }
                self.inbound.push(Inbound {
                    stream,
                    reader: FrameReader::default(),
                    progress: Instant::now(),
                });
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: (mut stream, version),
                ..
            }) => {
                stream.ignore_for_keep_alive();
                self.outbound = Outbound::Open { stream, version };
                self.events.push_back(Event::Speaks(version));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => {
                if matches!(error, StreamUpgradeError::NegotiationFailed) {
                    self.unsupported = true;
                    self.events.push_back(Event::Unsupported);
                }
                self.lose_all();
            }
            _ => {}
        }
    }
}
