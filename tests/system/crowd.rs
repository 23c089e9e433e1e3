//! A popular film: many nodes fetch it, hold it and give it on, and each stays under its limits.
//!
//! Real daemons on this machine's loopback, on a private network that begins at the origin. What is
//! fetched is by design not served by who fetched it, so while the origin is the only one who shares
//! it, each copy comes from there; whoever shares it in turn takes part, and then the origin can go.
//!
//! `CROWD` says how many; the long tier takes fifty.

use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::json;

use crate::share_kill::{passed, save};
use crate::support::{Daemon, bytes, eventually, tributary};

const FILM: usize = 4 << 20;
/// In CI; two cores start no fifty daemons in time.
const FEW: usize = 8;
/// Daemons that start at once.
const AT_ONCE: usize = 4;
/// What `net::Limits` allows, over two networks.
const MOST_CONNECTIONS: usize = 2 * 300;
/// Resident bytes at the most, of a debug build.
const MOST_MEMORY: u64 = 400 << 20;

fn crowd() -> usize {
    let told = std::env::var("CROWD").ok();
    told.map_or(FEW, |text| text.parse().expect("CROWD is a number"))
}

fn daemon(home: &Path, bootstrap: &[String]) -> Daemon {
    std::fs::create_dir_all(home).expect("made");
    let key = format!("/key/swarm/psk/1.0.0/\n/base16/\n{}\n", "07".repeat(32));
    std::fs::write(home.join("swarm.key"), key).expect("written");
    let config = json!({ "bootstrap": bootstrap }).to_string();
    std::fs::write(home.join("config.jsonc"), config).expect("written");
    let private = ["--network", "private", "--loopback"];
    Daemon::start_with(Command::new(tributary()), home, &private)
}

/// Where others meet it on the private network.
fn meeting_place(daemon: &Daemon) -> String {
    eventually("it listens", || {
        let networks = daemon.got("/networks");
        let networks = networks.as_array()?;
        let own = networks.iter().find(|one| one["name"] == "private")?;
        let at = own["listening"].as_array()?.first()?.as_str()?.to_owned();
        Some(format!("{at}/p2p/{}", own["peerId"].as_str()?))
    })
}

fn give_to_everybody(daemon: &Daemon) -> String {
    let item = daemon.items()[0]["id"].clone();
    let asked = json!({ "items": [item], "visibility": "public", "licence": "CC0-1.0" });
    let share = daemon.posted("/shares", &asked);
    eventually("the share is ready", || {
        let shares = daemon.got("/shares");
        let shares = shares.as_array()?.clone();
        let ready = shares.into_iter().find(|one| one["id"] == share["id"])?;
        assert_ne!(ready["state"], "failed", "{ready}");
        ready["link"].as_str().map(str::to_owned)
    })
}

/// Opens and saves it; it must be the film.
fn fetch(daemon: &Daemon, link: &str, film: &[u8]) {
    let opened = daemon.posted("/links/open", &json!({ "link": link }));
    let job = save(daemon, opened["id"].as_str().expect("an id"));
    let job = daemon.ended(&job);
    assert!(job["state"] == "done" && job["filesFailed"] == 0, "{job}");
    let (status, came) = daemon.original(&daemon.items()[0]);
    assert!(status == 200 && came == film, "other bytes came");
}

/// Does something at each, few at once.
fn each<T: Sync>(all: &[T], work: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for part in all.chunks(all.len().div_ceil(AT_ONCE)) {
            let work = &work;
            scope.spawn(move || part.iter().for_each(work));
        }
    });
}

fn stays_under_its_limits(daemon: &Daemon) -> (usize, u64) {
    let networks = daemon.got("/networks");
    let networks = networks.as_array().expect("a list");
    let peers = networks.iter().filter_map(|one| one["peers"].as_array());
    let addresses = peers
        .flatten()
        .filter_map(|peer| peer["addresses"].as_array());
    let connections: usize = addresses.map(Vec::len).sum();
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.pid()));
    let status = status.expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let most = kilobytes.expect("a number") * 1024;
    assert!(connections <= MOST_CONNECTIONS, "{connections} connections");
    assert!(most <= MOST_MEMORY, "{most} bytes of memory");
    (connections, most)
}

#[test]
fn a_crowd_holds_a_popular_film_and_everybody_stays_under_their_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = |name: &str| folder.path().join(name);
    let film = bytes(77, FILM);
    let file = home("film.bin");
    std::fs::write(&file, &film).expect("written");
    let mut origin = daemon(&home("origin"), &[]);
    origin.import(&[file.as_path()], "copy");
    let link = give_to_everybody(&origin);
    let mut meet = vec![meeting_place(&origin)];

    let first = daemon(&home("crowd0"), &meet);
    meet.push(meeting_place(&first));
    let mut members = vec![first];
    let numbers: Vec<usize> = (1..crowd()).collect();
    for few in numbers.chunks(AT_ONCE) {
        let started = thread::scope(|scope| {
            let start = |number: &usize| {
                let (path, meet) = (home(&format!("crowd{number}")), &meet);
                scope.spawn(move || daemon(&path, meet))
            };
            let starting: Vec<_> = few.iter().map(start).collect();
            let ended = starting.into_iter().map(|one| one.join().expect("starts"));
            ended.collect::<Vec<_>>()
        });
        members.extend(started);
    }
    each(&members, |member| fetch(member, &link, &film));
    let count = members.len() as u64;
    let sent = passed(&origin, "sent");
    let whole = count * FILM as u64;
    println!("{count} nodes, the origin sent {sent} bytes for {whole}");
    assert!(sent < whole * 5 / 4, "the origin sent {sent} for {whole}");

    // Now everybody gives it on, and the origin goes.
    each(&members, |member| {
        assert_eq!(give_to_everybody(member), link, "the same film is one film");
    });
    origin.kill();
    let newcomer = daemon(&home("newcomer"), &meet);
    fetch(&newcomer, &link, &film);
    for member in members.iter().chain([&newcomer]) {
        let (connections, memory) = stays_under_its_limits(member);
        println!("{connections} connections, {} MiB at most", memory >> 20);
    }
}
