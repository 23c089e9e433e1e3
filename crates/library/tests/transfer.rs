//! Export, import, and merging of what people said.
#![allow(clippy::unwrap_used)]

mod support;

use library::{
    DeviceId, Facts, ItemEdit, ItemId, ItemKind, Library, MediaClass, Progress, Stamp, Stamped,
    UserFacts, merge_user_facts,
};
use proptest::prelude::*;
use support::{Home, add, file, photo_facts, track_facts};

fn exported(library: &Library) -> Vec<u8> {
    let mut text = Vec::new();
    library.export_json(&mut text).expect("the export works");
    text
}

/// One change to a library.
#[derive(Debug, Clone)]
enum Step {
    Add(u8, u8),
    Probe(u8),
    Edit(u8, Option<String>),
    Favourite(u8, bool),
    Rate(u8, Option<u8>),
    Progress(u8, u16),
    Trash(u8),
    Restore(u8),
    Album(u8),
    Join(u8, u8),
    Leave(u8, u8),
    Delete(u8),
    Person(String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Add(a, b)),
        2 => any::<u8>().prop_map(Step::Probe),
        1 => (any::<u8>(), proptest::option::of(".{0,6}")).prop_map(|(a, b)| Step::Edit(a, b)),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(a, b)| Step::Favourite(a, b)),
        1 => (any::<u8>(), proptest::option::of(any::<u8>())).prop_map(|(a, b)| Step::Rate(a, b)),
        1 => (any::<u8>(), any::<u16>()).prop_map(|(a, b)| Step::Progress(a, b)),
        1 => any::<u8>().prop_map(Step::Trash),
        1 => any::<u8>().prop_map(Step::Restore),
        1 => any::<u8>().prop_map(Step::Album),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Join(a, b)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Leave(a, b)),
        1 => any::<u8>().prop_map(Step::Delete),
        1 => ".{0,6}".prop_map(Step::Person),
    ]
}

fn run(home: &Home, library: &Library, steps: &[Step]) {
    let mut items: Vec<ItemId> = Vec::new();
    let mut albums = Vec::new();
    let me = library.reader().unwrap().active_person().unwrap();
    for step in steps {
        home.pass(7);
        let known = items.clone();
        let pick = |n: &u8| known.get(usize::from(*n) % known.len().max(1)).copied();
        library
            .write(|tx| {
                match step {
                    Step::Add(n, class) => {
                        let (class, name) = match class % 4 {
                            0 => (MediaClass::Video, format!("/x/Film {n} (2001).mp4")),
                            1 => (MediaClass::Photo, format!("/x/{n}.jpg")),
                            2 => (MediaClass::Audio, format!("/y/{n}.flac")),
                            _ => (MediaClass::Video, format!("/y/Show S01E{n}.mp4")),
                        };
                        let folder = tx.ensure_folder(None, &"/x".into())?;
                        let mut new = file(&name, class, u64::from(*n));
                        new.folder = Some(folder);
                        if let library::AddedItem::New(id) = tx.add_item(new)? {
                            items.push(id);
                        }
                    }
                    Step::Album(n) => albums.push(tx.create_album(&format!("Album {n}"))?),
                    Step::Person(name) => {
                        tx.add_person(name, "teal")?;
                    }
                    Step::Join(n, m) | Step::Leave(n, m) => {
                        let album = albums.get(usize::from(*m) % albums.len().max(1)).copied();
                        if let (Some(item), Some(album)) = (pick(n), album) {
                            if matches!(step, Step::Join(..)) {
                                tx.add_to_album(album, &[item])?;
                            } else {
                                tx.remove_from_album(album, &[item])?;
                            }
                        }
                    }
                    Step::Delete(n) => {
                        if let Some(id) = pick(n) {
                            tx.delete_item(id)?;
                            items.retain(|other| *other != id);
                        }
                    }
                    Step::Probe(n)
                    | Step::Edit(n, _)
                    | Step::Favourite(n, _)
                    | Step::Rate(n, _)
                    | Step::Progress(n, _)
                    | Step::Trash(n)
                    | Step::Restore(n) => {
                        let Some(id) = pick(n) else { return Ok(()) };
                        match step {
                            Step::Probe(n) if n % 2 == 0 => {
                                tx.set_facts(id, photo_facts("2020-02-02T02:02:02"))?;
                            }
                            Step::Probe(_) => tx.set_facts(id, track_facts("T", "A", 3))?,
                            Step::Edit(_, title) => {
                                let edit = ItemEdit {
                                    title: Some(title.clone()),
                                    ..ItemEdit::default()
                                };
                                tx.edit_item(id, edit)?;
                            }
                            Step::Favourite(_, on) => tx.set_favourite(me, id, *on)?,
                            Step::Rate(_, rating) => tx.set_rating(me, id, *rating)?,
                            Step::Progress(_, at) => {
                                tx.set_progress(me, id, u64::from(*at), 65_535, 0.9, None)?;
                            }
                            Step::Trash(_) => tx.trash(id)?,
                            _ => tx.restore(id)?,
                        }
                    }
                }
                Ok(())
            })
            .expect("the step works");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_export_comes_back_byte_for_byte(steps in proptest::collection::vec(step(), 0..40)) {
        let (one, two) = (Home::new(1), Home::new(2));
        let library = one.open();
        run(&one, &library, &steps);
        let text = exported(&library);
        let other = two.open();
        other.import_json(&mut text.as_slice()).expect("the import works");
        prop_assert_eq!(
            String::from_utf8(exported(&other)).unwrap(),
            String::from_utf8(text.clone()).unwrap()
        );
        // Not only the rows: what follows from them, too.
        let (a, b) = (library.reader().unwrap(), other.reader().unwrap());
        prop_assert_eq!(a.counts(None).unwrap(), b.counts(None).unwrap());
        prop_assert_eq!(a.timeline(&Default::default()).unwrap(), b.timeline(&Default::default()).unwrap());
        prop_assert_eq!(a.items(&Default::default()).unwrap(), b.items(&Default::default()).unwrap());
        prop_assert_eq!(a.albums().unwrap(), b.albums().unwrap());
        // Again into the same library: nothing changes.
        other.import_json(&mut text.as_slice()).expect("the second import works");
        prop_assert_eq!(exported(&other), text);
    }

    #[test]
    fn merging_facts_is_a_lattice(a in facts(), b in facts(), c in facts()) {
        let merge = merge_user_facts;
        prop_assert_eq!(merge(&a, &b), merge(&b, &a), "commutative");
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)), "associative");
        prop_assert_eq!(merge(&a, &a), a.clone(), "idempotent");
        prop_assert_eq!(merge(&a, &UserFacts::default()), a, "nothing changes nothing");
    }

    #[test]
    fn stamps_that_are_no_time_merge_alike_and_never_win(
        a in wild_facts(), b in wild_facts(), c in wild_facts(), sound in facts(),
    ) {
        let merge = merge_user_facts;
        prop_assert_eq!(merge(&a, &b), merge(&b, &a), "commutative");
        prop_assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)), "associative");
        let once = merge(&a, &UserFacts::default());
        prop_assert_eq!(merge(&a, &a), once.clone());
        prop_assert_eq!(merge(&once, &a), once, "seen again, it changes nothing");
        // After the year 2200 there is nothing: what somebody set stays.
        let mut never = sound.clone();
        for stamp in stamps(&mut never) {
            stamp.hlc = stamp.hlc.saturating_add(7_258_118_400_000 << 16).saturating_add(1);
        }
        let mut later = sound.clone();
        for stamp in stamps(&mut later) {
            stamp.hlc += 1;
        }
        prop_assert_eq!(merge(&later, &never), later);
    }

    #[test]
    fn an_edit_wins_over_what_it_replaced_whatever_the_clocks_say(
        ahead in 0_u64..(1 << 43), sync_again: bool,
    ) {
        let (one, two) = (Home::new(1), Home::new(2));
        let (library, other) = (one.open(), two.open());
        let id = add(&library, "/a/one.jpg", MediaClass::Photo, 1);
        other.import_json(&mut exported(&library).as_slice()).expect("imported");
        let everyone = library::PersonId::EVERYONE;
        let wrong = UserFacts {
            title: Some(Stamped {
                stamp: Stamp { hlc: ahead << 16, device: DeviceId([0xff; 16]) },
                value: Some("from a wrong clock".into()),
            }),
            ..UserFacts::default()
        };
        for library in [&library, &other] {
            library.write(|tx| tx.merge_facts(everyone, id, &wrong)).expect("merged");
        }
        let edit = ItemEdit { title: Some(Some("mine".into())), ..ItemEdit::default() };
        library.write(|tx| tx.edit_item(id, edit)).expect("edited");
        if sync_again {
            library.write(|tx| tx.merge_facts(everyone, id, &wrong)).expect("merged");
        }
        other.import_json(&mut exported(&library).as_slice()).expect("imported");
        for library in [&library, &other] {
            let shown = library.reader().unwrap().item(id, None).unwrap().unwrap().row.title;
            prop_assert_eq!(shown, "mine");
        }
        // Other edits stay near the wall clock.
        one.pass(1000);
        let rating = library.write(|tx| {
            let me = tx.add_person("me", "teal")?;
            tx.set_favourite(me, id, true)?;
            Ok(me)
        }).expect("rated");
        let mut text = Vec::new();
        library.export_json(&mut text).expect("exported");
        let text = String::from_utf8(text).expect("text");
        let line = text.lines().find(|line| line.contains(&rating.to_string()) && line.contains("favourite"));
        let row: serde_json::Value =
            serde_json::from_str(line.expect("a row").trim_end_matches(',')).expect("a row");
        let hlc = row["favourite"]["hlc"].as_u64().expect("a stamp");
        prop_assert!(hlc >> 16 <= 1_700_000_001_000 + 86_400_000);
    }
}

/// Every stamp of some facts.
fn stamps(facts: &mut UserFacts) -> Vec<&mut Stamp> {
    fn at<T>(fact: &mut Option<Stamped<T>>) -> Option<&mut Stamp> {
        fact.as_mut().map(|fact| &mut fact.stamp)
    }
    let all = [
        at(&mut facts.title),
        at(&mut facts.year),
        at(&mut facts.kind),
        at(&mut facts.favourite),
        at(&mut facts.rating),
        at(&mut facts.progress),
    ];
    all.into_iter().flatten().collect()
}

/// Facts whose stamps may lie far in the future or be no time at all.
fn wild_facts() -> impl Strategy<Value = UserFacts> {
    let times = prop_oneof![
        Just(0),
        Just(1),
        Just(7_258_118_400_000_u64 << 16),
        Just((7_258_118_400_000_u64 << 16) + 1),
        Just(u64::MAX - 1),
        Just(u64::MAX),
    ];
    (facts(), proptest::collection::vec(times, 6)).prop_map(|(mut facts, times)| {
        for (stamp, time) in stamps(&mut facts).into_iter().zip(times) {
            stamp.hlc = time;
        }
        facts
    })
}

fn stamped<T: std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Stamped<T>>> {
    // Few times and devices, so that equal stamps happen.
    let stamped = (0_u64..3, 0_u8..2, value).prop_map(|(hlc, device, value)| Stamped {
        stamp: Stamp {
            hlc,
            device: DeviceId([device; 16]),
        },
        value,
    });
    proptest::option::of(stamped)
}

fn facts() -> impl Strategy<Value = UserFacts> {
    let maybe = proptest::option::of::<BoxedStrategy<String>>(".{0,2}".boxed());
    (
        stamped(maybe),
        stamped(proptest::option::of(0_u16..3)),
        stamped(any::<bool>()),
        stamped(proptest::option::of(0_u8..3)),
        stamped(proptest::option::of(0_u64..3)),
        stamped(proptest::option::of(Just(ItemKind::Clip))),
    )
        .prop_map(
            |(title, year, favourite, rating, position, kind)| UserFacts {
                title,
                year,
                favourite,
                rating,
                kind,
                progress: position.map(|at| Stamped {
                    stamp: at.stamp,
                    value: at.value.map(|position_ms| Progress {
                        position_ms,
                        ..Progress::default()
                    }),
                }),
                ..UserFacts::default()
            },
        )
}

#[test]
fn restoring_into_a_used_library_joins_the_same_content() {
    let (one, two) = (Home::new(1), Home::new(2));
    let library = one.open();
    let id = add(&library, "/a/one.jpg", MediaClass::Photo, 1);
    let me = library.reader().unwrap().active_person().unwrap();
    one.pass(10);
    library
        .write(|tx| {
            tx.set_favourite(me, id, true)?;
            let album = tx.create_album("Both")?;
            tx.add_to_album(album, &[id])
        })
        .unwrap();
    let other = two.open();
    let theirs = add(&other, "/b/uno.jpg", MediaClass::Photo, 1);
    other
        .import_json(&mut exported(&library).as_slice())
        .unwrap();
    let reader = other.reader().unwrap();
    assert_eq!(
        reader.counts(None).unwrap().photo,
        1,
        "the same content is one item"
    );
    assert!(
        reader
            .item(theirs, Some(me))
            .unwrap()
            .unwrap()
            .row
            .favourite
    );
    assert_eq!(reader.albums().unwrap()[0].count, 1);
}

#[test]
fn a_later_edit_from_another_device_wins_and_the_clock_follows() {
    let home = Home::new(1);
    let library = home.open();
    let id = add(&library, "/a/one.jpg", MediaClass::Photo, 1);
    let title = |text: &str| ItemEdit {
        title: Some(Some(text.into())),
        ..ItemEdit::default()
    };
    library.write(|tx| tx.edit_item(id, title("ours"))).unwrap();
    let ahead = Stamp {
        hlc: 1_800_000_000_000 << 16,
        device: DeviceId([9; 16]),
    };
    let theirs = UserFacts {
        title: Some(Stamped {
            stamp: ahead,
            value: Some("theirs".into()),
        }),
        ..UserFacts::default()
    };
    let everyone = library::PersonId::EVERYONE;
    library
        .write(|tx| tx.merge_facts(everyone, id, &theirs))
        .unwrap();
    let shown = |library: &Library| {
        library
            .reader()
            .unwrap()
            .item(id, None)
            .unwrap()
            .unwrap()
            .row
            .title
    };
    assert_eq!(shown(&library), "theirs");
    library.write(|tx| tx.edit_item(id, title("last"))).unwrap();
    library
        .write(|tx| tx.merge_facts(everyone, id, &theirs))
        .unwrap();
    assert_eq!(
        shown(&library),
        "last",
        "an edit made after seeing theirs is later"
    );
}

#[test]
fn broken_and_newer_exports_are_refused() {
    let home = Home::new(1);
    let library = home.open();
    add(&library, "/a/one.jpg", MediaClass::Photo, 1);
    let before = exported(&library);
    let cut = &before[..before.len() / 2];
    for bad in [&b""[..], b"{}", b"[]", b"{\"format\": 99}", cut] {
        assert!(library.import_json(&mut &*bad).is_err());
    }
    let newer = library.import_json(&mut &b"{\"format\": 99}"[..]);
    assert!(matches!(
        newer,
        Err(library::ImportLibrary::Newer { found: 99, .. })
    ));
    assert_eq!(exported(&library), before, "nothing was written");
}

#[test]
fn an_import_that_stops_anywhere_leaves_nothing_behind() {
    let (one, two) = (Home::new(1), Home::new(2));
    let library = one.open();
    for n in 0..20 {
        add(&library, &format!("/a/{n}.jpg"), MediaClass::Photo, n);
    }
    let text = exported(&library);
    let other = two.open();
    add(&other, "/b/mine.jpg", MediaClass::Photo, 99);
    let before = exported(&other);
    for end in (0..text.len() - 2).step_by(97).chain([text.len() - 2]) {
        assert!(other.import_json(&mut &text[..end]).is_err());
    }
    let mut twice = text.clone();
    twice.extend_from_slice(b"{}");
    assert!(
        other.import_json(&mut twice.as_slice()).is_err(),
        "more behind it"
    );
    assert_eq!(exported(&other), before);
    // Reading that fails half-way is like a kill: the next try does all of it.
    let failing = std::io::Read::chain(&text[..text.len() / 2], Broken);
    assert!(other.import_json(&mut { failing }).is_err());
    assert_eq!(exported(&other), before);
    other.import_json(&mut text.as_slice()).unwrap();
    assert_eq!(other.reader().unwrap().counts(None).unwrap().photo, 21);
}

/// A disk that fails.
struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

#[test]
fn lists_out_of_their_order_are_refused() {
    let home = Home::new(1);
    let library = home.open();
    let text = String::from_utf8(exported(&library)).unwrap();
    let swapped = text
        .replace("\"shows\"", "\"x\"")
        .replace("\"albums\"", "\"shows\"");
    assert!(library.import_json(&mut swapped.as_bytes()).is_err());
    let newer = text.replace("\"people\"", "\"later\": [1, {}],\n\"people\"");
    library
        .import_json(&mut newer.as_bytes())
        .expect("unknown parts are passed over");
}

#[test]
fn paths_that_are_not_utf8_survive() {
    let (one, two) = (Home::new(1), Home::new(2));
    let library = one.open();
    let mut new = file("/a/", MediaClass::Other, 1);
    new.path.0.extend_from_slice(b"\xff\xfe\x00 name\n.bin");
    let path = new.path.clone();
    library.write(|tx| tx.add_item(new)).unwrap();
    library
        .write(|tx| {
            let item = tx.origin(&path)?.unwrap().item.unwrap();
            tx.set_facts(item, Facts::default())
        })
        .unwrap();
    let text = exported(&library);
    let other = two.open();
    other.import_json(&mut text.as_slice()).unwrap();
    assert!(other.reader().unwrap().origin(&path).unwrap().is_some());
    assert_eq!(exported(&other), text);
}
