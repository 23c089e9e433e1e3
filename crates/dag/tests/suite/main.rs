//! The dag crate from outside: vectors made by others, properties, and hostile input.
#![allow(
    clippy::unwrap_used,
    reason = "a failed test panics, in its helpers too"
)]

mod archive;
mod content;
mod data_model;
mod denylist;
mod hostile;
mod names;
mod paths;
mod reading;
mod sealing;
mod shapes;
mod shards;
mod share_proof;
mod sharing;
mod vectors;
