//! Previews and facts: made in the background by the media worker, kept in `thumbs/`.
//!
//! Previews are content-addressed (`thumbs/ab/ROOT-320.webp`, `-1440.jpg`) and can be
//! deleted at any time: they are made again when asked for. A file that cannot be
//! previewed is remembered with its reason and not tried for ever.

use bytes::Bytes;

/// Which preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreviewSize {
    /// Fits in 320 px; WebP.
    Small,
    /// Fits in 1440 px; JPEG.
    Large,
    /// Poster or cover from a side-car picture, fits in 320 px; else as `Small`.
    Poster,
    /// The side-car poster fitted in 1440 px; else as `Large`.
    PosterLarge,
}

/// A preview's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewFile {
    /// The encoded picture.
    pub bytes: Bytes,
    /// `image/webp` or `image/jpeg`.
    pub mime: &'static str,
    /// Changes when the picture does; no quotes.
    pub etag: String,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GetPreview {
    /// No such item.
    #[error("there is no such item")]
    UnknownItem,
    /// It is being made; ask again after `PreviewReady`.
    #[error("the preview is not made yet")]
    NotYet,
    /// There will be none; the reason is a stable code as `unsupported`.
    #[error("this file has no preview: {0}")]
    Unavailable(String),
    /// The preview or the library could not be read.
    #[error("could not read the preview")]
    ReadPreview(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why captions could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GetCaptions {
    /// No such item, or it has no such captions.
    #[error("there are no such captions")]
    UnknownCaptions,
    /// The file could not be read.
    #[error("could not read the captions")]
    ReadCaptions(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file holds no captions this version understands.
    #[error("these captions cannot be shown: {0}")]
    BadCaptions(String),
}

impl crate::node::Node {
    /// A preview of an item. A missing one is put at the front of the queue.
    pub async fn preview(
        &self,
        item: library::ItemId,
        size: PreviewSize,
    ) -> Result<PreviewFile, GetPreview> {
        let _ = (item, size);
        unimplemented!()
    }

    /// Makes the previews of these items first: they are on screen.
    pub fn prioritise(&self, items: &[library::ItemId]) {
        let _ = items;
        unimplemented!()
    }

    /// Items that still wait for facts and previews.
    #[must_use]
    pub fn previews_pending(&self) -> u64 {
        unimplemented!()
    }

    /// Peaks of an item's sound, 0 to 255, made once and kept.
    pub async fn waveform(&self, item: library::ItemId) -> Result<Vec<u8>, GetPreview> {
        let _ = item;
        unimplemented!()
    }

    /// Side-car or embedded captions as WebVTT.
    pub async fn captions(
        &self,
        item: library::ItemId,
        asset: library::AssetId,
    ) -> Result<String, GetCaptions> {
        let _ = (item, asset);
        unimplemented!()
    }
}
