//! The library against a model: random steps, then everything is compared, and
//! every index entry and counter is recomputed from the rows.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::keys;
use crate::kv::{Kv, T};
use crate::query::Order;
use crate::record::Record;
use crate::row::Row;
use crate::{
    AddedItem, AlbumId, ItemId, ItemKind, ItemQuery, Library, LibraryConfig, MediaClass, NewItem,
    PersonId, PhotoFilter, Reader, Shelf,
};

#[derive(Debug, Clone, Copy)]
enum Step {
    Add(u8),
    Trash(u8),
    Restore(u8),
    Delete(u8),
    Favourite(u8, bool),
    Progress(u8, u8),
    Kind(u8, bool),
    NewAlbum,
    DropAlbum(u8),
    Join(u8, u8),
    Leave(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let n = || any::<u8>();
    prop_oneof![
        5 => (0_u8..24).prop_map(Step::Add),
        2 => n().prop_map(Step::Trash),
        1 => n().prop_map(Step::Restore),
        1 => n().prop_map(Step::Delete),
        2 => (n(), any::<bool>()).prop_map(|(a, b)| Step::Favourite(a, b)),
        2 => (n(), n()).prop_map(|(a, b)| Step::Progress(a, b)),
        1 => (n(), any::<bool>()).prop_map(|(a, b)| Step::Kind(a, b)),
        1 => Just(Step::NewAlbum),
        1 => n().prop_map(Step::DropAlbum),
        3 => (n(), n()).prop_map(|(a, b)| Step::Join(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| Step::Leave(a, b)),
    ]
}

#[derive(Debug, Default, Clone)]
struct ModelItem {
    content: u8,
    trashed: bool,
    favourite: bool,
    finished: Option<bool>,
    clip: bool,
}

#[derive(Debug, Default)]
struct Model {
    items: BTreeMap<ItemId, ModelItem>,
    albums: BTreeMap<AlbumId, Vec<ItemId>>,
}

impl Model {
    fn item(&self, n: u8) -> Option<ItemId> {
        self.items
            .keys()
            .nth(usize::from(n) % self.items.len().max(1))
            .copied()
    }

    fn album(&self, n: u8) -> Option<AlbumId> {
        self.albums
            .keys()
            .nth(usize::from(n) % self.albums.len().max(1))
            .copied()
    }
}

fn new_item(content: u8) -> NewItem {
    let mut hash = [0; 32];
    hash[0] = content;
    let hash = multihash::Multihash::wrap(0x12, &hash).expect("32 bytes fit");
    let mut new = NewItem {
        class: MediaClass::Photo,
        root: cid::Cid::new_v0(hash).expect("a sha2-256 hash"),
        size: 1,
        path: format!("/p/{content}.jpg").as_str().into(),
        ..NewItem::default()
    };
    new.stamp.mtime_ns = i64::from(content) * 86_400_000_000_000;
    new.stamp.ino = u64::from(content) + 1;
    new
}

fn run(library: &Library, model: &mut Model, me: PersonId, step: Step) {
    let write = |change: &mut dyn FnMut(&mut crate::Tx<'_>) -> Result<(), crate::WriteLibrary>| {
        library.write(|tx| change(tx)).expect("the step works");
    };
    match step {
        Step::Add(content) => write(&mut |tx| {
            match tx.add_item(new_item(content))? {
                AddedItem::New(id) => {
                    model.items.insert(
                        id,
                        ModelItem {
                            content,
                            ..ModelItem::default()
                        },
                    );
                }
                AddedItem::Existing { id, restored } => {
                    let item = model.items.get_mut(&id).expect("the model knows it");
                    assert_eq!((item.content, item.trashed), (content, restored));
                    item.trashed = false;
                }
                AddedItem::Waiting => panic!("no photo waits here"),
            }
            Ok(())
        }),
        Step::NewAlbum => write(&mut |tx| {
            model.albums.insert(tx.create_album("A")?, Vec::new());
            Ok(())
        }),
        Step::DropAlbum(n) => {
            if let Some(album) = model.album(n) {
                write(&mut |tx| tx.delete_album(album));
                model.albums.remove(&album);
            }
        }
        Step::Join(n, m) => {
            if let (Some(id), Some(album)) = (model.item(n), model.album(m)) {
                let members = model.albums.get_mut(&album).expect("it is there");
                let new = !members.contains(&id);
                write(&mut |tx| {
                    assert_eq!(tx.add_to_album(album, &[id])?, [new]);
                    Ok(())
                });
                if new {
                    members.push(id);
                }
            }
        }
        Step::Leave(n, m) => {
            if let (Some(id), Some(album)) = (model.item(n), model.album(m)) {
                let members = model.albums.get_mut(&album).expect("it is there");
                let there = members.contains(&id);
                write(&mut |tx| {
                    assert_eq!(tx.remove_from_album(album, &[id])?, [there]);
                    Ok(())
                });
                members.retain(|other| *other != id);
            }
        }
        Step::Delete(n) => {
            if let Some(id) = model.item(n) {
                write(&mut |tx| tx.delete_item(id).map(drop));
                model.items.remove(&id);
                for members in model.albums.values_mut() {
                    members.retain(|other| *other != id);
                }
            }
        }
        Step::Trash(n) | Step::Restore(n) => {
            if let Some(id) = model.item(n) {
                let trash = matches!(step, Step::Trash(_));
                write(&mut |tx| if trash { tx.trash(id) } else { tx.restore(id) });
                model
                    .items
                    .entry(id)
                    .and_modify(|item| item.trashed = trash);
            }
        }
        Step::Favourite(n, on) => {
            if let Some(id) = model.item(n) {
                write(&mut |tx| tx.set_favourite(me, id, on));
                model.items.entry(id).and_modify(|item| item.favourite = on);
            }
        }
        Step::Progress(n, at) => {
            if let Some(id) = model.item(n) {
                let mut finished = false;
                write(&mut |tx| {
                    let at = u64::from(at);
                    finished = tx.set_progress(me, id, at, 255, 0.92, None)?.finished;
                    Ok(())
                });
                model
                    .items
                    .entry(id)
                    .and_modify(|item| item.finished = Some(finished));
            }
        }
        Step::Kind(n, clip) => {
            if let Some(id) = model.item(n) {
                let kind = Some(clip.then_some(ItemKind::Clip));
                let edit = crate::ItemEdit {
                    kind,
                    ..crate::ItemEdit::default()
                };
                write(&mut |tx| tx.edit_item(id, edit.clone()));
                model.items.entry(id).and_modify(|item| item.clip = clip);
            }
        }
    }
}

fn listed(reader: &Reader, query: ItemQuery) -> BTreeSet<ItemId> {
    let page = reader
        .items(&ItemQuery {
            limit: 1000,
            ..query
        })
        .expect("listed");
    let ids: BTreeSet<_> = page.rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len() as u64, page.total);
    ids
}

fn compare(reader: &Reader, model: &Model) {
    let those = |keep: &dyn Fn(&ModelItem) -> bool| -> BTreeSet<ItemId> {
        model
            .items
            .iter()
            .filter(|(_, item)| keep(item))
            .map(|(id, _)| *id)
            .collect()
    };
    assert_eq!(
        listed(reader, ItemQuery::default()),
        those(&|item| !item.trashed)
    );
    let trash = ItemQuery {
        shelf: Shelf::Trash,
        ..ItemQuery::default()
    };
    assert_eq!(listed(reader, trash), those(&|item| item.trashed));
    let favourites = ItemQuery {
        favourite: Some(true),
        ..ItemQuery::default()
    };
    let marked = those(&|item| item.favourite && !item.trashed);
    assert_eq!(listed(reader, favourites), marked);
    let counts = reader.counts(None).expect("counts");
    assert_eq!(counts.favourite, marked.len() as u64);
    assert_eq!(counts.trash, those(&|item| item.trashed).len() as u64);
    assert_eq!(
        counts.clip,
        those(&|item| item.clip && !item.trashed).len() as u64
    );
    assert_eq!(
        counts.photo,
        those(&|item| !item.clip && !item.trashed).len() as u64
    );
    assert_eq!(counts.album, model.albums.len() as u64);
    let shelf = reader.continue_watching(None, 1000).expect("the shelf");
    let unfinished = those(&|item| item.finished == Some(false) && !item.trashed);
    assert_eq!(
        shelf.iter().map(|row| row.id).collect::<BTreeSet<_>>(),
        unfinished
    );
    let timeline = reader
        .timeline(&PhotoFilter::default())
        .expect("the timeline");
    assert_eq!(timeline.total, those(&|item| !item.trashed).len() as u64);
    for bucket in &timeline.buckets {
        let rows = reader
            .photos(&bucket.key, &PhotoFilter::default(), None)
            .expect("photos");
        assert_eq!(
            rows.len(),
            bucket.count as usize,
            "a bucket holds what it counts"
        );
    }
    for (album, members) in &model.albums {
        let live = |id: &&ItemId| model.items.get(id).is_some_and(|item| !item.trashed);
        let expect: Vec<ItemId> = members.iter().filter(live).copied().collect();
        let row = reader
            .album(*album)
            .expect("read")
            .expect("the album is there");
        assert_eq!(row.count, expect.len() as u64);
        assert_eq!(row.cover, expect.last().copied());
        let query = ItemQuery {
            album: Some(*album),
            ..ItemQuery::default()
        };
        assert_eq!(listed(reader, query), expect.into_iter().collect());
    }
}

/// Recomputes what follows from the records and compares it with what is stored.
pub(crate) fn assert_consistent(reader: &Reader) {
    let mut index = BTreeMap::new();
    let mut counters: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let records: Vec<(Vec<u8>, Record)> = reader.kv.rows(T::Items, &[]).expect("records");
    for (key, record) in records {
        let id = ItemId::from_slice(&key).expect("an id");
        index.extend(keys::entries(id, &record));
        for counter in keys::counters(&record) {
            *counters.entry(counter).or_default() += 1;
        }
        let mut fresh = record.clone();
        let facts: Option<crate::Facts> = reader.kv.row(T::Facts, &key).expect("facts");
        let edits = reader.user_facts(id, PersonId::EVERYONE).expect("edits");
        fresh.derive(facts.as_ref(), &edits);
        assert_eq!(
            Record::from_row(&fresh.to_row()),
            Some(record),
            "records follow from inputs"
        );
    }
    let mut stored = BTreeMap::new();
    reader
        .kv
        .scan_prefix(T::Index, &[], Order::Ascending, |key, value| {
            if key.first().is_some_and(|index| *index <= keys::UNPROBED) {
                stored.insert(key.to_vec(), value.to_vec());
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .expect("the index");
    assert_eq!(stored, index, "the index follows from the records");
    let mut counted = BTreeMap::new();
    reader
        .kv
        .scan_prefix(T::Counters, &[], Order::Ascending, |key, mut value| {
            if key
                .first()
                .is_some_and(|counter| *counter <= keys::COUNT_YEAR)
            {
                counted.insert(
                    key.to_vec(),
                    crate::row::take_varint(&mut value).unwrap_or(0),
                );
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .expect("the counters");
    assert_eq!(counted, counters, "the counters follow from the records");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_library_agrees_with_the_model(steps in proptest::collection::vec(step(), 1..60)) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut library = Library::open(LibraryConfig::new(dir.path())).expect("opens");
        let me = library.reader().expect("reads").active_person().expect("a person");
        let mut model = Model::default();
        for (at, step) in steps.iter().enumerate() {
            run(&library, &mut model, me, *step);
            if at == steps.len() / 2 {
                drop(library);
                library = Library::open(LibraryConfig::new(dir.path())).expect("opens again");
            }
        }
        let reader = library.reader().expect("reads");
        compare(&reader, &model);
        assert_consistent(&reader);
    }
}

#[test]
fn a_library_of_format_1_gets_its_briefs() {
    let dir = tempfile::tempdir().expect("a folder");
    let library = Library::open(LibraryConfig::new(dir.path())).expect("opens");
    library
        .write(|tx| {
            for content in 0..9 {
                let mut new = new_item(content);
                new.class = MediaClass::Video;
                new.path = format!("/v/Film {content} (200{content}).mkv")
                    .as_str()
                    .into();
                tx.add_item(new)?;
            }
            // As format 1 had it: nothing in the values.
            for index in [keys::ADDED, keys::TITLE, keys::YEAR, keys::DURATION] {
                for key in tx.kv.keys(T::Index, &[index])? {
                    tx.kv.put(T::Index, &key, &[])?;
                }
            }
            tx.kv.put_number(T::Meta, b"format", 1)
        })
        .expect("written");
    drop(library);
    let library = Library::open(LibraryConfig::new(dir.path())).expect("migrates");
    assert!(dir.path().join("library.redb.before-v2").exists());
    let reader = library.reader().expect("reads");
    assert_consistent(&reader);
    let query = ItemQuery {
        year_from: Some(2005),
        ..ItemQuery::default()
    };
    assert_eq!(reader.items(&query).expect("a page").total, 4);
}
