//! Measures putting and reading back blocks: `put_blocks [MIB] [BLOCK KIB] [DIR]`; one JSON line.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use store::{Store, StoreConfig};

type Failure = Box<dyn std::error::Error>;

/// Bytes of one batch.
const BATCH_BYTES: usize = 16 << 20;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let total = argument(1).unwrap_or("1024").parse::<usize>()? << 20;
    let len = argument(2).unwrap_or("256").parse::<usize>()? << 10;
    let own = tempfile::tempdir()?;
    let dir = argument(3).map_or_else(|| own.path().to_owned(), PathBuf::from);
    let store = Store::open(StoreConfig::new(dir))?;
    // Distinct blocks whose addresses are made up front, so that hashing is not measured.
    let mut bytes = vec![0x5a; len];
    let cids: Vec<dag::Cid> = (0..total / len)
        .map(|n| {
            bytes[..8].copy_from_slice(&(n as u64).to_le_bytes());
            dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &bytes)
        })
        .collect();
    let begin = Instant::now();
    let mut pending = Vec::new();
    for (batch_number, cids) in cids.chunks((BATCH_BYTES / len).max(1)).enumerate() {
        let batch = store.batch();
        for (n, cid) in cids.iter().enumerate() {
            let n = batch_number * (BATCH_BYTES / len).max(1) + n;
            bytes[..8].copy_from_slice(&(n as u64).to_le_bytes());
            batch.put_parts(cid, &[&bytes[..8], &bytes[8..]])?;
        }
        pending.push(batch.submit()?);
    }
    for pending in pending {
        pending.wait()?;
    }
    let put = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    for cid in &cids {
        store.get(cid)?.ok_or("a block is missing")?;
    }
    let get = begin.elapsed().as_secs_f64();
    let mib = total as f64 / f64::from(1 << 20);
    writeln!(
        std::io::stdout().lock(),
        "{{\"mib\":{mib},\"block_bytes\":{len},\"put_seconds\":{put:.3},\"put_mib_s\":{:.0},\"get_mib_s\":{:.0}}}",
        mib / put,
        mib / get
    )?;
    Ok(())
}
