//! Paging, filters, jobs.
#![allow(clippy::unwrap_used)]

mod support;

use library::{
    Facts, ItemKind, ItemQuery, JobCounters, JobKind, JobRow, JobState, MediaClass, Order, Sort,
    Tags,
};
use support::{Home, add};

/// Every page of a query, joined.
fn walk(library: &library::Library, query: &ItemQuery) -> Vec<String> {
    let reader = library.reader().unwrap();
    let mut query = query.clone();
    let mut titles = Vec::new();
    loop {
        let page = reader.items(&query).unwrap();
        assert!(page.rows.len() <= query.limit);
        titles.extend(page.rows.into_iter().map(|row| row.title));
        query.cursor = page.next;
        if query.cursor.is_none() {
            assert_eq!(
                page.total as usize,
                titles.len(),
                "the total is what the pages give"
            );
            return titles;
        }
    }
}

fn films(home: &Home, library: &library::Library) {
    for n in 0..23_u64 {
        home.pass(10);
        let year = 1990 + (n * 7) % 23;
        let id = add(
            library,
            &format!("/v/Film {n} ({year}).mp4"),
            MediaClass::Video,
            n,
        );
        let facts = Facts {
            class: MediaClass::Video,
            duration_ms: Some((50 + (n * 5) % 23) * 60_000),
            tags: Tags {
                genres: vec![if n % 3 == 0 { "Comédie" } else { "Drama" }.into()],
                ..Tags::default()
            },
            ..Facts::default()
        };
        library.write(|tx| tx.set_facts(id, facts)).unwrap();
    }
}

#[test]
fn pages_join_to_the_whole_list_in_every_order() {
    let home = Home::new(1);
    let library = home.open();
    films(&home, &library);
    add(&library, "/d/notes.txt", MediaClass::Other, 99);
    for sort in [
        Sort::Added,
        Sort::Title,
        Sort::Taken,
        Sort::Year,
        Sort::Duration,
    ] {
        for order in [Order::Ascending, Order::Descending] {
            for kinds in [vec![ItemKind::Film], vec![]] {
                let all = ItemQuery {
                    sort,
                    order,
                    kinds,
                    limit: 1000,
                    ..ItemQuery::default()
                };
                let paged = ItemQuery {
                    limit: 4,
                    ..all.clone()
                };
                let whole = walk(&library, &all);
                assert_eq!(walk(&library, &paged), whole, "{sort:?} {order:?}");
                let mut reversed = all.clone();
                reversed.order = match order {
                    Order::Ascending => Order::Descending,
                    Order::Descending => Order::Ascending,
                };
                let mut back = walk(&library, &reversed);
                back.reverse();
                assert_eq!(back, whole, "{sort:?} backwards is the mirror");
            }
        }
    }
    let titles = ItemQuery {
        kinds: vec![ItemKind::Film],
        sort: Sort::Title,
        order: Order::Ascending,
        limit: 3,
        ..ItemQuery::default()
    };
    assert_eq!(walk(&library, &titles)[..3], ["Film 0", "Film 1", "Film 2"]);
}

#[test]
fn filters_narrow_and_count() {
    let home = Home::new(2);
    let library = home.open();
    films(&home, &library);
    let base = ItemQuery {
        limit: 2,
        ..ItemQuery::default()
    };
    let count = |query: ItemQuery| walk(&library, &query).len();
    assert_eq!(
        count(ItemQuery {
            genre: Some("comedie".into()),
            ..base.clone()
        }),
        8
    );
    assert_eq!(
        count(ItemQuery {
            year_from: Some(2000),
            ..base.clone()
        }),
        13
    );
    let between = ItemQuery {
        year_from: Some(2000),
        year_to: Some(2000),
        ..base.clone()
    };
    assert_eq!(count(between), 1);
    assert_eq!(
        count(ItemQuery {
            min_duration_ms: Some(71 * 60_000),
            ..base.clone()
        }),
        2
    );
    assert_eq!(
        count(ItemQuery {
            max_duration_ms: Some(51 * 60_000),
            ..base.clone()
        }),
        2
    );
    let reader = library.reader().unwrap();
    let me = reader.active_person().unwrap();
    let first = reader.items(&base).unwrap().rows[0].id;
    library
        .write(|tx| {
            tx.set_progress(me, first, 99, 100, 0.9, None)?;
            tx.set_favourite(me, first, true)
        })
        .unwrap();
    assert_eq!(
        count(ItemQuery {
            unseen: Some(true),
            ..base.clone()
        }),
        22
    );
    assert_eq!(
        count(ItemQuery {
            favourite: Some(true),
            ..base.clone()
        }),
        1
    );
    assert_eq!(
        count(ItemQuery {
            favourite: Some(false),
            ..base.clone()
        }),
        22
    );
    let broken = ItemQuery {
        cursor: Some("zz".into()),
        ..base
    };
    assert!(library.reader().unwrap().items(&broken).is_err());
}

#[test]
fn filters_agree_with_the_rows_in_every_order() {
    let home = Home::new(3);
    let library = home.open();
    films(&home, &library);
    add(&library, "/p/one.jpg", MediaClass::Photo, 98);
    let reader = library.reader().unwrap();
    let me = reader.active_person().unwrap();
    let everything = ItemQuery {
        limit: 1000,
        ..ItemQuery::default()
    };
    for row in reader.items(&everything).unwrap().rows.iter().step_by(3) {
        library
            .write(|tx| {
                tx.set_progress(me, row.id, 9, 10, 0.5, None)?;
                tx.set_favourite(me, row.id, true)
            })
            .unwrap();
    }
    let filters = [
        ItemQuery {
            genre: Some("COMÉDIE".into()),
            year_from: Some(1995),
            ..ItemQuery::default()
        },
        ItemQuery {
            year_to: Some(2005),
            unseen: Some(true),
            ..ItemQuery::default()
        },
        ItemQuery {
            min_duration_ms: Some(55 * 60_000),
            max_duration_ms: Some(65 * 60_000),
            unseen: Some(false),
            ..ItemQuery::default()
        },
        ItemQuery {
            favourite: Some(false),
            genre: Some("drama".into()),
            ..ItemQuery::default()
        },
    ];
    for filter in filters {
        for sort in [
            Sort::Added,
            Sort::Title,
            Sort::Taken,
            Sort::Year,
            Sort::Duration,
        ] {
            for order in [Order::Ascending, Order::Descending] {
                let all = ItemQuery {
                    sort,
                    order,
                    limit: 1000,
                    ..ItemQuery::default()
                };
                let rows = library.reader().unwrap().items(&all).unwrap().rows;
                let within = |row: &library::ItemRow| {
                    let length = row.duration_ms;
                    let finished = row.progress.is_some_and(|progress| progress.finished);
                    let genre = |name: &str| {
                        row.genres
                            .iter()
                            .any(|genre| genre.to_lowercase() == name.to_lowercase())
                    };
                    filter.genre.as_deref().is_none_or(genre)
                        && filter
                            .year_from
                            .is_none_or(|from| row.year.is_some_and(|year| year >= from))
                        && filter
                            .year_to
                            .is_none_or(|to| row.year.is_some_and(|year| year <= to))
                        && filter
                            .min_duration_ms
                            .is_none_or(|min| length.is_some_and(|ms| ms >= min))
                        && filter
                            .max_duration_ms
                            .is_none_or(|max| length.is_some_and(|ms| ms <= max))
                        && filter.unseen.is_none_or(|unseen| unseen != finished)
                        && filter
                            .favourite
                            .is_none_or(|wanted| wanted == row.favourite)
                };
                let expect: Vec<_> = rows
                    .into_iter()
                    .filter(within)
                    .map(|row| row.title)
                    .collect();
                assert!(!expect.is_empty());
                let filtered = ItemQuery {
                    sort,
                    order,
                    limit: 2,
                    ..filter.clone()
                };
                assert_eq!(walk(&library, &filtered), expect, "{filtered:?}");
            }
        }
    }
}

#[test]
fn a_job_can_be_resumed_after_a_reopen() {
    let home = Home::new(3);
    let job = {
        let library = home.open();
        let row = JobRow {
            kind: JobKind::Import,
            state: JobState::Running,
            title: "2 folders".into(),
            options: serde_json::json!({"mode": "auto"}),
            roots: vec!["/a".into(), "/b".into()],
            cursor: vec![1, 2, 3],
            counters: JobCounters {
                files_total: 10,
                files_done: 4,
                ..JobCounters::default()
            },
            ..JobRow::default()
        };
        let job = library.write(|tx| tx.put_job(row)).unwrap();
        library
            .write(|tx| {
                for n in 0..5 {
                    let path = format!("/a/{n}");
                    tx.add_failure(job, &path.as_str().into(), "file_unreadable", "no", None)?;
                }
                Ok(())
            })
            .unwrap();
        job
    };
    let library = home.open();
    let reader = library.reader().unwrap();
    let mut row = reader.jobs().unwrap().pop().expect("the job is journalled");
    assert_eq!(
        (row.id, row.state, row.counters.files_done),
        (job, JobState::Running, 4)
    );
    assert_eq!(row.options, serde_json::json!({"mode": "auto"}));
    let page = reader.failures(job, 2, 2).unwrap();
    assert_eq!(page.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 3]);
    row.state = JobState::Done;
    library.write(|tx| tx.put_job(row)).unwrap();
    library.write(|tx| tx.clear_failures(job)).unwrap();
    let reader = library.reader().unwrap();
    assert!(reader.job(job).unwrap().unwrap().finished_at.is_some());
    assert!(reader.failures(job, 0, 10).unwrap().is_empty());
    library.write(|tx| tx.remove_job(job)).unwrap();
    assert!(library.reader().unwrap().jobs().unwrap().is_empty());
}
