//! Timings of the catalogue as one JSON object: `cargo run -p library --example library_bench`.
//! With `-- restore N`, an export of N photos is imported into a new library instead,
//! and `_peak_mb` is the most memory the process had (Linux).
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

/// Forgets the process's peak of memory.
fn reset_peak() {
    // Where this is not possible the peak is that of the whole run.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The process's peak of memory in MB.
fn peak_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) / 1024
}

/// Exports `count` photos, imports them elsewhere, exports again and compares.
fn restore(count: u64) -> Result<serde_json::Map<String, serde_json::Value>, Failed> {
    let mut results = serde_json::Map::new();
    let dir = tempfile::tempdir()?;
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let export = |library: &Library, to: &std::path::Path| -> Result<(), Failed> {
        let mut to = std::io::BufWriter::new(std::fs::File::create(to)?);
        library.export_json(&mut to)?;
        Ok(to.flush()?)
    };
    let library = Library::open(LibraryConfig::new(&one))?;
    for from in (0..count).step_by(usize::try_from(STEP)?) {
        let ids = fill(&library, MediaClass::Photo, from, STEP.min(count - from))?;
        library.write(|tx| {
            for (id, n) in ids.iter().zip(from..) {
                tx.set_facts(*id, facts(n, MediaClass::Photo))?;
            }
            Ok(())
        })?;
    }
    reset_peak();
    time(&mut results, "export", || export(&library, &first))?;
    results.insert("export_peak_mb".into(), peak_mb().into());
    results.insert(
        "export_bytes".into(),
        std::fs::metadata(&first)?.len().into(),
    );
    drop(library);
    let library = Library::open(LibraryConfig::new(&two))?;
    reset_peak();
    results.insert("before_import_mb".into(), peak_mb().into());
    time(&mut results, "import", || {
        Ok(library.import_json(&mut std::fs::File::open(&first)?)?)
    })?;
    results.insert("import_peak_mb".into(), peak_mb().into());
    export(&library, &second)?;
    let same = same_bytes(&first, &second)?;
    results.insert("byte_equal".into(), same.into());
    Ok(results)
}

fn same_bytes(one: &std::path::Path, two: &std::path::Path) -> Result<bool, Failed> {
    use std::io::{BufRead, BufReader};
    let mut one = BufReader::new(std::fs::File::open(one)?);
    let mut two = BufReader::new(std::fs::File::open(two)?);
    loop {
        let (a, b) = (one.fill_buf()?, two.fill_buf()?);
        let length = a.len().min(b.len());
        if length == 0 || a.get(..length) != b.get(..length) {
            return Ok(a.is_empty() && b.is_empty());
        }
        one.consume(length);
        two.consume(length);
    }
}

fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("restore") {
        let count = arguments.next().map_or(Ok(STEP), |count| count.parse())?;
        let results = restore(count)?;
        writeln!(std::io::stdout(), "{}", serde_json::Value::Object(results))?;
        return Ok(());
    }
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
    let me = library.reader()?.active_person()?;
    let seen = library.reader()?.items(&ItemQuery {
        limit: 1000,
        ..first.clone()
    })?;
    library.write(|tx| {
        for row in &seen.rows {
            tx.set_progress(me, row.id, 9, 10, 0.5, None)?;
        }
        Ok(())
    })?;
    let genre = ItemQuery {
        genre: Some("genre 7".into()),
        ..first.clone()
    };
    let years = ItemQuery {
        year_from: Some(1990),
        year_to: Some(1999),
        ..title.clone()
    };
    let length = ItemQuery {
        min_duration_ms: Some(5_500_000),
        ..films(Sort::Year, Order::Descending)
    };
    let unseen = ItemQuery {
        unseen: Some(true),
        ..first.clone()
    };
    for (name, query) in [
        ("films_of_a_genre", genre),
        ("films_of_a_decade", years),
        ("films_by_length", length),
        ("films_unseen", unseen),
    ] {
        for name in [format!("{name}_cold"), name.to_owned()] {
            let page = time(&mut results, &name, || {
                Ok(library.reader()?.items(&query)?)
            })?;
            results.insert(format!("{name}_total"), page.total.into());
        }
    }
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
