use super::*;

fn episode(show: &str, year: Option<u16>, season: u32, episode: u32, title: &str) -> VideoName {
    VideoName::Episode {
        show: show.into(),
        year,
        season,
        episode,
        title: title.into(),
    }
}

fn film(title: &str, year: u16) -> VideoName {
    VideoName::Film {
        title: title.into(),
        year,
    }
}

fn plain(title: &str) -> VideoName {
    VideoName::Plain {
        title: title.into(),
    }
}

#[test]
fn videos_are_named_from_their_paths() {
    let cases = [
        ("The River S01E02.mkv", episode("The River", None, 1, 2, "")),
        (
            "The.River.S01E02.The.Ford.1080p.WEB-DL.mkv",
            episode("The River", None, 1, 2, "The Ford"),
        ),
        (
            "the river - s1e2 - the ford.mp4",
            episode("the river", None, 1, 2, "the ford"),
        ),
        ("River 1x02.avi", episode("River", None, 1, 2, "")),
        (
            "River (2019) S02E11.mkv",
            episode("River", Some(2019), 2, 11, ""),
        ),
        (
            "/tv/River (2019)/Season 2/S02E03 - Dam.mkv",
            episode("River", Some(2019), 2, 3, "Dam"),
        ),
        ("/tv/River/S03E04.mkv", episode("River", None, 3, 4, "")),
        (
            "/tv/River/Staffel 1/07 - Die Furt.mkv",
            episode("River", None, 1, 7, "Die Furt"),
        ),
        (
            "/tv/River/Season 01/Episode 5.mkv",
            episode("River", None, 1, 5, ""),
        ),
        (
            "/tv/River/Specials/03 Behind.mkv",
            episode("River", None, 0, 3, "Behind"),
        ),
        (
            "River S01 E02 Ford.mkv",
            episode("River", None, 1, 2, "Ford"),
        ),
        ("River S01E02E03.mkv", episode("River", None, 1, 2, "")),
        (
            "River Season 1 Episode 12.mkv",
            episode("River", None, 1, 12, ""),
        ),
        ("Still Water (2019).mp4", film("Still Water", 2019)),
        (
            "Still.Water.2019.1080p.BluRay.x264-GRP.mkv",
            film("Still Water", 2019),
        ),
        ("Still Water [1999] 720p.mp4", film("Still Water", 1999)),
        ("2012 (2009).mkv", film("2012", 2009)),
        ("Blade 2049 (2017).mkv", film("Blade 2049", 2017)),
        ("1917.mkv", plain("1917")),
        ("Class of 1999 reunion.mp4", plain("Class of 1999 reunion")),
        ("IMG_1234.MOV", plain("IMG 1234")),
        ("holiday_in_rome.mp4", plain("holiday in rome")),
        ("1920x1080.mp4", plain("1920x1080")),
        (".mp4", plain("mp4")),
        ("", plain("")),
        ("S01E01.mkv", plain("S01E01")),
    ];
    for (path, expect) in cases {
        assert_eq!(video(&RawPath::from(path)), expect, "{path}");
    }
}

#[test]
fn tracks_lose_their_number() {
    assert_eq!(track("01 - Intro"), ("Intro".into(), Some(1)));
    assert_eq!(track("12.Song_of_it"), ("Song of it".into(), Some(12)));
    assert_eq!(track("99"), ("99".into(), None));
    assert_eq!(track("99Luftballons"), ("99Luftballons".into(), None));
}

#[test]
fn sidecars_are_told_from_photos() {
    let poster = |owner: Option<&str>| {
        Some(Sidecar::Poster {
            owner: owner.map(str::to_owned),
        })
    };
    let captions = |owner: &str, language: Option<&str>, label: &str, format: &str| {
        Some(Sidecar::Captions {
            owner: owner.into(),
            language: language.map(str::to_owned),
            label: label.into(),
            format: format.into(),
        })
    };
    let cases = [
        ("/f/poster.jpg", poster(None)),
        ("/f/Cover.PNG", poster(None)),
        ("/f/folder.jpeg", poster(None)),
        ("/f/Film (2019)-poster.jpg", poster(Some("film (2019)"))),
        ("/f/postcard.jpg", None),
        ("/f/-poster.jpg", None),
        ("/f/Film.en.srt", captions("film", Some("en"), "en", "srt")),
        (
            "/f/Film.ger.forced.srt",
            captions("film", Some("de"), "de (forced)", "srt"),
        ),
        (
            "/f/Film.pt-BR.vtt",
            captions("film", Some("pt-br"), "pt-br", "vtt"),
        ),
        (
            "/f/Film.German.ass",
            captions("film", Some("de"), "de", "ass"),
        ),
        (
            "/f/Film (2019).srt",
            captions("film (2019)", None, "Film (2019)", "srt"),
        ),
        ("/f/notes.txt", None),
    ];
    for (path, expect) in cases {
        assert_eq!(sidecar(&RawPath::from(path)), expect, "{path}");
    }
}

#[test]
fn kinds_follow_name_then_length() {
    let film = film("X", 2019);
    let plain = plain("X");
    let video = MediaClass::Video;
    assert_eq!(
        classify(video, Some(&film), Some(10_000), 1, false),
        ItemKind::Film
    );
    assert_eq!(
        classify(video, Some(&film), Some(10_000), 1, true),
        ItemKind::Clip
    );
    assert_eq!(
        classify(video, Some(&plain), Some(FILM_MS), 1, false),
        ItemKind::Film
    );
    assert_eq!(
        classify(video, Some(&plain), Some(FILM_MS - 1), 1, false),
        ItemKind::Clip
    );
    assert_eq!(
        classify(video, Some(&plain), None, FILM_BYTES, false),
        ItemKind::Film
    );
    assert_eq!(
        classify(MediaClass::Audio, None, None, 1, false),
        ItemKind::Track
    );
    assert_eq!(
        classify(MediaClass::Other, None, None, 1, false),
        ItemKind::File
    );
}

#[test]
fn a_name_cannot_disguise_its_ending() {
    assert_eq!(undisguised("evil\u{202e}gpj.exe"), "evilgpj.exe");
    assert_eq!(undisguised("a\nb\u{2066}.txt"), "ab.txt");
    assert_eq!(
        undisguised("Stra\u{df}e \u{5d0}.jpg"),
        "Stra\u{df}e \u{5d0}.jpg"
    );
}
