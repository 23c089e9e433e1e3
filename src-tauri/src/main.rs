//! Entry point of the desktop app.
//!
//! The hidden `media-worker` subcommand is answered before anything else, so that
//! a worker never opens a display, a bus or the home.

mod backend;
mod commands;
mod follow;
mod launch;
mod lifetime;
mod opened;
mod paths;
mod setup;
mod tray;
mod window;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use launch::{Launch, Request};

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    match launch::parse(arguments, &paths::current_dir()) {
        Request::MediaWorker => media::worker_main(),
        Request::Print(text) => print(&text, ExitCode::SUCCESS),
        Request::Refuse(text) => print(&text, ExitCode::from(2)),
        Request::Open(launch) => open(launch),
    }
}

fn open(launch: Launch) -> ExitCode {
    log_to_stderr();
    match setup::run(launch) {
        Ok(code) => code,
        Err(error) => print(
            &format!("Tributary could not start: {error:#}\n"),
            ExitCode::FAILURE,
        ),
    }
}

/// Answers go to standard output and refusals to standard error. A closed pipe is
/// nothing to report: nobody reads it.
fn print(text: &str, code: ExitCode) -> ExitCode {
    let written = if code == ExitCode::SUCCESS {
        io::stdout().write_all(text.as_bytes())
    } else {
        io::stderr().write_all(text.as_bytes())
    };
    drop(written);
    code
}

fn log_to_stderr() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_env("TRIBUTARY_LOG").unwrap_or_else(|_| "warn".into());
    fmt().with_env_filter(filter).with_writer(io::stderr).init();
}
