//! Imports a path into a home and says how fast it was, as one JSON object.
//!
//! `import_speed HOME PATH auto|reference|copy`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use node::{ImportMode, ImportRequest, Node, NodeConfig};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [home, path, mode] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    let mode = match mode.as_str() {
        "reference" => ImportMode::Reference,
        "copy" => ImportMode::Copy,
        _ => ImportMode::Auto,
    };
    let Ok(node) = Node::open(NodeConfig::new(home)).await else {
        return ExitCode::FAILURE;
    };
    let idle = memory("VmRSS:");
    let request = ImportRequest {
        paths: vec![PathBuf::from(path)],
        mode: Some(mode),
        ..ImportRequest::default()
    };
    let begun = Instant::now();
    let Ok(job) = node.start_import(request).await else {
        return ExitCode::FAILURE;
    };
    let Some(job) = node.wait_job(job.id).await else {
        return ExitCode::FAILURE;
    };
    let seconds = begun.elapsed().as_secs_f64();
    let line = serde_json::json!({
        "state": job.state,
        "seconds": seconds,
        "files": job.files_done,
        "failed": job.files_failed,
        "filesPerSecond": job.files_done as f64 / seconds,
        "bytes": job.bytes_done,
        "bytesPerSecond": job.bytes_done as f64 / seconds,
        "idleKib": idle,
        "peakKib": memory("VmHWM:"),
    });
    node.shutdown().await;
    match writeln!(std::io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A number of `/proc/self/status`, in KiB; 0 when it cannot be read.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
