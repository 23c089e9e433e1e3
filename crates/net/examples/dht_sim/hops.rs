//! How far a look-up went: who told of whom, read from the answers as they come in.
//!
//! libp2p tells how many it asked, not who told of them. Peers the asker knew are one hop away;
//! whom they tell of is two, and so on. The hops of a look-up are those of the first peer that named
//! a provider.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::{AsyncRead, AsyncWrite};
use libp2p::PeerId;
use tokio::io::DuplexStream;
use tokio_util::compat::Compat;

/// Fields of a message and of the peers in it (libp2p's kad-dht specification, "RPC messages").
const CLOSER_PEERS: u64 = 8;
const PROVIDER_PEERS: u64 = 9;
const PEER_ID: u64 = 1;
/// Frames before the message of an answer: the two of multistream-select.
const NEGOTIATED: usize = 2;

#[derive(Default)]
struct Depths {
    of: HashMap<PeerId, u32>,
    first: Option<u32>,
}

/// The look-up that one node is at, if any.
#[derive(Clone, Default)]
pub(crate) struct Hops(Arc<Mutex<Option<Depths>>>);

impl Hops {
    /// A look-up begins, from these peers.
    pub(crate) fn begin(&self, known: impl Iterator<Item = PeerId>) {
        let of = known.map(|peer| (peer, 1)).collect();
        if let Ok(mut running) = self.0.lock() {
            *running = Some(Depths { of, first: None });
        }
    }

    /// It has ended; how many hops away the first was who named a provider.
    pub(crate) fn end(&self) -> Option<u32> {
        let depths = self.0.lock().ok()?.take();
        depths.and_then(|depths| depths.first)
    }

    /// A stream to `peer`, which is read along while there is a look-up.
    pub(crate) fn watch(&self, pipe: Compat<DuplexStream>, peer: PeerId) -> Watched {
        let running = self.0.lock().is_ok_and(|running| running.is_some());
        let watch = running.then(|| Watch {
            hops: self.clone(),
            peer,
            bytes: Vec::new(),
        });
        Watched { pipe, watch }
    }

    fn answered(&self, by: PeerId, message: &[u8]) {
        let Ok(mut running) = self.0.lock() else {
            return;
        };
        let Some(depths) = running.as_mut() else {
            return;
        };
        let depth = *depths.of.entry(by).or_insert(1);
        for (field, peer) in Fields(message) {
            if field == PROVIDER_PEERS {
                depths.first.get_or_insert(depth);
            }
            let id = Fields(peer).find(|(field, _)| *field == PEER_ID);
            if field == CLOSER_PEERS
                && let Some((_, id)) = id
                && let Ok(peer) = PeerId::from_bytes(id)
            {
                depths.of.entry(peer).or_insert(depth + 1);
            }
        }
    }
}

struct Watch {
    hops: Hops,
    peer: PeerId,
    bytes: Vec<u8>,
}

/// A stream between two nodes; one that asks something during a look-up is read along.
pub(crate) struct Watched {
    pipe: Compat<DuplexStream>,
    watch: Option<Watch>,
}

impl Watched {
    pub(crate) fn unseen(pipe: Compat<DuplexStream>) -> Self {
        Watched { pipe, watch: None }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let read = Pin::new(&mut this.pipe).poll_read(cx, into);
        if let (Poll::Ready(Ok(len)), Some(watch)) = (&read, &mut this.watch) {
            watch.bytes.extend_from_slice(&into[..*len]);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_close(cx)
    }
}

/// The stream goes before its answer is told to the DHT, so nobody is asked whose depth is not known.
impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take()
            && let Some(message) = Frames(&watch.bytes).nth(NEGOTIATED)
        {
            watch.hops.answered(watch.peer, message);
        }
    }
}

/// What begins with its length.
struct Frames<'a>(&'a [u8]);

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (len, rest) = unsigned_varint::decode::usize(self.0).ok()?;
        let (frame, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some(frame)
    }
}

/// The fields of a protobuf message that hold bytes.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<(u64, &'a [u8])> {
        loop {
            let (tag, rest) = unsigned_varint::decode::u64(self.0).ok()?;
            match tag & 7 {
                0 => self.0 = unsigned_varint::decode::u64(rest).ok()?.1,
                2 => {
                    let mut frames = Frames(rest);
                    let bytes = frames.next()?;
                    self.0 = frames.0;
                    return Some((tag >> 3, bytes));
                }
                _ => return None,
            }
        }
    }
}
