//! One bad file costs one request, whatever it does to its worker.

use std::fs::File;
use std::time::{Duration, Instant};

use media::{InspectMedia, Limits, Source, Want};

use crate::support::{Bench, corners, jpeg_of};

fn quick() -> Limits {
    Limits {
        still_timeout: Duration::from_secs(3),
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_decoder_that_crashes_loops_or_eats_memory_costs_one_preview() {
    let bench = Bench::with(1, quick());
    let good = bench.write("good.jpg", &jpeg_of(&corners(900, 600), 90));
    for action in ["SEGV", "LOOP", "HOGS", "EXIT"] {
        let bad = bench.write("bad.jpg", format!("TRIBFIXT{action}").as_bytes());
        let started = Instant::now();
        let error = bench
            .ask(&bad, Want::ALL)
            .await
            .expect_err("this file kills its worker");
        match (action, &error) {
            (
                "SEGV",
                InspectMedia::Crashed {
                    signal: Some(libc::SIGSEGV),
                },
            )
            | (
                "HOGS" | "EXIT",
                InspectMedia::Crashed {
                    signal: Some(libc::SIGABRT),
                },
            )
            | ("LOOP", InspectMedia::TimedOut) => {}
            _ => panic!("{action}: {error:?}"),
        }
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "{action} took {:?}",
            started.elapsed()
        );
        assert_eq!(bench.look(&good).await.previews.len(), 2, "after {action}");
    }
}

#[tokio::test]
async fn others_are_served_while_one_worker_is_stuck() {
    let bench = Bench::with(2, quick());
    let good = bench.write("good.jpg", &jpeg_of(&corners(900, 600), 90));
    let bad = bench.write("bad.jpg", b"TRIBFIXTLOOP");
    let stuck = bench.ask(&bad, Want::ALL);
    let rest = async {
        for _ in 0..5 {
            assert_eq!(bench.look(&good).await.previews.len(), 2);
        }
        Instant::now()
    };
    let started = Instant::now();
    let (stuck, done) = tokio::join!(stuck, rest);
    assert!(matches!(stuck, Err(InspectMedia::TimedOut)));
    assert!(
        done - started < Duration::from_secs(3),
        "nobody waited for the stuck one"
    );
}

#[tokio::test]
async fn a_worker_reaches_no_file_network_or_program() {
    let bench = Bench::with(1, quick());
    for action in ["OPEN", "SOCK"] {
        // The fixture panics when the sandbox lets it through; else it is an unknown file.
        let probe = bench.write("probe.bin", format!("TRIBFIXT{action}").as_bytes());
        let seen = bench.ask(&probe, Want::ALL).await;
        assert!(seen.is_ok(), "{action}: {seen:?}");
    }
}

#[tokio::test]
async fn the_callers_file_position_is_left_alone() {
    use std::io::{Read, Seek, SeekFrom};
    let bench = Bench::new();
    let path = bench.write("good.jpg", &jpeg_of(&corners(900, 600), 90));
    let mut file = File::open(&path).expect("the file is there");
    file.seek(SeekFrom::Start(2)).expect("a file can seek");
    let shared = file.try_clone().expect("a descriptor can be duplicated");
    bench
        .pool
        .inspect(Source::File(shared), Want::ALL)
        .await
        .expect("a good photo");
    let mut next = [0; 1];
    file.read_exact(&mut next).expect("the file goes on");
    assert_eq!(next, [0xFF], "still at byte 2");
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused_at_once() {
    let bench = Bench::new();
    let missing = bench.ask(&bench.path("missing"), Want::ALL).await;
    assert!(matches!(missing, Err(InspectMedia::Open(_))), "{missing:?}");
    let folder = bench.ask(bench.dir.path(), Want::ALL).await;
    assert!(matches!(folder, Err(InspectMedia::Open(_))), "{folder:?}");
    let fifo = bench.path("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("a fifo can be made");
    let fifo = bench.ask(&fifo, Want::ALL).await;
    assert!(matches!(fifo, Err(InspectMedia::Open(_))), "{fifo:?}");
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_an_error_each_time() {
    let config = media::PoolConfig::new("/nonexistent/worker", []);
    let pool = media::MediaPool::start(config).expect("no process is started yet");
    let error = pool
        .inspect(Source::Path("/etc/hostname".into()), Want::ALL)
        .await;
    assert!(matches!(error, Err(InspectMedia::Spawn(_))), "{error:?}");
    let pool = media::MediaPool::start(media::PoolConfig::new("/bin/true", [])).expect("a pool");
    for _ in 0..3 {
        let error = pool
            .inspect(Source::Path("/etc/hostname".into()), Want::ALL)
            .await;
        assert!(
            matches!(error, Err(InspectMedia::Crashed { .. })),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn workers_are_replaced_after_their_share_and_when_idle() {
    let limits = Limits {
        recycle_after: 2,
        idle: Duration::from_millis(50),
        ..quick()
    };
    let bench = Bench::with(1, limits);
    let good = bench.write("good.jpg", &jpeg_of(&corners(300, 200), 90));
    for _ in 0..5 {
        assert_eq!(bench.look(&good).await.previews.len(), 2);
    }
}

#[tokio::test]
async fn shutdown_ends_a_stuck_worker_and_answers_everyone() {
    let bench = Bench::with(1, Limits::default());
    let bad = bench.write("bad.jpg", b"TRIBFIXTLOOP");
    let requests = async { tokio::join!(bench.ask(&bad, Want::ALL), bench.ask(&bad, Want::ALL)) };
    let close = async {
        tokio::task::yield_now().await;
        let started = Instant::now();
        bench.pool.shutdown().await;
        bench.pool.shutdown().await;
        started.elapsed()
    };
    let ((first, second), took) = tokio::join!(requests, close);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(matches!(first, Err(InspectMedia::Closed)), "{first:?}");
    assert!(matches!(second, Err(InspectMedia::Closed)), "{second:?}");
    let late = bench.ask(&bad, Want::ALL).await;
    assert!(matches!(late, Err(InspectMedia::Closed)), "{late:?}");
}
