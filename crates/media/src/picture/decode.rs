//! Pictures other than JPEG, through the `image` crate with hard limits.

use std::io::{BufRead, BufReader, Cursor, Seek};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{MAX_DECODED, MAX_PIXELS, Pixels, colour};
use crate::reader::FileReader;
use crate::wire::Failure;

/// Largest side of a picture that is not JPEG.
const MAX_SIDE: u32 = 65_535;

fn limited<R: BufRead + Seek>(from: R, format: ImageFormat) -> ImageReader<R> {
    let mut reader = ImageReader::with_format(from, format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    reader
}

/// Width and height from the header.
pub(crate) fn dimensions(file: &FileReader, format: ImageFormat) -> Result<(u32, u32), Failure> {
    let decoder = limited(buffered(file), format)
        .into_decoder()
        .map_err(failure)?;
    check(decoder.dimensions(), decoder.total_bytes())
}

/// The first frame in full size.
pub(crate) fn decode(file: &FileReader, format: ImageFormat) -> Result<Pixels, Failure> {
    decode_from(buffered(file), format)
}

/// As `decode`, from memory.
pub(crate) fn decode_bytes(bytes: &[u8], format: ImageFormat) -> Result<Pixels, Failure> {
    decode_from(Cursor::new(bytes), format)
}

fn buffered(file: &FileReader) -> BufReader<FileReader> {
    BufReader::with_capacity(64 * 1024, file.clone())
}

fn decode_from<R: BufRead + Seek>(from: R, format: ImageFormat) -> Result<Pixels, Failure> {
    let mut decoder = limited(from, format).into_decoder().map_err(failure)?;
    check(decoder.dimensions(), decoder.total_bytes())?;
    // A broken profile is no reason to show nothing.
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(failure)?;
    let (width, height, alpha) = (
        picture.width(),
        picture.height(),
        picture.color().has_alpha(),
    );
    let bytes = if alpha {
        picture.into_rgba8().into_raw()
    } else {
        picture.into_rgb8().into_raw()
    };
    let pixels = Pixels {
        width,
        height,
        alpha,
        bytes,
    };
    Ok(colour::to_srgb(pixels, profile.as_deref()))
}

fn check((width, height): (u32, u32), bytes: u64) -> Result<(u32, u32), Failure> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Failure::Damaged("a picture without pixels".into()));
    }
    if pixels > MAX_PIXELS || bytes > MAX_DECODED || width.max(height) > MAX_SIDE {
        return Err(Failure::TooLarge(format!("{width} x {height} pixels")));
    }
    Ok((width, height))
}

fn failure(error: ImageError) -> Failure {
    match error {
        ImageError::Limits(_) => Failure::TooLarge("the picture".into()),
        ImageError::Unsupported(_) => Failure::Unsupported("this kind of picture".into()),
        _ => Failure::Damaged("picture data".into()),
    }
}
