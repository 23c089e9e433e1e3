//! What a drop would do: counted in about a second, so that the drop sheet can say it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media::MediaKind;

use super::scan::{Found, Sighting, scan};
use super::{DropSummary, ImportMode, Unreadable};
use crate::jobs::{FailureCode, Stop};
use crate::node::Inner;

/// Counting stops after this time; the numbers are then "at least".
const BUDGET: Duration = Duration::from_millis(1_000);
/// Files whose content is looked at; beyond, names decide.
const SNIFFED: u64 = 300;
/// Unreadable entries that are listed.
const MAX_UNREADABLE: usize = 100;

/// Counts what `paths` hold.
pub(super) fn summarise(inner: &Inner, paths: &[PathBuf]) -> DropSummary {
    let settings = inner.settings();
    let mut counting = Counting {
        summary: DropSummary::default(),
        until: Instant::now() + BUDGET,
        sniffed: 0,
        mode: settings.import_mode,
        in_place_above: settings.keep_in_place_above_mib.saturating_mul(1 << 20),
    };
    let ended = scan(paths, inner.home.root(), &mut counting);
    counting.summary.complete = ended.is_ok();
    counting.summary
}

struct Counting {
    summary: DropSummary,
    until: Instant,
    sniffed: u64,
    mode: ImportMode,
    in_place_above: u64,
}

impl Counting {
    fn kind(&mut self, path: &Path) -> MediaKind {
        let name = super::shown_file_name(path);
        let mut head = [0_u8; media::HEAD_BYTES];
        let mut len = 0;
        if self.sniffed < SNIFFED {
            self.sniffed += 1;
            len = File::open(path)
                .and_then(|file| file.read_at(&mut head, 0))
                .unwrap_or(0);
        }
        if len == 0 {
            return kind_by_name(&name);
        }
        media::sniff_named(head.get(..len).unwrap_or_default(), &name).kind
    }
}

impl Sighting for Counting {
    fn file(&mut self, found: Found) -> Result<(), Stop> {
        let kind = self.kind(&found.path);
        let summary = &mut self.summary;
        summary.bytes += found.stamp.size;
        match kind {
            MediaKind::Photo => summary.photos += 1,
            MediaKind::Video => summary.videos += 1,
            MediaKind::Audio => summary.tracks += 1,
            MediaKind::Subtitle => summary.subtitles += 1,
            MediaKind::Document | MediaKind::Other => summary.others += 1,
        }
        let in_place = match self.mode {
            ImportMode::Auto => found.stamp.size > self.in_place_above,
            ImportMode::Reference => true,
            ImportMode::Copy => false,
        };
        if in_place {
            summary.will_reference += 1
        } else {
            summary.will_copy += 1
        }
        if Instant::now() > self.until {
            Err(Stop::Elsewhere)
        } else {
            Ok(())
        }
    }

    fn failure(
        &mut self,
        path: &Path,
        code: FailureCode,
        detail: Option<String>,
    ) -> Result<(), Stop> {
        if self.summary.unreadable.len() < MAX_UNREADABLE {
            let message = detail.unwrap_or_else(|| code.message().to_owned());
            self.summary.unreadable.push(Unreadable {
                path: super::shown_path(path),
                message,
            });
        }
        Ok(())
    }

    fn folder(&mut self, _path: &Path) -> Result<(), Stop> {
        self.summary.folders += 1;
        if Instant::now() > self.until {
            Err(Stop::Elsewhere)
        } else {
            Ok(())
        }
    }
}

/// A guess for the sheet alone; the import itself goes by content.
fn kind_by_name(name: &str) -> MediaKind {
    let extension = name
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "webp" | "gif" | "tif" | "tiff" | "avif" | "heic" | "bmp" => {
            MediaKind::Photo
        }
        "mp4" | "m4v" | "mov" | "mkv" | "webm" | "avi" | "ts" | "mpg" | "mpeg" | "ogv" => {
            MediaKind::Video
        }
        "mp3" | "flac" | "ogg" | "opus" | "m4a" | "wav" | "aac" => MediaKind::Audio,
        "srt" | "vtt" | "ass" | "ssa" => MediaKind::Subtitle,
        _ => MediaKind::Other,
    }
}
