//! From the types of the crates below to those of the wire, and back. Nothing else.

pub(crate) mod content;
pub(crate) mod errors;
pub(crate) mod items;
pub(crate) mod jobs;
pub(crate) mod networks;
pub(crate) mod policy;
pub(crate) mod settings;
pub(crate) mod shares;
