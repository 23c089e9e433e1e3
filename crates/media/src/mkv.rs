//! Matroska and WebM: facts through matroska-demuxer, attachments by a small
//! EBML walk of our own (RFC 8794, RFC 9559).

use std::io::BufReader;

use matroska_demuxer::{MatroskaFile, TrackEntry, TrackType, TransferCharacteristics};

use crate::facts::{AudioTrack, Chapter, Facts, SubtitleTrack, VideoTrack};
use crate::mp4::Probed;
use crate::reader::FileReader;
use crate::wire::Failure;

mod attachment;

/// Reads the facts of a Matroska file.
pub(crate) fn probe(file: &FileReader) -> Result<Probed, Failure> {
    let mkv = MatroskaFile::open(BufReader::with_capacity(64 * 1024, file.clone()))
        .map_err(|error| Failure::Damaged(format!("Matroska index: {error}")))?;
    let webm = mkv.ebml_header().doc_type() == "webm";
    let mut facts = Facts {
        orientation: 1,
        container: Some(if webm { "WebM" } else { "Matroska" }.to_owned()),
        ..Facts::default()
    };
    facts.playable.streamable = true;
    let scale = mkv.info().timestamp_scale().get() as f64;
    facts.duration_ms = mkv
        .info()
        .duration()
        .map(|ticks| ticks * scale / 1e6)
        .filter(|ms| ms.is_finite() && *ms > 0.0)
        .map(|ms| ms.round() as u64);
    for track in mkv.tracks().iter().take(256) {
        describe(&mut facts, track, webm);
    }
    if let (Some(video), Some(ms)) = (&mut facts.video, facts.duration_ms.filter(|ms| *ms > 0)) {
        video.bitrate =
            Some(u64::try_from(u128::from(file.size()) * 8000 / u128::from(ms)).unwrap_or(0));
    }
    // The first edition is the one that players show.
    let edition = mkv.chapters().and_then(|editions| editions.first());
    for atom in edition
        .map(|e| e.chapter_atoms())
        .unwrap_or_default()
        .iter()
        .take(2000)
    {
        let title = atom
            .displays()
            .first()
            .map(|d| d.string().to_owned())
            .unwrap_or_default();
        facts.chapters.push(Chapter {
            start_ms: atom.time_start() / 1_000_000,
            title,
        });
    }
    facts.chapters.sort_by_key(|chapter| chapter.start_ms);
    facts.tags.title = mkv
        .info()
        .title()
        .map(str::to_owned)
        .filter(|t| !t.trim().is_empty());
    for tag in mkv.tags().unwrap_or_default().iter().take(256) {
        // Tags of single tracks (bit rates and the like) say nothing of the whole.
        if tag
            .targets()
            .and_then(|t| t.tag_track_uid())
            .is_some_and(|uid| uid != 0)
        {
            continue;
        }
        for simple in tag.simple_tags().iter().take(256) {
            if let Some(value) = simple.string() {
                crate::audio::set_by_name(&mut facts.tags, simple.name(), value);
            }
        }
    }
    let cover = attachment::cover(file);
    Ok(Probed {
        facts,
        cover,
        problems: Vec::new(),
    })
}

fn describe(facts: &mut Facts, track: &TrackEntry, webm: bool) {
    let language = track
        .language_bcp47()
        .or(track.language())
        .map(str::to_owned)
        .filter(|l| l != "und" && l.len() <= 35)
        // The element's default is English; WebM muxers leave it out for any language.
        .or_else(|| (!webm && track.language().is_none()).then(|| "eng".to_owned()));
    let title = track.name().map(|name| name.chars().take(200).collect());
    match track.track_type() {
        TrackType::Video => {
            let codec = video_codec(track.codec_id());
            // A cover mapped as a stream is a still picture, not the film.
            if matches!(codec.as_str(), "mjpeg" | "png") || facts.video.is_some() {
                return;
            }
            let Some(video) = track.video() else { return };
            let (mut width, mut height) = (video.pixel_width().get(), video.pixel_height().get());
            if let (Some(w), Some(h)) = (video.display_width(), video.display_height())
                && video
                    .display_unit()
                    .is_none_or(|u| u == matroska_demuxer::DisplayUnit::Pixels)
            {
                (width, height) = (w.get(), h.get());
            }
            facts.width = u32::try_from(width).ok();
            facts.height = u32::try_from(height).ok();
            let transfer = video
                .colour()
                .and_then(|colour| colour.transfer_characteristics());
            facts.video = Some(VideoTrack {
                codec,
                fps: track
                    .default_duration()
                    .map(|ns| 1e9 / ns.get() as f64)
                    .filter(|fps| (0.1..1000.0).contains(fps))
                    .map(|fps| (fps * 1000.0).round() / 1000.0),
                bitrate: None,
                hdr: matches!(
                    transfer,
                    Some(TransferCharacteristics::Bt2100 | TransferCharacteristics::Hlg)
                ),
            });
        }
        TrackType::Audio => facts.audio.push(AudioTrack {
            codec: audio_codec(track.codec_id()),
            channels: track
                .audio()
                .and_then(|a| u32::try_from(a.channels().get()).ok()),
            sample_rate: track.audio().map(|a| a.sampling_frequency() as u32),
            language,
            title,
            default: track.flag_default(),
        }),
        TrackType::Subtitle => facts.subtitles.push(SubtitleTrack {
            codec: subtitle_codec(track.codec_id()),
            language,
            title,
            default: track.flag_default(),
            forced: track.flag_forced(),
        }),
        _ => {}
    }
}

/// Codec ids of <https://www.matroska.org/technical/codec_specs.html>.
fn video_codec(id: &str) -> String {
    match id {
        "V_MPEG4/ISO/AVC" => "h264",
        "V_MPEGH/ISO/HEVC" => "hevc",
        "V_AV1" => "av1",
        "V_VP8" => "vp8",
        "V_VP9" => "vp9",
        "V_MPEG1" => "mpeg1",
        "V_MPEG2" => "mpeg2",
        "V_MJPEG" => "mjpeg",
        "V_THEORA" => "theora",
        "V_PRORES" => "prores",
        "V_MPEG4/ISO/SP" | "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/AP" | "V_MS/VFW/FOURCC" => "mpeg4",
        other => return other.trim_start_matches("V_").to_ascii_lowercase(),
    }
    .to_owned()
}

fn audio_codec(id: &str) -> String {
    match id {
        "A_OPUS" => "opus",
        "A_VORBIS" => "vorbis",
        "A_FLAC" => "flac",
        "A_MPEG/L3" => "mp3",
        "A_MPEG/L2" => "mp2",
        "A_AC3" => "ac3",
        "A_EAC3" => "eac3",
        "A_TRUEHD" => "truehd",
        "A_ALAC" => "alac",
        other if other.starts_with("A_AAC") => "aac",
        other if other.starts_with("A_DTS") => "dts",
        other if other.starts_with("A_PCM") => "pcm",
        other => return other.trim_start_matches("A_").to_ascii_lowercase(),
    }
    .to_owned()
}

fn subtitle_codec(id: &str) -> String {
    match id {
        "S_TEXT/UTF8" | "S_TEXT/ASCII" => "srt",
        "S_TEXT/ASS" | "S_ASS" | "S_TEXT/SSA" | "S_SSA" => "ass",
        "S_TEXT/WEBVTT" | "D_WEBVTT/SUBTITLES" => "webvtt",
        "S_HDMV/PGS" => "pgs",
        "S_VOBSUB" => "vobsub",
        other => return other.trim_start_matches("S_").to_ascii_lowercase(),
    }
    .to_owned()
}
