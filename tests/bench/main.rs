//! The programs behind `npm run bench -- btfs`: whole networks and stores in one process, measured
//! against the same bytes copied bare. Each prints one line of JSON with the numbers of every pair;
//! scripts/bench/btfs.mjs judges them.
//!
//! ```text
//! btfs_bench copy MIB PAIRS key|open WORK   block exchange with hashing and storing, and bare copies
//! btfs_bench capped MIB PAIRS               four providers at a quarter each, and each alone
//! btfs_bench duplicates MIB RUNS            eight providers of different speeds
//! btfs_bench crowd LINK CONNECTIONS TRANSFERS   many who open a link; reads commands on stdin
//! btfs_bench give MIB ADDRESS               serves blocks until its standard input ends
//! btfs_bench take MIB ADDRESS               fetches them and prints how long it took
//! ```

mod bare;
mod crowd;
mod moving;
mod nodes;
mod remote;

use std::error::Error;
use std::io::Write;

pub(crate) type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Fallible<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    let line = match arguments.as_slice() {
        ["copy", mib, pairs, network, work] => {
            let keyed = *network == "key";
            moving::copy(&runtime, mib.parse()?, pairs.parse()?, keyed, work.as_ref())?
        }
        ["capped", mib, pairs] => runtime.block_on(moving::capped(mib.parse()?, pairs.parse()?))?,
        ["duplicates", mib, runs] => {
            runtime.block_on(moving::duplicates(mib.parse()?, runs.parse()?))?
        }
        ["crowd", link, connections, transfers] => {
            let (connections, transfers) = (connections.parse()?, transfers.parse()?);
            runtime.block_on(crowd::crowd(link, connections, transfers))?
        }
        ["give", mib, address] => runtime.block_on(remote::give(mib.parse()?, address))?,
        ["take", mib, address] => runtime.block_on(remote::take(mib.parse()?, address))?,
        _ => return Err("see the head of tests/bench/main.rs for what it does".into()),
    };
    say(&line)
}

/// One line on the standard output.
pub(crate) fn say(line: &serde_json::Value) -> Fallible<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
