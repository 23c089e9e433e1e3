//! Block exchange: bitswap 1.2.0, 1.1.0 and 1.0.0, our own, so that a policy decides whom to serve.
//!
//! What it is: a libp2p behaviour that fetches and serves blocks, [`Exchange`], the handle through which the node asks for blocks, and two ports: [`BlockSource`] for what may be
//! served and [`ServePolicy`] for whom and how fast.
//! What it is not: it stores nothing, finds no providers, and knows no file formats.
//!
//! Invariants:
//! - A block that is handed on was hashed, and its hash is the one that was wanted.
//! - No message is buffered beyond [`MAX_MESSAGE_IN`], none is sent beyond [`MAX_MESSAGE_OUT`] and
//!   its frame, and the memory one peer can take here is bounded both ways.
//! - Private and absent blocks are the same answer after the same way through this code.
//!
//! Specification: <https://specs.ipfs.tech/bitswap-protocol/>.

mod behaviour;
mod client;
mod exchange;
mod frame;
mod handler;
mod policy;
mod prefix;
mod server;
mod source;
mod wire;

pub(crate) use crate::bitswap::behaviour::{Behaviour, Event};
pub use crate::bitswap::client::{FetchStats, Reach, Strike};
pub use crate::bitswap::exchange::{
    Exchange, FetchBlock, MAX_SESSION_WANTS, Session, SessionNote, SessionOptions,
};
pub use crate::bitswap::frame::ReadFrame;
pub use crate::bitswap::policy::{FairRounds, Ledger, MAX_TURN, ServePolicy, Turn, Waiting};
pub use crate::bitswap::prefix::{AddressBlock, Prefix};
pub use crate::bitswap::source::{BlockSource, NoBlocks};
pub use crate::bitswap::wire::{
    DecodeMessage, Entry, FRAME_SLACK, MAX_ITEMS, MAX_MESSAGE_IN, MAX_MESSAGE_OUT, Message,
    Payload, Presence, Version, WantKind,
};
