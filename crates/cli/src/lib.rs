//! The `tributary` command: the headless daemon, one-shot commands, and the hidden worker.
//!
//! Every one-shot command speaks the app API. When a daemon has the home, it is asked;
//! otherwise the same node and server are started inside this process for the time of the
//! command ([`session`]), so both ways do and print the same.
//!
//! What goes to standard output is what was asked for, and nothing else; progress and
//! errors go to standard error.
#![forbid(unsafe_code)]

mod args;
mod command;
mod failure;
mod output;
mod progress;
mod session;
mod wire;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Arguments, Command};
use failure::Failure;
use output::Output;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The worker does nothing before it gives up its rights: no logging, no home.
    if matches!(arguments.command, Command::MediaWorker) {
        return media::worker_main();
    }
    let mut output = Output::stdout(arguments.json);
    let ended = command::run(arguments, &mut output).and_then(|()| output.flush());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has enough of it.
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(&mut std::io::stderr().lock(), output.is_json());
            failure.exit_code()
        }
    }
}
