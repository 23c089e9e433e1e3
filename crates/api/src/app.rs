//! What every handler of listener (a) holds.

/// Shared state of listener (a); cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {}
