//! Making media, asking a pool, and reading colours of pictures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{DynamicImage, Rgb, RgbImage};
use media::{InspectMedia, Inspection, Limits, MediaPool, PoolConfig, Preview, Source, Want};
use tempfile::TempDir;

pub(crate) struct Bench {
    pub(crate) dir: TempDir,
    pub(crate) pool: MediaPool,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::with(1, Limits::default())
    }

    pub(crate) fn with(workers: usize, limits: Limits) -> Bench {
        let program = env!("CARGO_BIN_EXE_media-worker");
        let mut config = PoolConfig::new(program, std::iter::empty::<OsString>());
        config.workers = workers;
        config.limits = limits;
        let pool = MediaPool::start(config).expect("a pool starts without starting a process");
        Bench {
            dir: TempDir::new().expect("a temporary folder"),
            pool,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        path
    }

    /// Runs ffmpeg with words separated by blanks; the output name comes last.
    pub(crate) fn ffmpeg(&self, words: &str) -> PathBuf {
        let output = words
            .split_whitespace()
            .last()
            .expect("an output name")
            .to_owned();
        let done = Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "error", "-y"])
            .args(words.split_whitespace())
            .current_dir(self.dir.path())
            .output()
            .expect("ffmpeg is installed for the tests");
        assert!(
            done.status.success(),
            "ffmpeg: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        self.path(&output)
    }

    pub(crate) async fn ask(&self, path: &Path, want: Want) -> Result<Inspection, InspectMedia> {
        self.pool.inspect(Source::Path(path.to_owned()), want).await
    }

    pub(crate) async fn look(&self, path: &Path) -> Inspection {
        self.ask(
            path,
            Want {
                facts: true,
                previews: true,
                cover: true,
            },
        )
        .await
        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()))
    }
}

pub(crate) fn decoded(preview: &Preview) -> DynamicImage {
    let picture = image::load_from_memory(&preview.bytes).expect("a preview can be decoded");
    assert_eq!(
        (picture.width(), picture.height()),
        (preview.width, preview.height)
    );
    picture
}

/// Colour at a place given in fractions of the size.
pub(crate) fn colour(picture: &DynamicImage, x: f32, y: f32) -> [u8; 3] {
    let picture = picture.to_rgb8();
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    picture.get_pixel((x * w) as u32, (y * h) as u32).0
}

pub(crate) fn near(seen: [u8; 3], expect: [u8; 3], tolerance: i32) -> bool {
    seen.iter()
        .zip(expect)
        .all(|(s, e)| (i32::from(*s) - i32::from(e)).abs() <= tolerance)
}

pub(crate) const RED: [u8; 3] = [220, 30, 30];
pub(crate) const GREEN: [u8; 3] = [30, 200, 30];
pub(crate) const BLUE: [u8; 3] = [30, 30, 220];
pub(crate) const WHITE: [u8; 3] = [240, 240, 240];

/// Red, green over blue, white: each corner tells where it is.
pub(crate) fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        })
    })
}

pub(crate) fn jpeg_of(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .expect("a picture can be encoded");
    bytes
}

/// Puts an EXIF segment behind the start of a JPEG.
pub(crate) fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    out.extend([0xFF, 0xE1]);
    out.extend(((tiff.len() + 8) as u16).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(tiff);
    out.extend(&jpeg[2..]);
    out
}

/// A little-endian TIFF block with the tags a camera writes.
pub(crate) fn exif_block(orientation: u16) -> Vec<u8> {
    struct Block {
        bytes: Vec<u8>,
        heap: Vec<u8>,
        heap_at: u32,
    }
    impl Block {
        fn entry(&mut self, tag: u16, kind: u16, count: u32, value: &[u8]) {
            self.bytes.extend(tag.to_le_bytes());
            self.bytes.extend(kind.to_le_bytes());
            self.bytes.extend(count.to_le_bytes());
            if value.len() <= 4 {
                let mut inline = value.to_vec();
                inline.resize(4, 0);
                self.bytes.extend(inline);
            } else {
                let at = self.heap_at + self.heap.len() as u32;
                self.bytes.extend(at.to_le_bytes());
                self.heap.extend(value);
                if self.heap.len() % 2 == 1 {
                    self.heap.push(0);
                }
            }
        }
        fn text(&mut self, tag: u16, text: &str) {
            let mut value = text.as_bytes().to_vec();
            value.push(0);
            self.entry(tag, 2, value.len() as u32, &value);
        }
        fn ratios(&mut self, tag: u16, ratios: &[(u32, u32)]) {
            let value: Vec<u8> = ratios
                .iter()
                .flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat())
                .collect();
            self.entry(tag, 5, ratios.len() as u32, &value);
        }
    }
    let (ifd0, exif, gps) = (
        8u32,
        8u32 + 2 + 5 * 12 + 4,
        8u32 + 2 + 5 * 12 + 4 + 2 + 7 * 12 + 4,
    );
    let heap_at = gps + 2 + 4 * 12 + 4;
    let mut block = Block {
        bytes: Vec::new(),
        heap: Vec::new(),
        heap_at,
    };
    block.bytes.extend(b"II*\0");
    block.bytes.extend(ifd0.to_le_bytes());
    block.bytes.extend(5u16.to_le_bytes());
    block.text(0x010F, "Tributary Optics");
    block.text(0x0110, "TR-1");
    block.entry(0x0112, 3, 1, &orientation.to_le_bytes());
    block.entry(0x8769, 4, 1, &exif.to_le_bytes());
    block.entry(0x8825, 4, 1, &gps.to_le_bytes());
    block.bytes.extend(0u32.to_le_bytes());
    block.bytes.extend(7u16.to_le_bytes());
    block.ratios(0x829A, &[(1, 250)]);
    block.ratios(0x829D, &[(28, 10)]);
    block.entry(0x8827, 3, 1, &400u16.to_le_bytes());
    block.text(0x9003, "2024:06:14 12:13:14");
    block.text(0x9011, "+02:00");
    block.ratios(0x920A, &[(35, 1)]);
    block.text(0xA434, "TR 35mm F2");
    block.bytes.extend(0u32.to_le_bytes());
    block.bytes.extend(4u16.to_le_bytes());
    block.text(0x0001, "N");
    block.ratios(0x0002, &[(48, 1), (51, 1), (30, 1)]);
    block.text(0x0003, "W");
    block.ratios(0x0004, &[(2, 1), (21, 1), (0, 1)]);
    block.bytes.extend(0u32.to_le_bytes());
    assert_eq!(
        block.bytes.len() as u32,
        heap_at,
        "the offsets above add up"
    );
    block.bytes.extend(block.heap);
    block.bytes
}
