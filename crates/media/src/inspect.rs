//! One file to its facts and previews, in this process.
//!
//! Runs in the worker. A panic of a decoder becomes `Damaged`; whatever else
//! a decoder does to the process, the pool sees.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::ImageFormat;

use crate::facts::Facts;
use crate::inspection::{Cover, Preview, Problem, Want};
use crate::mp4::Probed;
use crate::picture::{self, Pixels};
use crate::reader::FileReader;
use crate::sniff::{HEAD_BYTES, MediaKind, MediaType, sniff};
use crate::wire::Failure;
use crate::{audio, exif, heif, mkv, mp4, mpeg};

/// What one look at a file found.
pub(crate) struct Looked {
    pub(crate) facts: Facts,
    pub(crate) previews: Vec<Preview>,
    pub(crate) thumbhash: Option<Vec<u8>>,
    pub(crate) cover: Option<Cover>,
    pub(crate) problems: Vec<Problem>,
}

/// Looks at a file; `early` gets the facts before pictures are decoded.
pub(crate) fn look(
    file: &File,
    want: Want,
    early: &mut dyn FnMut(&Facts),
) -> Result<Looked, Failure> {
    let unreadable = |_| Failure::Damaged("the file could not be read".into());
    let reader = FileReader::new(file).map_err(unreadable)?;
    let head = reader.bytes_at(0, HEAD_BYTES).map_err(unreadable)?;
    let found = sniff(&head);
    let subject = Subject {
        file,
        reader,
        found,
    };
    let (mut probed, jpeg) = guarded(|| subject.probe())?;
    probed.facts.mime = found.mime.to_owned();
    probed.facts.kind = kind(found, &probed.facts);
    probed.facts.has_cover = probed.cover.is_some();
    if !want.facts {
        let Facts {
            mime,
            kind,
            orientation,
            width,
            height,
            duration_ms,
            ..
        } = probed.facts;
        probed.facts = Facts {
            mime,
            kind,
            orientation,
            width,
            height,
            duration_ms,
            ..Facts::default()
        };
    }
    early(&probed.facts);
    let mut looked = Looked {
        facts: probed.facts,
        previews: Vec::new(),
        thumbhash: None,
        cover: None,
        problems: probed.problems,
    };
    if want.previews {
        let rendered = guarded(|| subject.preview(&looked.facts, probed.cover.as_deref(), jpeg));
        match rendered {
            Ok(Some(rendered)) => {
                looked.previews = rendered.previews;
                looked.thumbhash = Some(rendered.thumbhash);
            }
            Ok(None) => {}
            Err(failure) => looked.problems.push(problem(failure)),
        }
    }
    looked.cover = probed.cover.filter(|_| want.cover).map(|bytes| {
        let mime = sniff(&bytes).mime.to_owned();
        Cover { mime, bytes }
    });
    Ok(looked)
}

/// Runs a decoder; a panic inside is the file's fault, not ours to die of.
fn guarded<T>(act: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(act))
        .unwrap_or_else(|_| Err(Failure::Damaged("a decoder gave up on it".into())))
}

fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::TooLarge(what) => Problem::TooLarge { what },
        Failure::Unsupported(what) => Problem::Unsupported { what },
        Failure::Damaged(what) => Problem::Damaged { what },
    }
}

/// Containers of both: without a video track it is a piece of music.
fn kind(found: MediaType, facts: &Facts) -> MediaKind {
    let sound_only = facts.video.is_none() && !facts.audio.is_empty();
    if found.kind == MediaKind::Video && sound_only {
        MediaKind::Audio
    } else {
        found.kind
    }
}

struct Subject<'a> {
    file: &'a File,
    reader: FileReader,
    found: MediaType,
}

impl Subject<'_> {
    /// Facts and cover; the bytes of a JPEG come along, as they are read anyway.
    fn probe(&self) -> Result<(Probed, Option<bytes::Bytes>), Failure> {
        let probed = match (self.found.kind, self.found.extension) {
            (MediaKind::Photo, "jpg") => return self.probe_jpeg().map(|(p, b)| (p, Some(b))),
            (MediaKind::Photo, _) => self.probe_photo()?,
            (MediaKind::Video, "mp4" | "m4v" | "mov" | "3gp") | (MediaKind::Audio, "m4a") => {
                mp4::probe(&self.reader)?
            }
            (MediaKind::Video, "mkv" | "webm") => mkv::probe(&self.reader)?,
            (MediaKind::Video, _) => self.probe_stream()?,
            (MediaKind::Audio, extension) => audio::probe(&self.reader, extension)?,
            _ => Probed {
                facts: Facts {
                    orientation: 1,
                    ..Facts::default()
                },
                ..Probed::default()
            },
        };
        Ok((probed, None))
    }

    fn probe_jpeg(&self) -> Result<(Probed, bytes::Bytes), Failure> {
        if self.reader.size() > picture::jpeg::MAX_FILE {
            return Err(Failure::TooLarge(format!(
                "a JPEG of {} bytes",
                self.reader.size()
            )));
        }
        let bytes = self.reader.bytes_at(0, picture::jpeg::MAX_FILE as usize);
        let bytes = bytes::Bytes::from(bytes.map_err(|_| Failure::Damaged("the file".into()))?);
        let stored = picture::jpeg::dimensions(&bytes)
            .ok_or_else(|| Failure::Damaged("JPEG header".into()))?;
        let mut facts = Facts {
            orientation: 1,
            ..Facts::default()
        };
        exif::fill_from_bytes(&mut facts, bytes.clone());
        set_size(&mut facts, stored);
        Ok((
            Probed {
                facts,
                ..Probed::default()
            },
            bytes,
        ))
    }

    fn probe_photo(&self) -> Result<Probed, Failure> {
        let mut probed = Probed::default();
        let facts = &mut probed.facts;
        facts.orientation = 1;
        match self.found.extension {
            "avif" | "heic" => {
                let still = heif::read(&self.reader)?;
                exif::fill(facts, &self.reader);
                // The container's own turn counts, and EXIF's says it twice.
                facts.orientation = still.orientation;
                set_size(facts, (still.width, still.height));
            }
            extension => match picture_format(extension) {
                Some(format) => {
                    let stored = picture::decode::dimensions(&self.reader, format)?;
                    exif::fill(facts, &self.reader);
                    set_size(facts, stored);
                    facts.animated = is_animated(&self.reader, format);
                }
                None => exif::fill(facts, &self.reader),
            },
        }
        Ok(probed)
    }

    /// Containers that only GStreamer reads here.
    fn probe_stream(&self) -> Result<Probed, Failure> {
        let mut probed = Probed::default();
        probed.facts.orientation = 1;
        probed.facts.container = Some(self.found.extension.to_ascii_uppercase());
        probed.facts.playable.streamable = true;
        #[cfg(feature = "gstreamer")]
        match crate::gst::video::discover(self.file, &mut probed.facts) {
            Ok(()) => {}
            Err(failure) => probed.problems.push(problem(failure)),
        }
        if matches!(self.found.extension, "ts" | "m2ts" | "mpg") {
            // GStreamer guesses from the bit rate.
            let measured = mpeg::duration_ms(&self.reader);
            probed.facts.duration_ms = measured.or(probed.facts.duration_ms);
        }
        Ok(probed)
    }

    fn preview(
        &self,
        facts: &Facts,
        cover: Option<&[u8]>,
        jpeg: Option<bytes::Bytes>,
    ) -> Result<Option<picture::Rendered>, Failure> {
        // A cover chosen by whoever made the file beats any frame.
        if let Some(cover) = cover
            && let Ok(pixels) = guarded(|| decode_cover(cover))
        {
            return picture::render(pixels, 1).map(Some);
        }
        let pixels = match (facts.kind, jpeg) {
            (_, Some(bytes)) => picture::jpeg::decode(&bytes, picture::LARGE)?,
            (MediaKind::Photo, None) => self.decode_photo()?,
            (MediaKind::Video, _) => self.poster(facts)?,
            _ => return Ok(None),
        };
        picture::render(pixels, facts.orientation).map(Some)
    }

    fn decode_photo(&self) -> Result<Pixels, Failure> {
        match (self.found.extension, picture_format(self.found.extension)) {
            #[cfg(feature = "gstreamer")]
            ("avif" | "heic", _) => {
                crate::gst::still::decode(&heif::read(&self.reader)?, &self.reader)
            }
            (_, Some(format)) => picture::decode::decode(&self.reader, format),
            _ => Err(Failure::Unsupported(self.found.mime.to_owned())),
        }
    }

    fn poster(&self, facts: &Facts) -> Result<Pixels, Failure> {
        #[cfg(feature = "gstreamer")]
        return crate::gst::video::poster(self.file, facts.duration_ms);
        #[cfg(not(feature = "gstreamer"))]
        Err(Failure::Unsupported(
            "video frames (built without GStreamer)".into(),
        ))
    }
}

fn set_size(facts: &mut Facts, (mut width, mut height): (u32, u32)) {
    if picture::orient::swaps_sides(facts.orientation) {
        std::mem::swap(&mut width, &mut height);
    }
    (facts.width, facts.height) = (Some(width), Some(height));
}

fn picture_format(extension: &str) -> Option<ImageFormat> {
    Some(match extension {
        "png" => ImageFormat::Png,
        "gif" => ImageFormat::Gif,
        "webp" => ImageFormat::WebP,
        "tiff" => ImageFormat::Tiff,
        "bmp" => ImageFormat::Bmp,
        _ => return None,
    })
}

fn is_animated(reader: &FileReader, format: ImageFormat) -> bool {
    let head = reader.bytes_at(0, 64 * 1024).unwrap_or_default();
    match format {
        // Two graphic control extensions, or the loop extension that animations carry.
        ImageFormat::Gif => head.windows(11).any(|w| w == b"NETSCAPE2.0"),
        ImageFormat::WebP => {
            head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|f| f & 2 != 0)
        }
        ImageFormat::Png => head.windows(4).any(|w| w == b"acTL"),
        _ => false,
    }
}

/// An embedded cover: JPEG or PNG as a rule, by its own bytes.
fn decode_cover(bytes: &[u8]) -> Result<Pixels, Failure> {
    let found = sniff(bytes);
    if found.extension == "jpg" {
        return picture::jpeg::decode(bytes, picture::LARGE);
    }
    let format = picture_format(found.extension);
    let format = format.ok_or_else(|| Failure::Unsupported(found.mime.to_owned()))?;
    picture::decode::decode_bytes(bytes, format)
}
