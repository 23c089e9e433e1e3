//! Gathers small reads and writes of a socket into large ones.
//!
//! Yamux flushes after every frame of 16 KiB and Noise reads 8 KiB at a time, so that half of what a
//! transfer costs would be calls into the system. What it is not: a delay. A flush that brings new
//! bytes is put off until the same task flushes again with nothing new, or reads, for then it has said
//! all it has to say; a poll in which it can is asked for at once. (TLS does not flush again while it
//! shakes hands, but it reads.)
//!
//! Invariants:
//! - At most [`GATHER`] bytes wait in either direction, and only on a connection that is busy: one
//!   that has calmed down holds no buffer.
//! - Bytes wait to be sent only until the next read or flush of the task that wrote them, or until
//!   [`GATHER`] of them have gathered.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{AsyncRead, AsyncWrite};

/// The most that one call into the system is asked to move.
const GATHER: usize = 128 * 1024;
/// A connection whose reads and writes are smaller than this is calm.
const CALM: usize = GATHER / 16;

/// A byte stream with a buffer either way.
#[derive(Debug)]
pub(super) struct Gathered<S> {
    inner: S,
    /// Bytes that were read ahead are `ahead[at..filled]`.
    ahead: Vec<u8>,
    at: usize,
    filled: usize,
    /// The last read filled all it was given: there is probably more.
    busy: bool,
    /// Bytes to send are `behind[sent..]`.
    behind: Vec<u8>,
    sent: usize,
    /// A flush was put off, and nothing was written since.
    put_off: bool,
}

impl<S> Gathered<S> {
    pub(super) fn new(inner: S) -> Self {
        Gathered {
            inner,
            ahead: Vec::new(),
            at: 0,
            filled: 0,
            busy: false,
            behind: Vec::new(),
            sent: 0,
            put_off: false,
        }
    }

    fn take_ahead(&mut self, buf: &mut [u8]) -> usize {
        let held = self.ahead.get(self.at..self.filled).unwrap_or_default();
        let taken = held.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..taken), held.get(..taken)) {
            to.copy_from_slice(from);
        }
        self.at += taken;
        taken
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gathered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.put_off
            && let Poll::Ready(out) = this.poll_out(cx)
        {
            out?;
        }
        if this.at < this.filled {
            return Poll::Ready(Ok(this.take_ahead(buf)));
        }
        if !this.busy || buf.len() >= GATHER {
            let read = ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
            this.busy = read == buf.len() && read > 0;
            return Poll::Ready(Ok(read));
        }
        if this.ahead.is_empty() {
            this.ahead.resize(GATHER, 0);
        }
        let read = ready!(Pin::new(&mut this.inner).poll_read(cx, &mut this.ahead))?;
        (this.at, this.filled) = (0, read);
        let taken = this.take_ahead(buf);
        if read < CALM && this.at == this.filled {
            this.busy = false;
            this.ahead = Vec::new();
            (this.at, this.filled) = (0, 0);
        }
        Poll::Ready(Ok(taken))
    }
}

impl<S: AsyncWrite + Unpin> Gathered<S> {
    /// Hands everything that waits to the system.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.behind.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let sent = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
        }
        match self.sent < CALM {
            true => self.behind = Vec::new(),
            false => self.behind.clear(),
        }
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    /// The same, and what lies below sends it on.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        self.put_off = false;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.behind.len() + buf.len() > GATHER {
            ready!(this.poll_send(cx))?;
            if buf.len() >= GATHER {
                return Pin::new(&mut this.inner).poll_write(cx, buf);
            }
        }
        this.behind.extend_from_slice(buf);
        this.put_off = false;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.behind.is_empty() && !this.put_off {
            this.put_off = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        this.poll_out(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::task::noop_waker;
    use futures_util::{AsyncReadExt, AsyncWriteExt, future::join};
    use proptest::prelude::*;

    /// A socket that keeps what is written, call by call, and takes or gives so much at a time.
    #[derive(Default)]
    struct Calls {
        written: Vec<Vec<u8>>,
        input: Vec<u8>,
        reads: usize,
        step: usize,
        waited: [bool; 2],
    }

    impl Calls {
        /// Every other call has to wait.
        fn waits(&mut self, direction: usize, cx: &mut Context<'_>) -> bool {
            self.waited[direction] = !self.waited[direction];
            if self.waited[direction] {
                cx.waker().wake_by_ref();
            }
            self.waited[direction]
        }
    }

    impl AsyncRead for Calls {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            if self.waits(0, cx) {
                return Poll::Pending;
            }
            let len = buf.len().min(self.step).min(self.input.len());
            buf[..len].copy_from_slice(&self.input[..len]);
            self.input.drain(..len);
            self.reads += 1;
            Poll::Ready(Ok(len))
        }
    }

    impl AsyncWrite for Calls {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.waits(1, cx) {
                return Poll::Pending;
            }
            let len = buf.len().min(self.step);
            self.written.push(buf[..len].to_vec());
            Poll::Ready(Ok(len))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn socket(step: usize) -> Gathered<Calls> {
        Gathered::new(Calls {
            step,
            ..Calls::default()
        })
    }

    fn write(stream: &mut Gathered<Calls>, bytes: &[u8]) {
        let waker = noop_waker();
        let mut cx = Context::from_waker(&waker);
        let written = Pin::new(&mut *stream).poll_write(&mut cx, bytes);
        assert!(matches!(written, Poll::Ready(Ok(len)) if len == bytes.len()));
        // As a muxer does after every frame.
        assert!(Pin::new(stream).poll_flush(&mut cx).is_pending());
    }

    #[tokio::test]
    async fn frames_of_one_poll_leave_in_one_call() {
        let mut stream = socket(usize::MAX);
        for frame in 0..5_u8 {
            write(&mut stream, &[frame; 16_414]);
        }
        stream.flush().await.expect("flushed");
        let lens: Vec<_> = stream.inner.written.iter().map(Vec::len).collect();
        assert_eq!(lens, [5 * 16_414]);
    }

    #[test]
    fn who_reads_has_been_heard() {
        let mut stream = socket(usize::MAX);
        write(&mut stream, b"hello");
        let waker = noop_waker();
        let mut cx = Context::from_waker(&waker);
        for _ in 0..2 {
            let read = Pin::new(&mut stream).poll_read(&mut cx, &mut [0; 9]);
            assert!(read.is_pending() || stream.inner.reads > 0);
        }
        assert_eq!(stream.inner.written, [b"hello"]);
    }

    #[tokio::test]
    async fn a_calm_stream_holds_no_buffer() {
        let mut stream = socket(usize::MAX);
        write(&mut stream, b"ping");
        stream.flush().await.expect("flushed");
        assert_eq!(
            (stream.behind.capacity(), stream.inner.written.len()),
            (0, 1)
        );
        stream.inner.input = vec![7; 40_000];
        let mut buf = [0; 8000];
        for _ in 0..5 {
            stream.read_exact(&mut buf).await.expect("read");
        }
        assert!(stream.inner.reads < 5, "small reads were gathered");
        stream.inner.input = vec![8; 10];
        assert_eq!(stream.read(&mut buf).await.expect("read"), 10);
        assert_eq!(stream.ahead.capacity(), 0);
    }

    #[tokio::test]
    async fn a_socket_that_takes_nothing_is_an_error() {
        let mut stream = socket(0);
        stream.write_all(b"x").await.expect("taken");
        let flushed = stream.flush().await;
        assert_eq!(flushed.expect_err("lost").kind(), io::ErrorKind::WriteZero);
    }

    proptest! {
        #[test]
        fn bytes_pass_in_order_however_they_are_cut(
            pieces in proptest::collection::vec(1_usize..200_000, 1..8),
            step in 1_usize..150_000,
            read in 1_usize..200_000,
        ) {
            let step = step.max(pieces.iter().sum::<usize>() / 200);
            let total: usize = pieces.iter().sum();
            let bytes: Vec<u8> = (0..total).map(|at| (at % 251) as u8).collect();
            let mut stream = socket(step);
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
            let got = runtime.block_on(async {
                let mut rest = bytes.as_slice();
                for piece in &pieces {
                    let (now, later) = rest.split_at(*piece);
                    stream.write_all(now).await.expect("written");
                    rest = later;
                }
                stream.flush().await.expect("flushed");
                stream.inner.input = stream.inner.written.concat();
                let mut got = Vec::new();
                let mut buf = vec![0; read.max(total / 200)];
                loop {
                    match stream.read(&mut buf).await.expect("read") {
                        0 => break got,
                        len => got.extend_from_slice(&buf[..len]),
                    }
                }
            });
            prop_assert_eq!(got, bytes);
        }
    }

    /// Both directions of one stream at once, as connections use it.
    #[tokio::test]
    async fn both_directions_move_at_once() {
        let (one, other) = tokio::io::duplex(10_000);
        let wrap = |half| Gathered::new(tokio_util::compat::TokioAsyncReadCompatExt::compat(half));
        let (mut one, mut other) = (wrap(one), wrap(other));
        let bytes = vec![5_u8; 1 << 20];
        let echo = async {
            let mut buf = vec![0; 1 << 20];
            other.read_exact(&mut buf).await.expect("read");
            other.write_all(&buf).await.expect("written");
            other.close().await.expect("closed");
        };
        let ask = async {
            one.write_all(&bytes).await.expect("written");
            one.flush().await.expect("flushed");
            let mut back = Vec::new();
            one.read_to_end(&mut back).await.expect("read");
            back
        };
        let ((), back) = join(echo, ask).await;
        assert_eq!(back, bytes);
    }
}
