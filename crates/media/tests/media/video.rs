//! Video: facts of real containers, posters compared by colour.

use media::{MediaKind, Problem, Want};

use crate::support::{BLUE, Bench, GREEN, RED, colour, corners, decoded, jpeg_of, near};

/// Ten seconds: green for the first three, then blue; with a tone.
const PICTURE: &str = "-f lavfi -i color=c=0x1EC81E:s=640x360:r=25:d=0.4 \
    -f lavfi -i color=c=0x1E1EDC:s=640x360:r=25:d=9.6 -f lavfi -i sine=f=440:d=10";
const JOIN: &str = "-filter_complex [0:v][1:v]concat=n=2:v=1[v] -map [v] -map 2:a";

fn made(bench: &Bench, tail: &str) -> std::path::PathBuf {
    bench.ffmpeg(&format!("{PICTURE} {JOIN} -g 25 {tail}"))
}

#[tokio::test]
async fn every_common_kind_of_film_gives_facts_and_a_poster() {
    let bench = Bench::new();
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    let cases = [
        (
            format!("{h264} -c:a aac -movflags +faststart a.mp4"),
            "video/mp4",
            "h264",
            "aac",
        ),
        (format!("{h264} -c:a aac b.mp4"), "video/mp4", "h264", "aac"),
        (
            format!("{h264} -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof l.mp4"),
            "video/mp4",
            "h264",
            "aac",
        ),
        (
            format!("{h264} -c:a aac -movflags frag_keyframe m.mp4"),
            "video/mp4",
            "h264",
            "aac",
        ),
        (
            format!("{h264} -c:a aac c.mov"),
            "video/quicktime",
            "h264",
            "aac",
        ),
        (
            format!("{h264} -c:a libopus d.mkv"),
            "video/x-matroska",
            "h264",
            "opus",
        ),
        (
            format!("{h264} -c:a ac3 e.mkv"),
            "video/x-matroska",
            "h264",
            "ac3",
        ),
        (
            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus f.webm".into(),
            "video/webm",
            "vp9",
            "opus",
        ),
        (
            "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis g.webm".into(),
            "video/webm",
            "vp8",
            "vorbis",
        ),
        (
            "-c:v libsvtav1 -preset 12 -c:a aac h.mp4".into(),
            "video/mp4",
            "av1",
            "aac",
        ),
        (
            "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 -c:a aac i.mp4"
                .into(),
            "video/mp4",
            "hevc",
            "aac",
        ),
        (format!("{h264} -c:a aac j.ts"), "video/mp2t", "h264", "aac"),
        (
            "-c:v mpeg2video -c:a mp2 n.mpg".into(),
            "video/mpeg",
            "mpeg2",
            "mp2",
        ),
        (
            "-c:v mpeg4 -vtag XVID -c:a libmp3lame k.avi".into(),
            "video/x-msvideo",
            "mpeg4",
            "mp3",
        ),
    ];
    for (tail, mime, video, audio) in cases {
        let path = made(&bench, &tail);
        let seen = bench.look(&path).await;
        let facts = &seen.facts;
        assert_eq!(
            (facts.mime.as_str(), facts.kind),
            (mime, MediaKind::Video),
            "{tail}"
        );
        assert_eq!(
            facts.video.as_ref().map(|v| v.codec.as_str()),
            Some(video),
            "{tail}"
        );
        assert_eq!(
            facts
                .audio
                .iter()
                .map(|a| a.codec.as_str())
                .collect::<Vec<_>>(),
            [audio],
            "{tail}"
        );
        assert_eq!(
            (facts.width, facts.height),
            (Some(640), Some(360)),
            "{tail}"
        );
        let ms = facts.duration_ms.unwrap_or(0);
        assert!((9_800..=10_200).contains(&ms), "{tail}: {ms} ms");
        assert_eq!(seen.problems, [], "{tail}");
        let sizes: Vec<_> = seen.previews.iter().map(|p| (p.width, p.height)).collect();
        assert_eq!(sizes, [(320, 180), (640, 360)], "{tail}");
        // At 10 % the film is blue; its first frames are green.
        let found = colour(&decoded(&seen.previews[1]), 0.5, 0.5);
        // A broadcast has no index: a seek lands somewhere near by its bit rate.
        let early = mime == "video/mp2t" && near(found, GREEN, 30);
        assert!(early || near(found, BLUE, 30), "{tail}: {found:?}");
        assert!(seen.thumbhash.is_some(), "{tail}");
    }
}

#[tokio::test]
async fn a_fragmented_film_gives_its_facts() {
    let bench = Bench::new();
    let path = made(
        &bench,
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -movflags frag_keyframe+empty_moov l.mp4",
    );
    let facts = bench.ask(&path, Want::FACTS).await.expect("a film").facts;
    assert_eq!(facts.video.map(|video| video.codec), Some("h264".into()));
    assert_eq!((facts.width, facts.height), (Some(640), Some(360)));
    assert!(
        facts
            .duration_ms
            .is_some_and(|ms| (8_900..=10_300).contains(&ms))
    );
}

#[tokio::test]
async fn faststart_and_codecs_are_told() {
    let bench = Bench::new();
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac";
    let early = bench
        .ask(
            &made(&bench, &format!("{h264} -movflags +faststart a.mp4")),
            Want::FACTS,
        )
        .await;
    let late = bench
        .ask(&made(&bench, &format!("{h264} b.mp4")), Want::FACTS)
        .await;
    let (early, late) = (early.expect("a film").facts, late.expect("a film").facts);
    assert!(early.playable.streamable && !late.playable.streamable);
    let codecs = early.playable.codecs.expect("codecs are known");
    assert!(
        codecs.starts_with("video/mp4; codecs=\"avc1.") && codecs.ends_with("mp4a.40.2\""),
        "{codecs}"
    );
    assert_eq!(early.video.and_then(|v| v.fps), Some(25.0));
    assert_eq!(early.audio[0].sample_rate, Some(44_100));
}

#[tokio::test]
async fn matroska_with_chapters_subtitles_languages_and_a_cover() {
    let bench = Bench::new();
    bench.write("cover.jpg", &jpeg_of(&corners(600, 900), 90));
    bench.write("subs.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHallo\n");
    bench.write(
        "meta.txt",
        b";FFMETADATA1\ntitle=The River\nartist=Nobody\ndate=2021-05-01\n\
          [CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=4000\ntitle=Source\n\
          [CHAPTER]\nTIMEBASE=1/1000\nSTART=4000\nEND=10000\ntitle=Mouth\n",
    );
    let path = bench.ffmpeg(
        "-f lavfi -i color=c=green:s=320x180:r=25:d=10 -f lavfi -i sine=d=10 -i subs.srt -i meta.txt \
         -map 0:v -map 1:a -map 2:s -map_metadata 3 -map_chapters 3 -c:v libx264 -preset ultrafast \
         -c:a libopus -c:s ass -metadata:s:a:0 language=deu -metadata:s:s:0 language=fra \
         -metadata:s:s:0 title=Complete -attach cover.jpg -metadata:s:t mimetype=image/jpeg film.mkv",
    );
    let seen = bench.look(&path).await;
    let facts = &seen.facts;
    assert_eq!(facts.tags.title.as_deref(), Some("The River"));
    assert_eq!(
        (facts.tags.artist.as_deref(), facts.tags.year),
        (Some("Nobody"), Some(2021))
    );
    let chapters: Vec<_> = facts
        .chapters
        .iter()
        .map(|c| (c.start_ms, c.title.as_str()))
        .collect();
    assert_eq!(chapters, [(0, "Source"), (4000, "Mouth")]);
    assert!(matches!(
        facts.audio[0].language.as_deref(),
        Some("deu" | "ger")
    ));
    assert_eq!(facts.subtitles[0].codec, "ass");
    assert!(matches!(
        facts.subtitles[0].language.as_deref(),
        Some("fra" | "fre")
    ));
    assert_eq!(facts.subtitles[0].title.as_deref(), Some("Complete"));
    // The poster is the cover, 2:3, and not the green film.
    assert!(facts.has_cover);
    assert_eq!(
        (seen.previews[0].width, seen.previews[0].height),
        (213, 320)
    );
    assert!(near(colour(&decoded(&seen.previews[0]), 0.2, 0.2), RED, 16));
    assert_eq!(
        seen.cover.map(|cover| cover.mime),
        Some("image/jpeg".into())
    );
}

#[tokio::test]
async fn mp4_tags_chapters_cover_and_rotation() {
    let bench = Bench::new();
    bench.write("cover.jpg", &jpeg_of(&corners(600, 600), 90));
    bench.write(
        "meta.txt",
        b";FFMETADATA1\ntitle=The Lake\nartist=Nobody\nalbum=Waters\ndate=1999\ngenre=Calm\n\
          [CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n\
          [CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n",
    );
    let path = bench.ffmpeg(
        "-f lavfi -i color=c=green:s=320x180:r=25:d=2 -i cover.jpg -i meta.txt -map 0:v -map 1:v \
         -map_metadata 2 -map_chapters 2 -c:v:0 libx264 -preset ultrafast -c:v:1 copy \
         -disposition:v:1 attached_pic film.mp4",
    );
    let seen = bench.look(&path).await;
    let tags = &seen.facts.tags;
    assert_eq!(
        (tags.title.as_deref(), tags.artist.as_deref()),
        (Some("The Lake"), Some("Nobody"))
    );
    assert_eq!(
        (tags.album.as_deref(), tags.year),
        (Some("Waters"), Some(1999))
    );
    assert_eq!(tags.genre.as_deref(), Some("Calm"));
    let chapters: Vec<_> = seen
        .facts
        .chapters
        .iter()
        .map(|c| (c.start_ms, c.title.as_str()))
        .collect();
    assert_eq!(chapters, [(0, "One"), (1000, "Two")]);
    assert!(seen.facts.has_cover && seen.facts.subtitles.is_empty());
    assert_eq!(
        (seen.facts.width, seen.facts.height),
        (Some(320), Some(180))
    );
    assert!(near(colour(&decoded(&seen.previews[0]), 0.2, 0.2), RED, 16));

    // A phone held upright: red on top once the matrix is applied.
    bench.ffmpeg(
        "-f lavfi -i color=c=0xDC1E1E:s=320x240:r=25:d=2 -f lavfi -i color=c=0x1EC81E:s=320x240:r=25:d=2 \
         -filter_complex hstack -c:v libx264 -preset ultrafast -pix_fmt yuv420p flat.mp4",
    );
    let turned = bench.ffmpeg("-i flat.mp4 -c copy -metadata:s:v:0 rotate=270 turned.mp4");
    let seen = bench.look(&turned).await;
    assert!(
        matches!(seen.facts.orientation, 6 | 8),
        "{}",
        seen.facts.orientation
    );
    assert_eq!(
        (seen.facts.width, seen.facts.height),
        (Some(240), Some(640))
    );
    let poster = decoded(&seen.previews[1]);
    assert_eq!((poster.width(), poster.height()), (240, 640));
    let (top, bottom) = (colour(&poster, 0.5, 0.1), colour(&poster, 0.5, 0.9));
    // The same turn by ffmpeg's own player path decides which end is up.
    bench.ffmpeg("-i turned.mp4 -frames:v 1 frame.png");
    let expect = image::open(bench.path("frame.png")).expect("ffmpeg wrote a picture");
    assert!(near(top, colour(&expect, 0.5, 0.1), 30), "{top:?}");
    assert!(near(bottom, colour(&expect, 0.5, 0.9), 30), "{bottom:?}");
    assert!(near(top, RED, 40) || near(top, GREEN, 40));
}

#[tokio::test]
async fn a_black_opening_is_skipped() {
    let bench = Bench::new();
    let path = bench.ffmpeg(
        "-f lavfi -i color=c=black:s=320x180:r=25:d=4 -f lavfi -i color=c=0x1EC81E:s=320x180:r=25:d=12 \
         -filter_complex [0:v][1:v]concat=n=2:v=1[v] -map [v] -g 25 -c:v libx264 -preset ultrafast \
         -pix_fmt yuv420p film.mp4",
    );
    let seen = bench.look(&path).await;
    assert!(near(
        colour(&decoded(&seen.previews[0]), 0.5, 0.5),
        GREEN,
        30
    ));
}

#[tokio::test]
async fn a_film_cut_short_keeps_its_facts_and_one_without_index_is_damaged() {
    let bench = Bench::new();
    let h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac";
    let whole =
        std::fs::read(made(&bench, &format!("{h264} -movflags +faststart a.mp4"))).expect("a film");
    let cut = bench.write("cut.mp4", &whole[..whole.len() * 2 / 3]);
    let seen = bench.look(&cut).await;
    assert!(seen.facts.duration_ms.is_some_and(|ms| ms > 9_000));
    assert!(
        seen.problems
            .iter()
            .any(|p| matches!(p, Problem::Damaged { .. })),
        "{:?}",
        seen.problems
    );
    let whole = std::fs::read(made(&bench, &format!("{h264} b.mp4"))).expect("a film");
    let cut = bench.write("cut.mp4", &whole[..whole.len() * 2 / 3]);
    let error = bench.ask(&cut, Want::ALL).await;
    match error {
        Err(media::InspectMedia::Damaged { what }) => assert!(what.contains("moov"), "{what}"),
        other => panic!("{other:?}"),
    }
}
