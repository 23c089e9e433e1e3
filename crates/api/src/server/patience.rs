//! How long a client may keep us waiting.
//!
//! Heads have hyper's own deadline. Here are the other two ways to hold on to a connection:
//! a request body that never comes, and an answer that is never read. A player that is
//! paused reads nothing for a long while, so answers get much time; only when every
//! connection is taken, those that stand still make room.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::header;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Semaphore,
    time::{Instant, Sleep},
};

use crate::rpc::StillReading;

/// The next part of a request body must come within this time.
const BODY_PAUSE: Duration = Duration::from_secs(30);
/// An answer may stand still for this long...
const READ_PAUSE: Duration = Duration::from_secs(15 * 60);
/// ... or this long, when others wait for a connection.
const CROWDED_PAUSE: Duration = Duration::from_secs(10);
/// Time between two looks at a connection.
const LOOK: Duration = Duration::from_secs(2);

/// A request body, shared so that what its handler did not want can be read to the end.
#[derive(Debug, Clone)]
struct Parts(Arc<Mutex<Waiting>>);

#[derive(Debug)]
struct Waiting {
    /// `None` at the end.
    parts: Option<BodyDataStream>,
    deadline: Pin<Box<Sleep>>,
}

impl Parts {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            parts: Some(body.into_data_stream()),
            deadline: Box::pin(tokio::time::sleep(BODY_PAUSE)),
        })))
    }

    /// Reads what is left, for a while.
    async fn drain(mut self) {
        let drained = async { while self.next().await.is_some_and(|part| part.is_ok()) {} };
        let _ = tokio::time::timeout(BODY_PAUSE, drained).await;
    }
}

impl Stream for Parts {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting { parts, deadline } = &mut *waiting;
        let Some(body) = parts else {
            return Poll::Ready(None);
        };
        let part = match body.poll_next_unpin(cx) {
            Poll::Ready(part) => part.map(|part| part.map_err(io::Error::other)),
            Poll::Pending => {
                ready!(deadline.as_mut().poll(cx));
                let error = "the client sends nothing";
                Some(Err(io::Error::new(io::ErrorKind::TimedOut, error)))
            }
        };
        match &part {
            Some(Ok(_)) => deadline.as_mut().reset(Instant::now() + BODY_PAUSE),
            _ => *parts = None,
        }
        Poll::Ready(part)
    }
}

/// The middleware of all listeners: bodies have a deadline for each of their parts, and one
/// that was refused or not wanted is read to its end before the answer goes out. Otherwise the
/// connection is reset under a client that still sends, which then never sees why.
pub(super) async fn patient(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Such a client waits to be told before it sends anything.
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (head, body) = request.into_parts();
    let parts = Parts::new(body);
    let body = Body::from_stream(parts.clone());
    let response = next.run(Request::from_parts(head, body)).await;
    // Some answers begin while their request is still being read.
    let still_reading = response.extensions().get::<StillReading>().is_some();
    if !asks_first && !still_reading {
        parts.drain().await;
    }
    response
}

/// Since when a connection cannot be written to, if it cannot.
#[derive(Debug, Clone, Default)]
pub(super) struct Standstill(Arc<Mutex<Option<Instant>>>);

impl Standstill {
    fn begin(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.get_or_insert_with(Instant::now);
    }

    fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn lasts(&self) -> Option<Duration> {
        let since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed())
    }

    /// Ends when the client's time is up; `slots` are those of all connections.
    pub(super) async fn too_long(&self, slots: &Semaphore) {
        loop {
            tokio::time::sleep(LOOK).await;
            let limit = if slots.available_permits() == 0 {
                CROWDED_PAUSE
            } else {
                READ_PAUSE
            };
            if self.lasts().is_some_and(|lasts| lasts >= limit) {
                return;
            }
        }
    }
}

/// A stream that notes when it cannot be written to.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    standstill: Standstill,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, standstill: Standstill) -> Self {
        Self { stream, standstill }
    }

    fn note<T>(&self, poll: Poll<T>) -> Poll<T> {
        match poll {
            Poll::Pending => self.standstill.begin(),
            Poll::Ready(_) => self.standstill.end(),
        }
        poll
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
