//! Files as DAGs: how they are cut and linked ([`layout`], [`balancer`], [`trickle`],
//! [`build`]) and how they
//! are read from any offset ([`cursor`], [`range`]).

pub(crate) mod balancer;
pub(crate) mod build;
pub(crate) mod cursor;
pub(crate) mod layout;
pub(crate) mod range;
pub(crate) mod trickle;
