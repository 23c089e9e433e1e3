//! The stored form of an item: what it was imported as, and what follows.
//!
//! The upper fields are inputs. The lower ones are computed by
//! [`Record::derive`] from the inputs, the facts and everybody's edits; they are
//! stored so that lists need one read a row, and can be recomputed at any time.

use cid::Cid;

use crate::facts::Facts;
use crate::ids::{FolderId, ItemId, MusicAlbumId, ShowId};
use crate::model::{EpisodeLink, ItemKind, ItemRow, LocationState, MediaClass};
use crate::naming::{self, VideoName};
use crate::path::RawPath;
use crate::query::Shelf;
use crate::row::{Unknown, row};
use crate::text;
use crate::time;
use crate::user::UserFacts;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Record {
    // Inputs.
    pub(crate) class: MediaClass,
    pub(crate) mime: String,
    pub(crate) root: Cid,
    pub(crate) size: u64,
    pub(crate) path: RawPath,
    pub(crate) folder: Option<FolderId>,
    pub(crate) added_at: i64,
    /// The file's own time in ms, for photos that have none inside.
    pub(crate) file_time: i64,
    pub(crate) thumbhash: Vec<u8>,
    pub(crate) has_preview: bool,
    pub(crate) has_poster: bool,
    pub(crate) state: LocationState,
    pub(crate) probed: bool,
    /// The first of its posters is that of its whole show.
    pub(crate) show_poster: bool,
    // Computed.
    pub(crate) kind: ItemKind,
    pub(crate) title: String,
    pub(crate) year: Option<u16>,
    pub(crate) duration_ms: Option<u64>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) taken_at: i64,
    pub(crate) artist: Option<String>,
    pub(crate) album: Option<String>,
    pub(crate) album_artist: Option<String>,
    pub(crate) music_album: Option<MusicAlbumId>,
    pub(crate) track_no: Option<u32>,
    pub(crate) disc_no: Option<u32>,
    pub(crate) show: Option<EpisodeLink>,
    pub(crate) show_year: Option<u16>,
    pub(crate) genres: Vec<String>,
    pub(crate) description: String,
    pub(crate) camera: Option<String>,
    pub(crate) trashed_at: Option<i64>,
    pub(crate) unknown: Unknown,
}
row!(Record {
    1 class, 2 mime, 3 root, 4 size, 5 path, 6 folder, 7 added_at, 8 file_time, 9 thumbhash,
    10 has_preview, 11 has_poster, 12 state, 13 probed, 20 kind, 21 title, 22 year,
    23 duration_ms, 24 width, 25 height, 26 taken_at, 27 artist, 28 album, 29 album_artist,
    30 music_album, 31 track_no, 32 disc_no, 33 show, 34 show_year, 35 genres, 36 description,
    37 camera, 38 trashed_at, 39 show_poster,
});

/// A 128-bit id from names: the first half of a SHA-256 over folded words.
fn named_id(label: &str, names: &[&str]) -> [u8; 16] {
    use sha2::Digest;
    let mut hash = sha2::Sha256::new();
    hash.update(label.as_bytes());
    for name in names {
        hash.update([0]);
        let words = text::words(name);
        let folded = if words.is_empty() {
            name.to_lowercase()
        } else {
            words.join(" ")
        };
        hash.update(folded.as_bytes());
    }
    let digest = hash.finalize();
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    id
}

fn some(text: &Option<String>) -> Option<String> {
    text.as_ref()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

impl Record {
    pub(crate) fn shelf(&self) -> Shelf {
        if self.trashed_at.is_some() {
            Shelf::Trash
        } else {
            Shelf::Live
        }
    }

    /// True for what the photo timeline shows.
    pub(crate) fn is_pictured(&self) -> bool {
        matches!(self.kind, ItemKind::Photo | ItemKind::Clip)
    }

    /// Computes the lower fields.
    pub(crate) fn derive(&mut self, facts: Option<&Facts>, edits: &UserFacts) {
        let none = Facts::default();
        self.probed = facts.is_some();
        let facts = facts.unwrap_or(&none);
        if self.probed && facts.class != MediaClass::Other {
            self.class = facts.class;
        }
        if !facts.mime.is_empty() {
            self.mime.clone_from(&facts.mime);
        }
        let tags = &facts.tags;
        let file_name = self.path.file_name();
        let stem = naming::stem(&file_name);
        let video = (self.class == MediaClass::Video).then(|| naming::video(&self.path));
        let from_camera = facts.camera.is_some() || facts.latitude.is_some();

        self.duration_ms = facts.duration_ms;
        self.width = facts.width;
        self.height = facts.height;
        self.camera = some(&facts.camera);
        self.taken_at = facts
            .taken_at
            .as_deref()
            .and_then(time::parse_local)
            .unwrap_or(self.file_time);
        self.artist = some(&tags.artist);
        self.album = some(&tags.album);
        self.album_artist = some(&tags.album_artist);
        self.track_no = tags.track_no;
        self.disc_no = tags.disc_no;
        self.year = tags.year;
        self.genres.clone_from(&tags.genres);
        self.description = some(&tags.comment).unwrap_or_default();

        let guess = naming::classify(
            self.class,
            video.as_ref(),
            facts.duration_ms,
            self.size,
            from_camera,
        );
        self.kind = edits
            .kind
            .as_ref()
            .and_then(|edit| edit.value)
            .unwrap_or(guess);
        self.show = None;
        self.show_year = None;
        self.title = match (&video, self.class) {
            (
                Some(VideoName::Episode {
                    show,
                    year,
                    season,
                    episode,
                    title,
                }),
                _,
            ) => {
                if self.kind == ItemKind::Episode {
                    let year_text = year.map(|year| year.to_string()).unwrap_or_default();
                    let id = ShowId(named_id("show", &[show, &year_text]));
                    self.show = Some(EpisodeLink {
                        show: id,
                        title: show.clone(),
                        season: *season,
                        episode: *episode,
                        unknown: Unknown::default(),
                    });
                    self.show_year = *year;
                }
                if title.is_empty() {
                    String::new()
                } else {
                    title.clone()
                }
            }
            (Some(VideoName::Film { title, year }), _) => {
                self.year = Some(*year);
                title.clone()
            }
            (Some(VideoName::Plain { title }), _) => {
                some(&tags.title).unwrap_or_else(|| title.clone())
            }
            (None, MediaClass::Audio) => {
                let (title, number) = naming::track(stem);
                self.track_no = self.track_no.or(number);
                some(&tags.title).unwrap_or(title)
            }
            (None, MediaClass::Photo) => naming::undisguised(stem),
            (None, _) => naming::undisguised(&file_name),
        };
        if self.title.is_empty() {
            self.title = match &self.show {
                Some(link) => {
                    some(&tags.title).unwrap_or_else(|| format!("Episode {}", link.episode))
                }
                None => naming::readable(stem),
            };
        }
        self.music_album = match (&self.album, self.kind) {
            (Some(album), ItemKind::Track) => {
                let artist = self.album_artist.as_deref().or(self.artist.as_deref());
                Some(MusicAlbumId(named_id(
                    "music",
                    &[artist.unwrap_or_default(), album],
                )))
            }
            _ => None,
        };
        self.apply(edits);
    }

    fn apply(&mut self, edits: &UserFacts) {
        if let Some(title) = edits.title.as_ref().and_then(|edit| edit.value.clone()) {
            self.title = title;
        }
        if let Some(text) = edits
            .description
            .as_ref()
            .and_then(|edit| edit.value.clone())
        {
            self.description = text;
        }
        if let Some(year) = edits.year.as_ref().and_then(|edit| edit.value) {
            self.year = Some(year);
        }
        if let Some(genres) = edits.genres.as_ref().and_then(|edit| edit.value.clone()) {
            self.genres = genres;
        }
        self.trashed_at = edits.trashed_at.as_ref().and_then(|edit| edit.value);
    }

    /// The row lists show. `own` are one person's facts.
    pub(crate) fn into_row(self, id: ItemId, own: &UserFacts) -> ItemRow {
        ItemRow {
            id,
            kind: self.kind,
            title: self.title,
            file_name: self.path.file_name(),
            year: self.year,
            duration_ms: self.duration_ms,
            width: self.width,
            height: self.height,
            size: self.size,
            mime: self.mime,
            root: self.root,
            added_at: self.added_at,
            taken_at: self.taken_at,
            thumbhash: self.thumbhash,
            has_preview: self.has_preview,
            has_poster: self.has_poster,
            probed: self.probed,
            artist: self.artist,
            album: self.album,
            music_album: self.music_album,
            track_no: self.track_no,
            disc_no: self.disc_no,
            show: self.show,
            folder: self.folder,
            genres: self.genres,
            description: self.description,
            state: self.state,
            trashed_at: self.trashed_at,
            favourite: own.favourite.as_ref().is_some_and(|fact| fact.value),
            rating: own.rating.as_ref().and_then(|fact| fact.value),
            progress: own.progress.as_ref().and_then(|fact| fact.value),
        }
    }
}
