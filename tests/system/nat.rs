//! NATs in network namespaces. The routers are looked at first: what they map and filter is what
//! RFC 4787 calls their kind.

mod routers;

use crate::support::world::{Nat, World, alone};

const KINDS: [Nat; 3] = [Nat::FullCone, Nat::PortRestricted, Nat::Symmetric];
#[test]
fn routers_map_and_filter_as_their_kind_says() {
    if !alone("nat::routers_map_and_filter_as_their_kind_says") {
        return;
    }
    let mut world = World::new();
    let servers = [world.host("server1"), world.host("server2")];
    for (number, kind) in KINDS.into_iter().enumerate() {
        let host = world.host_behind(&format!("host{number}"), kind);
        let (same_mapping, lets_in) = routers::look(&host, &servers);
        assert_eq!(same_mapping, kind != Nat::Symmetric, "{kind:?} maps");
        assert_eq!(lets_in, kind == Nat::FullCone, "{kind:?} filters");
    }
}
