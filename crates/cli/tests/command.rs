//! The command line from outside: the same with a daemon and without one.

#[path = "command/btfs.rs"]
mod btfs;
#[path = "command/endings.rs"]
mod endings;
#[path = "command/network.rs"]
mod network;
#[path = "command/support.rs"]
mod support;
#[path = "command/two_ways.rs"]
mod two_ways;
