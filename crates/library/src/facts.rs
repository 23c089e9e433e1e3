//! Derived facts: what the probe found in the bytes.
//!
//! They are replaced as a whole by the next probe and never hold an edit.
//! The catalogue reads only what it sorts, shows and searches; the full probe
//! result rides along unread in [`Facts::probe`].

use serde::{Deserialize, Serialize};

use crate::model::MediaClass;
use crate::row::{Unknown, row};

/// What the probe found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What the bytes are.
    pub class: MediaClass,
    /// Media type by content.
    pub mime: String,
    /// Container or file format name.
    pub container: String,
    /// Length in ms.
    pub duration_ms: Option<u64>,
    /// Width in pixels, orientation applied.
    pub width: Option<u32>,
    /// Height in pixels, orientation applied.
    pub height: Option<u32>,
    /// Codec of the first video track.
    pub video_codec: Option<String>,
    /// Codec of the first audio track.
    pub audio_codec: Option<String>,
    /// Local time of the camera, `YYYY-MM-DDTHH:MM:SS`.
    pub taken_at: Option<String>,
    /// Its offset from UTC in minutes, when the file says so.
    pub taken_offset_min: Option<i32>,
    /// Camera make and model.
    pub camera: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// Degrees north.
    #[serde(with = "exact", skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(with = "exact", skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Tags inside the file.
    pub tags: Tags,
    /// Placeholder picture.
    pub thumbhash: Vec<u8>,
    /// Previews (320 and 1440) were made.
    pub has_preview: bool,
    /// A poster or cover was found inside the file.
    pub has_poster: bool,
    /// Everything else the probe said, as the media crate serialises it.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub probe: serde_json::Value,
    /// Fields from a newer version.
    #[serde(skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(Facts {
    1 class, 2 mime, 3 container, 4 duration_ms, 5 width, 6 height, 7 video_codec, 8 audio_codec,
    9 taken_at, 10 taken_offset_min, 11 camera, 12 lens, 13 latitude, 14 longitude, 15 tags,
    16 thumbhash, 17 has_preview, 18 has_poster, 19 probe,
});

/// Tags inside a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tags {
    /// Title.
    pub title: Option<String>,
    /// Performer.
    pub artist: Option<String>,
    /// Album title.
    pub album: Option<String>,
    /// Performer of the whole album.
    pub album_artist: Option<String>,
    /// Track number on its disc.
    pub track_no: Option<u32>,
    /// Disc number.
    pub disc_no: Option<u32>,
    /// Year of release.
    pub year: Option<u16>,
    /// Genres.
    pub genres: Vec<String>,
    /// Comment or description.
    pub comment: Option<String>,
    /// Fields from a newer version.
    #[serde(skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(Tags {
    1 title, 2 artist, 3 album, 4 album_artist, 5 track_no, 6 disc_no, 7 year, 8 genres, 9 comment,
});

/// A number as text: its decimal digits come back as the same bits.
mod exact {
    use serde::{Deserialize, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(
        number: &Option<f64>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        number.map(|number| number.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Option<f64>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom))
            .transpose()
    }
}
