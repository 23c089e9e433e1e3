//! A stream handed from async code to a blocking thread, piece by piece.

use bytes::Bytes;

/// Pieces of a stream on the blocking side. The stream ends with an empty piece: when the
/// client hangs up, the request is dropped with its sender, and that is no end of a file.
pub(super) struct Pieces {
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
