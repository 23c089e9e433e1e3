//! The worker process: reads requests from its standard input, a Unix socket
//! that carries each file as a descriptor, and answers on the same socket.

use std::process::ExitCode;

/// Body of the hidden subcommand. Never returns before its host closes the socket.
pub fn worker_main() -> ExitCode {
    unimplemented!()
}
