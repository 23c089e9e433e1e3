//! Turns stored pixels upright by their EXIF orientation (EXIF 2.32, tag 0x0112).

use super::Pixels;

/// Whether this orientation swaps width and height.
pub(crate) fn swaps_sides(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}

/// The picture turned upright; values outside 2-8 leave it as it is.
pub(crate) fn upright(source: Pixels, orientation: u8) -> Pixels {
    if !(2..=8).contains(&orientation) {
        return source;
    }
    if source.alpha {
        turned::<4>(&source, orientation)
    } else {
        turned::<3>(&source, orientation)
    }
}

fn turned<const N: usize>(source: &Pixels, orientation: u8) -> Pixels {
    let (w, h) = (source.width as usize, source.height as usize);
    let (pixels, _) = source.bytes.as_chunks::<N>();
    let (width, height) = if swaps_sides(orientation) {
        (h, w)
    } else {
        (w, h)
    };
    let mut bytes = Vec::with_capacity(source.bytes.len());
    for y in 0..height {
        for x in 0..width {
            // Where the upright pixel (x, y) is stored.
            let (column, row) = match orientation {
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (y, h - 1 - x),
                7 => (w - 1 - y, h - 1 - x),
                _ => (w - 1 - y, x),
            };
            bytes.extend_from_slice(pixels.get(row * w + column).unwrap_or(&[0; N]));
        }
    }
    Pixels {
        width: width as u32,
        height: height as u32,
        alpha: source.alpha,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored 2 x 3 picture "ab / cd / ef"; expected upright rows per orientation.
    #[test]
    fn every_orientation_puts_each_pixel_in_its_place() {
        let stored = Pixels {
            width: 2,
            height: 3,
            alpha: false,
            bytes: b"abcdef".iter().flat_map(|b| [*b; 3]).collect(),
        };
        let cases = [
            (1, 2, "abcdef"),
            (2, 2, "badcfe"),
            (3, 2, "fedcba"),
            (4, 2, "efcdab"),
            (5, 3, "acebdf"),
            (6, 3, "ecafdb"),
            (7, 3, "fdbeca"),
            (8, 3, "bdface"),
            (9, 2, "abcdef"),
        ];
        for (orientation, width, expect) in cases {
            let upright = upright(stored.clone(), orientation);
            let seen: String = upright.bytes.chunks(3).map(|p| char::from(p[0])).collect();
            assert_eq!(
                (upright.width, seen.as_str()),
                (width, expect),
                "orientation {orientation}"
            );
        }
    }
}
