//! Previews and facts: made in the background by the media worker, kept in `thumbs/`.
//!
//! Previews are content-addressed (`thumbs/ab/ROOT-320.webp`, `-1440.jpg`) and can be
//! deleted at any time: they are made again when asked for. A file that cannot be
//! previewed is remembered with its reason and not tried for ever.

mod facts;
mod make;
mod thumbs;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use library::{AssetId, AssetRole, ItemId};

use crate::node::{Inner, Node};
use crate::tasks::Lane;
use facts::reason;
pub(crate) use make::{Previews, start};

/// Key in the stored probe that says why a file has no preview.
pub(crate) const FAILED: &str = "previewFailed";
/// Points of a waveform.
const WAVEFORM_POINTS: u32 = 400;
/// Larger caption files are refused.
const MAX_CAPTIONS: u64 = 16 << 20;

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

impl Node {
    /// A preview of an item. A missing one is put at the front of the queue.
    pub async fn preview(
        &self,
        item: ItemId,
        size: PreviewSize,
    ) -> Result<PreviewFile, GetPreview> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Read, move || inner.preview(item, size))
            .await
    }

    /// Makes the previews of these items first: they are on screen.
    pub fn prioritise(&self, items: &[ItemId]) {
        self.inner.previews.first(items);
    }

    /// Items that still wait for facts and previews, as far as they were counted.
    #[must_use]
    pub fn previews_pending(&self) -> u64 {
        self.inner.previews.pending()
    }

    /// Peaks of an item's sound, 0 to 255, made once and kept.
    pub async fn waveform(&self, item: ItemId) -> Result<Vec<u8>, GetPreview> {
        let inner = Arc::clone(&self.inner);
        let begun = self
            .inner
            .tasks
            .blocking(Lane::Read, move || inner.waveform_begin(item))
            .await?;
        let (path, source) = match begun {
            WaveformBegun::Ready(peaks) => return Ok(peaks),
            WaveformBegun::Make(path, source) => (path, source),
        };
        let pool = self.inner.media.clone();
        let pool = pool.ok_or_else(|| GetPreview::Unavailable("no_worker".to_owned()))?;
        let waveform = pool
            .waveform(source, WAVEFORM_POINTS)
            .await
            .map_err(|error| GetPreview::Unavailable(reason(&error).to_owned()))?;
        let peaks = waveform.peaks.clone();
        let write = move || thumbs::write(&path, &waveform.peaks);
        if let Err(error) = self.inner.tasks.blocking(Lane::Read, write).await {
            tracing::debug!(%error, "a waveform could not be kept");
        }
        Ok(peaks)
    }

    /// Side-car captions as WebVTT.
    pub async fn captions(&self, item: ItemId, asset: AssetId) -> Result<String, GetCaptions> {
        let failed = |error| GetCaptions::ReadCaptions(error);
        let assets = self
            .query(move |view| view.assets(item))
            .await
            .map_err(|error| failed(Box::new(error)))?;
        let asset = assets
            .into_iter()
            .find(|row| row.id == asset && row.role == AssetRole::Captions)
            .ok_or(GetCaptions::UnknownCaptions)?;
        let rendition = asset
            .renditions
            .first()
            .ok_or(GetCaptions::UnknownCaptions)?
            .id;
        let stream = self
            .open_stream(item, Some(rendition))
            .await
            .map_err(|error| failed(Box::new(error)))?;
        if stream.size() > MAX_CAPTIONS {
            return Err(GetCaptions::BadCaptions("larger than 16 MiB".to_owned()));
        }
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < stream.size() {
            let part = stream
                .read_at(bytes.len() as u64, crate::stream::MAX_READ)
                .await
                .map_err(|error| failed(Box::new(error)))?;
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(&part);
        }
        let name = if asset.label.is_empty() {
            stream.name().to_owned()
        } else {
            asset.label
        };
        let work = move || {
            let format = media::captions::detect(&bytes, &name)
                .ok_or_else(|| GetCaptions::BadCaptions("the format is not known".to_owned()))?;
            media::captions::to_webvtt(&bytes, format)
                .map_err(|error| GetCaptions::BadCaptions(error.to_string()))
        };
        self.inner.tasks.blocking(Lane::Read, work).await
    }
}

enum WaveformBegun {
    Ready(Vec<u8>),
    Make(PathBuf, media::Source),
}

impl Inner {
    /// The preview of 1440 px, when it is there already.
    pub(crate) fn preview_now(&self, item: ItemId) -> Option<PreviewFile> {
        self.preview(item, PreviewSize::Large).ok()
    }

    fn preview(&self, item: ItemId, size: PreviewSize) -> Result<PreviewFile, GetPreview> {
        let failed = |error: library::ReadLibrary| GetPreview::ReadPreview(Box::new(error));
        let view = self.library.reader().map_err(failed)?;
        let assets = view.assets(item).map_err(failed)?;
        let root_of = |role| {
            assets
                .iter()
                .find(|asset| asset.role == role)?
                .renditions
                .first()
                .map(|row| row.root)
        };
        let main = root_of(AssetRole::Main).ok_or(GetPreview::UnknownItem)?;
        let (is_poster, max_px) = match size {
            PreviewSize::Small => (false, 320),
            PreviewSize::Large => (false, 1440),
            PreviewSize::Poster => (true, 320),
            PreviewSize::PosterLarge => (true, 1440),
        };
        let root = root_of(AssetRole::Poster)
            .filter(|_| is_poster)
            .unwrap_or(main);
        let thumbs = self.home.thumbs();
        if let Some(file) = thumbs::read(&thumbs, &root, max_px) {
            return Ok(file);
        }
        let detail = view
            .item(item, None)
            .map_err(failed)?
            .ok_or(GetPreview::UnknownItem)?;
        if let Some(facts) = detail.facts
            && let Some(reason) = facts.probe.get(FAILED).and_then(|value| value.as_str())
        {
            return Err(GetPreview::Unavailable(reason.to_owned()));
        } else if detail.row.probed && !detail.row.has_preview && root == main {
            return Err(GetPreview::Unavailable("no_picture".to_owned()));
        }
        if self.media.is_none() {
            return Err(GetPreview::Unavailable("no_worker".to_owned()));
        }
        self.previews.first(&[item]);
        Err(GetPreview::NotYet)
    }

    fn waveform_begin(self: &Arc<Self>, item: ItemId) -> Result<WaveformBegun, GetPreview> {
        let failed = |error: library::ReadLibrary| GetPreview::ReadPreview(Box::new(error));
        let view = self.library.reader().map_err(failed)?;
        let assets = view.assets(item).map_err(failed)?;
        let row = assets
            .first()
            .and_then(|asset| asset.renditions.first())
            .ok_or(GetPreview::UnknownItem)?;
        let path = thumbs::path(&self.home.thumbs(), &row.root, "waveform.bin");
        if let Ok(peaks) = std::fs::read(&path) {
            return Ok(WaveformBegun::Ready(peaks));
        }
        let file = self
            .file_of(item, row)
            .map_err(|error| GetPreview::ReadPreview(Box::new(error)))?;
        Ok(WaveformBegun::Make(path, media::Source::File(file)))
    }
}
