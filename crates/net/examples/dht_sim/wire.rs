//! Connections that cost next to nothing: libp2p's in-memory transport, and streams that are pipes
//! between two tasks.
//!
//! What it is not: there is no key, no handshake of security and no multiplexing in bytes. Two nodes
//! that meet tell their names over the transport's channel, and then hand each other the ends of
//! pipes. What goes through a pipe are the bytes libp2p would send.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use futures_util::{AsyncReadExt, AsyncWriteExt};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent};
use libp2p::core::transport::{Boxed, MemoryTransport};
use libp2p::{PeerId, Transport};
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio_util::compat::TokioAsyncReadCompatExt;

use crate::hops::{Hops, Watched};

/// Bytes a pipe holds: one answer of a DHT fits.
const PIPE: usize = 16 * 1024;
/// Streams that are opened and not accepted yet.
const OPENING: usize = 32;

/// The ends of connections that were dialled and are not accepted yet.
#[derive(Default)]
pub(crate) struct Meetings {
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, Link>>,
}

/// One end of a connection.
struct Link {
    remote: PeerId,
    hops: Hops,
    open: mpsc::Sender<DuplexStream>,
    opened: mpsc::Receiver<DuplexStream>,
}

impl Link {
    /// Two ends; who is at the other is not known yet.
    fn pair(me: PeerId, hops: &Hops) -> (Link, Link) {
        let (open, opened) = mpsc::channel(OPENING);
        let (open_back, opened_back) = mpsc::channel(OPENING);
        let link = |open, opened| Link {
            remote: me,
            hops: hops.clone(),
            open,
            opened,
        };
        (link(open, opened_back), link(open_back, opened))
    }
}

fn closed() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl StreamMuxer for Link {
    type Substream = Watched;
    type Error = io::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Self::Substream>> {
        let opened = ready!(self.opened.poll_recv(cx)).ok_or_else(closed)?;
        Poll::Ready(Ok(Watched::unseen(opened.compat())))
    }

    fn poll_outbound(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<io::Result<Self::Substream>> {
        let (mine, theirs) = duplex(PIPE);
        // A full queue ends the connection, for nobody would wake this end when there is room again.
        self.open.try_send(theirs).map_err(|_| closed())?;
        Poll::Ready(Ok(self.hops.watch(mine.compat(), self.remote)))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.opened.close();
        Poll::Ready(Ok(()))
    }

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        Poll::Pending
    }
}

async fn told(channel: &mut (impl AsyncReadExt + Unpin)) -> io::Result<PeerId> {
    let mut len = [0];
    channel.read_exact(&mut len).await?;
    let mut name = vec![0; usize::from(len[0])];
    channel.read_exact(&mut name).await?;
    PeerId::from_bytes(&name).map_err(io::Error::other)
}

async fn tell(channel: &mut (impl AsyncWriteExt + Unpin), me: PeerId) -> io::Result<()> {
    let name = me.to_bytes();
    let len = u8::try_from(name.len()).map_err(io::Error::other)?;
    channel.write_all(&[&[len][..], &name].concat()).await?;
    channel.flush().await
}

/// What `me` dials and listens with.
pub(crate) fn transport(
    me: PeerId,
    meetings: &Arc<Meetings>,
    hops: &Hops,
) -> Boxed<(PeerId, StreamMuxerBox)> {
    let (meetings, hops) = (Arc::clone(meetings), hops.clone());
    let upgraded = MemoryTransport::new().and_then(move |mut channel, endpoint| async move {
        let lock = || meetings.waiting.lock().map_err(|_| closed());
        let link = if endpoint.is_dialer() {
            let id = meetings.next.fetch_add(1, Ordering::Relaxed);
            let (mut mine, theirs) = Link::pair(me, &hops);
            lock()?.insert(id, theirs);
            channel.write_all(&id.to_le_bytes()).await?;
            tell(&mut channel, me).await?;
            mine.remote = told(&mut channel).await?;
            mine
        } else {
            let mut id = [0; 8];
            channel.read_exact(&mut id).await?;
            let remote = told(&mut channel).await?;
            let theirs = lock()?.remove(&u64::from_le_bytes(id));
            tell(&mut channel, me).await?;
            let theirs = theirs.ok_or_else(closed)?;
            Link {
                remote,
                hops,
                ..theirs
            }
        };
        Ok::<_, io::Error>((link.remote, StreamMuxerBox::new(link)))
    });
    upgraded.boxed()
}
