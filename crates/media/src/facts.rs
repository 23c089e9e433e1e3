//! What a probe learns of a file: plain values, nothing of how they were read.
//!
//! Every field is optional or empty when the file does not say; a guess is
//! never recorded as a fact.

use serde::{Deserialize, Serialize};

use crate::sniff::MediaKind;

/// Everything known of one media file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// MIME type by content.
    pub mime: String,
    /// Which shelf the file belongs on.
    pub kind: MediaKind,
    /// Container name for people, such as "Matroska" or "MP4".
    pub container: Option<String>,
    /// Play time in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels as shown: orientation or rotation applied.
    pub width: Option<u32>,
    /// Height in pixels as shown: orientation or rotation applied.
    pub height: Option<u32>,
    /// EXIF orientation 1-8 that turns stored pixels upright (1 = as stored);
    /// for video, its rotation matrix expressed the same way.
    pub orientation: u8,
    /// The picture has moving frames (GIF, WebP).
    pub animated: bool,
    /// The main video track.
    pub video: Option<VideoTrack>,
    /// Audio tracks in file order.
    pub audio: Vec<AudioTrack>,
    /// Subtitle tracks inside the file, in file order.
    pub subtitles: Vec<SubtitleTrack>,
    /// Chapters by start.
    pub chapters: Vec<Chapter>,
    /// Titles and names written in the file.
    pub tags: Tags,
    /// When the picture or clip was taken.
    pub taken_at: Option<LocalTime>,
    /// What it was taken with.
    pub camera: Option<Camera>,
    /// Latitude and longitude in degrees, north and east positive.
    pub gps: Option<(f64, f64)>,
    /// EXIF was there and could not be read; orientation is then unknown (1).
    pub exif_damaged: bool,
    /// The file carries a cover picture.
    pub has_cover: bool,
    /// What a player may expect.
    pub playable: Playable,
}

/// The main video track.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoTrack {
    /// Codec by its short name: "h264", "hevc", "av1", "vp9", "vp8", "mpeg4", ...
    pub codec: String,
    /// Frames per second.
    pub fps: Option<f64>,
    /// Bits per second of this track, or of the whole file when only that is known.
    pub bitrate: Option<u64>,
    /// High dynamic range (PQ or HLG transfer).
    pub hdr: bool,
}

/// One audio track.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AudioTrack {
    /// Codec by its short name: "aac", "mp3", "flac", "opus", "vorbis", "ac3", ...
    pub codec: String,
    /// Number of channels.
    pub channels: Option<u32>,
    /// Samples per second.
    pub sample_rate: Option<u32>,
    /// BCP-47 or ISO 639-2 code; absent when undetermined.
    pub language: Option<String>,
    /// The track's own title.
    pub title: Option<String>,
    /// Marked as the default.
    pub default: bool,
}

/// One subtitle track inside the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubtitleTrack {
    /// Format by its short name: "srt", "ass", "webvtt", "pgs", "vobsub", "tx3g".
    pub codec: String,
    /// BCP-47 or ISO 639-2 code; absent when undetermined.
    pub language: Option<String>,
    /// The track's own title.
    pub title: Option<String>,
    /// Marked as the default.
    pub default: bool,
    /// Marked as forced.
    pub forced: bool,
}

/// One chapter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chapter {
    /// Start in milliseconds.
    pub start_ms: u64,
    /// Its title; empty when it has none.
    pub title: String,
}

/// Titles and names written in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tags {
    /// Title of the track or film.
    pub title: Option<String>,
    /// Performing artist.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// Artist of the whole album.
    pub album_artist: Option<String>,
    /// Number on the disc, from 1.
    pub track_no: Option<u32>,
    /// Number of the disc, from 1.
    pub disc_no: Option<u32>,
    /// Year of release.
    pub year: Option<i32>,
    /// Genre in words.
    pub genre: Option<String>,
    /// Comment or description.
    pub comment: Option<String>,
    /// Name of the show, for an episode.
    pub show: Option<String>,
    /// Season number, for an episode.
    pub season: Option<u32>,
    /// Episode number, for an episode.
    pub episode: Option<u32>,
}

/// A time as the camera's clock showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// "YYYY-MM-DDTHH:MM:SS" on the local clock.
    pub local: String,
    /// Minutes east of UTC, when the file says.
    pub offset_minutes: Option<i32>,
}

/// What a photo was taken with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Camera {
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// Aperture as f-number.
    pub f_number: Option<f64>,
    /// Exposure in seconds as people write it: "1/250" or "2".
    pub exposure: Option<String>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// Focal length in millimetres.
    pub focal_mm: Option<f64>,
}

/// What a player may expect, so that it need not find out by failing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Playable {
    /// The index comes before the media bytes, so playing starts at once
    /// over a network (MP4 "faststart"; true for streamable containers).
    pub streamable: bool,
    /// RFC 6381 type with codecs, when known: `video/mp4; codecs="avc1.64001f, mp4a.40.2"`.
    pub codecs: Option<String>,
}
