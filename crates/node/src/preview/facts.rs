//! From what the worker found (`media`) to what the catalogue keeps (`library`).

use library::{Facts, Tags};
use media::{InspectMedia, Inspection};

use super::FAILED;
use crate::import::kind::class_of;

/// The catalogue's facts of an inspection.
pub(super) fn facts_of(inspection: &Inspection) -> Facts {
    let found = &inspection.facts;
    let text = |parts: [&Option<String>; 2]| {
        let joined: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        (!joined.is_empty()).then(|| joined.join(" "))
    };
    let camera = found.camera.as_ref();
    Facts {
        class: class_of(found.kind),
        mime: found.mime.clone(),
        container: found.container.clone().unwrap_or_default(),
        duration_ms: found.duration_ms,
        width: found.width,
        height: found.height,
        video_codec: found.video.as_ref().map(|video| video.codec.clone()),
        audio_codec: found.audio.first().map(|audio| audio.codec.clone()),
        taken_at: found.taken_at.as_ref().map(|time| time.local.clone()),
        taken_offset_min: found.taken_at.as_ref().and_then(|time| time.offset_minutes),
        camera: camera.and_then(|camera| text([&camera.make, &camera.model])),
        lens: camera.and_then(|camera| camera.lens.clone()),
        latitude: found.gps.map(|gps| gps.0),
        longitude: found.gps.map(|gps| gps.1),
        tags: tags_of(&found.tags),
        thumbhash: inspection.thumbhash.clone().unwrap_or_default(),
        has_preview: !inspection.previews.is_empty(),
        has_poster: found.has_cover,
        probe: serde_json::to_value(found).unwrap_or_default(),
        ..Facts::default()
    }
}

fn tags_of(tags: &media::Tags) -> Tags {
    Tags {
        title: tags.title.clone(),
        artist: tags.artist.clone(),
        album: tags.album.clone(),
        album_artist: tags.album_artist.clone(),
        track_no: tags.track_no,
        disc_no: tags.disc_no,
        year: tags.year.and_then(|year| u16::try_from(year).ok()),
        genres: tags.genre.iter().cloned().collect(),
        comment: tags.comment.clone(),
        ..Tags::default()
    }
}

/// The facts of a file that could not be inspected: what is known without it, and why,
/// so that it is not tried for ever.
pub(super) fn failed_facts(mime: &str, class: library::MediaClass, reason: &str) -> Facts {
    Facts {
        class,
        mime: mime.to_owned(),
        probe: serde_json::json!({ FAILED: reason }),
        ..Facts::default()
    }
}

/// A stable code for a failed inspection.
pub(super) fn reason(error: &InspectMedia) -> &'static str {
    match error {
        InspectMedia::Open(_) => "unreadable",
        InspectMedia::Crashed { .. } => "crashed",
        InspectMedia::TimedOut => "timed_out",
        InspectMedia::TooLarge { .. } => "too_large",
        InspectMedia::Unsupported { .. } => "unsupported",
        InspectMedia::Damaged { .. } => "damaged",
        InspectMedia::Spawn(_) => "no_worker",
        InspectMedia::Closed => "closed",
        _ => "failed",
    }
}

/// True for failures that say nothing about the file.
pub(super) fn is_ours(error: &InspectMedia) -> bool {
    matches!(
        error,
        InspectMedia::Spawn(_) | InspectMedia::Closed | InspectMedia::Open(_)
    )
}
