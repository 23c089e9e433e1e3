//! Timings of the catalogue as one JSON object: `cargo run -p library --example library_bench`.
//!
//! A library is filled with made-up photos and films in a temporary folder, and
//! each number is the wall time of one call in ms, and `_cpu` what its thread
//! spent on a core (Linux; 0 elsewhere).

use std::io::Write;
use std::time::Instant;

use library::{
    Facts, FileStamp, ItemId, ItemKind, ItemQuery, Library, LibraryConfig, MediaClass, NewItem,
    Order, PhotoFilter, Sort, Tags,
};

const PHOTOS: u64 = 100_000;
const FILMS: u64 = 50_000;
const STEP: u64 = 10_000;

type Failed = Box<dyn std::error::Error>;

fn file(n: u64, class: MediaClass) -> Result<NewItem, Failed> {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    digest[8..16].copy_from_slice(&n.wrapping_mul(0xd6e8_feb8_6659_fd93).to_be_bytes());
    let root = cid::Cid::new_v0(multihash::Multihash::wrap(0x12, &digest)?)?;
    let (path, mime) = match class {
        MediaClass::Video => (
            format!("/films/Film number {n} ({}).mkv", 1950 + n % 75),
            "video/mp4",
        ),
        _ => (format!("/photos/{}/IMG_{n:06}.jpg", n / 500), "image/jpeg"),
    };
    let taken = 1_100_000_000 + i64::try_from(n)? * 600;
    Ok(NewItem {
        class,
        mime: mime.into(),
        root,
        size: 4_000_000 + n,
        path: path.as_str().into(),
        stamp: FileStamp {
            size: 4_000_000 + n,
            mtime_ns: taken * 1_000_000_000,
            ctime_ns: 1,
            dev: 1,
            ino: n + 1,
        },
        ..NewItem::default()
    })
}

fn facts(n: u64, class: MediaClass) -> Facts {
    Facts {
        class,
        duration_ms: (class == MediaClass::Video).then_some(5_400_000 + n),
        width: Some(4000),
        height: Some(3000),
        thumbhash: vec![7; 24],
        has_preview: true,
        tags: Tags {
            genres: vec![format!("Genre {}", n % 20)],
            ..Tags::default()
        },
        probe: serde_json::json!({"streams": [{"codec": "h264", "bitrate": 5_000_000 + n}]}),
        ..Facts::default()
    }
}

/// Time of this thread on a core, in ns.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|ns| ns.parse().ok())
        .unwrap_or(0)
}

/// Runs `work` and notes how long it took.
fn time<R>(
    results: &mut serde_json::Map<String, serde_json::Value>,
    name: &str,
    work: impl FnOnce() -> Result<R, Failed>,
) -> Result<R, Failed> {
    let (start, busy) = (Instant::now(), cpu());
    let result = work()?;
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    let busy_ms = (cpu() - busy) / 1_000_000;
    results.insert(format!("{name}_cpu"), busy_ms.into());
    results.insert(name.to_owned(), ((ms * 100.0).round() / 100.0).into());
    Ok(result)
}

fn fill(
    library: &Library,
    class: MediaClass,
    from: u64,
    count: u64,
) -> Result<Vec<ItemId>, Failed> {
    let files = (from..from + count)
        .map(|n| file(n, class))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(library.write(|tx| {
        let added = files
            .into_iter()
            .map(|new| Ok(tx.add_item(new)?.id().unwrap_or_default()));
        added.collect()
    })?)
}

fn main() -> Result<(), Failed> {
    let mut results = serde_json::Map::new();
    let dir = tempfile::tempdir()?;
    let library = Library::open(LibraryConfig::new(dir.path()))?;
    let mut from = 0;
    for (class, count, name) in [
        (MediaClass::Photo, PHOTOS, "photos"),
        (MediaClass::Video, FILMS, "films"),
    ] {
        for step in 0..count / STEP {
            let first = step == 0;
            let last = step + 1 == count / STEP;
            let label = |what: &str| match (first, last) {
                (true, _) => format!("{what}_first_10k_{name}"),
                (_, true) => format!("{what}_last_10k_{name}"),
                _ => "skipped".to_owned(),
            };
            let ids = time(&mut results, &label("add"), || {
                fill(&library, class, from, STEP)
            })?;
            time(&mut results, &label("probe"), || {
                Ok(library.write(|tx| {
                    for (id, n) in ids.iter().zip(from..) {
                        tx.set_facts(*id, facts(n, class))?;
                    }
                    Ok(())
                })?)
            })?;
            from += STEP;
        }
    }
    drop(library);
    let library = time(&mut results, "open_150k", || {
        Ok(Library::open(LibraryConfig::new(dir.path()))?)
    })?;
    let films = |sort, order| ItemQuery {
        kinds: vec![ItemKind::Film],
        sort,
        order,
        ..ItemQuery::default()
    };
    let first = films(Sort::Added, Order::Descending);
    time(&mut results, "films_first_page_cold", || {
        Ok(library.reader()?.items(&first)?)
    })?;
    let title = films(Sort::Title, Order::Ascending);
    time(&mut results, "films_by_title", || {
        Ok(library.reader()?.items(&title)?)
    })?;
    time(&mut results, "recently_added", || {
        Ok(library.reader()?.recently_added(None, 60)?)
    })?;
    let timeline = time(&mut results, "timeline_100k_cold", || {
        Ok(library.reader()?.timeline(&PhotoFilter::default())?)
    })?;
    let fullest = timeline
        .buckets
        .iter()
        .max_by_key(|bucket| bucket.count)
        .ok_or("no bucket")?;
    results.insert("bucket_photos".into(), fullest.count.into());
    for name in ["bucket_cold", "bucket_warm"] {
        time(&mut results, name, || {
            Ok(library
                .reader()?
                .photos(&fullest.key, &PhotoFilter::default(), None)?)
        })?;
    }
    let genre = ItemQuery {
        genre: Some("genre 7".into()),
        ..first.clone()
    };
    time(&mut results, "films_of_a_genre_unindexed", || {
        Ok(library.reader()?.items(&genre)?)
    })?;
    time(&mut results, "index_150k", || {
        while library.index_pending()? > 0 {}
        Ok(())
    })?;
    for (name, text) in [
        ("search_cold", "film number 1000"),
        ("search_warm", "film numb"),
        ("search_typo", "numbre 1234"),
    ] {
        let hits = time(&mut results, name, || Ok(library.search(text, 50)?))?;
        results.insert(format!("{name}_hits"), hits.len().into());
    }
    time(&mut results, "export_150k", || {
        Ok(library.export_json(&mut std::io::sink())?)
    })?;
    let bytes = std::fs::metadata(dir.path().join("library.redb"))?.len();
    results.insert("database_bytes".into(), bytes.into());
    results.remove("skipped");
    results.remove("skipped_cpu");
    writeln!(std::io::stdout(), "{}", serde_json::Value::Object(results))?;
    Ok(())
}
