//! MP4, MOV and M4A: facts from the `moov` box (ISO/IEC 14496-12, QuickTime
//! File Format), read with bounds and never with the media bytes.
//!
//! Not a demuxer. A file whose index is missing is `Damaged`; one whose media
//! bytes are cut short still gives its facts.

use crate::facts::{AudioTrack, Chapter, Facts, SubtitleTrack, VideoTrack};
use crate::inspection::Problem;
use crate::reader::FileReader;
use crate::wire::Failure;

pub(crate) mod boxes;
mod entry;
mod fragments;
pub(crate) mod tags;

use boxes::{Boxes, be16, be32, be64, find};
use fragments::Fragments;

/// Largest index that is read; a ten-hour film has about 20 MiB.
const MAX_MOOV: u64 = 96 * 1024 * 1024;
/// Most boxes looked at on the top level; fragmented files have thousands.
const MAX_TOP_BOXES: usize = 20_000;
/// Most chapters that are read from a chapter track.
const MAX_CHAPTERS: usize = 2_000;

/// What a container probe found.
#[derive(Default)]
pub(crate) struct Probed {
    pub(crate) facts: Facts,
    pub(crate) cover: Option<Vec<u8>>,
    pub(crate) problems: Vec<Problem>,
}

/// Top level of the file.
#[derive(Default)]
struct Outline {
    moov: Option<Vec<u8>>,
    /// `moov` came before the first `mdat`.
    index_first: bool,
    cut_short: bool,
    /// Play time by segment indexes of a fragmented file, in seconds.
    indexed_seconds: f64,
    fragments: Fragments,
}

/// Reads the facts of an MP4 family file.
pub(crate) fn probe(file: &FileReader) -> Result<Probed, Failure> {
    let outline = outline(file)?;
    let moov = outline
        .moov
        .ok_or_else(|| Failure::Damaged("no index (moov box)".into()))?;
    let mut probed = Probed::default();
    let facts = &mut probed.facts;
    facts.orientation = 1;
    facts.container = Some("MP4".into());
    facts.playable.streamable = outline.index_first;
    if outline.cut_short {
        probed.problems.push(Problem::Damaged {
            what: "the file is cut short".into(),
        });
    }
    let header = find(&moov, b"mvhd").and_then(movie_header);
    let mut tracks: Vec<Track> = Boxes::new(&moov)
        .filter(|(kind, _)| kind == b"trak")
        .take(64)
        .filter_map(|(_, body)| Track::read(body))
        .collect();
    let chapter_tracks: Vec<u32> = tracks.iter().flat_map(|t| t.chapters.clone()).collect();
    // A fragmented file's header knows of its first fragment at most.
    for track in &mut tracks {
        if let Some(reach) = outline.fragments.of(track.id) {
            track.duration = track.duration.max(reach.end);
            track.samples = track.samples.saturating_add(reach.samples);
            track.bytes = 0;
        }
    }
    let in_header = header.and_then(|h| millis(h.duration, h.timescale));
    let fragmented = tracks
        .iter()
        .filter(|t| outline.fragments.of(t.id).is_some());
    let in_fragments = fragmented
        .filter_map(|t| millis(t.duration, t.timescale))
        .max();
    let in_tracks = tracks
        .iter()
        .filter_map(|t| millis(t.duration, t.timescale))
        .max();
    facts.duration_ms = in_header
        .max(in_fragments)
        .filter(|ms| *ms > 0)
        .or(in_tracks.filter(|ms| *ms > 0))
        .or(Some((outline.indexed_seconds * 1000.0) as u64).filter(|ms| *ms > 0));
    if let Some(udta) = find(&moov, b"udta") {
        facts.chapters = nero_chapters(udta);
        tags::user_data(udta, facts, &mut probed.cover);
    }
    if let Some(meta) = find(&moov, b"meta") {
        tags::metadata(meta, facts, &mut probed.cover);
    }
    if let Some(header) = header {
        tags::creation_time(facts, header.created);
    }
    if facts.chapters.is_empty()
        && let Some(track) = tracks.iter().find(|t| chapter_tracks.contains(&t.id))
    {
        facts.chapters = track.read_chapters(file);
    }
    tracks.retain(|track| !chapter_tracks.contains(&track.id));
    describe(&mut probed.facts, &tracks, file.size());
    if tracks.is_empty() {
        probed.problems.push(Problem::Damaged {
            what: "no tracks".into(),
        });
    }
    Ok(probed)
}

/// Turns the tracks into facts; the first video track with a picture is the main one.
fn describe(facts: &mut Facts, tracks: &[Track], file_size: u64) {
    let mut codecs = Vec::new();
    for track in tracks {
        let entry = &track.entry;
        match &track.handler {
            b"vide" if facts.video.is_none() && entry.codec != "mjpeg" && entry.codec != "png" => {
                let seconds = track.duration as f64 / f64::from(track.timescale.max(1));
                let own = (track.bytes > 0 && seconds > 0.0)
                    .then(|| (track.bytes as f64 * 8.0 / seconds) as u64);
                let whole = facts
                    .duration_ms
                    .filter(|ms| *ms > 0)
                    .map(|ms| file_size * 8000 / ms);
                facts.video = Some(VideoTrack {
                    codec: entry.codec.clone(),
                    fps: track.frames_per_second(),
                    bitrate: own.or(whole),
                    hdr: entry.hdr,
                });
                let (mut width, mut height) = (track.width >> 16, track.height >> 16);
                if width == 0 || height == 0 {
                    (width, height) = (entry.width, entry.height);
                }
                facts.orientation = track.orientation;
                if crate::picture::orient::swaps_sides(track.orientation) {
                    std::mem::swap(&mut width, &mut height);
                }
                facts.width = (width > 0).then_some(width);
                facts.height = (height > 0).then_some(height);
                codecs.extend(entry.rfc6381.clone());
            }
            b"soun" => {
                facts.audio.push(AudioTrack {
                    codec: entry.codec.clone(),
                    channels: (entry.channels > 0).then_some(entry.channels),
                    sample_rate: (entry.sample_rate > 0).then_some(entry.sample_rate),
                    language: track.language.clone(),
                    title: track.name.clone(),
                    default: track.enabled,
                });
                codecs.extend(entry.rfc6381.clone());
            }
            b"sbtl" | b"subt" | b"text" | b"clcp" => facts.subtitles.push(SubtitleTrack {
                codec: entry.codec.clone(),
                language: track.language.clone(),
                title: track.name.clone(),
                default: track.enabled,
                forced: false,
            }),
            _ => {}
        }
    }
    if !codecs.is_empty() {
        codecs.dedup();
        let kind = if facts.video.is_some() {
            "video"
        } else {
            "audio"
        };
        facts.playable.codecs = Some(format!("{kind}/mp4; codecs=\"{}\"", codecs.join(", ")));
    }
}

/// Walks the top level by box headers alone; only `moov` and indexes are read.
fn outline(file: &FileReader) -> Result<Outline, Failure> {
    let unreadable = |_| Failure::Damaged("the file could not be read".into());
    let mut outline = Outline::default();
    let mut offset = 0u64;
    let mut media_seen = false;
    for _ in 0..MAX_TOP_BOXES {
        let header = file.bytes_at(offset, 16).map_err(unreadable)?;
        let Some((kind, head, size)) = boxes::header(&header, file.size() - offset) else {
            break;
        };
        let whole = size <= file.size() - offset;
        match &kind {
            b"moov" if outline.moov.is_none() => {
                if size > MAX_MOOV {
                    return Err(Failure::TooLarge(format!("an index of {size} bytes")));
                }
                if !whole {
                    return Err(Failure::Damaged("the index (moov box) is cut short".into()));
                }
                let body = file.bytes_at(offset + head, (size - head) as usize);
                let body = body.map_err(unreadable)?;
                outline.fragments.movie(&body);
                outline.moov = Some(body);
                outline.index_first = !media_seen;
            }
            b"mdat" => media_seen = true,
            b"sidx" if size < 4 << 20 && whole => {
                let body = file.bytes_at(offset + head, (size - head) as usize);
                outline.indexed_seconds += segment_index_seconds(&body.map_err(unreadable)?);
            }
            b"moof" if size < 4 << 20 && whole => {
                let body = file
                    .bytes_at(offset + head, (size - head) as usize)
                    .map_err(unreadable)?;
                outline.fragments.fragment(&body);
            }
            _ => {}
        }
        outline.cut_short |= !whole;
        offset = match offset.checked_add(size) {
            Some(next) if next < file.size() => next,
            _ => break,
        };
    }
    Ok(outline)
}

/// ISO/IEC 14496-12 section 8.16.3.
fn segment_index_seconds(sidx: &[u8]) -> f64 {
    let long = sidx.first() == Some(&1);
    let scale = be32(sidx, 8).unwrap_or(0);
    let table = if long { 28 } else { 20 };
    let count = be16(sidx, table + 2).unwrap_or(0);
    let ticks: u64 = (0..usize::from(count))
        .filter_map(|i| be32(sidx, table + 4 + i * 12 + 4))
        .map(u64::from)
        .sum();
    if scale == 0 {
        0.0
    } else {
        ticks as f64 / f64::from(scale)
    }
}

#[derive(Clone, Copy)]
struct MovieHeader {
    /// Seconds since 1904-01-01 UTC; 0 when unknown.
    created: u64,
    timescale: u32,
    duration: u64,
}

fn movie_header(mvhd: &[u8]) -> Option<MovieHeader> {
    let (created, timescale, duration) = versioned_times(mvhd)?;
    Some(MovieHeader {
        created,
        timescale,
        duration,
    })
}

/// Creation time, time scale and duration as `mvhd` and `mdhd` both have them.
fn versioned_times(body: &[u8]) -> Option<(u64, u32, u64)> {
    if body.first() == Some(&1) {
        let duration = be64(body, 24)?;
        Some((
            be64(body, 4)?,
            be32(body, 20)?,
            if duration == u64::MAX { 0 } else { duration },
        ))
    } else {
        let duration = be32(body, 16)?;
        let duration = if duration == u32::MAX {
            0
        } else {
            u64::from(duration)
        };
        Some((u64::from(be32(body, 4)?), be32(body, 12)?, duration))
    }
}

fn millis(ticks: u64, scale: u32) -> Option<u64> {
    let scale = u128::from(scale);
    (scale > 0).then(|| u64::try_from(u128::from(ticks) * 1000 / scale).unwrap_or(u64::MAX))
}

/// `chpl` of Nero: version, reserved, count, then (100 ns start, length, title).
fn nero_chapters(udta: &[u8]) -> Vec<Chapter> {
    let Some(body) = find(udta, b"chpl") else {
        return Vec::new();
    };
    let table = if body.first() == Some(&1) { 9 } else { 5 };
    let mut rest = body.get(table..).unwrap_or_default();
    let mut chapters = Vec::new();
    while let (Some(start), Some(length)) = (be64(rest, 0), rest.get(8)) {
        let Some(title) = rest.get(9..9 + usize::from(*length)) else {
            break;
        };
        let title = String::from_utf8_lossy(title).into_owned();
        chapters.push(Chapter {
            start_ms: start / 10_000,
            title,
        });
        rest = rest.get(9 + usize::from(*length)..).unwrap_or_default();
        if chapters.len() >= MAX_CHAPTERS {
            break;
        }
    }
    chapters
}

#[derive(Default)]
struct Track {
    id: u32,
    enabled: bool,
    handler: [u8; 4],
    /// 16.16 fixed point, before rotation.
    width: u32,
    height: u32,
    orientation: u8,
    timescale: u32,
    duration: u64,
    language: Option<String>,
    name: Option<String>,
    entry: entry::SampleEntry,
    samples: u64,
    bytes: u64,
    /// Ids of the tracks that hold this one's chapter titles.
    chapters: Vec<u32>,
    /// The sample table's body, for chapter tracks.
    table: Vec<u8>,
}

impl Track {
    fn read(trak: &[u8]) -> Option<Track> {
        let tkhd = find(trak, b"tkhd")?;
        let long = tkhd.first() == Some(&1);
        // After version and flags: times, id, reserved, duration, then 16 bytes.
        let (id_at, matrix_at) = if long { (20, 52) } else { (12, 40) };
        let mdia = find(trak, b"mdia")?;
        let (_, timescale, duration) = versioned_times(find(mdia, b"mdhd")?)?;
        let mdhd = find(mdia, b"mdhd")?;
        let language = be16(mdhd, if mdhd.first() == Some(&1) { 32 } else { 20 });
        let handler = find(mdia, b"hdlr")?;
        let table = find(find(mdia, b"minf")?, b"stbl")?;
        let handler_kind: [u8; 4] = handler.get(8..12)?.try_into().ok()?;
        let chapters = find(trak, b"tref").and_then(|tref| find(tref, b"chap"));
        let name = find(trak, b"udta")
            .and_then(|udta| find(udta, b"name"))
            .map(|name| {
                String::from_utf8_lossy(name)
                    .trim_matches('\0')
                    .trim()
                    .to_owned()
            })
            .filter(|name| !name.is_empty() && name.len() <= 200);
        let mut track = Track {
            id: be32(tkhd, id_at)?,
            enabled: be32(tkhd, 0)? & 1 == 1,
            handler: handler_kind,
            width: be32(tkhd, matrix_at + 36).unwrap_or(0),
            height: be32(tkhd, matrix_at + 40).unwrap_or(0),
            orientation: matrix_orientation(tkhd.get(matrix_at..).unwrap_or_default()),
            timescale,
            duration,
            language: language.and_then(packed_language),
            name,
            entry: find(table, b"stsd")
                .map(|stsd| entry::SampleEntry::read(stsd, &handler_kind))
                .unwrap_or_default(),
            chapters: (0..16).map_while(|i| be32(chapters?, i * 4)).collect(),
            ..Track::default()
        };
        track.count_samples(table);
        if matches!(&handler_kind, b"text" | b"sbtl") && table.len() < 1 << 20 {
            track.table = table.to_vec();
        }
        Some(track)
    }

    fn count_samples(&mut self, table: &[u8]) {
        if let Some(stsz) = find(table, b"stsz") {
            let (size, count) = (be32(stsz, 4).unwrap_or(0), be32(stsz, 8).unwrap_or(0));
            self.samples = u64::from(count);
            self.bytes = if size > 0 {
                u64::from(size) * u64::from(count)
            } else {
                let sizes = stsz.get(12..).unwrap_or_default().as_chunks::<4>().0;
                sizes
                    .iter()
                    .map(|size| u64::from(u32::from_be_bytes(*size)))
                    .sum()
            };
        }
    }

    fn frames_per_second(&self) -> Option<f64> {
        if self.duration == 0 || self.timescale == 0 || self.samples < 2 {
            return None;
        }
        let fps = self.samples as f64 * f64::from(self.timescale) / self.duration as f64;
        (0.1..1000.0)
            .contains(&fps)
            .then(|| (fps * 1000.0).round() / 1000.0)
    }

    /// Titles of a QuickTime chapter track: one small text sample each.
    fn read_chapters(&self, file: &FileReader) -> Vec<Chapter> {
        let (Some(times), Some(sizes)) = (find(&self.table, b"stts"), find(&self.table, b"stsz"))
        else {
            return Vec::new();
        };
        let offsets: Vec<u64> = match (find(&self.table, b"stco"), find(&self.table, b"co64")) {
            (Some(stco), _) => (0..MAX_CHAPTERS)
                .map_while(|i| be32(stco, 8 + i * 4).map(u64::from))
                .collect(),
            (_, Some(co64)) => (0..MAX_CHAPTERS)
                .map_while(|i| be64(co64, 8 + i * 8))
                .collect(),
            _ => return Vec::new(),
        };
        // Chapter tracks hold one sample in each chunk; any other layout is skipped.
        if self.samples != offsets.len() as u64 {
            return Vec::new();
        }
        let mut starts = Vec::new();
        let mut clock = 0u64;
        for i in 0..MAX_CHAPTERS {
            let (Some(count), Some(delta)) = (be32(times, 8 + i * 8), be32(times, 12 + i * 8))
            else {
                break;
            };
            for _ in 0..(count as usize).min(MAX_CHAPTERS) {
                starts.push(clock);
                clock = clock.saturating_add(u64::from(delta));
            }
        }
        let same_size = be32(sizes, 4).unwrap_or(0);
        let mut chapters = Vec::new();
        for (i, (offset, start)) in offsets.iter().zip(starts).enumerate() {
            let size = if same_size > 0 {
                same_size
            } else {
                be32(sizes, 12 + i * 4).unwrap_or(0)
            };
            let Ok(sample) = file.bytes_at(*offset, size.min(4096) as usize) else {
                break;
            };
            let length = usize::from(be16(&sample, 0).unwrap_or(0));
            let title = sample.get(2..2 + length).unwrap_or_default();
            let title = crate::captions::decode_text(title);
            chapters.push(Chapter {
                start_ms: millis(start, self.timescale).unwrap_or(0),
                title,
            });
        }
        chapters
    }
}

/// The 3x3 matrix of `tkhd` as an EXIF orientation; only quarter turns count.
fn matrix_orientation(matrix: &[u8]) -> u8 {
    let sign = |offset| be32(matrix, offset).map_or(0, |v| (v as i32).signum());
    match (sign(0), sign(4), sign(12), sign(16)) {
        (0, 1, -1, 0) => 6,
        (-1, 0, 0, -1) => 3,
        (0, -1, 1, 0) => 8,
        (-1, 0, 0, 1) => 2,
        (1, 0, 0, -1) => 4,
        (0, 1, 1, 0) => 5,
        (0, -1, -1, 0) => 7,
        _ => 1,
    }
}

/// Three letters of five bits; "und" is no language.
fn packed_language(code: u16) -> Option<String> {
    let letters: String = [10, 5, 0]
        .iter()
        .map(|shift| char::from((((code >> shift) & 31) as u8).wrapping_add(0x60)))
        .collect();
    let valid = letters.bytes().all(|b| b.is_ascii_lowercase());
    (valid && letters != "und").then_some(letters)
}
