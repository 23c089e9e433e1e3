//! The listeners over real sockets, with a real node behind them.

#[path = "listeners/auth.rs"]
mod auth;
#[path = "listeners/gateway.rs"]
mod gateway;
#[path = "listeners/hostile.rs"]
mod hostile;
#[path = "listeners/identity.rs"]
mod identity;
#[path = "listeners/life.rs"]
mod life;
#[path = "listeners/media.rs"]
mod media;
#[path = "listeners/policy.rs"]
mod policy;
#[path = "listeners/rpc.rs"]
mod rpc;
#[path = "listeners/rpc_content.rs"]
mod rpc_content;
#[path = "listeners/shares.rs"]
mod shares;
#[path = "listeners/support.rs"]
mod support;
