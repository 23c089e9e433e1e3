//! No bytes make a decoder panic: the fuzz corpus, its mutations, and plain noise, by the same
//! functions that the fuzz targets run.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

#[allow(unreachable_pub, reason = "public for the fuzz targets that link it")]
#[path = "../../../../fuzz/src/lib.rs"]
mod targets;

use targets::{Run, TARGETS};

/// Every file of the corpus with what its target does, in a stable order.
fn corpus() -> Vec<(Run, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut corpus = Vec::new();
    for (name, run) in TARGETS {
        let mut files: Vec<_> = fs::read_dir(folder.join(name))
            .unwrap_or_else(|error| panic!("the target {name} has no corpus: {error}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "the target {name} has an empty corpus");
        corpus.extend(files.iter().map(|file| (run, fs::read(file).unwrap())));
    }
    corpus
}

#[test]
fn the_corpus_passes() {
    for (run, bytes) in corpus() {
        run(&bytes);
    }
}

#[test]
fn every_prefix_and_every_flipped_bit_of_the_corpus_passes() {
    for (run, bytes) in corpus() {
        let bytes = &bytes[..bytes.len().min(512)];
        let mut changed = bytes.to_vec();
        for at in 0..bytes.len() {
            run(&bytes[..at]);
            for bit in 0..8 {
                changed[at] ^= 1 << bit;
                run(&changed);
                changed[at] ^= 1 << bit;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn noise_passes_every_target(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for (_, run) in TARGETS {
            run(&bytes);
        }
    }

    #[test]
    fn spliced_corpus_passes(
        at in any::<prop::sample::Index>(),
        with in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..16),
    ) {
        thread_local!(static CORPUS: Vec<(Run, Vec<u8>)> = corpus());
        CORPUS.with(|corpus| {
            let (run, head) = at.get(corpus);
            let (_, tail) = with.get(corpus);
            let cut = cut.index(head.len() + 1);
            let tail = &tail[cut.min(tail.len())..];
            run(&[&head[..cut], &noise[..], tail].concat());
        });
    }
}
