//! Makes both previews of every JPEG in a folder, in this process, and prints
//! one line of JSON: photos, CPU seconds, wall seconds.
//!
//! `preview_bench INPUT_FOLDER OUTPUT_FOLDER`

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        return ExitCode::FAILURE;
    };
    match run(&input, &output) {
        Ok(line) if writeln!(std::io::stdout(), "{line}").is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(input: &std::path::Path, output: &std::path::Path) -> std::io::Result<String> {
    std::fs::create_dir_all(output)?;
    let mut photos: Vec<PathBuf> = std::fs::read_dir(input)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("jpg"))
        })
        .collect();
    photos.sort();
    let cpu = || rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let (wall, before) = (Instant::now(), cpu());
    for path in &photos {
        let file = std::fs::File::open(path)?;
        let previews = media::bench_previews(&file)
            .map_err(|error| std::io::Error::other(format!("{}: {error}", path.display())))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        for preview in previews {
            let kind = if preview.max_px == 320 {
                "320.webp"
            } else {
                "1440.jpg"
            };
            std::fs::write(output.join(format!("{stem}-{kind}")), &preview.bytes)?;
        }
    }
    let after = cpu();
    let seconds =
        (after.tv_sec - before.tv_sec) as f64 + (after.tv_nsec - before.tv_nsec) as f64 / 1e9;
    Ok(format!(
        "{{\"photos\":{},\"cpuSeconds\":{seconds:.3},\"wallSeconds\":{:.3}}}",
        photos.len(),
        wall.elapsed().as_secs_f64()
    ))
}
