//! JPEG through libjpeg-turbo, or in pure Rust without the `turbojpeg` feature.

use super::{MAX_PIXELS, Pixels, colour};
use crate::wire::Failure;

/// Largest JPEG file that is read into memory.
pub(crate) const MAX_FILE: u64 = 256 * 1024 * 1024;

/// How much larger than the large preview a scaled decode must at least be,
/// in percent. Measured against sharp: at 100 the n/8 scaling alone costs up
/// to 0.008 SSIM.
pub(crate) const HEADROOM_PERCENT: u64 = 160;

fn check_size(width: usize, height: usize) -> Result<(), Failure> {
    let pixels = (width as u64).saturating_mul(height as u64);
    if width == 0 || height == 0 {
        return Err(Failure::Damaged("JPEG header".into()));
    }
    if pixels > MAX_PIXELS {
        return Err(Failure::TooLarge(format!("{width} x {height} pixels")));
    }
    Ok(())
}

#[cfg(feature = "turbojpeg")]
mod backend {
    use turbojpeg::{
        Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp,
    };

    use super::{Failure, HEADROOM_PERCENT, Pixels, check_size};

    /// Scans of a progressive file; more is an attack on our time.
    const MAX_SCANS: u32 = 200;

    fn damaged<E>(_: E) -> Failure {
        Failure::Damaged("JPEG data".into())
    }

    /// Decodes at the smallest n/8 whose longest side is at least `wanted` px.
    pub(crate) fn decode(bytes: &[u8], wanted: u32) -> Result<Pixels, Failure> {
        let mut decoder = Decompressor::new().map_err(damaged)?;
        // An old library without the setting is no reason to fail.
        let _ = decoder.set_scan_limit(MAX_SCANS);
        let header = decoder
            .read_header(bytes)
            .map_err(|_| Failure::Damaged("JPEG header".into()))?;
        check_size(header.width, header.height)?;
        let factor = scale(header.width.max(header.height), wanted, header.is_lossless);
        decoder.set_scaling_factor(factor).map_err(damaged)?;
        let (width, height) = (factor.scale(header.width), factor.scale(header.height));
        let inks = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
        let format = if inks {
            PixelFormat::CMYK
        } else {
            PixelFormat::RGB
        };
        let pitch = width * format.size();
        let mut pixels = vec![0; pitch * height];
        let image = Image {
            pixels: &mut pixels[..],
            width,
            pitch,
            height,
            format,
        };
        // A file cut short still gives its upper part; the decoder reports an
        // error only after filling what it could.
        let decoded = decoder.decompress(bytes, image);
        if decoded.is_err() && !pixels.iter().any(|byte| *byte != 0) {
            return Err(Failure::Damaged("JPEG data".into()));
        }
        if inks {
            pixels = from_inks(&pixels);
        }
        Ok(Pixels {
            width: width as u32,
            height: height as u32,
            alpha: false,
            bytes: pixels,
        })
    }

    fn scale(longest: usize, wanted: u32, lossless: bool) -> ScalingFactor {
        let needed = (u64::from(wanted) * HEADROOM_PERCENT / 100) as usize;
        (1..8)
            .filter(|_| !lossless)
            .map(|eighths| ScalingFactor::new(eighths, 8))
            .find(|factor| factor.scale(longest) >= needed)
            .unwrap_or(ScalingFactor::ONE)
    }

    /// Adobe stores CMYK inverted, so each ink is already "light left".
    fn from_inks(inks: &[u8]) -> Vec<u8> {
        let mix = |ink: u8, black: u8| (u16::from(ink) * u16::from(black) / 255) as u8;
        let (pixels, _) = inks.as_chunks::<4>();
        pixels
            .iter()
            .flat_map(|[c, m, y, k]| [mix(*c, *k), mix(*m, *k), mix(*y, *k)])
            .collect()
    }

    /// Baseline 4:2:0 with optimised tables.
    pub(crate) fn encode(pixels: &Pixels, quality: i32) -> Result<Vec<u8>, Failure> {
        let failed = |_| Failure::Damaged("the large preview could not be encoded".into());
        let mut encoder = Compressor::new().map_err(failed)?;
        encoder.set_quality(quality).map_err(failed)?;
        encoder.set_subsamp(Subsamp::Sub2x2).map_err(failed)?;
        encoder.set_optimize(true).map_err(failed)?;
        let image = Image {
            pixels: &pixels.bytes[..],
            width: pixels.width as usize,
            pitch: pixels.width as usize * 3,
            height: pixels.height as usize,
            format: PixelFormat::RGB,
        };
        encoder.compress_to_vec(image).map_err(failed)
    }
}

#[cfg(not(feature = "turbojpeg"))]
mod backend {
    use std::io::Cursor;

    use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
    use image::{DynamicImage, ExtendedColorType, ImageDecoder};

    use super::{Failure, Pixels, check_size};

    /// Decodes at full size; this path has no scaled decoding.
    pub(crate) fn decode(bytes: &[u8], _wanted: u32) -> Result<Pixels, Failure> {
        let decoder = JpegDecoder::new(Cursor::new(bytes))
            .map_err(|_| Failure::Damaged("JPEG header".into()))?;
        let (width, height) = decoder.dimensions();
        check_size(width as usize, height as usize)?;
        let picture = DynamicImage::from_decoder(decoder)
            .map_err(|_| Failure::Damaged("JPEG data".into()))?;
        Ok(Pixels {
            width,
            height,
            alpha: false,
            bytes: picture.into_rgb8().into_raw(),
        })
    }

    /// Baseline as the pure-Rust encoder makes it.
    pub(crate) fn encode(pixels: &Pixels, quality: i32) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        let quality = u8::try_from(quality).unwrap_or(80);
        JpegEncoder::new_with_quality(&mut out, quality)
            .encode(
                &pixels.bytes,
                pixels.width,
                pixels.height,
                ExtendedColorType::Rgb8,
            )
            .map_err(|_| Failure::Damaged("the large preview could not be encoded".into()))?;
        Ok(out)
    }
}

pub(crate) use backend::encode;

/// Decodes so that the longest side is at least `wanted` px where the file
/// has that many; the size is checked before pixels are given memory.
pub(crate) fn decode(bytes: &[u8], wanted: u32) -> Result<Pixels, Failure> {
    if let Some((width, height)) = dimensions(bytes) {
        check_size(width as usize, height as usize)?;
    }
    let pixels = backend::decode(bytes, wanted)?;
    Ok(colour::to_srgb(pixels, profile(bytes).as_deref()))
}

/// The embedded colour profile, put together from its parts (ICC.1 annex B.4).
fn profile(bytes: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"ICC_PROFILE\0";
    let mut parts: Vec<(u8, &[u8])> = segments(bytes)
        .filter(|(code, _)| *code == 0xE2)
        .filter_map(|(_, body)| match body.strip_prefix(MARK)? {
            [number, _count, part @ ..] => Some((*number, part)),
            _ => None,
        })
        .collect();
    parts.sort_by_key(|(number, _)| *number);
    let whole: Vec<u8> = parts
        .into_iter()
        .flat_map(|(_, part)| part)
        .copied()
        .collect();
    (!whole.is_empty() && whole.len() <= colour::MAX_PROFILE).then_some(whole)
}

/// Width and height from the frame header, without decoding; `None` when there is none.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let frame = |code: u8| matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC);
    let (_, body) = segments(bytes).find(|(code, _)| frame(*code))?;
    let [h1, h0, w1, w0] = body.get(1..5)?.try_into().ok()?;
    Some((
        u32::from(u16::from_be_bytes([w1, w0])),
        u32::from(u16::from_be_bytes([h1, h0])),
    ))
}

/// Marker segments before the first scan: code and body. A body that claims more than
/// there is ends with the bytes.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            // Fill bytes may precede a marker.
            let start = rest.iter().position(|byte| *byte == 0xFF)?;
            let code_at = rest.get(start..)?.iter().position(|byte| *byte != 0xFF)? + start;
            let code = *rest.get(code_at)?;
            let segment = rest.get(code_at + 1..)?;
            match code {
                0x01 | 0xD0..=0xD8 => rest = segment,
                0xD9 | 0xDA => return None,
                _ => {
                    let length = segment.get(..2)?.try_into().map(u16::from_be_bytes).ok()?;
                    let end = usize::from(length).min(segment.len());
                    rest = segment.get(end..)?;
                    return Some((code, segment.get(2..end)?));
                }
            }
        }
    })
}
