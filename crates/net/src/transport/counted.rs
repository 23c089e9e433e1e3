//! Counts the bytes of every connection, on the wire's side of all encryption, and keeps them within
//! the limits.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::{AsyncRead, AsyncWrite, FutureExt};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::transport::limit::{Directions, Limit, RateLimiter};

#[derive(Debug, Default)]
struct Totals {
    received: AtomicU64,
    sent: AtomicU64,
    limits: Arc<Directions>,
}

/// Bytes since the network was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transferred {
    /// In.
    pub received: u64,
    /// Out.
    pub sent: u64,
}

/// Reads the totals of a network. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bandwidth(Arc<Totals>);

impl Bandwidth {
    /// The totals now. On QUIC the payload of streams is counted, elsewhere everything.
    pub fn transferred(&self) -> Transferred {
        Transferred {
            received: self.0.received.load(Ordering::Relaxed),
            sent: self.0.sent.load(Ordering::Relaxed),
        }
    }
}

/// Adds to the totals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters(Arc<Totals>);

impl Counters {
    pub(crate) fn new(rates: &RateLimiter) -> Self {
        Counters(Arc::new(Totals {
            limits: rates.directions(),
            ..Totals::default()
        }))
    }

    pub(crate) fn bandwidth(&self) -> Bandwidth {
        Bandwidth(Arc::clone(&self.0))
    }

    pub(super) fn count<S>(&self, inner: S) -> Counted<S> {
        Counted {
            inner,
            totals: Arc::clone(&self.0),
            reading: None,
            writing: None,
        }
    }

    pub(super) fn count_muxer<M>(&self, inner: M) -> CountedMuxer<M> {
        CountedMuxer {
            inner,
            counters: self.clone(),
        }
    }
}

/// A byte stream that is counted.
#[derive(Debug)]
pub(super) struct Counted<S> {
    inner: S,
    totals: Arc<Totals>,
    reading: Waiting,
    writing: Waiting,
}

/// A stream that waits for its turn; made only when there is a limit.
type Waiting = Option<Pin<Box<Sleep>>>;

/// Waits until `limit` lets bytes pass.
fn poll_limit(limit: &Limit, waiting: &mut Waiting, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        if let Some(sleep) = waiting {
            ready!(sleep.poll_unpin(cx));
            *waiting = None;
        }
        match limit.wait(Instant::now()) {
            Some(wait) => *waiting = Some(Box::pin(sleep_until(Instant::now() + wait))),
            None => return Poll::Ready(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(poll_limit(&this.totals.limits.down, &mut this.reading, cx));
        let portion = buf.len().min(this.totals.limits.down.portion());
        let buf = buf.get_mut(..portion).unwrap_or_default();
        let read = ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        self.totals.limits.down.pay(read, Instant::now());
        self.totals
            .received
            .fetch_add(read as u64, Ordering::Relaxed);
        Poll::Ready(Ok(read))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(poll_limit(&this.totals.limits.up, &mut this.writing, cx));
        let portion = buf.len().min(this.totals.limits.up.portion());
        let buf = buf.get(..portion).unwrap_or_default();
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.totals.limits.up.pay(written, Instant::now());
        self.totals
            .sent
            .fetch_add(written as u64, Ordering::Relaxed);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

/// A connection whose streams are counted, for transports that bring their own security.
#[derive(Debug)]
pub(super) struct CountedMuxer<M> {
    inner: M,
    counters: Counters,
}

impl<M: StreamMuxer + Unpin> StreamMuxer for CountedMuxer<M>
where
    M::Substream: Unpin,
{
    type Substream = Counted<M::Substream>;
    type Error = M::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        let stream = ready!(Pin::new(&mut self.inner).poll_inbound(cx))?;
        Poll::Ready(Ok(self.counters.count(stream)))
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        let stream = ready!(Pin::new(&mut self.inner).poll_outbound(cx))?;
        Poll::Ready(Ok(self.counters.count(stream)))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        Pin::new(&mut self.inner).poll(cx)
    }
}
