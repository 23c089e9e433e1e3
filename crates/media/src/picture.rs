//! From a picture file to its two previews and thumbhash.
//!
//! Decode near the wanted size (JPEG scales by n/8 while decoding), resize to
//! 1440 px, make the 320 px one from that, and only then turn the small
//! pictures upright. Never enlarges. Embedded colour profiles become sRGB.
//!
//! Sizes are checked from the header before pixels are given memory.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::inspection::{Preview, PreviewFormat};
use crate::wire::Failure;

pub(crate) mod colour;
pub(crate) mod decode;
pub(crate) mod jpeg;
pub(crate) mod orient;

/// Box of the small preview.
pub(crate) const SMALL: u32 = 320;
/// Box of the large preview.
pub(crate) const LARGE: u32 = 1440;
/// Most pixels that are decoded at full size (a 16384 x 16384 picture).
pub(crate) const MAX_PIXELS: u64 = 1 << 28;
/// Most bytes a decoder may take for pixels and scratch.
pub(crate) const MAX_DECODED: u64 = 640 * 1024 * 1024;
/// Quality of both previews.
const QUALITY: i32 = 80;
/// What shows through transparency in the JPEG preview: neutral grey.
const BACKGROUND: u8 = 128;

/// Decoded pixels: 8-bit RGB, or RGBA when `alpha`.
#[derive(Clone, Debug)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alpha: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Pixels {
    fn pixel_type(&self) -> PixelType {
        if self.alpha {
            PixelType::U8x4
        } else {
            PixelType::U8x3
        }
    }
}

/// Both previews and the thumbhash of one picture.
pub(crate) struct Rendered {
    pub(crate) previews: Vec<Preview>,
    pub(crate) thumbhash: Vec<u8>,
}

/// Makes the previews; `orientation` is the EXIF value that turns `source` upright.
pub(crate) fn render(source: Pixels, orientation: u8) -> Result<Rendered, Failure> {
    let large = fit(source, LARGE)?;
    let small = fit_ref(&large, SMALL)?;
    let large = orient::upright(large, orientation);
    let small = orient::upright(small, orientation);
    let thumbhash = thumbhash_of(&small)?;
    let webp = encode_webp(&small)?;
    let jpeg = jpeg::encode(&flattened(&large), QUALITY)?;
    let preview = |max_px, format, pixels: &Pixels, bytes| Preview {
        max_px,
        format,
        width: pixels.width,
        height: pixels.height,
        bytes,
    };
    let previews = vec![
        preview(SMALL, PreviewFormat::WebP, &small, webp),
        preview(LARGE, PreviewFormat::Jpeg, &large, jpeg),
    ];
    Ok(Rendered {
        previews,
        thumbhash,
    })
}

/// Size of `width` x `height` fitted into a square box, never enlarged, each side at least 1.
pub(crate) fn fitted(width: u32, height: u32, max: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= max {
        return (width.max(1), height.max(1));
    }
    let scale = |side: u32| {
        let exact = f64::from(side) * f64::from(max) / f64::from(longest);
        (exact.round() as u32).clamp(1, max)
    };
    (scale(width), scale(height))
}

fn fit(source: Pixels, max: u32) -> Result<Pixels, Failure> {
    if source.width.max(source.height) <= max {
        return Ok(source);
    }
    fit_ref(&source, max)
}

fn fit_ref(source: &Pixels, max: u32) -> Result<Pixels, Failure> {
    let (width, height) = fitted(source.width, source.height, max);
    resized(source, width, height)
}

/// Lanczos3 with alpha premultiplied.
pub(crate) fn resized(source: &Pixels, width: u32, height: u32) -> Result<Pixels, Failure> {
    if (width, height) == (source.width, source.height) {
        return Ok(source.clone());
    }
    let bad = |_| Failure::Damaged("pixels".into());
    let kind = source.pixel_type();
    let view = ImageRef::new(source.width, source.height, &source.bytes, kind)
        .map_err(|_| Failure::Damaged("pixels".into()))?;
    let mut target = Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize(&view, &mut target, &options)
        .map_err(bad)?;
    Ok(Pixels {
        width,
        height,
        alpha: source.alpha,
        bytes: target.into_vec(),
    })
}

/// The picture on the neutral background, when it has transparency at all.
fn flattened(source: &Pixels) -> std::borrow::Cow<'_, Pixels> {
    if !source.alpha {
        return std::borrow::Cow::Borrowed(source);
    }
    let blend = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + u32::from(BACKGROUND) * (255 - alpha) + 127) / 255) as u8
    };
    let (pixels, _) = source.bytes.as_chunks::<4>();
    let bytes = pixels
        .iter()
        .flat_map(|[r, g, b, a]| [blend(*r, *a), blend(*g, *a), blend(*b, *a)]);
    std::borrow::Cow::Owned(Pixels {
        width: source.width,
        height: source.height,
        alpha: false,
        bytes: bytes.collect(),
    })
}

fn encode_webp(pixels: &Pixels) -> Result<Vec<u8>, Failure> {
    let encoder = if pixels.alpha {
        webp::Encoder::from_rgba(&pixels.bytes, pixels.width, pixels.height)
    } else {
        webp::Encoder::from_rgb(&pixels.bytes, pixels.width, pixels.height)
    };
    let bad = || Failure::Damaged("the small preview could not be encoded".into());
    let mut config = webp::WebPConfig::new().map_err(|()| bad())?;
    config.quality = QUALITY as f32;
    config.method = 4;
    let memory = encoder.encode_advanced(&config).map_err(|_| bad())?;
    Ok(memory.to_vec())
}

/// Thumbhash takes at most 100 x 100 pixels of RGBA.
fn thumbhash_of(small: &Pixels) -> Result<Vec<u8>, Failure> {
    let tiny = fit_ref(small, 100)?;
    let rgba: Vec<u8> = if tiny.alpha {
        tiny.bytes
    } else {
        tiny.bytes
            .as_chunks::<3>()
            .0
            .iter()
            .flat_map(|[r, g, b]| [*r, *g, *b, 255])
            .collect()
    };
    Ok(thumbhash::rgba_to_thumb_hash(
        tiny.width as usize,
        tiny.height as usize,
        &rgba,
    ))
}
