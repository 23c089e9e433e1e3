//! A stream handed from async code to a blocking thread, piece by piece.

use std::io::Read;

use bytes::Bytes;

/// Pieces of a stream on the blocking side. The stream ends with an empty piece: when the
/// client hangs up, the request is dropped with its sender, and that is no end of a file.
pub(crate) struct Pieces {
    receiver: tokio::sync::mpsc::Receiver<std::io::Result<Bytes>>,
    is_over: bool,
}

impl Pieces {
    pub(super) fn new(receiver: tokio::sync::mpsc::Receiver<std::io::Result<Bytes>>) -> Self {
        Self {
            receiver,
            is_over: false,
        }
    }
}

impl Iterator for Pieces {
    type Item = std::io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        match self.receiver.blocking_recv() {
            Some(Ok(piece)) if piece.is_empty() => {
                self.is_over = true;
                None
            }
            Some(piece) => {
                self.is_over = piece.is_err();
                Some(piece)
            }
            None => {
                self.is_over = true;
                Some(Err(std::io::ErrorKind::UnexpectedEof.into()))
            }
        }
    }
}

/// The pieces of a stream as a reader.
pub(crate) struct PieceReader {
    pieces: Pieces,
    current: Bytes,
}

impl PieceReader {
    pub(crate) fn new(pieces: Pieces) -> Self {
        Self {
            pieces,
            current: Bytes::new(),
        }
    }
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.next() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        Ok(take(&mut self.current, buffer))
    }
}

/// Moves bytes from the front of `current` into `buffer`; gives how many.
pub(crate) fn take(current: &mut Bytes, buffer: &mut [u8]) -> usize {
    let part = current.split_to(current.len().min(buffer.len()));
    buffer
        .get_mut(..part.len())
        .unwrap_or_default()
        .copy_from_slice(&part);
    part.len()
}
