//! Messages on a stream: one reader that buffers no more than it may, one writer that copies
//! nothing.
//!
//! Invariants:
//! - The length of a message is checked before any of it is buffered, and beyond [`USUAL_BUFFER`] the
//!   buffer never exceeds twice what has arrived, so a peer pays in its own bandwidth for the memory
//!   it takes here.
//! - Both are cancel-safe: they are polled and keep their state between polls.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{AsyncRead, AsyncWrite};

use crate::bitswap::wire::{DecodeMessage, MAX_MESSAGE_IN};

/// What is read at once: a frame of the muxer.
const PIECE: usize = 16 * 1024;
/// What is allocated for a body before any of it has arrived.
const FIRST_BUFFER: usize = 16 * 1024;
/// What is allocated at once after that, so that a message with one usual block is moved no more.
const USUAL_BUFFER: usize = 320 * 1024;
/// The longest length prefix: four bytes hold up to 256 MiB, a fifth is never needed.
const MAX_LEN_BYTES: usize = 4;

/// Why a stream cannot be read further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadFrame {
    /// The stream failed.
    #[error("the stream failed")]
    Stream(#[from] io::Error),
    /// A message announces more than [`MAX_MESSAGE_IN`] bytes.
    #[error("a message is longer than {MAX_MESSAGE_IN} bytes")]
    TooLong,
    /// The stream ended inside a message.
    #[error("the stream ended inside a message")]
    Truncated,
    /// The bytes are not a message.
    #[error("the message does not decode")]
    Decode(#[from] DecodeMessage),
}

/// Reads length-prefixed bodies.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    len: usize,
    len_bytes: usize,
    in_body: bool,
    body: Vec<u8>,
}

impl FrameReader {
    /// Bytes held for a message that is not complete.
    pub(crate) fn buffered(&self) -> usize {
        self.body.capacity()
    }

    /// Whether part of a message has arrived.
    pub(crate) fn is_inside(&self) -> bool {
        self.in_body || self.len_bytes > 0
    }

    /// The next body; `None` at the end of the stream.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        mut stream: Pin<&mut impl AsyncRead>,
    ) -> Poll<Result<Option<Bytes>, ReadFrame>> {
        loop {
            if !self.in_body {
                let mut byte = [0_u8; 1];
                if ready!(stream.as_mut().poll_read(cx, &mut byte))? == 0 {
                    return Poll::Ready(if self.len_bytes == 0 {
                        Ok(None)
                    } else {
                        Err(ReadFrame::Truncated)
                    });
                }
                self.push_len(byte[0])?;
                continue;
            }
            if self.body.len() == self.len {
                self.in_body = false;
                self.len = 0;
                return Poll::Ready(Ok(Some(Bytes::from(std::mem::take(&mut self.body)))));
            }
            if self.body.len() == self.body.capacity() {
                let next = match self.body.len() {
                    0 => FIRST_BUFFER,
                    filled => (filled * 2).max(USUAL_BUFFER),
                };
                self.body
                    .reserve_exact(next.min(self.len) - self.body.len());
            }
            // Through a piece that stays in the cache: to zero the body first would cost more.
            let mut piece = [0_u8; PIECE];
            let room = PIECE.min(self.body.capacity().min(self.len) - self.body.len());
            let got = ready!(stream.as_mut().poll_read(cx, &mut piece[..room]))?;
            if got == 0 {
                return Poll::Ready(Err(ReadFrame::Truncated));
            }
            self.body.extend_from_slice(&piece[..got]);
        }
    }

    fn push_len(&mut self, byte: u8) -> Result<(), ReadFrame> {
        self.len |= usize::from(byte & 0x7f) << (7 * self.len_bytes);
        self.len_bytes += 1;
        let ends = byte & 0x80 == 0;
        if self.len > MAX_MESSAGE_IN || (!ends && self.len_bytes == MAX_LEN_BYTES) {
            return Err(ReadFrame::TooLong);
        }
        if ends {
            self.in_body = true;
            self.len_bytes = 0;
        }
        Ok(())
    }
}

/// Writes pieces one after another.
#[derive(Debug, Default)]
pub(crate) struct FrameWriter {
    pieces: VecDeque<Bytes>,
}

impl FrameWriter {
    pub(crate) fn push(&mut self, pieces: impl IntoIterator<Item = Bytes>) {
        self.pieces
            .extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
    }

    /// Ready when every piece is in the stream's own buffer; nothing is flushed.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        mut stream: Pin<&mut impl AsyncWrite>,
    ) -> Poll<io::Result<()>> {
        while let Some(piece) = self.pieces.front_mut() {
            let written = ready!(stream.as_mut().poll_write(cx, piece))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            piece.advance(written);
            if piece.is_empty() {
                self.pieces.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::task::noop_waker;

    fn read_all(bytes: &[u8], step: usize) -> Result<Vec<Bytes>, ReadFrame> {
        let waker = noop_waker();
        let mut cx = Context::from_waker(&waker);
        let mut reader = FrameReader::default();
        let mut frames = Vec::new();
        let mut rest = Steps { bytes, step };
        loop {
            match reader.poll_next(&mut cx, Pin::new(&mut rest)) {
                Poll::Ready(Ok(Some(frame))) => frames.push(frame),
                Poll::Ready(Ok(None)) => return Ok(frames),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => unreachable!("the bytes are all there"),
            }
            assert!(reader.buffered() <= FIRST_BUFFER, "nothing is held between");
        }
    }

    /// A stream that gives at most `step` bytes at once.
    struct Steps<'a> {
        bytes: &'a [u8],
        step: usize,
    }

    impl AsyncRead for Steps<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            let len = self.step.min(buf.len()).min(self.bytes.len());
            let (now, later) = self.bytes.split_at(len);
            buf[..len].copy_from_slice(now);
            self.bytes = later;
            Poll::Ready(Ok(len))
        }
    }

    #[test]
    fn frames_come_out_however_they_are_cut() {
        let mut bytes = vec![3, 1, 2, 3, 0, 0x80, 0x02];
        bytes.extend([7; 256]);
        for step in [1, 2, 3, 100, 1000] {
            let frames = read_all(&bytes, step).expect("three frames");
            assert_eq!(frames.len(), 3);
            assert_eq!(&frames[0][..], [1, 2, 3]);
            assert!(frames[1].is_empty());
            assert_eq!(&frames[2][..], [7; 256]);
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_a_byte_of_the_body() {
        // 4 MiB is allowed, one more is not, and neither is a length that never ends.
        let allowed = [0x80, 0x80, 0x80, 0x02];
        assert!(matches!(read_all(&allowed, 9), Err(ReadFrame::Truncated)));
        for bytes in [
            [0x81, 0x80, 0x80, 0x02],
            [0xff, 0xff, 0xff, 0x7f],
            [0x80; 4],
        ] {
            assert!(matches!(read_all(&bytes, 9), Err(ReadFrame::TooLong)));
        }
    }

    #[test]
    fn an_end_inside_a_frame_is_an_error() {
        for bytes in [&[0x80][..], &[2, 1][..], &[1][..]] {
            assert!(matches!(read_all(bytes, 1), Err(ReadFrame::Truncated)));
        }
    }
}
