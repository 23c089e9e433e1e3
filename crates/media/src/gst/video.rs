//! One frame of a video, and facts of containers that have no parser of ours.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer_app::AppSink;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::*;

use super::{Running, failure, make, ready};
use crate::facts::{AudioTrack, Facts, SubtitleTrack, VideoTrack};
use crate::picture::{MAX_PIXELS, Pixels};
use crate::wire::Failure;

/// Where in the film a frame is looked for, in percent, until one is not dark.
const POSITIONS: [u64; 3] = [10, 25, 50];
/// Mean brightness (of 255) below which a frame counts as black.
const DARK: u64 = 24;
/// Furthest into a film that is played to reach a frame where seeking is impossible.
const MAX_PLAYED_MS: u64 = 60_000;
/// Time for one step of the pipeline: opening, or one seek.
const STEP: Duration = Duration::from_secs(15);

/// What was seen while the pipeline was built.
#[derive(Default)]
struct Seen {
    caps: Vec<gst::Caps>,
    tags: Option<gst::TagList>,
}

struct Player {
    pipeline: Running,
    sink: AppSink,
    seen: Arc<Mutex<Seen>>,
}

impl Player {
    /// Opens the file paused on its first frame.
    fn open(file: &File) -> Result<Player, Failure> {
        ready()?;
        // A pipeline before this one has moved the descriptor.
        let mut descriptor = file;
        let rewound = descriptor.seek(SeekFrom::Start(0));
        rewound.map_err(|_| Failure::Damaged("the file could not be read".into()))?;
        let pipeline = Running(gst::Pipeline::new());
        let source = make("fdsrc")?;
        source.set_property("fd", file.as_raw_fd());
        let decode = make("decodebin")?;
        let (convert, scale) = (make("videoconvert")?, make("videoscale")?);
        let caps = gst::Caps::builder("video/x-raw")
            .field("format", "RGB")
            .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
            .build();
        let sink = AppSink::builder()
            .caps(&caps)
            .sync(false)
            .max_buffers(1)
            .build();
        let broken = |_| Failure::Unsupported("video (GStreamer)".into());
        pipeline
            .0
            .add_many([&source, &decode, &convert, &scale])
            .map_err(broken)?;
        pipeline.0.add(&sink).map_err(broken)?;
        source.link(&decode).map_err(broken)?;
        gst::Element::link_many([&convert, &scale, sink.upcast_ref()]).map_err(broken)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let noted = seen.clone();
        decode.connect("autoplug-continue", false, move |values| {
            let caps = values
                .get(2)
                .and_then(|value| value.get::<gst::Caps>().ok());
            Some(
                caps.is_none_or(|caps| wants_decoding(&caps, &noted))
                    .to_value(),
            )
        });
        // After a seek into the middle of a group of pictures a decoder shall
        // wait for the next whole picture, and not hand out grey.
        pipeline.0.connect_deep_element_added(|_, _, element| {
            if element.has_property("output-corrupt") {
                element.set_property("output-corrupt", false);
            }
        });
        let target = convert.static_pad("sink");
        decode.connect_pad_added(move |_, pad| {
            let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
            let raw = caps.structure(0).is_some_and(|s| s.name() == "video/x-raw");
            if let Some(target) = target.as_ref().filter(|target| raw && !target.is_linked()) {
                // A pad that does not link is a stream that is not shown.
                let _ = pad.link(target);
            }
        });
        pipeline
            .0
            .set_state(gst::State::Paused)
            .map_err(|_| Failure::Damaged("video".into()))?;
        let player = Player {
            pipeline,
            sink,
            seen,
        };
        player.settle()?;
        Ok(player)
    }

    /// Waits until the pipeline rests on a frame.
    fn settle(&self) -> Result<(), Failure> {
        let bus = self
            .pipeline
            .0
            .bus()
            .ok_or_else(|| Failure::Unsupported("video".into()))?;
        let until = Instant::now() + STEP;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            let wait = gst::ClockTime::try_from(left).unwrap_or(gst::ClockTime::SECOND);
            let Some(message) = bus.timed_pop(wait) else {
                break;
            };
            match message.view() {
                gst::MessageView::AsyncDone(_) | gst::MessageView::Eos(_) => return Ok(()),
                gst::MessageView::Error(error) => return Err(failure(error)),
                gst::MessageView::Tag(tag) => {
                    let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                    let tags = seen.tags.get_or_insert_with(gst::TagList::new);
                    tags.make_mut().insert(&tag.tags(), gst::TagMergeMode::Keep);
                }
                _ => {}
            }
        }
        Err(Failure::Damaged("the video gave no frame in time".into()))
    }

    fn duration_ms(&self) -> Option<u64> {
        let duration = self.pipeline.0.query_duration::<gst::ClockTime>()?;
        Some(duration.mseconds()).filter(|ms| *ms > 0)
    }

    fn frame(&self) -> Option<gst::Sample> {
        self.sink.try_pull_preroll(gst::ClockTime::from_seconds(10))
    }

    /// Plays from the start, and gives the first frame from `target_ms` on that is not
    /// dark, or the last one that there was time for.
    fn play_until(&self, target_ms: u64) -> Result<Option<Pixels>, Failure> {
        let target = gst::ClockTime::from_mseconds(target_ms.min(MAX_PLAYED_MS));
        let until = Instant::now() + STEP;
        let Some(mut sample) = self.frame() else {
            return Ok(None);
        };
        let playing = self.pipeline.0.set_state(gst::State::Playing);
        while playing.is_ok() && Instant::now() < until {
            let time = film_time(&sample);
            if time.is_none_or(|time| time >= target) && brightness(&pixels(&sample)?) >= DARK {
                break;
            }
            match self.sink.try_pull_sample(gst::ClockTime::from_seconds(5)) {
                Some(next) => sample = next,
                None => break,
            }
        }
        pixels(&sample).map(Some)
    }

    /// The keyframe next to `target`, or the frame itself where that lies far before it, as
    /// some indexes lead back to the very beginning; `None` when neither can be reached.
    fn frame_near(&self, target: gst::ClockTime) -> Option<gst::Sample> {
        let near = gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_NEAREST;
        let reached = |sample: &gst::Sample| film_time(sample).is_none_or(|at| at >= target / 2);
        let found = [near, gst::SeekFlags::ACCURATE].into_iter();
        found
            .filter_map(|how| self.frame_at(target, how))
            .find(reached)
    }

    /// The frame the pipeline rests on after a seek; `None` when the seek failed.
    fn frame_at(&self, target: gst::ClockTime, how: gst::SeekFlags) -> Option<gst::Sample> {
        self.pipeline
            .0
            .seek_simple(gst::SeekFlags::FLUSH | how, target)
            .ok()?;
        self.settle().ok()?;
        self.frame()
    }
}

/// Decodes video only; notes every stream. Pictures inside containers are
/// covers, not films, unless nothing else is there (motion JPEG in AVI).
fn wants_decoding(caps: &gst::Caps, seen: &Mutex<Seen>) -> bool {
    let Some(structure) = caps.structure(0) else {
        return true;
    };
    let name = structure.name().as_str();
    let stream = name.starts_with("audio/")
        || name.starts_with("text/")
        || name.starts_with("subpicture/")
        || name.starts_with("closedcaption/")
        || name == "application/x-ssa"
        || name == "application/x-ass";
    let video = name.starts_with("video/") && !is_container(structure);
    if stream || video {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.caps.len() < 64 {
            seen.caps.push(caps.clone());
        }
    }
    !stream
}

fn is_container(structure: &gst::StructureRef) -> bool {
    let name = structure.name().as_str();
    matches!(
        name,
        "video/quicktime"
            | "video/x-matroska"
            | "video/webm"
            | "video/mpegts"
            | "video/x-msvideo"
            | "video/x-flv"
            | "video/x-ms-asf"
            | "video/ogg"
    ) || (name == "video/mpeg" && structure.get::<bool>("systemstream").unwrap_or(false))
}

/// A frame at about 10 % of the play time that is not black, as stored
/// (rotation not applied) with square pixels. `duration_ms` is what is known of the
/// play time without asking the demuxer.
pub(crate) fn poster(file: &File, duration_ms: Option<u64>) -> Result<Pixels, Failure> {
    let player = Player::open(file)?;
    let no_frame = || Failure::Damaged("no video frame could be decoded".into());
    // A seek goes by the demuxer's own idea of the play time, where it has one.
    let duration = player.duration_ms().or(duration_ms);
    let mut best: Option<(u64, Pixels)> = None;
    for percent in POSITIONS {
        let sample = match duration {
            Some(ms) => player.frame_near(gst::ClockTime::from_mseconds(ms * percent / 100)),
            None => player.frame(),
        };
        let Some(sample) = sample else { break };
        let frame = pixels(&sample)?;
        let light = brightness(&frame);
        if best.as_ref().is_none_or(|(known, _)| light > *known) {
            best = Some((light, frame));
        }
        if light >= DARK || duration.is_none() {
            break;
        }
    }
    if let Some((_, frame)) = best {
        return Ok(frame);
    }
    // Not seekable (a fragmented MP4 without an index, for one): play up to it.
    drop(player);
    let player = Player::open(file)?;
    let target = duration_ms.max(duration).map_or(0, |ms| ms / 10);
    player.play_until(target)?.ok_or_else(no_frame)
}

/// Where in the film a frame stands; the stamps of a broadcast start anywhere.
fn film_time(sample: &gst::Sample) -> Option<gst::ClockTime> {
    let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
    segment.to_stream_time(sample.buffer()?.pts()?)
}

/// Mean of all channels over a sample of the pixels.
fn brightness(pixels: &Pixels) -> u64 {
    let (sum, count) = pixels
        .bytes
        .iter()
        .step_by(31)
        .fold((0u64, 0u64), |(sum, count), byte| {
            (sum + u64::from(*byte), count + 1)
        });
    sum / count.max(1)
}

/// Copies an RGB frame out, row by row (rows may be padded).
pub(super) fn pixels(sample: &gst::Sample) -> Result<Pixels, Failure> {
    let bad = || Failure::Damaged("a video frame".into());
    let info =
        gst_video::VideoInfo::from_caps(sample.caps().ok_or_else(bad)?).map_err(|_| bad())?;
    let (width, height) = (info.width(), info.height());
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width == 0 || height == 0 {
        return Err(Failure::TooLarge(format!("{width} x {height} pixels")));
    }
    let frame =
        gst_video::VideoFrameRef::from_buffer_ref_readable(sample.buffer().ok_or_else(bad)?, &info)
            .map_err(|_| bad())?;
    let stride =
        usize::try_from(*frame.plane_stride().first().ok_or_else(bad)?).map_err(|_| bad())?;
    let data = frame.plane_data(0).map_err(|_| bad())?;
    let row = width as usize * 3;
    let mut bytes = Vec::with_capacity(row * height as usize);
    for y in 0..height as usize {
        let start = y * stride;
        bytes.extend_from_slice(data.get(start..start + row).ok_or_else(bad)?);
    }
    Ok(Pixels {
        width,
        height,
        alpha: false,
        bytes,
    })
}

/// Facts of AVI, MPEG-TS and the like: what their demuxers say.
pub(crate) fn discover(file: &File, facts: &mut Facts) -> Result<(), Failure> {
    let player = Player::open(file)?;
    facts.duration_ms = player.duration_ms();
    if let Some(Ok(frame)) = player.frame().map(|sample| pixels(&sample)) {
        facts.width = Some(frame.width);
        facts.height = Some(frame.height);
    }
    let seen = player.seen.lock().unwrap_or_else(PoisonError::into_inner);
    for caps in &seen.caps {
        if let Some(structure) = caps.structure(0) {
            note(facts, structure);
        }
    }
    if let Some(tags) = &seen.tags {
        let text = |value: Option<&str>| value.map(str::to_owned).filter(|t| !t.is_empty());
        facts.tags.title = text(tags.get::<gst::tags::Title>().as_ref().map(|v| v.get()));
        facts.tags.artist = text(tags.get::<gst::tags::Artist>().as_ref().map(|v| v.get()));
    }
    if let (Some(video), Some(ms)) = (&mut facts.video, facts.duration_ms.filter(|ms| *ms > 0)) {
        let size = file.metadata().map_or(0, |m| m.len());
        video.bitrate = Some(size.saturating_mul(8000) / ms).filter(|rate| *rate > 0);
    }
    Ok(())
}

fn note(facts: &mut Facts, structure: &gst::StructureRef) {
    let name = structure.name().as_str();
    let version = structure.get::<i32>("mpegversion").unwrap_or(0);
    let codec = match name {
        "video/x-h264" => "h264",
        "video/x-h265" => "hevc",
        "video/x-av1" => "av1",
        "video/x-vp8" => "vp8",
        "video/x-vp9" => "vp9",
        "video/x-xvid" | "video/x-divx" => "mpeg4",
        "video/mpeg" if version == 4 => "mpeg4",
        "video/mpeg" => "mpeg2",
        "audio/mpeg" if version == 4 || version == 2 => "aac",
        "audio/mpeg" if structure.get::<i32>("layer").is_ok_and(|layer| layer == 2) => "mp2",
        "audio/mpeg" => "mp3",
        "audio/x-ac3" => "ac3",
        "audio/x-eac3" => "eac3",
        "audio/x-dts" => "dts",
        "audio/x-raw" => "pcm",
        other => other.rsplit(['/', '-']).next().unwrap_or(other),
    }
    .to_owned();
    if name.starts_with("video/") && name != "video/x-raw" {
        let fps = structure
            .get::<gst::Fraction>("framerate")
            .ok()
            .filter(|f| f.numer() > 0 && f.denom() > 0)
            .map(|f| (f64::from(f.numer()) / f64::from(f.denom()) * 1000.0).round() / 1000.0);
        match &mut facts.video {
            // A parser behind the demuxer says it again, and knows more.
            Some(video) => video.fps = fps.or(video.fps),
            None => {
                facts.video = Some(VideoTrack {
                    codec,
                    fps,
                    bitrate: None,
                    hdr: false,
                })
            }
        }
    } else if name.starts_with("audio/") {
        facts.audio.push(AudioTrack {
            codec,
            channels: structure
                .get::<i32>("channels")
                .ok()
                .and_then(|n| u32::try_from(n).ok()),
            sample_rate: structure
                .get::<i32>("rate")
                .ok()
                .and_then(|n| u32::try_from(n).ok()),
            ..AudioTrack::default()
        });
    } else if !name.starts_with("video/") {
        facts.subtitles.push(SubtitleTrack {
            codec,
            ..SubtitleTrack::default()
        });
    }
}
