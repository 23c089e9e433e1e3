//! Shows and films: who gets which poster and captions.
#![allow(clippy::unwrap_used)]

mod support;

use library::{
    AddedItem, AssetRole, ItemDetail, ItemId, Library, MediaClass, RawPath, Season, Show,
};
use support::{Home, add, file};

#[test]
fn sidecars_join_their_film_in_either_order() {
    let home = Home::new(5);
    let library = home.open();
    let drop = [
        ("/f/Lake/poster.jpg", MediaClass::Photo),
        ("/f/Lake/Lake (2020).en.srt", MediaClass::Subtitle),
        ("/f/Lake/Lake (2020).mkv", MediaClass::Video),
        ("/f/Lake/Lake (2020).de.forced.srt", MediaClass::Subtitle),
        ("/f/Alone/cover.jpg", MediaClass::Photo),
    ];
    let added = library
        .write(|tx| {
            let files = drop.iter().zip(1..);
            files
                .map(|((path, class), n)| tx.add_item(file(path, *class, n)))
                .collect()
        })
        .map(|added: Vec<AddedItem>| added)
        .unwrap();
    let film = added[2].id().expect("the film is an item at once");
    assert_eq!(
        added
            .iter()
            .filter(|added| **added == AddedItem::Waiting)
            .count(),
        4
    );
    // A kill here loses nothing: the side-cars wait on disk.
    drop_and(&home, library, |library| {
        let settled = library
            .write(|tx| tx.settle_waiting(&RawPath::default()))
            .unwrap();
        assert_eq!(settled.changed, [film]);
        assert_eq!(settled.added.len(), 1, "a cover with no owner is a photo");
        let reader = library.reader().unwrap();
        let detail = reader.item(film, None).unwrap().unwrap();
        assert!(detail.row.has_poster);
        let captions: Vec<_> = detail
            .assets
            .iter()
            .filter(|asset| asset.role == AssetRole::Captions)
            .map(|asset| (asset.language.as_deref(), asset.label.as_str()))
            .collect();
        assert_eq!(captions, [(Some("de"), "de (forced)"), (Some("en"), "en")]);
        assert_eq!(reader.counts(None).unwrap().photo, 1);
        let origin = reader
            .origin(&"/f/Lake/poster.jpg".into())
            .unwrap()
            .unwrap();
        assert_eq!(origin.item, Some(film), "a second drop knows the poster");
        // Dropping the folder again changes nothing.
        for ((path, class), n) in drop.iter().zip(1..) {
            library
                .write(|tx| tx.add_item(file(path, *class, n)))
                .unwrap();
        }
        library
            .write(|tx| tx.settle_waiting(&RawPath::default()))
            .unwrap();
        let again = library.reader().unwrap().item(film, None).unwrap().unwrap();
        assert_eq!(again.assets.len(), detail.assets.len());
    });
}

fn drop_and(home: &Home, library: library::Library, then: impl FnOnce(library::Library)) {
    drop(library);
    then(home.open());
}

#[test]
fn episodes_gather_into_shows() {
    let home = Home::new(6);
    let library = home.open();
    let names = [
        "/tv/River/Season 2/River S02E01 - Dam.mkv",
        "/tv/River/Season 1/River S01E02.mkv",
        "/tv/River/Season 1/River S01E01.mkv",
        "/tv/Lake/Lake 1x01.mkv",
    ];
    let ids: Vec<_> = names
        .iter()
        .zip(1..)
        .map(|(name, n)| add(&library, name, MediaClass::Video, n))
        .collect();
    let reader = library.reader().unwrap();
    let shows = reader.shows().unwrap();
    assert_eq!(
        shows
            .iter()
            .map(|show| show.title.as_str())
            .collect::<Vec<_>>(),
        ["Lake", "River"]
    );
    assert_eq!(shows[1].seasons, [(1, 2), (2, 1)]);
    let (_, seasons) = reader
        .show(shows[1].id, None)
        .unwrap()
        .expect("the show is there");
    assert_eq!(seasons[0].episodes[0].id, ids[2]);
    assert_eq!(seasons[1].episodes[0].title, "Dam");
    let middle = reader.item(ids[1], None).unwrap().unwrap();
    assert_eq!((middle.previous, middle.next), (Some(ids[2]), Some(ids[0])));
    library
        .write(|tx| tx.edit_show(shows[1].id, Some("The River")))
        .unwrap();
    library.write(|tx| tx.trash(ids[0])).unwrap();
    let reader = library.reader().unwrap();
    let (show, _) = reader.show(shows[1].id, None).unwrap().unwrap();
    assert_eq!((show.title.as_str(), show.episode_count), ("The River", 2));
    let link = reader
        .item(ids[1], None)
        .unwrap()
        .unwrap()
        .row
        .show
        .unwrap();
    assert_eq!(link.title, "The River");
}

const POSTER: MediaClass = MediaClass::Photo;

/// Adds side-cars as a job of its own would.
fn settle(library: &Library, under: &str, files: &[(&str, MediaClass, u64)]) -> library::Settled {
    library
        .write(|tx| {
            for (path, class, content) in files {
                tx.add_item(file(path, *class, *content))?;
            }
            tx.settle_waiting(&under.into())
        })
        .unwrap()
}

fn only_show(library: &Library) -> (Show, Vec<Season>) {
    let reader = library.reader().unwrap();
    let shows = reader.shows().unwrap();
    assert_eq!(shows.len(), 1);
    let (show, seasons) = reader.show(shows[0].id, None).unwrap().unwrap();
    assert_eq!(show, shows[0]);
    (show, seasons)
}

fn detail(library: &Library, id: ItemId) -> ItemDetail {
    library.reader().unwrap().item(id, None).unwrap().unwrap()
}

/// Root of the poster that is shown for an item.
fn poster(library: &Library, id: ItemId) -> Option<cid::Cid> {
    let detail = detail(library, id);
    let asset = detail
        .assets
        .iter()
        .find(|asset| asset.role == AssetRole::Poster)?;
    assert!(detail.row.has_poster);
    Some(asset.renditions[0].root)
}

fn river(library: &Library) -> Vec<ItemId> {
    let names = [
        "/tv/River/Season 1/River S01E01.mkv",
        "/tv/River/Season 1/River S01E02.mkv",
        "/tv/River/Season 2/River S02E01.mkv",
        "/tv/River/Season 2/River S02E02.mkv",
    ];
    let files = names.iter().zip(1..);
    files
        .map(|(name, n)| add(library, name, MediaClass::Video, n))
        .collect()
}

#[test]
fn a_poster_above_the_season_folders_is_the_shows() {
    let home = Home::new(11);
    let library = home.open();
    let ids = river(&library);
    let settled = settle(
        &library,
        "/tv/River",
        &[
            ("/tv/River/Season 2/poster.jpg", POSTER, 12),
            ("/tv/River/poster.jpg", POSTER, 10),
            ("/tv/River/season01-poster.jpg", POSTER, 11),
        ],
    );
    assert!(settled.added.is_empty(), "none of them is a photo");
    let (show, seasons) = only_show(&library);
    assert_eq!(
        poster(&library, show.poster.unwrap()),
        Some(support::root(10))
    );
    for (season, content) in seasons.iter().zip([11, 12]) {
        let carrier = season.poster.expect("the season has a poster");
        assert_eq!(poster(&library, carrier), Some(support::root(content)));
    }
    assert_eq!(library.reader().unwrap().counts(None).unwrap().photo, 0);
    let origin = library
        .reader()
        .unwrap()
        .origin(&"/tv/River/poster.jpg".into());
    assert_eq!(origin.unwrap().unwrap().item, show.poster);

    // The poster outlives the episode that carries it.
    assert_eq!(show.poster, Some(ids[0]));
    library.write(|tx| tx.trash(ids[0])).unwrap();
    let (show, _) = only_show(&library);
    assert_eq!(
        poster(&library, show.poster.unwrap()),
        Some(support::root(10))
    );
    let deleted = library.write(|tx| tx.delete_item(ids[1])).unwrap();
    assert!(
        !deleted.roots.contains(&support::root(10)),
        "its bytes stay"
    );
    let (show, _) = only_show(&library);
    assert_eq!(show.poster, Some(ids[2]));
    assert_eq!(poster(&library, ids[2]), Some(support::root(10)));
    let origin = library
        .reader()
        .unwrap()
        .origin(&"/tv/River/poster.jpg".into());
    assert_eq!(origin.unwrap().unwrap().item, Some(ids[2]));
}

#[test]
fn a_show_with_no_season_folders_has_its_poster_beside_the_episodes() {
    let home = Home::new(12);
    let library = home.open();
    let first = add(&library, "/tv/Lake/Lake 1x01.mkv", MediaClass::Video, 1);
    let second = add(&library, "/tv/Lake/Lake 1x02.mkv", MediaClass::Video, 2);
    settle(&library, "/tv/Lake", &[("/tv/Lake/poster.jpg", POSTER, 10)]);
    assert_eq!(poster(&library, first), Some(support::root(10)));
    assert_eq!(
        poster(&library, second),
        None,
        "an episode keeps its own still"
    );
    assert_eq!(only_show(&library).0.poster, Some(first));
}

#[test]
fn a_picture_above_the_folders_of_several_shows_is_a_photo() {
    let home = Home::new(13);
    let library = home.open();
    add(
        &library,
        "/tv/Season 1/Lake S01E01.mkv",
        MediaClass::Video,
        1,
    );
    add(
        &library,
        "/tv/Season 2/River S02E01.mkv",
        MediaClass::Video,
        2,
    );
    let settled = settle(&library, "/tv", &[("/tv/poster.jpg", POSTER, 10)]);
    assert_eq!((settled.added.len(), settled.changed.len()), (1, 0));
}

#[test]
fn captions_of_a_later_job_find_their_film() {
    let home = Home::new(14);
    let library = home.open();
    let film = add(&library, "/f/Lake (2020).mkv", MediaClass::Video, 1);
    add(&library, "/f/River (2021).mkv", MediaClass::Video, 2);
    // Deeper folders, and names that sort around a slash, are not in the way.
    for (at, path) in [
        "/f/a/Lake (2020).mkv",
        "/f/Lake (2020)/x.mkv",
        "/f/Lake/y.mkv",
    ]
    .iter()
    .enumerate()
    {
        add(&library, path, MediaClass::Video, 20 + at as u64);
    }
    drop_and(&home, library, |library| {
        let captions = ("/f/Lake (2020).en.srt", MediaClass::Subtitle, 30);
        let settled = settle(&library, "/f", &[captions]);
        assert_eq!((settled.changed, settled.added), (vec![film], vec![]));
        // The film was renamed: its name of today counts.
        library
            .write(|tx| {
                let to = RawPath::from("/f/Sea (2020).mkv");
                let from = RawPath::from("/f/Lake (2020).mkv");
                tx.move_location(film, &from, &to, file("", MediaClass::Video, 1).stamp, None)
            })
            .unwrap();
        let captions = ("/f/sea (2020).DE.srt", MediaClass::Subtitle, 31);
        assert_eq!(settle(&library, "/f", &[captions]).changed, [film]);
        let assets = detail(&library, film).assets;
        let languages: Vec<_> = assets
            .iter()
            .filter_map(|asset| asset.language.as_deref())
            .collect();
        assert_eq!(languages, ["en", "de"]);
    });
}
