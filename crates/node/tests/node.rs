//! The node as a whole: real store, real library, real files in temporary folders.

#[path = "node/support.rs"]
mod support;

#[path = "node/import.rs"]
mod import;

#[path = "node/bad_input.rs"]
mod bad_input;

#[path = "node/stream.rs"]
mod stream;

#[path = "node/content.rs"]
mod content;

#[path = "node/archive.rs"]
mod archive;

#[path = "node/life.rs"]
mod life;

#[path = "node/files.rs"]
mod files;
#[path = "node/pins.rs"]
mod pins;

#[path = "node/policy.rs"]
mod policy;

#[path = "node/public.rs"]
mod public;

#[path = "node/publish.rs"]
mod publish;

#[path = "node/coded.rs"]
mod coded;
#[path = "node/domains.rs"]
mod domains;
#[path = "node/encrypted.rs"]
mod encrypted;
#[path = "node/identity.rs"]
mod identity;
#[path = "node/networks.rs"]
mod networks;
#[path = "node/share.rs"]
mod share;
#[path = "node/watching.rs"]
mod watching;
