//! What a person sees after adding, probing, editing, trashing and deleting.
#![allow(clippy::unwrap_used)]

mod support;

use library::{
    AddedItem, Facts, ItemEdit, ItemKind, ItemQuery, LocationState, MediaClass, Order, RawPath,
    Shelf, Sort,
};
use support::{Home, add, file, photo_facts, root, track_facts};

#[test]
fn a_film_is_listed_and_survives_a_reopen() {
    let home = Home::new(1);
    let id = {
        let library = home.open();
        add(
            &library,
            "/films/Still Water (2019).mp4",
            MediaClass::Video,
            1,
        )
    };
    let library = home.open();
    let reader = library.reader().unwrap();
    let detail = reader.item(id, None).unwrap().expect("the film is there");
    assert_eq!(
        (detail.row.kind, detail.row.year),
        (ItemKind::Film, Some(2019))
    );
    assert_eq!(detail.row.title, "Still Water");
    assert_eq!(detail.row.file_name, "Still Water (2019).mp4");
    assert_eq!(detail.original().map(|row| row.root), Some(root(1)));
    assert_eq!(reader.item_by_root(&root(1)).unwrap(), Some(id));
    assert_eq!(reader.counts(None).unwrap().film, 1);
    assert_eq!(reader.years(ItemKind::Film).unwrap(), [(2019, 1)]);
}

#[test]
fn the_same_content_is_one_item_with_two_places() {
    let home = Home::new(2);
    let library = home.open();
    let id = add(&library, "/a/one.jpg", MediaClass::Photo, 5);
    library.write(|tx| tx.trash(id)).unwrap();
    let again = library
        .write(|tx| tx.add_item(file("/b/two.jpg", MediaClass::Photo, 5)))
        .unwrap();
    assert_eq!(
        again,
        AddedItem::Existing { id, restored: true },
        "a drop brings it back"
    );
    let reader = library.reader().unwrap();
    let duplicates = reader.duplicates(10).unwrap();
    assert_eq!(duplicates.len(), 1);
    assert_eq!(
        duplicates[0].paths,
        [RawPath::from("/a/one.jpg"), RawPath::from("/b/two.jpg")]
    );
    for path in ["/a/one.jpg", "/b/two.jpg"] {
        let origin = reader
            .origin(&path.into())
            .unwrap()
            .expect("the path is known");
        assert_eq!(origin.item, Some(id));
        assert_eq!(origin.stamp.size, 1005);
    }
    assert_eq!(reader.origins_by_file(7, 6, 1005).unwrap().len(), 2);
    assert_eq!(
        reader.origins_under(&"/a/".into(), None, 10).unwrap().len(),
        1
    );
    let all = reader
        .origins_under(&"/".into(), Some(&"/a/one.jpg".into()), 10)
        .unwrap();
    assert_eq!(
        all[0].0,
        RawPath::from("/b/two.jpg"),
        "a page goes on after the last path"
    );
}

#[test]
fn probing_again_never_changes_an_edit() {
    let home = Home::new(3);
    let library = home.open();
    let id = add(&library, "/m/01 - Intro.flac", MediaClass::Audio, 1);
    library
        .write(|tx| tx.set_facts(id, track_facts("Intro", "Homo", 1)))
        .unwrap();
    let edit = ItemEdit {
        title: Some(Some("Opening".into())),
        genres: Some(Some(vec!["Pop".into()])),
        year: Some(Some(2001)),
        ..ItemEdit::default()
    };
    library.write(|tx| tx.edit_item(id, edit)).unwrap();
    library
        .write(|tx| tx.set_facts(id, track_facts("Other", "Homo", 9)))
        .unwrap();
    let row = library
        .reader()
        .unwrap()
        .item(id, None)
        .unwrap()
        .unwrap()
        .row;
    assert_eq!(
        (row.title.as_str(), row.year, row.track_no),
        ("Opening", Some(2001), Some(9))
    );
    assert_eq!(row.genres, ["Pop"]);
    let back = ItemEdit {
        title: Some(None),
        ..ItemEdit::default()
    };
    library.write(|tx| tx.edit_item(id, back)).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(
        reader.item(id, None).unwrap().unwrap().row.title,
        "Other",
        "an edit is taken back"
    );
    assert_eq!(
        reader.genres(ItemKind::Track).unwrap(),
        [("Pop".to_owned(), 1)]
    );
}

#[test]
fn a_kind_can_be_overruled() {
    let home = Home::new(4);
    let library = home.open();
    let id = add(&library, "/v/lake.mp4", MediaClass::Video, 1);
    let kind = |library: &library::Library| {
        library
            .reader()
            .unwrap()
            .item(id, None)
            .unwrap()
            .unwrap()
            .row
            .kind
    };
    assert_eq!(kind(&library), ItemKind::Clip);
    let facts = |minutes: u64| Facts {
        class: MediaClass::Video,
        duration_ms: Some(minutes * 60_000),
        ..Facts::default()
    };
    library.write(|tx| tx.set_facts(id, facts(90))).unwrap();
    assert_eq!(kind(&library), ItemKind::Film, "a long video is a film");
    let edit = ItemEdit {
        kind: Some(Some(ItemKind::Clip)),
        ..ItemEdit::default()
    };
    library.write(|tx| tx.edit_item(id, edit)).unwrap();
    library.write(|tx| tx.set_facts(id, facts(95))).unwrap();
    assert_eq!(kind(&library), ItemKind::Clip);
    assert_eq!(library.reader().unwrap().counts(None).unwrap().clip, 1);
}

#[test]
fn tracks_gather_into_albums_in_order() {
    let home = Home::new(7);
    let library = home.open();
    let tracks = [("c", 10), ("a", 1), ("b", 2)];
    for ((title, number), n) in tracks.iter().zip(1..) {
        let id = add(&library, &format!("/m/{title}.flac"), MediaClass::Audio, n);
        library
            .write(|tx| tx.set_facts(id, track_facts(title, "Homogenic", *number)))
            .unwrap();
    }
    let reader = library.reader().unwrap();
    let albums = reader.music_albums().unwrap();
    assert_eq!(albums.len(), 1);
    assert_eq!((albums[0].track_count, albums[0].duration_ms), (3, 540_000));
    assert_eq!(albums[0].artist, "Björk & Friends");
    let (_, rows) = reader.music_album(albums[0].id, None).unwrap().unwrap();
    assert_eq!(
        rows.iter()
            .map(|row| row.title.as_str())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn folders_keep_their_structure_and_make_albums() {
    let home = Home::new(8);
    let library = home.open();
    let (top, inner) = library
        .write(|tx| {
            let top = tx.ensure_folder(None, &"/p/Summer".into())?;
            let inner = tx.ensure_folder(Some(top), &"/p/Summer/Lake".into())?;
            assert_eq!(
                tx.ensure_folder(None, &"/p/Summer".into())?,
                top,
                "a folder is made once"
            );
            for (n, (path, folder)) in [
                ("/p/Summer/b.jpg", top),
                ("/p/Summer/a.jpg", top),
                ("/p/Summer/Lake/c.jpg", inner),
            ]
            .into_iter()
            .enumerate()
            {
                let mut new = file(path, MediaClass::Photo, n as u64);
                new.folder = Some(folder);
                tx.add_item(new)?;
            }
            Ok((top, inner))
        })
        .unwrap();
    let album = library.write(|tx| tx.album_from_folder(top, None)).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(reader.folders(None).unwrap().len(), 1);
    assert_eq!(reader.folders(Some(top)).unwrap()[0].id, inner);
    let row = reader.album(album).unwrap().unwrap();
    assert_eq!(
        (row.title.as_str(), row.count, row.folder),
        ("Summer", 3, Some(top))
    );
    let query = ItemQuery {
        folder: Some(top),
        sort: Sort::Title,
        order: Order::Ascending,
        ..ItemQuery::default()
    };
    let page = reader.items(&query).unwrap();
    let titles: Vec<_> = page.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["a", "b"], "a folder lists what is directly in it");
}

#[test]
fn the_timeline_counts_days_in_camera_time() {
    let home = Home::new(9);
    let library = home.open();
    let days = [
        "2024-06-14T23:59:59",
        "2024-06-14T08:00:00",
        "2024-06-01T12:00:00",
        "2023-12-31T23:00:00",
    ];
    let ids: Vec<_> = days
        .iter()
        .zip(1..)
        .map(|(day, n)| {
            let id = add(&library, &format!("/p/{n}.jpg"), MediaClass::Photo, n);
            library
                .write(|tx| tx.set_facts(id, photo_facts(day)))
                .unwrap();
            id
        })
        .collect();
    let reader = library.reader().unwrap();
    let timeline = reader.timeline(&Default::default()).unwrap();
    let shape: Vec<_> = timeline
        .buckets
        .iter()
        .map(|b| (b.key.as_str(), b.days.len()))
        .collect();
    assert_eq!(
        (timeline.total, shape),
        (4, vec![("2024-06", 2), ("2023-12", 1)])
    );
    assert_eq!(timeline.buckets[0].days[0].count, 2);
    let june = reader.photos("2024-06", &Default::default(), None).unwrap();
    assert_eq!(
        june.iter().map(|row| row.id).collect::<Vec<_>>(),
        ids[..3],
        "newest first"
    );
    assert!(reader.photos("2024-6x", &Default::default(), None).is_err());

    let person = reader.active_person().unwrap();
    let album = library
        .write(|tx| {
            tx.set_favourite(person, ids[1], true)?;
            tx.trash(ids[2])?;
            let album = tx.create_album("Some")?;
            tx.add_to_album(album, &[ids[3], ids[0], ids[2]])?;
            Ok(album)
        })
        .unwrap();
    let reader = library.reader().unwrap();
    let count = |filter: library::PhotoFilter| reader.timeline(&filter).unwrap().total;
    use library::PhotoFilter;
    assert_eq!(count(PhotoFilter::default()), 3);
    assert_eq!(
        count(PhotoFilter {
            shelf: Shelf::Trash,
            ..PhotoFilter::default()
        }),
        1
    );
    assert_eq!(
        count(PhotoFilter {
            album: Some(album),
            ..PhotoFilter::default()
        }),
        2
    );
    let favourites = PhotoFilter {
        favourites_of: Some(person),
        ..PhotoFilter::default()
    };
    assert_eq!(count(favourites.clone()), 1);
    assert_eq!(
        reader.photos("2024-06", &favourites, None).unwrap()[0].id,
        ids[1]
    );
}

#[test]
fn progress_feeds_continue_watching() {
    let home = Home::new(10);
    let library = home.open();
    let names = [
        "/v/A (2001).mp4",
        "/v/B (2002).mp4",
        "/v/S S01E01.mkv",
        "/v/S S01E02.mkv",
    ];
    let ids: Vec<_> = names
        .iter()
        .zip(1..)
        .map(|(name, n)| add(&library, name, MediaClass::Video, n))
        .collect();
    let me = library.reader().unwrap().active_person().unwrap();
    let other = library.write(|tx| tx.add_person("Ada", "teal")).unwrap();
    let watch = |id, position| {
        home.pass(1000);
        library
            .write(|tx| tx.set_progress(me, id, position, 100_000, 0.92, None))
            .unwrap()
    };
    for id in &ids {
        assert!(!watch(*id, 50_000).finished);
    }
    assert!(
        watch(ids[0], 92_000).finished,
        "the threshold is reached exactly"
    );
    let reader = library.reader().unwrap();
    let shelf: Vec<_> = reader
        .continue_watching(None, 10)
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(
        shelf,
        [ids[3], ids[1]],
        "the latest episode of a show, no finished film"
    );
    assert!(
        reader
            .continue_watching(Some(other), 10)
            .unwrap()
            .is_empty()
    );
    let played = ItemQuery {
        sort: Sort::Played,
        ..ItemQuery::default()
    };
    let played = reader.items(&played).unwrap();
    assert_eq!(
        played.rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [ids[0], ids[3], ids[2], ids[1]]
    );
    library.write(|tx| tx.clear_progress(me, ids[1])).unwrap();
    assert_eq!(
        library
            .reader()
            .unwrap()
            .continue_watching(None, 10)
            .unwrap()
            .len(),
        1
    );
    library.write(|tx| tx.remove_person(me)).unwrap();
    assert_eq!(library.reader().unwrap().active_person().unwrap(), other);
    assert!(
        library.write(|tx| tx.remove_person(other)).is_err(),
        "somebody must be left"
    );
}

#[test]
fn deleting_gives_back_what_nothing_holds() {
    let home = Home::new(11);
    let library = home.open();
    let mut new = file("/v/A (2001).mp4", MediaClass::Video, 1);
    new.source = Some(42);
    let id = library.write(|tx| tx.add_item(new)).unwrap().id().unwrap();
    let album = library
        .write(|tx| {
            let album = tx.create_album("Mine")?;
            tx.add_to_album(album, &[id])?;
            tx.trash(id)?;
            Ok(album)
        })
        .unwrap();
    assert_eq!(
        library
            .reader()
            .unwrap()
            .album(album)
            .unwrap()
            .unwrap()
            .count,
        0
    );
    home.pass(5);
    let now = 1_700_000_000_005;
    assert_eq!(library.reader().unwrap().trashed_before(now).unwrap(), [id]);
    let deleted = library.write(|tx| tx.delete_item(id)).unwrap();
    assert_eq!(deleted.roots, [root(1)]);
    assert_eq!(
        (deleted.sources, deleted.paths),
        (vec![42], vec!["/v/A (2001).mp4".into()])
    );
    let reader = library.reader().unwrap();
    assert_eq!(reader.counts(None).unwrap().trash, 0);
    assert!(reader.origin(&"/v/A (2001).mp4".into()).unwrap().is_none());
    assert!(reader.origins_by_file(7, 2, 1001).unwrap().is_empty());
    assert!(library.write(|tx| tx.delete_item(id)).is_err());
}

#[test]
fn a_moved_file_is_found_and_relinked() {
    let home = Home::new(12);
    let library = home.open();
    let mut new = file("/v/A (2001).mp4", MediaClass::Video, 1);
    new.source = Some(9);
    let stamp = new.stamp;
    let id = library.write(|tx| tx.add_item(new)).unwrap().id().unwrap();
    let (from, to) = (
        RawPath::from("/v/A (2001).mp4"),
        RawPath::from("/w/A (2001).mp4"),
    );
    let state = |library: &library::Library| {
        library
            .reader()
            .unwrap()
            .item(id, None)
            .unwrap()
            .unwrap()
            .row
            .state
    };
    library
        .write(|tx| tx.set_location_state(id, &from, LocationState::Missing))
        .unwrap();
    assert_eq!(state(&library), LocationState::Missing);
    let found = library
        .reader()
        .unwrap()
        .origins_by_file(stamp.dev, stamp.ino, stamp.size)
        .unwrap();
    assert_eq!(found[0].1.item, Some(id));
    library
        .write(|tx| tx.move_location(id, &from, &to, stamp, Some(10)))
        .unwrap();
    assert_eq!(state(&library), LocationState::Ok);
    let reader = library.reader().unwrap();
    assert!(reader.origin(&from).unwrap().is_none());
    assert_eq!(
        reader.assets(id).unwrap()[0].renditions[0].locations[0].source,
        Some(10)
    );
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let home = Home::new(13);
    let library = home.open();
    let failed: Result<(), _> = library.write(|tx| {
        tx.add_item(file("/v/A (2001).mp4", MediaClass::Video, 1))?;
        Err(library::WriteLibrary::Abandoned)
    });
    assert!(failed.is_err());
    let reader = library.reader().unwrap();
    assert_eq!(reader.counts(None).unwrap(), library::Counts::default());
    assert!(reader.item_by_root(&root(1)).unwrap().is_none());
}
