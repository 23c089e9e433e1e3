//! Items, albums, music and shows on the wire: rows of the library plus signed URLs.

mod detail;

use std::collections::HashMap;

use data_encoding::BASE64;
use library::{ItemId, ItemRow, LocationState};

use crate::{clock, dto, links::Links};

pub(crate) use detail::{DetailParts, detail};

/// Makes wire items; holds what their URLs need.
#[derive(Debug, Clone)]
pub(crate) struct Cards {
    links: Links,
    now: u64,
}

impl Cards {
    pub(crate) fn new(links: &Links) -> Self {
        Self {
            links: links.clone(),
            now: clock::now_seconds(),
        }
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// URL of a preview. Its version is the thumbhash: it changes with the picture.
    pub(crate) fn picture(&self, item: ItemId, size: &str, thumbhash: &[u8]) -> String {
        let version = data_encoding::BASE64URL_NOPAD.encode(thumbhash);
        let version = version.get(..version.len().min(8)).unwrap_or_default();
        self.links.preview(item, size, version, self.now)
    }

    pub(crate) fn card(&self, row: &ItemRow) -> dto::ItemCard {
        let picture = |size| {
            row.has_preview
                .then(|| self.picture(row.id, size, &row.thumbhash))
        };
        let subtitle = match (&row.show, &row.artist) {
            (Some(show), _) => Some(show.title.clone()),
            (None, Some(artist)) => Some(artist.clone()),
            (None, None) => None,
        };
        dto::ItemCard {
            id: row.id.to_string(),
            kind: row.kind.into(),
            title: row.title.clone(),
            subtitle,
            year: row.year.map(i32::from),
            duration_ms: row.duration_ms,
            width: row.width,
            height: row.height,
            added_at: row.added_at,
            taken_at: (row.kind == library::ItemKind::Photo || row.kind == library::ItemKind::Clip)
                .then_some(row.taken_at),
            favourite: row.favourite,
            rating: row.rating,
            progress: row.progress.map(Into::into),
            thumbhash: thumbhash(&row.thumbhash),
            thumb: picture("320"),
            preview: picture("1440"),
            unpictured: row.probed && !row.has_preview,
            poster: row
                .has_poster
                .then(|| self.picture(row.id, "poster", &row.thumbhash)),
            artist: row.artist.clone(),
            album: row.album.clone(),
            track_no: row.track_no,
            state: match row.state {
                LocationState::Ok => dto::ItemState::Ok,
                LocationState::Changed => dto::ItemState::Changed,
                LocationState::Missing => dto::ItemState::Missing,
                LocationState::Offline => dto::ItemState::Offline,
            },
            show: row.show.as_ref().map(|show| dto::EpisodeOf {
                id: show.show.to_string(),
                title: show.title.clone(),
                season: show.season,
                episode: show.episode,
            }),
            trashed_at: row.trashed_at,
        }
    }

    pub(crate) fn cards(&self, rows: &[ItemRow]) -> Vec<dto::ItemCard> {
        rows.iter().map(|row| self.card(row)).collect()
    }

    pub(crate) fn page(&self, page: library::Page<ItemRow>) -> dto::ItemPage {
        dto::ItemPage {
            items: self.cards(&page.rows),
            next_cursor: page.next,
            total: page.total,
        }
    }

    pub(crate) fn photo(&self, row: &ItemRow) -> dto::Photo {
        let ratio = match (row.width, row.height) {
            (Some(width), Some(height)) if width > 0 && height > 0 => {
                (f64::from(width) / f64::from(height)).clamp(0.1, 10.0)
            }
            _ => 1.0,
        };
        let picture = |size| {
            row.has_preview
                .then(|| self.picture(row.id, size, &row.thumbhash))
        };
        dto::Photo {
            id: row.id.to_string(),
            ratio,
            day: day(row.taken_at),
            taken_at: Some(row.taken_at),
            thumb: picture("320"),
            preview: picture("1440"),
            unpictured: row.probed && !row.has_preview,
            thumbhash: thumbhash(&row.thumbhash),
            favourite: row.favourite,
            kind: row.kind.into(),
            duration_ms: row.duration_ms,
            title: row.title.clone(),
        }
    }

    /// An album; `covers` holds the rows of the items that stand for albums.
    pub(crate) fn album(
        &self,
        album: &library::Album,
        covers: &HashMap<ItemId, ItemRow>,
    ) -> dto::Album {
        let cover = album.cover.and_then(|id| covers.get(&id));
        dto::Album {
            id: album.id.to_string(),
            title: album.title.clone(),
            count: album.count,
            cover: cover
                .filter(|row| row.has_preview)
                .map(|row| self.picture(row.id, "320", &row.thumbhash)),
            thumbhash: cover.and_then(|row| thumbhash(&row.thumbhash)),
            created_at: album.created_at,
            updated_at: album.updated_at,
        }
    }

    pub(crate) fn music_album(&self, album: &library::MusicAlbum) -> dto::MusicAlbum {
        dto::MusicAlbum {
            id: album.id.to_string(),
            title: album.title.clone(),
            artist: (!album.artist.is_empty()).then(|| album.artist.clone()),
            year: album.year.map(i32::from),
            cover: album
                .cover
                .map(|id| self.picture(id, "320", &album.thumbhash)),
            thumbhash: thumbhash(&album.thumbhash),
            track_count: u64::from(album.track_count),
            duration_ms: album.duration_ms,
        }
    }

    /// A show; `posters` holds the rows of the episodes that stand for shows.
    pub(crate) fn show(
        &self,
        show: &library::Show,
        posters: &HashMap<ItemId, ItemRow>,
    ) -> dto::Show {
        let poster = show.poster.and_then(|id| posters.get(&id));
        dto::Show {
            id: show.id.to_string(),
            title: show.title.clone(),
            year: show.year.map(i32::from),
            poster: poster
                .filter(|row| row.has_poster || row.has_preview)
                .map(|row| {
                    let size = if row.has_poster { "poster" } else { "320" };
                    self.picture(row.id, size, &row.thumbhash)
                }),
            thumbhash: poster.and_then(|row| thumbhash(&row.thumbhash)),
            season_count: show.seasons.len() as u64,
            episode_count: u64::from(show.episode_count),
        }
    }
}

/// Base64 of a thumbhash; none when there is none yet.
pub(crate) fn thumbhash(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| BASE64.encode(bytes))
}

/// "2024-06-14" of local milliseconds (civil calendar, proleptic Gregorian).
pub(crate) fn day(local_ms: i64) -> String {
    let days = local_ms.div_euclid(86_400_000);
    // Days to a date by eras of 400 years, each beginning in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

impl From<library::Progress> for dto::ItemProgress {
    fn from(progress: library::Progress) -> Self {
        Self {
            position_ms: progress.position_ms,
            duration_ms: progress.duration_ms,
            finished: progress.finished,
            updated_at: progress.updated_at,
        }
    }
}

impl From<library::ItemKind> for dto::ItemKind {
    fn from(kind: library::ItemKind) -> Self {
        match kind {
            library::ItemKind::Film => Self::Film,
            library::ItemKind::Episode => Self::Episode,
            library::ItemKind::Clip => Self::Clip,
            library::ItemKind::Photo => Self::Photo,
            library::ItemKind::Track => Self::Track,
            library::ItemKind::File => Self::File,
        }
    }
}

impl From<dto::ItemKind> for library::ItemKind {
    fn from(kind: dto::ItemKind) -> Self {
        match kind {
            dto::ItemKind::Film => Self::Film,
            dto::ItemKind::Episode => Self::Episode,
            dto::ItemKind::Clip => Self::Clip,
            dto::ItemKind::Photo => Self::Photo,
            dto::ItemKind::Track => Self::Track,
            dto::ItemKind::File => Self::File,
        }
    }
}

impl From<library::Counts> for dto::ItemCounts {
    fn from(counts: library::Counts) -> Self {
        Self {
            film: counts.film,
            episode: counts.episode,
            clip: counts.clip,
            photo: counts.photo,
            track: counts.track,
            file: counts.file,
            album: counts.album,
            trash: counts.trash,
            favourite: counts.favourite,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_of_local_milliseconds() {
        for (ms, expect) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400_000, "2000-02-29"),
            (1_718_323_200_000, "2024-06-14"),
            (1_718_409_599_999, "2024-06-14"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(super::day(ms), expect, "{ms}");
        }
    }
}
