//! Audio files through symphonia: tags, duration, codec and cover.

use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::common::Limit;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::{MetadataOptions, MetadataRevision, StandardTag, StandardVisualKey};

use crate::facts::{AudioTrack, Facts, Tags};
use crate::mp4::Probed;
use crate::reader::FileReader;
use crate::wire::Failure;

/// Largest cover picture.
const MAX_COVER: usize = 16 * 1024 * 1024;
/// Longest text that is kept.
const MAX_TEXT: usize = 4096;

impl MediaSource for FileReader {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size())
    }
}

/// Opens a file for reading tags or samples.
pub(crate) fn open(file: &FileReader, extension: &str) -> Result<Box<dyn FormatReader>, Failure> {
    let stream = MediaSourceStream::new(Box::new(file.clone()), Default::default());
    let mut hint = Hint::new();
    hint.with_extension(extension);
    let metadata = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(1 << 20))
        .limit_visual_bytes(Limit::Maximum(MAX_COVER));
    symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), metadata)
        .map_err(|error| Failure::Damaged(format!("audio header: {error}")))
}

/// Reads the facts of an audio file.
pub(crate) fn probe(file: &FileReader, extension: &str) -> Result<Probed, Failure> {
    let mut format = open(file, extension)?;
    let mut probed = Probed::default();
    let facts = &mut probed.facts;
    facts.orientation = 1;
    facts.playable.streamable = true;
    if let Some(track) = format.default_track(TrackType::Audio) {
        let seconds = track
            .time_base
            .zip(track.duration.or_else(|| track.num_frames.map(Into::into)))
            .and_then(|(base, duration)| base.calc_duration(duration))
            .map(|time| time.as_secs_f64());
        facts.duration_ms = seconds
            .filter(|s| *s > 0.0)
            .map(|s| (s * 1000.0).round() as u64);
        if let Some(parameters) = track.codec_params.as_ref().and_then(|p| p.audio()) {
            facts
                .audio
                .push(describe(parameters, track.language.clone()));
        }
    }
    let mut metadata = format.metadata();
    let mut best_cover = 0;
    while let Some(revision) = metadata.pop() {
        read_revision(&revision, facts, &mut probed.cover, &mut best_cover);
    }
    if let Some(revision) = metadata.current() {
        read_revision(revision, facts, &mut probed.cover, &mut best_cover);
    }
    if facts.audio.is_empty() {
        return Err(Failure::Damaged("no audio track".into()));
    }
    Ok(probed)
}

fn describe(parameters: &AudioCodecParameters, language: Option<String>) -> AudioTrack {
    AudioTrack {
        codec: codec_name(parameters.codec).to_owned(),
        channels: parameters
            .channels
            .as_ref()
            .and_then(|c| u32::try_from(c.count()).ok()),
        sample_rate: parameters.sample_rate,
        language,
        title: None,
        default: true,
    }
}

fn codec_name(codec: AudioCodecId) -> &'static str {
    const NAMES: [(AudioCodecId, &str); 11] = [
        (id::CODEC_ID_MP3, "mp3"),
        (id::CODEC_ID_MP2, "mp2"),
        (id::CODEC_ID_FLAC, "flac"),
        (id::CODEC_ID_VORBIS, "vorbis"),
        (id::CODEC_ID_OPUS, "opus"),
        (id::CODEC_ID_AAC, "aac"),
        (id::CODEC_ID_ALAC, "alac"),
        (id::CODEC_ID_AC3, "ac3"),
        (id::CODEC_ID_EAC3, "eac3"),
        (id::CODEC_ID_SPEEX, "speex"),
        (id::CODEC_ID_WAVPACK, "wavpack"),
    ];
    NAMES
        .iter()
        .find(|(known, _)| *known == codec)
        .map_or("pcm", |(_, name)| name)
}

fn read_revision(
    revision: &MetadataRevision,
    facts: &mut Facts,
    cover: &mut Option<Vec<u8>>,
    best_cover: &mut u8,
) {
    for tag in revision.media.tags.iter().take(1024) {
        if let Some(standard) = &tag.std {
            set_standard(&mut facts.tags, standard);
        }
    }
    for visual in &revision.media.visuals {
        let rank = match visual.usage {
            Some(StandardVisualKey::FrontCover) => 3,
            None | Some(StandardVisualKey::OtherIcon) => 1,
            Some(_) => 2,
        };
        if rank > *best_cover && !visual.data.is_empty() && visual.data.len() <= MAX_COVER {
            *best_cover = rank;
            *cover = Some(visual.data.to_vec());
        }
    }
}

fn set_standard(tags: &mut Tags, tag: &StandardTag) {
    let small = |n: &u64| u32::try_from(*n).ok().filter(|n| *n > 0);
    match tag {
        StandardTag::TrackTitle(text) => set(&mut tags.title, text),
        StandardTag::Artist(text) => set(&mut tags.artist, text),
        StandardTag::Album(text) => set(&mut tags.album, text),
        StandardTag::AlbumArtist(text) => set(&mut tags.album_artist, text),
        StandardTag::Genre(text) => set(&mut tags.genre, text),
        StandardTag::Comment(text) | StandardTag::Description(text) => set(&mut tags.comment, text),
        StandardTag::TrackNumber(n) => tags.track_no = tags.track_no.or(small(n)),
        StandardTag::DiscNumber(n) => tags.disc_no = tags.disc_no.or(small(n)),
        StandardTag::TvSeriesTitle(text) => set(&mut tags.show, text),
        StandardTag::TvSeasonNumber(n) => tags.season = tags.season.or(small(n)),
        StandardTag::TvEpisodeNumber(n) => tags.episode = tags.episode.or(small(n)),
        StandardTag::ReleaseDate(text)
        | StandardTag::RecordingDate(text)
        | StandardTag::OriginalReleaseDate(text) => {
            tags.year = tags.year.or_else(|| crate::mp4::tags::year(text));
        }
        StandardTag::ReleaseYear(year)
        | StandardTag::RecordingYear(year)
        | StandardTag::OriginalReleaseYear(year) => {
            tags.year = tags
                .year
                .or_else(|| Some(i32::from(*year)).filter(|y| *y >= 1000));
        }
        _ => {}
    }
}

/// A Matroska or Vorbis tag by its name.
pub(crate) fn set_by_name(tags: &mut Tags, name: &str, value: &str) {
    let number = || {
        value
            .split('/')
            .next()
            .and_then(|n| n.trim().parse().ok())
            .filter(|n| *n > 0)
    };
    match name.to_ascii_uppercase().as_str() {
        "TITLE" => set(&mut tags.title, value),
        "ARTIST" => set(&mut tags.artist, value),
        "ALBUM" => set(&mut tags.album, value),
        "ALBUM_ARTIST" | "ALBUMARTIST" => set(&mut tags.album_artist, value),
        "GENRE" => set(&mut tags.genre, value),
        "COMMENT" | "DESCRIPTION" | "SYNOPSIS" => set(&mut tags.comment, value),
        "PART_NUMBER" | "TRACK" | "TRACKNUMBER" => tags.track_no = tags.track_no.or_else(number),
        "DISC" | "DISCNUMBER" => tags.disc_no = tags.disc_no.or_else(number),
        "SHOW" => set(&mut tags.show, value),
        "SEASON_NUMBER" | "SEASON" => tags.season = tags.season.or_else(number),
        "EPISODE_SORT" | "EPISODE_NUMBER" => tags.episode = tags.episode.or_else(number),
        "DATE" | "DATE_RELEASED" | "YEAR" => {
            tags.year = tags.year.or_else(|| crate::mp4::tags::year(value));
        }
        _ => {}
    }
}

fn set(place: &mut Option<String>, text: &str) {
    let text: String = text
        .trim_matches(['\0', ' ', '\n', '\r'])
        .chars()
        .take(MAX_TEXT)
        .collect();
    if place.is_none() && !text.is_empty() {
        *place = Some(text);
    }
}
