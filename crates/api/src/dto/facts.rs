//! What is inside a file, as the probe found it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Facts found in the file itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemFacts {
    /// Content type found by looking at the bytes.
    pub mime: String,
    /// Size of the original.
    pub size: u64,
    /// Container, "mp4", "mkv"; null for still pictures.
    pub container: Option<String>,
    /// The video track.
    pub video: Option<VideoTrackFacts>,
    /// Audio tracks.
    pub audio: Vec<AudioTrackFacts>,
    /// Embedded caption tracks.
    pub subtitles: Vec<SubtitleTrackFacts>,
    /// Chapters.
    pub chapters: Vec<ChapterFacts>,
    /// Camera and exposure of a photo.
    pub camera: Option<CameraFacts>,
    /// Where it was taken.
    pub gps: Option<GpsFacts>,
    /// Tags.
    pub tags: TagFacts,
}

/// A video track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VideoTrackFacts {
    /// Codec, "h264".
    pub codec: String,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Bits a second.
    pub bitrate: Option<u64>,
    /// High dynamic range.
    pub hdr: bool,
}

/// An audio track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AudioTrackFacts {
    /// Codec, "aac".
    pub codec: String,
    /// Channels.
    pub channels: Option<u32>,
    /// Samples a second.
    pub sample_rate: Option<u32>,
    /// Language, as the file says.
    pub language: Option<String>,
}

/// An embedded caption track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubtitleTrackFacts {
    /// Codec, "subrip".
    pub codec: String,
    /// Language, as the file says.
    pub language: Option<String>,
    /// Title of the track.
    pub title: Option<String>,
}

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChapterFacts {
    /// Where it begins.
    pub start_ms: u64,
    /// Its title.
    pub title: Option<String>,
}

/// Camera and exposure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CameraFacts {
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// Aperture.
    pub f_number: Option<f64>,
    /// Exposure time as photographers write it, "1/250".
    pub exposure: Option<String>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// Focal length, millimetres.
    pub focal_mm: Option<f64>,
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GpsFacts {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// Tags of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagFacts {
    /// Title.
    pub title: Option<String>,
    /// Artist.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// Artist of the album.
    pub album_artist: Option<String>,
    /// Number of the track.
    pub track_no: Option<u32>,
    /// Number of the disc.
    pub disc_no: Option<u32>,
    /// Year.
    pub year: Option<i32>,
    /// Genre.
    pub genre: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}
