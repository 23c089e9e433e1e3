//! Whole networks in one process: over the in-memory transport, and over TCP with the key of BTFS.
#![allow(clippy::unwrap_used, reason = "a failed test is a panic")]

mod codec;
mod exchange;
mod finding;
mod hostile;
mod limits;
mod port_map;
mod probing;
mod raw;
mod sharing;
mod support;
mod transports;
