//! The fetching half under a clock that the test moves: no network, no waiting.

use std::time::Duration;

use super::*;
use crate::bitswap::wire::WantKind;

struct Bench {
    client: Client,
    now: Instant,
}

const SESSION: SessionId = SessionId(1);

impl Bench {
    fn new(reach: Reach, providers: &[PeerId]) -> Self {
        let mut client = Client::default();
        for peer in providers {
            client.connected(*peer);
        }
        client.open_session(SESSION, reach, providers);
        Bench {
            client,
            now: Instant::now(),
        }
    }

    fn want(&mut self, n: u32, in_ms: u64) -> Cid {
        let cid = block(n).0;
        let deadline = self.now + Duration::from_millis(in_ms);
        self.client.want(SESSION, cid, deadline, self.now);
        cid
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// What each peer is sent.
    fn sent(&mut self) -> Vec<(PeerId, Vec<Entry>)> {
        let peers = self.client.schedule(self.now);
        let sent = peers.iter();
        sent.map(|peer| (*peer, self.client.take_entries(peer)))
            .collect()
    }

    /// The blocks one peer is asked for, in order.
    fn asked(&mut self, peer: PeerId) -> Vec<Cid> {
        let sent = self.sent().into_iter();
        let entries = sent.filter(|(to, _)| *to == peer).flat_map(|(_, all)| all);
        entries.filter_map(|entry| asks(&entry)).collect()
    }

    fn give(&mut self, peer: PeerId, n: u32) {
        let (cid, data) = block(n);
        self.client.received_block(peer, &cid, data, self.now);
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.client.next_output()).collect()
    }
}

fn asks(entry: &Entry) -> Option<Cid> {
    match entry {
        Entry::Want {
            cid,
            kind: WantKind::Block,
            ..
        } => Some(*cid),
        _ => None,
    }
}

fn block(n: u32) -> (Cid, Bytes) {
    let data = Bytes::copy_from_slice(&n.to_le_bytes());
    let cid = dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &data);
    (cid, data)
}

#[test]
fn blocks_are_asked_for_in_the_order_of_their_deadlines() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    let late = bench.want(1, 900);
    let soon = bench.want(2, 100);
    let middle = bench.want(3, 500);
    assert_eq!(bench.asked(peer), [soon, middle, late]);
}

#[test]
fn who_connects_is_asked_at_once_for_what_nobody_has() {
    let mut bench = Bench::new(Reach::Anyone, &[]);
    let cid = bench.want(1, 1000);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.outputs(), [Output::Seek(SESSION, cid)]);
    let peer = PeerId::random();
    bench.client.connected(peer);
    let sent = bench.sent();
    let asked = sent
        .iter()
        .flat_map(|(to, all)| all.iter().map(move |one| (to, one)));
    let asked: Vec<_> = asked.collect();
    assert!(
        matches!(asked.as_slice(), [(to, Entry::Want { cid: of, kind: WantKind::Have, .. })] if **to == peer && *of == cid),
        "{asked:?}"
    );
}

#[test]
fn a_private_block_is_not_named_to_who_connects() {
    let mut bench = Bench::new(Reach::ProvidersOnly, &[]);
    bench.want(1, 1000);
    bench.sent();
    bench.client.connected(PeerId::random());
    assert!(bench.sent().is_empty());
}

#[test]
fn a_block_is_asked_of_one_peer_at_a_time_and_work_is_split() {
    let peers = [PeerId::random(), PeerId::random()];
    let mut bench = Bench::new(Reach::ProvidersOnly, &peers);
    for n in 0..6 {
        bench.want(n, 1000);
    }
    let sent = bench.sent();
    let mut all: Vec<_> = sent
        .iter()
        .flat_map(|(_, all)| all.iter().filter_map(asks))
        .collect();
    assert_eq!(all.len(), 6);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6, "none twice");
    assert_eq!(sent.len(), 2, "both are asked: four is the first window");
}

#[test]
fn the_window_grows_with_quick_answers() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    for n in 0..100 {
        bench.want(n, u64::from(n));
    }
    assert_eq!(bench.asked(peer).len(), 4);
    bench.wait(Duration::from_millis(10));
    for n in 0..4 {
        bench.give(peer, n);
        bench.sent();
    }
    let held = bench.client.peers[&peer].in_flight_keys().len();
    assert_eq!(held, 8, "doubled in a round trip");
}

#[test]
fn the_window_keeps_the_line_short_on_a_slow_link() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    for n in 0..400 {
        bench.want(n, u64::from(n));
    }
    bench.asked(peer);
    // A block every 100 ms, whatever is asked for.
    for n in 0..200 {
        bench.wait(Duration::from_millis(100));
        bench.give(peer, n);
        bench.sent();
    }
    let held = bench.client.peers[&peer].in_flight_keys().len();
    assert!((2..=7).contains(&held), "{held} blocks are 100 ms each");
}

#[test]
fn a_block_that_comes_after_it_was_taken_back_is_a_stray_and_no_duplicate() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    let cid = bench.want(1, 100);
    bench.sent();
    bench.client.cancel(SESSION, &cid);
    bench.sent();
    bench.give(peer, 1);
    let data = block(1).1;
    assert_eq!(bench.outputs(), [Output::Stray(SESSION, cid, data)]);
    let stats = bench.client.stats();
    assert_eq!((stats.late_blocks, stats.duplicate_blocks), (1, 0));
    bench.give(peer, 1);
    assert_eq!(bench.client.stats().unasked_blocks, 1, "once is enough");
}

#[test]
fn a_block_that_was_taken_back_a_moment_ago_is_waited_for_before_it_is_asked_for_again() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    for n in [1, 2] {
        let cid = bench.want(n, 100);
        bench.sent();
        bench.client.cancel(SESSION, &cid);
        bench.sent();
        bench.want(n, 100);
        assert_eq!(bench.asked(peer), [], "it may be on its way");
    }
    bench.give(peer, 1);
    let data = block(1).1;
    assert_eq!(
        bench.outputs(),
        [Output::Deliver(SESSION, block(1).0, data)]
    );
    bench.now = bench.client.next_timer(bench.now).expect("hope ends");
    assert_eq!(bench.asked(peer), [block(2).0], "it was not");
    assert!(bench.client.hoped.is_empty());
}

#[test]
fn a_refusal_moves_the_want_to_the_next_provider() {
    let peers = [PeerId::random(), PeerId::random()];
    let mut bench = Bench::new(Reach::ProvidersOnly, &peers);
    let cid = bench.want(1, 100);
    let (first, _) = bench.sent().remove(0);
    let second = peers[usize::from(peers[0] == first)];
    bench
        .client
        .received_presence(first, &cid, Presence::DontHave);
    assert_eq!(bench.asked(second), [cid]);
    bench
        .client
        .received_presence(second, &cid, Presence::DontHave);
    bench.sent();
    assert_eq!(bench.outputs(), [Output::Seek(SESSION, cid)]);
}

#[test]
fn a_stalled_peer_loses_its_wants_and_then_its_place() {
    let (slow, quick) = (PeerId::random(), PeerId::random());
    let mut bench = Bench::new(Reach::ProvidersOnly, &[slow]);
    let cid = bench.want(1, 100);
    assert_eq!(bench.asked(slow), [cid]);
    let mut asked_again = 0;
    for timers in 1.. {
        assert!(timers < 10, "three stalls come in a few timers");
        bench.now = bench.client.next_timer(bench.now).expect("a timer is due");
        asked_again += bench.asked(slow).len();
        if bench
            .outputs()
            .contains(&Output::Drop(slow, Strike::Stalled))
        {
            break;
        }
    }
    assert!(asked_again >= 2, "the only provider is tried again");
    bench.client.connected(quick);
    bench.client.add_providers(SESSION, &[quick]);
    assert_eq!(bench.asked(quick), [cid]);
    // The slow one delivers after all: that is a duplicate at worst, not a fault.
    bench.give(quick, 1);
    bench.give(slow, 1);
    let stats = bench.client.stats();
    assert_eq!(
        (stats.blocks, stats.duplicate_blocks, stats.unasked_blocks),
        (1, 1, 0)
    );
}

#[test]
fn what_is_delivered_or_dropped_is_cancelled_where_it_was_asked() {
    let (asked, probed) = (PeerId::random(), PeerId::random());
    let mut bench = Bench::new(Reach::Anyone, &[]);
    bench.client.connected(asked);
    bench.client.connected(probed);
    let cid = bench.want(1, 100);
    assert_eq!(
        bench.sent().len(),
        2,
        "both strangers are asked whether they have it"
    );
    bench.client.received_presence(asked, &cid, Presence::Have);
    assert_eq!(bench.asked(asked), [cid]);
    bench.give(asked, 1);
    let sent = bench.sent();
    assert_eq!(sent, [(probed, vec![Entry::Cancel(cid)])]);

    let dropped = bench.want(2, 100);
    assert_eq!(bench.asked(asked), [dropped], "who had one is asked first");
    bench.client.cancel(SESSION, &dropped);
    assert_eq!(bench.sent(), [(asked, vec![Entry::Cancel(dropped)])]);
}

#[test]
fn two_sessions_share_a_want_and_both_get_the_block() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    let other = SessionId(2);
    bench
        .client
        .open_session(other, Reach::ProvidersOnly, &[peer]);
    let cid = bench.want(1, 100);
    bench.client.want(other, cid, bench.now, bench.now);
    assert_eq!(bench.asked(peer), [cid]);
    bench.client.close_session(SESSION);
    assert!(
        bench.sent().is_empty(),
        "one still waits: nothing is cancelled"
    );
    bench.give(peer, 1);
    assert_eq!(bench.outputs(), [Output::Deliver(other, cid, block(1).1)]);
}

#[test]
fn pushed_blocks_are_counted_and_at_last_punished() {
    let peer = PeerId::random();
    let mut bench = Bench::new(Reach::ProvidersOnly, &[peer]);
    let cid = bench.want(1, 100);
    bench.sent();
    for n in 10..13 {
        bench.give(peer, n);
    }
    assert_eq!(bench.outputs(), [Output::Drop(peer, Strike::WrongBytes)]);
    let honest = PeerId::random();
    bench.client.connected(honest);
    bench.client.add_providers(SESSION, &[honest]);
    assert_eq!(bench.asked(honest), [cid], "what it was asked for moves on");
}

#[test]
fn everything_is_forgotten_in_the_end() {
    let peers = [PeerId::random(), PeerId::random(), PeerId::random()];
    let mut bench = Bench::new(Reach::Anyone, &peers);
    for n in 0..200 {
        bench.want(n, u64::from(n % 7));
    }
    for n in 0..200 {
        bench.wait(Duration::from_millis(3));
        bench.give(peers[n as usize % 3], n);
        bench.sent();
    }
    bench.client.close_session(SESSION);
    bench.sent();
    assert!(bench.client.wants.is_empty() && bench.client.sessions.is_empty());
    for peer in peers {
        assert!(bench.client.peers[&peer].in_flight_keys().is_empty());
        bench.client.disconnected(peer);
    }
    assert!(bench.client.peers.is_empty() && bench.client.dirty.is_empty());
}
