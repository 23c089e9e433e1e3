//! The only HTTP listeners of Tributary: the app API with its UI, media with the gateway, and,
//! when a person turns it on, the API of BTFS and IPFS nodes for programs made for them.
//!
//! What this is not: a place for domain decisions. Handlers check, convert and
//! call [`node::Node`]; nothing below this crate knows HTTP.
//!
//! Invariants:
//! - An origin a listener. Listener (a) has the API and the UI; listener (b) has bytes that
//!   others may have made, and not one API route; listener (c) is off by default, has a
//!   credential of its own and no page.
//! - Nothing happens for a request whose Host, Origin or token is wrong: the
//!   guard runs before routing and before the body is read.
//! - All bind to loopback only.
//! - Every connection task and stream ends when [`Server::shutdown`] is called.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod server;

mod guard;
mod token;

mod app;
mod body;
mod events;
mod extract;
mod openapi;
mod routes;
mod ui;

mod answer;
mod gateway;
mod links;
mod media;
mod media_app;
mod range;

mod rpc;

mod clock;
mod convert;
pub mod dto;
mod error;

pub use error::{ApiError, ApiResult};
pub use openapi::openapi_json;
pub use server::{Endpoint, RpcEndpoint, Server, ServerConfig, StartServer};
pub use ui::{FindAsset, UiAssets};
