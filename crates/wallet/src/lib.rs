//! Secrets at rest. So far the sealed keystore: one secret in a file, under a password.
//!
//! Pure: no I/O, no clock, no network, and no randomness of its own. The format is in docs/format.md.

pub mod keystore;
