//! One item with all that is known of it.

use library::{AssetRole, ItemRow, RenditionKind};

use super::Cards;
use crate::dto;

/// What the library said of an item and of what surrounds it.
#[derive(Debug)]
pub(crate) struct DetailParts {
    pub(crate) item: library::ItemDetail,
    pub(crate) albums: Vec<library::Album>,
    pub(crate) next: Option<ItemRow>,
    pub(crate) previous: Option<ItemRow>,
}

/// The wire form.
pub(crate) fn detail(cards: &Cards, parts: &DetailParts) -> dto::ItemDetail {
    let DetailParts {
        item,
        albums,
        next,
        previous,
    } = parts;
    let row = &item.row;
    let link = |row: &ItemRow| dto::ItemLink {
        id: row.id.to_string(),
        title: row.title.clone(),
    };
    dto::ItemDetail {
        card: cards.card(row),
        facts: facts(item),
        renditions: renditions(cards, item),
        captions: captions(cards, item),
        poster_large: row
            .has_poster
            .then(|| cards.picture(row.id, "poster-1440", &row.thumbhash)),
        description: (!row.description.is_empty()).then(|| row.description.clone()),
        genres: row.genres.clone(),
        albums: albums
            .iter()
            .map(|album| dto::AlbumRef {
                id: album.id.to_string(),
                title: album.title.clone(),
            })
            .collect(),
        next: next.as_ref().map(link),
        previous: previous.as_ref().map(link),
        file_name: node::shown(&row.file_name),
        cid: row.root.to_string(),
    }
}

fn renditions(cards: &Cards, item: &library::ItemDetail) -> Vec<dto::Rendition> {
    item.assets
        .iter()
        .filter(|asset| matches!(asset.role, AssetRole::Main | AssetRole::Version))
        .flat_map(|asset| &asset.renditions)
        .map(|rendition| {
            let referenced = rendition
                .locations
                .iter()
                .find(|place| place.source.is_some());
            dto::Rendition {
                id: rendition.id.to_string(),
                kind: match rendition.kind {
                    RenditionKind::Original => "original",
                    RenditionKind::LocationStripped => "locationStripped",
                    RenditionKind::Sealed => "sealed",
                    RenditionKind::Remuxed => "remuxed",
                    RenditionKind::Other => "other",
                }
                .to_owned(),
                size: rendition.size,
                mime: rendition.mime.clone(),
                cid: rendition.root.to_string(),
                url: cards.links().media(item.row.id, rendition.id, cards.now()),
                location: if referenced.is_some() {
                    dto::LocationKind::Referenced
                } else {
                    dto::LocationKind::Copied
                },
                path: referenced.map(|place| place.path.to_string()),
            }
        })
        .collect()
}

fn captions(cards: &Cards, item: &library::ItemDetail) -> Vec<dto::CaptionTrack> {
    item.assets
        .iter()
        .filter(|asset| asset.role == AssetRole::Captions)
        .map(|asset| dto::CaptionTrack {
            id: asset.id.to_string(),
            label: asset.label.clone(),
            language: asset.language.clone(),
            format: asset.format.clone().unwrap_or_default(),
            url: cards.links().captions(item.row.id, asset.id, cards.now()),
        })
        .collect()
}

/// The facts: the worker's own words where they are kept, else the catalogue's columns.
fn facts(item: &library::ItemDetail) -> dto::ItemFacts {
    let row = &item.row;
    let mut wire = dto::ItemFacts {
        mime: row.mime.clone(),
        size: row.size,
        ..Default::default()
    };
    let Some(known) = &item.facts else {
        return wire;
    };
    wire.container = (!known.container.is_empty()).then(|| known.container.clone());
    wire.gps = known
        .latitude
        .zip(known.longitude)
        .map(|(latitude, longitude)| dto::GpsFacts {
            latitude,
            longitude,
        });
    wire.tags = dto::TagFacts {
        title: known.tags.title.clone(),
        artist: known.tags.artist.clone(),
        album: known.tags.album.clone(),
        album_artist: known.tags.album_artist.clone(),
        track_no: known.tags.track_no,
        disc_no: known.tags.disc_no,
        year: known.tags.year.map(i32::from),
        genre: (!known.tags.genres.is_empty()).then(|| known.tags.genres.join(", ")),
        comment: known.tags.comment.clone(),
    };
    // A probe of a newer version may not parse; the columns above stand without it.
    let Ok(probe) = serde_json::from_value::<media::Facts>(known.probe.clone()) else {
        return wire;
    };
    wire.video = probe.video.map(|video| dto::VideoTrackFacts {
        codec: video.codec,
        fps: video.fps,
        bitrate: video.bitrate,
        hdr: video.hdr,
    });
    wire.audio = probe
        .audio
        .into_iter()
        .map(|audio| dto::AudioTrackFacts {
            codec: audio.codec,
            channels: audio.channels,
            sample_rate: audio.sample_rate,
            language: audio.language,
        })
        .collect();
    wire.subtitles = probe
        .subtitles
        .into_iter()
        .map(|track| dto::SubtitleTrackFacts {
            codec: track.codec,
            language: track.language,
            title: track.title,
        })
        .collect();
    wire.chapters = probe
        .chapters
        .into_iter()
        .map(|chapter| dto::ChapterFacts {
            start_ms: chapter.start_ms,
            title: (!chapter.title.is_empty()).then_some(chapter.title),
        })
        .collect();
    wire.camera = probe.camera.map(|camera| dto::CameraFacts {
        make: camera.make,
        model: camera.model,
        lens: camera.lens,
        f_number: camera.f_number,
        exposure: camera.exposure,
        iso: camera.iso,
        focal_mm: camera.focal_mm,
    });
    wire
}
