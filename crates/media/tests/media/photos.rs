//! Photos: facts, orientation, formats, transparency.

use image::{ImageFormat, Rgba, RgbaImage};
use media::{LocalTime, MediaKind, PreviewFormat, Problem};

use crate::support::{
    BLUE, Bench, GREEN, RED, WHITE, colour, corners, decoded, exif_block, jpeg_of, near, with_exif,
};

#[tokio::test]
async fn every_orientation_is_upright_in_both_previews() {
    let bench = Bench::new();
    let upright = corners(1800, 1200);
    for orientation in 1..=8u16 {
        // Store the picture so that the orientation turns it upright again.
        let stored = image::DynamicImage::ImageRgb8(upright.clone());
        let stored = match orientation {
            2 => stored.fliph(),
            3 => stored.rotate180(),
            4 => stored.flipv(),
            5 => stored.rotate90().fliph(),
            6 => stored.rotate270(),
            7 => stored.rotate270().fliph(),
            8 => stored.rotate90(),
            _ => stored,
        };
        let jpeg = with_exif(&jpeg_of(&stored.to_rgb8(), 92), &exif_block(orientation));
        let path = bench.write(&format!("o{orientation}.jpg"), &jpeg);
        let seen = bench.look(&path).await;
        assert_eq!(u16::from(seen.facts.orientation), orientation);
        assert_eq!(
            (seen.facts.width, seen.facts.height),
            (Some(1800), Some(1200))
        );
        let sizes: Vec<_> = seen
            .previews
            .iter()
            .map(|p| (p.max_px, p.format, p.width, p.height))
            .collect();
        let expect = [
            (320, PreviewFormat::WebP, 320, 213),
            (1440, PreviewFormat::Jpeg, 1440, 960),
        ];
        assert_eq!(sizes, expect);
        for preview in &seen.previews {
            let picture = decoded(preview);
            let places = [
                (0.2, 0.2, RED),
                (0.8, 0.2, GREEN),
                (0.2, 0.8, BLUE),
                (0.8, 0.8, WHITE),
            ];
            for (x, y, expect) in places {
                let found = colour(&picture, x, y);
                assert!(
                    near(found, expect, 14),
                    "{orientation} at {x},{y}: {found:?}"
                );
            }
        }
        assert!(
            seen.thumbhash
                .is_some_and(|hash| (5..=40).contains(&hash.len()))
        );
    }
}

#[tokio::test]
async fn exif_becomes_facts() {
    let bench = Bench::new();
    let jpeg = with_exif(&jpeg_of(&corners(64, 48), 90), &exif_block(1));
    let seen = bench.look(&bench.write("photo.jpg", &jpeg)).await;
    let facts = seen.facts;
    assert_eq!(
        (facts.mime.as_str(), facts.kind),
        ("image/jpeg", MediaKind::Photo)
    );
    let time = LocalTime {
        local: "2024-06-14T12:13:14".into(),
        offset_minutes: Some(120),
    };
    assert_eq!(facts.taken_at, Some(time));
    let camera = facts.camera.expect("the camera is in the file");
    assert_eq!(camera.make.as_deref(), Some("Tributary Optics"));
    assert_eq!(camera.model.as_deref(), Some("TR-1"));
    assert_eq!(camera.lens.as_deref(), Some("TR 35mm F2"));
    assert_eq!(camera.exposure.as_deref(), Some("1/250"));
    assert_eq!(
        (camera.f_number, camera.iso, camera.focal_mm),
        (Some(2.8), Some(400), Some(35.0))
    );
    let (lat, lon) = facts.gps.expect("the place is in the file");
    assert!(
        (lat - 48.8583).abs() < 0.001 && (lon + 2.35).abs() < 0.001,
        "{lat} {lon}"
    );
    assert!(!facts.exif_damaged);
    // Never enlarged: both previews are as large as the photo.
    assert!(
        seen.previews
            .iter()
            .all(|p| (p.width, p.height) == (64, 48))
    );
}

#[tokio::test]
async fn broken_exif_is_a_flag_and_the_photo_still_shows() {
    let bench = Bench::new();
    let jpeg = jpeg_of(&corners(400, 300), 90);
    let mut bad_offsets = exif_block(6);
    bad_offsets[4..8].copy_from_slice(&0x7FFF_FFF0u32.to_le_bytes());
    let cases = [
        ("garbage", b"this is no TIFF at all".to_vec()),
        ("offsets", bad_offsets),
    ];
    for (name, block) in cases {
        let path = bench.write(&format!("{name}.jpg"), &with_exif(&jpeg, &block));
        let seen = bench.look(&path).await;
        assert_eq!(seen.facts.orientation, 1, "{name}");
        assert!(seen.facts.exif_damaged, "{name}");
        assert_eq!(seen.previews.len(), 2, "{name}");
    }
}

#[tokio::test]
async fn every_still_format_gives_facts_and_previews() {
    let bench = Bench::new();
    let picture = image::DynamicImage::ImageRgb8(corners(640, 480));
    let formats = [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::Tiff, "image/tiff"),
        (ImageFormat::Bmp, "image/bmp"),
        (ImageFormat::Jpeg, "image/jpeg"),
    ];
    for (format, mime) in formats {
        // The name lies on purpose: content decides.
        let path = bench.path("picture.txt");
        picture
            .save_with_format(&path, format)
            .expect("a picture can be saved");
        let seen = bench.look(&path).await;
        assert_eq!(seen.facts.mime, mime);
        assert_eq!(
            (seen.facts.width, seen.facts.height),
            (Some(640), Some(480)),
            "{mime}"
        );
        let small = decoded(&seen.previews[0]);
        assert_eq!((small.width(), small.height()), (320, 240), "{mime}");
        assert!(near(colour(&small, 0.2, 0.2), RED, 16), "{mime}");
        assert!(near(colour(&small, 0.8, 0.8), WHITE, 16), "{mime}");
    }
}

#[tokio::test]
async fn transparency_stays_in_webp_and_lies_on_grey_in_jpeg() {
    let bench = Bench::new();
    let picture = RgbaImage::from_fn(500, 500, |x, _| {
        Rgba([220, 30, 30, if x < 250 { 0 } else { 255 }])
    });
    let path = bench.path("logo.png");
    picture.save(&path).expect("a picture can be saved");
    let seen = bench.look(&path).await;
    let small = decoded(&seen.previews[0]).to_rgba8();
    assert!(small.get_pixel(40, 160).0[3] < 8 && small.get_pixel(280, 160).0[3] > 247);
    let large = decoded(&seen.previews[1]);
    assert!(near(colour(&large, 0.1, 0.5), [128; 3], 6));
    assert!(near(colour(&large, 0.9, 0.5), RED, 14));
}

#[tokio::test]
async fn avif_is_decoded() {
    let bench = Bench::new();
    corners(640, 480)
        .save(bench.path("in.png"))
        .expect("a picture can be saved");
    let path = bench.ffmpeg(
        "-i in.png -pix_fmt yuv420p -c:v libaom-av1 -still-picture 1 -crf 20 -cpu-used 8 out.avif",
    );
    let seen = bench.look(&path).await;
    assert_eq!(seen.facts.mime, "image/avif");
    assert_eq!(
        (seen.facts.width, seen.facts.height),
        (Some(640), Some(480))
    );
    assert_eq!(seen.problems, []);
    let small = decoded(&seen.previews[0]);
    for (x, y, expect) in [
        (0.2, 0.2, RED),
        (0.8, 0.2, GREEN),
        (0.2, 0.8, BLUE),
        (0.8, 0.8, WHITE),
    ] {
        let found = colour(&small, x, y);
        assert!(near(found, expect, 24), "at {x},{y}: {found:?}");
    }
}

#[tokio::test]
async fn heic_is_decoded() {
    let bench = Bench::new();
    corners(640, 480)
        .save(bench.path("in.png"))
        .expect("a picture can be saved");
    let made = std::process::Command::new("heif-enc")
        .args(["-q", "90", "-o", "out.heic", "in.png"])
        .current_dir(bench.dir.path())
        .output()
        .expect("heif-enc is installed for the tests");
    assert!(made.status.success(), "{made:?}");
    let seen = bench.look(&bench.path("out.heic")).await;
    assert_eq!(seen.facts.mime, "image/heic");
    assert_eq!(
        (seen.facts.width, seen.facts.height),
        (Some(640), Some(480))
    );
    assert_eq!(seen.problems, []);
    let small = decoded(&seen.previews[0]);
    for (x, y, expect) in [(0.2, 0.2, RED), (0.8, 0.2, GREEN), (0.2, 0.8, BLUE)] {
        let found = colour(&small, x, y);
        assert!(near(found, expect, 24), "at {x},{y}: {found:?}");
    }
}

#[tokio::test]
async fn a_format_without_a_decoder_still_gives_its_facts() {
    let bench = Bench::new();
    let path = bench.write(
        "photo.jxl",
        b"\0\0\0\x0CJXL \r\n\x87\n and then nothing that we can read",
    );
    let seen = bench.look(&path).await;
    assert_eq!(
        (seen.facts.mime.as_str(), seen.facts.kind),
        ("image/jxl", MediaKind::Photo)
    );
    assert!(
        matches!(seen.problems[..], [Problem::Unsupported { .. }]),
        "{:?}",
        seen.problems
    );
}

#[tokio::test]
async fn the_colours_of_a_wide_profile_become_those_of_the_screen() {
    use image::ImageEncoder;
    let bench = Bench::new();
    let stored = image::RgbImage::from_pixel(400, 300, image::Rgb([200, 100, 50]));
    let profile = moxcms::ColorProfile::new_display_p3()
        .encode()
        .expect("a profile");
    // In two parts, the second one first, as the format allows.
    let (one, two) = profile.split_at(profile.len() / 2);
    let mut jpeg = jpeg_of(&stored, 95);
    for (number, part) in [(1u8, one), (2, two)] {
        let body = [b"ICC_PROFILE\0".as_slice(), &[number, 2], part].concat();
        let length = u16::try_from(body.len() + 2)
            .expect("a small part")
            .to_be_bytes();
        jpeg.splice(2..2, [[0xFF, 0xE2].as_slice(), &length, &body].concat());
    }
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder
        .set_icc_profile(profile)
        .expect("a PNG takes profiles");
    let kind = image::ExtendedColorType::Rgb8;
    encoder.write_image(&stored, 400, 300, kind).expect("a PNG");
    for (name, bytes) in [("wide.jpg", jpeg), ("wide.png", png)] {
        let seen = bench.look(&bench.write(name, &bytes)).await;
        // By the published primaries of Display P3 and sRGB.
        let found = colour(&decoded(&seen.previews[1]), 0.5, 0.5);
        assert!(near(found, [215, 93, 31], 4), "{name}: {found:?}");
    }
    let broken = [0xFF, 0xE2, 0, 20]
        .into_iter()
        .chain(*b"ICC_PROFILE\0\x01\x01rgb!");
    let mut jpeg = jpeg_of(&stored, 95);
    jpeg.splice(2..2, broken);
    let seen = bench.look(&bench.write("broken.jpg", &jpeg)).await;
    let found = colour(&decoded(&seen.previews[1]), 0.5, 0.5);
    assert!(
        near(found, [200, 100, 50], 4),
        "a broken profile: {found:?}"
    );
}
