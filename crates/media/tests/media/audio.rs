//! Audio: tags, durations, covers, waveforms.

use media::{MediaKind, Source};

use crate::support::{Bench, RED, colour, corners, decoded, jpeg_of, near};

const TAGS: &str = "-metadata title=Rapids -metadata artist=Band -metadata album=Water \
    -metadata album_artist=Various -metadata track=3/9 -metadata disc=1/2 -metadata date=2019 -metadata genre=Folk";

#[tokio::test]
async fn every_common_kind_of_music_gives_its_facts() {
    let bench = Bench::new();
    let cases = [
        ("-c:a libmp3lame a.mp3", "audio/mpeg", "mp3", true),
        ("-c:a flac b.flac", "audio/flac", "flac", true),
        ("-c:a libvorbis c.ogg", "audio/ogg", "vorbis", true),
        ("-c:a libopus d.opus", "audio/ogg", "opus", true),
        ("-c:a aac e.m4a", "audio/mp4", "aac", true),
        ("-c:a alac f.m4a", "audio/mp4", "alac", true),
        ("-c:a pcm_s16le g.wav", "audio/wav", "pcm", false),
        ("-c:a pcm_s16be h.aiff", "audio/aiff", "pcm", false),
    ];
    for (tail, mime, codec, tagged) in cases {
        let path = bench.ffmpeg(&format!(
            "-f lavfi -i sine=f=440:d=4:r=48000 -ac 2 {TAGS} {tail}"
        ));
        let seen = bench.look(&path).await;
        let facts = &seen.facts;
        assert_eq!(
            (facts.mime.as_str(), facts.kind),
            (mime, MediaKind::Audio),
            "{tail}"
        );
        let ms = facts.duration_ms.unwrap_or(0);
        assert!((3_950..=4_150).contains(&ms), "{tail}: {ms} ms");
        assert_eq!(facts.audio[0].codec, codec, "{tail}");
        assert_eq!(facts.audio[0].channels, Some(2), "{tail}");
        assert_eq!(facts.audio[0].sample_rate, Some(48_000), "{tail}");
        assert_eq!(seen.previews, [], "{tail}");
        if tagged {
            let tags = &facts.tags;
            assert_eq!(tags.title.as_deref(), Some("Rapids"), "{tail}");
            assert_eq!(tags.artist.as_deref(), Some("Band"), "{tail}");
            assert_eq!(tags.album.as_deref(), Some("Water"), "{tail}");
            assert_eq!(tags.album_artist.as_deref(), Some("Various"), "{tail}");
            assert_eq!(tags.track_no, Some(3), "{tail}");
            assert_eq!(tags.disc_no, Some(1), "{tail}");
            assert_eq!(tags.year, Some(2019), "{tail}");
            assert_eq!(tags.genre.as_deref(), Some("Folk"), "{tail}");
        }
    }
}

#[tokio::test]
async fn the_cover_of_a_song_becomes_its_previews() {
    let bench = Bench::new();
    bench.write("cover.jpg", &jpeg_of(&corners(700, 700), 90));
    for tail in [
        "-c:a libmp3lame a.mp3",
        "-c:a flac b.flac",
        "-c:a aac c.m4a",
    ] {
        let path = bench.ffmpeg(&format!(
            "-f lavfi -i sine=d=2 -i cover.jpg -map 0:a -map 1:v -c:v copy -disposition:v attached_pic {tail}"
        ));
        let seen = bench.look(&path).await;
        assert_eq!(seen.facts.kind, MediaKind::Audio, "{tail}");
        assert!(seen.facts.has_cover, "{tail}");
        assert_eq!(
            seen.cover.as_ref().map(|c| c.mime.as_str()),
            Some("image/jpeg"),
            "{tail}"
        );
        assert_eq!(
            (seen.previews[0].width, seen.previews[1].width),
            (320, 700),
            "{tail}"
        );
        assert!(
            near(colour(&decoded(&seen.previews[0]), 0.2, 0.2), RED, 16),
            "{tail}"
        );
    }
}

#[tokio::test]
async fn a_waveform_shows_where_it_is_loud() {
    let bench = Bench::new();
    // Two quiet seconds, then two loud ones.
    let loud = "-f lavfi -i sine=f=440:d=4:r=44100 -af volume=0.1:enable='lt(t,2)',volume=7";
    for tail in [
        "-c:a libmp3lame a.mp3",
        "-c:a flac b.flac",
        "-c:a libopus c.opus",
        "-c:a aac d.m4a",
        "-c:a libopus e.mkv",
    ] {
        let path = bench.ffmpeg(&format!("{loud} {tail}"));
        let wave = bench.pool.waveform(Source::Path(path), 200).await;
        let wave = wave.unwrap_or_else(|error| panic!("{tail}: {error:?}"));
        assert_eq!(wave.peaks.len(), 200, "{tail}");
        assert!(
            (3_900..=4_200).contains(&wave.duration_ms),
            "{tail}: {}",
            wave.duration_ms
        );
        let mean =
            |peaks: &[u8]| peaks.iter().map(|p| u32::from(*p)).sum::<u32>() / peaks.len() as u32;
        let (quiet, loud) = (mean(&wave.peaks[10..90]), mean(&wave.peaks[110..190]));
        assert!(loud > quiet * 4 && loud > 60, "{tail}: {quiet} {loud}");
    }
}
