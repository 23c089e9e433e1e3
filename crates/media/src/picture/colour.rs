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
    let transform = transform.ok()?;
    let convert = |bytes: &[u8]| {
        let mut out = vec![0; bytes.len()];
        transform.transform(bytes, &mut out).ok()?;
        Some(out)
    };
    // Most cameras embed sRGB itself, and then there is nothing to do.
    let probe = probe(pixels.alpha);
    let alike = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 1;
    if probe.iter().zip(&convert(&probe)?).all(alike) {
        return None;
    }
    convert(&pixels.bytes)
}

/// Colours that two different profiles do not all show alike.
fn probe(alpha: bool) -> Vec<u8> {
    const STEPS: [u8; 4] = [0, 60, 150, 255];
    let mut bytes = Vec::new();
    for red in STEPS {
        for green in STEPS {
            for blue in STEPS {
                bytes.extend([red, green, blue]);
                bytes.extend(alpha.then_some(255));
            }
        }
    }
    bytes
}
