//! Play time of MPEG program and transport streams, which have no index: the
//! distance between the first and the last presentation time stamp of the
//! picture (ISO/IEC 13818-1 sections 2.4.3.6 and 2.4.3.7; ISO/IEC 11172-1 section 2.4.3.3).
//!
//! Not a demuxer: packet headers are found by their start codes.

use crate::reader::FileReader;

/// How much of either end is looked at; two seconds of the fastest streams.
const WINDOW: usize = 4 << 20;
/// Time stamps are of 33 bits and count 90 kHz.
const WRAP: u64 = 1 << 33;
const TICKS_PER_MS: u64 = 90;
/// Start code, length, up to 16 stuffing bytes, buffer size and stamp.
const LONGEST_HEADER: usize = 6 + 16 + 2 + 5;
/// Shown for the last picture, whose end no stamp tells.
const LAST_PICTURE_MS: u64 = 40;

/// Play time in milliseconds; `None` where no two stamps are found.
pub(crate) fn duration_ms(file: &FileReader) -> Option<u64> {
    let head = file.bytes_at(0, WINDOW).ok()?;
    let tail_start = file.size().saturating_sub(WINDOW as u64);
    let tail = file.bytes_at(tail_start, WINDOW).ok()?;
    let first = stamps(&head).next()?;
    // Pictures are stored in decoding order, so the latest is not the last.
    let elapsed = |stamp: u64| stamp.wrapping_sub(first) % WRAP;
    let last = stamps(&tail)
        .map(elapsed)
        .filter(|ticks| *ticks < WRAP / 2)
        .max()?;
    (last > 0).then_some(last / TICKS_PER_MS + LAST_PICTURE_MS)
}

/// Presentation time stamps of the video packets, in the order of the bytes.
fn stamps(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let packets = bytes.windows(LONGEST_HEADER);
    packets
        .filter(|packet| matches!(packet, [0, 0, 1, 0xe0..=0xef, ..]))
        .filter_map(stamp)
}

/// Reads the stamp of a packet, whose header follows its start code and length.
fn stamp(packet: &[u8]) -> Option<u64> {
    let header = packet.get(6..)?;
    match header {
        // MPEG-2: "10", flags of which the first is "with a stamp", a length.
        [0x80..=0xbf, flags, _, rest @ ..] => (flags & 0x80 != 0).then(|| ticks(rest))?,
        // MPEG-1: stuffing, the decoder's buffer ("01" and 14 bits), the stamp.
        _ => {
            let at = header.iter().position(|byte| *byte != 0xff)?;
            match header.get(at..)? {
                [0x40..=0x7f, _, rest @ ..] => ticks(rest),
                rest => ticks(rest),
            }
        }
    }
}

/// 33 bits between the marker bits, after "0010" or "0011".
fn ticks(field: &[u8]) -> Option<u64> {
    let [a, b, c, d, e] = *field.first_chunk::<5>()?;
    let marked = a & 0xe1 == 0x21 && c & 1 == 1 && e & 1 == 1;
    let [a, b, c, d, e] = [a, b, c, d, e].map(u64::from);
    marked.then_some((a & 0x0e) << 29 | b << 22 | (c & 0xfe) << 14 | d << 7 | e >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_from_its_marked_bits() {
        // 33 bits set: every payload bit around the markers.
        let all = [
            0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x2f, 0xff, 0xff, 0xff, 0xff,
        ];
        assert_eq!(stamp(&all), Some(WRAP - 1));
        let one_second = 90_000u64;
        let [a, b, c, d, e] = [
            0x21 | (one_second >> 29) as u8 & 0x0e,
            (one_second >> 22) as u8,
            (one_second >> 14) as u8 | 1,
            (one_second >> 7) as u8,
            ((one_second << 1) as u8) | 1,
        ];
        let packet = [0, 0, 1, 0xe3, 0, 0, 0x81, 0xc0, 10, a, b, c, d, e];
        assert_eq!(stamp(&packet), Some(one_second));
        let older = [0, 0, 1, 0xe0, 0, 0, 0xff, 0xff, 0x60, 0x2e, a, b, c, d, e];
        assert_eq!(stamp(&older), Some(one_second), "MPEG-1");
        let silent = [0, 0, 1, 0xe3, 0, 0, 0x81, 0x00, 10, a, b, c, d, e];
        assert_eq!(stamp(&silent), None, "a packet without a stamp");
    }
}
