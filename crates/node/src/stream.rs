//! One stream of bytes over every source a rendition can come from.
//!
//! [`MediaStream::read_at`] never gives wrong bytes: a referenced file is read through
//! a held descriptor and checked again after every read, blocks are verified by hash.
//! When the source changed in the middle the stream ends with an error. Reads are
//! bounded (at most [`MAX_READ`] bytes each) and cancel-safe: dropping one loses nothing.

/// Most bytes one [`MediaStream::read_at`] returns.
pub const MAX_READ: usize = 1 << 20;

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use dag::Cid;
use library::{ItemId, RenditionId};
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

use crate::node::Node;

/// Why a stream could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStream {
    /// No such item or rendition.
    #[error("there is no such item")]
    UnknownItem,
    /// The file is gone from where it was.
    #[error("the file is not where it was; find it again to go on")]
    Missing,
    /// The disk it is on is not connected.
    #[error("the disk with this file is not connected")]
    Offline,
    /// The file holds other bytes now.
    #[error("the file was changed since it was added")]
    Changed,
    /// The library or the store could not be read.
    #[error("could not open the file")]
    OpenSource(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why reading stopped. The stream is over then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadMedia {
    /// The file changed while it was read.
    #[error("the file was changed while it was read")]
    Changed,
    /// A block is not here.
    #[error("the block {0} is not on this machine")]
    MissingBlock(Cid),
    /// A block does not fit the file it is part of.
    #[error("the file's blocks are damaged")]
    DamagedDag(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk could not read it.
    #[error("the disk could not read the file")]
    ReadSource(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

/// One file's bytes. Cheap to clone; clones have their own position.
#[derive(Clone, Debug)]
pub struct MediaStream {
    cid: Cid,
    size: u64,
    mime: String,
    name: String,
}

impl MediaStream {
    /// Bytes in all.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Type by content, as `video/mp4`.
    #[must_use]
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// The file's root, which is its ETag.
    #[must_use]
    pub fn cid(&self) -> &Cid {
        &self.cid
    }

    /// File name for display and download; safe characters only.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads up to `len` bytes (at most [`MAX_READ`]) at `offset`; empty only at or
    /// after the end. Cancel-safe.
    pub async fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        let _ = (offset, len);
        unimplemented!()
    }
}

impl AsyncRead for MediaStream {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        unimplemented!()
    }
}

impl AsyncSeek for MediaStream {
    fn start_seek(self: Pin<&mut Self>, _position: std::io::SeekFrom) -> std::io::Result<()> {
        unimplemented!()
    }

    fn poll_complete(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<std::io::Result<u64>> {
        unimplemented!()
    }
}

impl Node {
    /// Opens an item's file: its original, or the rendition given.
    pub async fn open_stream(
        &self,
        item: ItemId,
        rendition: Option<RenditionId>,
    ) -> Result<MediaStream, OpenStream> {
        let _ = (item, rendition);
        unimplemented!()
    }
}
