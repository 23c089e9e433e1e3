//! Embedded colour profiles (ICC.1): previews are sRGB, whatever the camera chose.
//!
//! Best effort: a profile that cannot be read leaves the pixels as they are, which is
//! what programs without colour management show.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::Pixels;

/// Largest profile that is looked at; those of cameras and phones have a few hundred bytes.
pub(crate) const MAX_PROFILE: usize = 4 << 20;

/// The pixels as sRGB, from what `profile` says of them.
pub(crate) fn to_srgb(mut pixels: Pixels, profile: Option<&[u8]>) -> Pixels {
    if let Some(converted) = profile.and_then(|profile| converted(&pixels, profile)) {
        pixels.bytes = converted;
    }
    pixels
}

fn converted(pixels: &Pixels, profile: &[u8]) -> Option<Vec<u8>> {
    let from = ColorProfile::new_from_slice(profile.get(..profile.len().min(MAX_PROFILE))?).ok()?;
    if from.color_space != DataColorSpace::Rgb {
        return None;
    }
    let layout = if pixels.alpha {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let srgb = ColorProfile::new_srgb();
    let transform = from.create_transform_8bit(layout, &srgb, layout, TransformOptions::default());
    let mut out = vec![0; pixels.bytes.len()];
    transform.ok()?.transform(&pixels.bytes, &mut out).ok()?;
    Some(out)
}
