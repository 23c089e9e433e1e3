//! Measures the mark phase of a collection over a synthetic index: `gc_mark [BLOCKS] [DIR]`.
//!
//! Prints one JSON line. Builds the index in one process and marks in another, so that the peak
//! memory is that of marking alone.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use store::{Store, StoreConfig, bench_support};

/// Bytes the mark phase may use, as the default options have it.
const MEMORY_BYTES: u64 = 128 << 20;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let mut out = std::io::stdout().lock();
    match argument(1) {
        Some("build") => {
            let (total, store) = opened(argument(2), argument(3))?;
            bench_support::fill_index(&store, total)?;
        }
        Some("mark") => {
            let (total, store) = opened(argument(2), argument(3))?;
            let idle = memory("VmHWM:")?;
            let begin = Instant::now();
            let marked = bench_support::mark_index(&store, total, MEMORY_BYTES)?;
            writeln!(
                out,
                "{{\"blocks\":{total},\"marked\":{marked},\"seconds\":{:.3},\"idle_rss_bytes\":{idle},\"peak_rss_bytes\":{}}}",
                begin.elapsed().as_secs_f64(),
                memory("VmHWM:")?
            )?;
        }
        total => {
            let total = total.unwrap_or("1000000");
            let own;
            let dir = match argument(2) {
                Some(dir) => PathBuf::from(dir),
                None => {
                    own = tempfile::tempdir()?;
                    own.path().to_owned()
                }
            };
            let program = std::env::current_exe()?;
            for step in ["build", "mark"] {
                let status = Command::new(&program)
                    .arg(step)
                    .arg(total)
                    .arg(&dir)
                    .status()?;
                if !status.success() {
                    return Err(format!("{step} failed").into());
                }
            }
        }
    }
    Ok(())
}

fn opened(total: Option<&str>, dir: Option<&str>) -> Result<(u64, Store), Failure> {
    let total = total.unwrap_or_default().parse()?;
    Ok((
        total,
        Store::open(StoreConfig::new(dir.unwrap_or_default()))?,
    ))
}

/// A line of `/proc/self/status`, in bytes.
fn memory(name: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
