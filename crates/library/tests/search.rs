//! Finding things as one types.
#![allow(clippy::unwrap_used)]

mod support;

use library::{ItemEdit, Library, MediaClass, SearchTarget};
use support::{Home, add, index, photo_facts, track_facts};

/// Titles of the items found, and what matched in the first.
fn find(library: &Library, text: &str) -> (Vec<String>, Vec<&'static str>) {
    let hits = library.search(text, 20).unwrap();
    let matched = hits
        .first()
        .map(|hit| hit.matched.clone())
        .unwrap_or_default();
    let ids: Vec<_> = hits
        .iter()
        .filter_map(|hit| match hit.target {
            SearchTarget::Item(id) => Some(id),
            _ => None,
        })
        .collect();
    let rows = library.reader().unwrap().rows(&ids, None).unwrap();
    (rows.into_iter().map(|row| row.title).collect(), matched)
}

fn filled(home: &Home) -> Library {
    let library = home.open();
    add(
        &library,
        "/v/Die Käsestraße (2011).mkv",
        MediaClass::Video,
        1,
    );
    add(&library, "/v/The River (1999).mkv", MediaClass::Video, 2);
    add(
        &library,
        "/v/River Deep S01E01 - Sources.mkv",
        MediaClass::Video,
        3,
    );
    let photo = add(&library, "/p/München/IMG_0001.jpg", MediaClass::Photo, 4);
    let track = add(&library, "/m/x.flac", MediaClass::Audio, 5);
    library
        .write(|tx| {
            tx.set_facts(photo, photo_facts("2020-05-05T10:00:00"))?;
            tx.set_facts(track, track_facts("Jóga", "Homogenic", 2))?;
            tx.create_album("Summer in Munich")
        })
        .unwrap();
    index(&library);
    library
}

#[test]
fn words_are_found_by_prefix_typo_and_folding() {
    let home = Home::new(1);
    let library = filled(&home);
    let cases: [(&str, &[&str], &[&str]); 12] = [
        ("riv", &["The River", "Sources"], &["title", "file"]),
        ("rivre", &["The River", "Sources"], &["title", "file"]),
        ("the river 1999", &["The River"], &["title", "year", "file"]),
        ("kase", &["Die Käsestraße"], &["title", "file"]),
        ("KÄSESTRASSE", &["Die Käsestraße"], &["title", "file"]),
        ("kaesestr", &["Die Käsestraße"], &["title", "file"]),
        ("bjork", &["Jóga"], &["artist"]),
        ("homogenic joga", &["Jóga"], &["title", "album"]),
        ("electronic", &["Jóga"], &["genre"]),
        ("olympus", &["IMG_0001"], &["camera"]),
        ("img", &["IMG_0001"], &["title", "file"]),
        ("nothing at all", &[], &[]),
    ];
    for (text, titles, matched) in cases {
        let (found, fields) = find(&library, text);
        assert_eq!(found, titles, "{text}");
        let items = library.search(text, 20).unwrap();
        let first_is_item = matches!(
            items.first().map(|hit| hit.target),
            Some(SearchTarget::Item(_))
        );
        if first_is_item {
            assert_eq!(fields, matched, "{text}");
        }
    }
    assert!(library.search("", 20).unwrap().is_empty());
    assert!(library.search("riv", 0).unwrap().is_empty());
}

#[test]
fn albums_shows_and_music_albums_are_found() {
    let home = Home::new(2);
    let library = filled(&home);
    let kinds = |text: &str| {
        let hits = library.search(text, 20).unwrap();
        let name = |hit: &library::SearchHit| match hit.target {
            SearchTarget::Item(_) => "item",
            SearchTarget::Album(_) => "album",
            SearchTarget::Show(_) => "show",
            SearchTarget::MusicAlbum(_) => "music",
        };
        let mut kinds: Vec<_> = hits.iter().map(name).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds("munich"), ["album"]);
    assert_eq!(kinds("river deep"), ["item", "show"]);
    assert_eq!(kinds("homogenic"), ["item", "music"]);
}

#[test]
fn trash_edits_and_deletion_reach_the_index() {
    let home = Home::new(3);
    let library = filled(&home);
    let SearchTarget::Item(id) = library.search("kasestrasse", 1).unwrap()[0].target else {
        panic!("the film is found");
    };
    library.write(|tx| tx.trash(id)).unwrap();
    assert!(
        find(&library, "kasestrasse").0.is_empty(),
        "hidden before the index knows"
    );
    index(&library);
    assert!(find(&library, "kasestrasse").0.is_empty());
    let edit = ItemEdit {
        title: Some(Some("Weichkäse".into())),
        ..ItemEdit::default()
    };
    library
        .write(|tx| {
            tx.restore(id)?;
            tx.edit_item(id, edit)
        })
        .unwrap();
    index(&library);
    assert_eq!(find(&library, "weich").0, ["Weichkäse"]);
    library.write(|tx| tx.delete_item(id)).unwrap();
    index(&library);
    assert!(find(&library, "weich").0.is_empty());
}

#[test]
fn a_lagging_index_catches_up_and_a_broken_one_is_made_anew() {
    let home = Home::new(4);
    drop(filled(&home));
    {
        let library = home.open();
        assert_eq!(
            find(&library, "river").0.len(),
            2,
            "the index is there after a reopen"
        );
        // Committed and killed before indexing.
        add(&library, "/v/Riverside (2003).mkv", MediaClass::Video, 9);
    }
    let library = home.open();
    assert_eq!(find(&library, "riverside").0.len(), 0);
    index(&library);
    assert_eq!(find(&library, "riverside").0, ["Riverside"]);
    drop(library);

    let search = home.dir.path().join("search");
    for ruin in ["gone", "garbled"] {
        if ruin == "gone" {
            std::fs::remove_dir_all(&search).unwrap();
        } else {
            std::fs::write(search.join("meta.json"), b"{").unwrap();
        }
        let library = home.open();
        assert!(
            library.search("river", 5).unwrap().is_empty(),
            "{ruin}: nothing, and no error"
        );
        index(&library);
        assert_eq!(find(&library, "river").0.len(), 3, "{ruin}: made anew");
        assert_eq!(
            library.search("munich", 5).unwrap().len(),
            1,
            "{ruin}: albums too"
        );
    }
}
