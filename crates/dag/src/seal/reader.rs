//! Reads sealed files from any offset of their plaintext, with no I/O of its own.
//!
//! Driven like [`FileCursor`], over which it lies: blocks in, plaintext out. A frame is opened
//! whole and authenticated before any byte of it is handed out; memory is one frame.

use std::ops::RangeBounds;

use bytes::{Bytes, BytesMut};

use super::offsets::{FRAME_SEALED_LEN, PlainLen, frame_of, frame_range, plain_len};
use super::{NoncePrefix, OpenFrame, Place, SealKey, open_frame};
use crate::file::cursor::half_open;
use crate::{Cid, FileCursor, ReadFile, Step};

/// Why a sealed file cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSealed {
    /// The DAG under the sealed bytes is broken.
    #[error(transparent)]
    ReadFile(#[from] ReadFile),
    /// The file is of a length that sealing never gives.
    #[error(transparent)]
    PlainLen(#[from] PlainLen),
    /// A frame does not open.
    #[error(transparent)]
    OpenFrame(#[from] OpenFrame),
}

/// Reads a range of the plaintext of a sealed file.
#[derive(Debug)]
pub struct SealedReader {
    key: SealKey,
    prefix: NoncePrefix,
    cursor: FileCursor,
    /// The next plaintext byte to hand out.
    position: u64,
    /// Where the range of plaintext ends.
    end: u64,
    plain_size: Option<u64>,
    /// The bytes gathered of the frame at `position`.
    frame: BytesMut,
    /// What came from the cursor beyond `frame`; the cursor stands right after it.
    rest: Bytes,
    finished: bool,
}

impl SealedReader {
    /// A reader over `range` of the plaintext of the file under `root`: `..` for all of it.
    pub fn new(key: SealKey, prefix: NoncePrefix, root: Cid, range: impl RangeBounds<u64>) -> Self {
        let range = half_open(&range);
        let sealed_start = frame_of(range.start)
            .0
            .saturating_mul(FRAME_SEALED_LEN as u64);
        let sealed_end = match range.end.checked_sub(1) {
            Some(last) => (frame_of(last).0 + 1).saturating_mul(FRAME_SEALED_LEN as u64),
            None => 0,
        };
        SealedReader {
            key,
            prefix,
            cursor: FileCursor::new(root, sealed_start..sealed_end),
            position: range.start,
            end: range.end,
            plain_size: None,
            frame: BytesMut::new(),
            rest: Bytes::new(),
            finished: false,
        }
    }

    /// What to do next: like [`FileCursor::poll`], with chunks of plaintext. After an error there
    /// is nothing more.
    pub fn poll(&mut self) -> Result<Step, OpenSealed> {
        if self.finished {
            return Ok(Step::Done);
        }
        let step = self.advance();
        self.finished = step.is_err();
        step
    }

    /// Gives the block asked for: see [`FileCursor::supply`].
    pub fn supply(&mut self, cid: Cid, block: Bytes) -> Result<(), OpenSealed> {
        let supplied = self.cursor.supply(cid, block);
        self.finished |= supplied.is_err();
        Ok(supplied?)
    }

    /// Moves to another offset of the plaintext; the end of the range stays.
    pub fn seek(&mut self, offset: u64) {
        self.position = offset;
        self.frame.clear();
        self.rest.clear();
        self.cursor
            .seek(frame_of(offset).0.saturating_mul(FRAME_SEALED_LEN as u64));
    }

    /// Bytes of the whole plaintext, once the root was supplied and polled. True only when the last
    /// frame opens: a cut file whose length is possible shows here the length it was cut to.
    pub fn size(&self) -> Option<u64> {
        self.plain_size
    }

    /// The next plaintext byte to be handed out.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Blocks that will be needed next: see [`FileCursor::want_ahead`].
    pub fn want_ahead(&self, count: usize) -> Vec<Cid> {
        self.cursor.want_ahead(count)
    }

    fn advance(&mut self) -> Result<Step, OpenSealed> {
        let Some(sealed) = self.cursor.size() else {
            return Ok(self.cursor.poll());
        };
        let plain = plain_len(sealed)?;
        self.plain_size = Some(plain);
        let end = self.end.min(plain);
        if self.position >= end && plain > 0 {
            return Ok(Step::Done);
        }
        let (index, skip) = frame_of(self.position.min(plain));
        let range = frame_range(index, sealed);
        let wanted = (range.end - range.start) as usize;
        while self.frame.len() < wanted {
            if self.rest.is_empty() {
                match self.cursor.poll() {
                    Step::Chunk(chunk) => self.rest = chunk,
                    step => return Ok(step),
                }
            }
            let missing = self.rest.len().min(wanted - self.frame.len());
            self.frame.extend_from_slice(&self.rest.split_to(missing));
        }
        let place = if range.end == sealed {
            Place::Last
        } else {
            Place::Inner
        };
        let opened = open_frame(&self.key, &self.prefix, index, place, &self.frame)?;
        self.frame.clear();
        if plain == 0 {
            // The one empty frame was opened, which proves that the file is empty.
            self.end = 0;
            self.finished = true;
            return Ok(Step::Done);
        }
        let frame_start = self.position - skip as u64;
        let to = opened.len().min((end - frame_start) as usize);
        let chunk = opened.slice(skip.min(to)..to);
        self.position += chunk.len() as u64;
        Ok(Step::Chunk(chunk))
    }
}
