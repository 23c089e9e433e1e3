//! Lying, truncated and absurd files: a typed answer each, and the pool lives.

use media::{InspectMedia, MediaKind, Problem, Want};

use crate::support::{Bench, corners, jpeg_of};

#[tokio::test]
async fn empty_and_foreign_files_are_other_and_no_error() {
    let bench = Bench::new();
    let empty = bench.look(&bench.write("empty.mp4", b"")).await;
    assert_eq!(
        (empty.facts.kind, empty.previews.len()),
        (MediaKind::Other, 0)
    );
    let html = bench
        .look(&bench.write("film.mp4", b"<!DOCTYPE html><html></html>"))
        .await;
    assert_eq!(html.facts.mime, "text/html");
    assert_eq!(
        (html.facts.kind, html.previews.len()),
        (MediaKind::Document, 0)
    );
}

/// A PNG header that promises `width` x `height` pixels, with a right checksum.
fn png_promising(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let mut crc = !0u32;
    for byte in &chunk {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(chunk);
    png.extend((!crc).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    png
}

#[tokio::test]
async fn pictures_of_absurd_size_are_refused_before_memory_is_taken() {
    let bench = Bench::new();
    for (width, height) in [(1, 1_000_000_000), (60_000, 60_000), (1_000_000_000, 1)] {
        let path = bench.write("huge.png", &png_promising(width, height));
        let error = bench.ask(&path, Want::ALL).await;
        assert!(
            matches!(error, Err(InspectMedia::TooLarge { .. })),
            "{width}x{height}: {error:?}"
        );
    }
    // 65535 x 65535 in a JPEG frame header.
    let mut jpeg = jpeg_of(&corners(64, 64), 90);
    let frame = jpeg
        .windows(2)
        .position(|w| w == [0xFF, 0xC0])
        .expect("a frame header");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    let seen = bench.look(&bench.write("huge.jpg", &jpeg)).await;
    assert_eq!(seen.previews, []);
    assert!(
        matches!(seen.problems[..], [Problem::TooLarge { .. }]),
        "{:?}",
        seen.problems
    );
}

#[tokio::test]
async fn truncated_photos_show_what_is_there_or_say_so() {
    let bench = Bench::new();
    let jpeg = jpeg_of(&corners(1600, 1200), 90);
    let half = bench
        .look(&bench.write("half.jpg", &jpeg[..jpeg.len() / 2]))
        .await;
    assert_eq!(half.previews.len(), 2, "the upper half shows");
    for cut in [3, 20, 100] {
        let answer = bench
            .ask(&bench.write("stub.jpg", &jpeg[..cut]), Want::ALL)
            .await;
        let said = match &answer {
            Err(InspectMedia::Damaged { .. }) => true,
            Ok(seen) => matches!(seen.problems[..], [Problem::Damaged { .. }]),
            Err(_) => false,
        };
        assert!(said, "{cut}: {answer:?}");
    }
}

#[tokio::test]
async fn mutated_headers_never_cost_more_than_their_own_answer() {
    let bench = Bench::new();
    let h264 = "-f lavfi -i testsrc=s=160x120:d=1 -f lavfi -i sine=d=1 -c:v libx264 -preset ultrafast -c:a aac";
    let seeds = [
        bench.ffmpeg(&format!("{h264} -movflags +faststart a.mp4")),
        bench.ffmpeg(&format!("{h264} b.mkv")),
        bench.ffmpeg("-f lavfi -i sine=d=1 -metadata title=x c.mp3"),
        bench.ffmpeg("-f lavfi -i sine=d=1 d.flac"),
        bench.ffmpeg("-f lavfi -i sine=d=1 e.ogg"),
        bench.ffmpeg("-f lavfi -i testsrc=s=160x120 -frames:v 1 f.png"),
        bench.ffmpeg("-f lavfi -i testsrc=s=160x120 -frames:v 1 g.jpg"),
        bench.ffmpeg("-f lavfi -i testsrc=s=160x120 -frames:v 1 -pix_fmt yuv420p -c:v libaom-av1 -still-picture 1 -cpu-used 8 h.avif"),
    ];
    // A small generator of our own: the same mutations on every run.
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for seed in &seeds {
        let whole = std::fs::read(seed).expect("ffmpeg wrote it");
        for _ in 0..60 {
            let mut bytes = whole.clone();
            let reach = bytes.len().min(4096);
            for _ in 0..=next(8) {
                let at = next(reach);
                bytes[at] = [0, 0xFF, 0x7F, next(256) as u8][next(4)];
            }
            if next(4) == 0 {
                bytes.truncate(next(reach).max(1));
            }
            let path = bench.write("mutant", &bytes);
            // Facts alone: any answer will do, as long as the worker outlives it.
            let answer = bench.ask(&path, Want::FACTS).await;
            let lost = matches!(
                answer,
                Err(InspectMedia::Crashed { .. } | InspectMedia::TimedOut | InspectMedia::Protocol)
            );
            assert!(!lost, "{}: {answer:?}", seed.display());
        }
    }
}
