//! The worker alone, for tests and benches; the shipped programs carry the
//! same body as a hidden subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    media::worker_main()
}
