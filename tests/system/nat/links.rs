//! A link between two whose NATs let nothing through: it opens over a contact that relays, and says
//! that there is nothing better.

use std::path::Path;

use serde_json::{Value, json};

use crate::share_kill::link_of;
use crate::support::world::{Host, Nat, World, alone};
use crate::support::{Daemon, bytes, eventually, tributary};

const FEW: usize = 20_000;

fn daemon(host: &Host, folder: &Path) -> Daemon {
    let command = host.command(&tributary());
    host.at(|| Daemon::start_with(command, &folder.join(&host.name), &["--network", "direct"]))
}

fn with_file(daemon: &Daemon, host: &Host, folder: &Path) -> Vec<u8> {
    let content = bytes(u64::from(host.outside.to_bits()), FEW);
    let file = folder.join(format!("{}.bin", host.name));
    std::fs::write(&file, &content).expect("written");
    host.at(|| daemon.import(&[file.as_path()], "copy"));
    content
}

fn open(daemon: &Daemon, link: &str) -> Value {
    daemon.posted("/links/open", &json!({ "link": link }))
}

fn direct(daemon: &Daemon) -> Value {
    daemon.got("/networks")[0].clone()
}

#[test]
fn a_link_opens_over_a_contact_and_says_that_only_a_relay_leads_there() {
    if !alone("nat::links::a_link_opens_over_a_contact_and_says_that_only_a_relay_leads_there") {
        return;
    }
    let mut world = World::new();
    let at_contact = world.host("contact");
    let at_sharer = world.host_behind("sharer", Nat::PortRestricted);
    let at_opener = world.host_behind("opener", Nat::Symmetric);
    let folder = tempfile::tempdir().expect("a folder");
    let contact = daemon(&at_contact, folder.path());
    let sharer = daemon(&at_sharer, folder.path());
    let opener = daemon(&at_opener, folder.path());

    // The contact learns from who opens its link that it is reached from outside, and relays.
    with_file(&contact, &at_contact, folder.path());
    let link = at_contact.at(|| link_of(&contact));
    at_sharer.at(|| open(&sharer, &link));
    at_contact.at(|| {
        eventually("the contact is reached", || {
            (direct(&contact)["reachability"] == "direct").then_some(())
        });
    });
    with_file(&sharer, &at_sharer, folder.path());
    let link = at_sharer.at(|| {
        eventually("the sharer is reached over the contact", || {
            (direct(&sharer)["reachability"] == "relayed").then_some(())
        });
        link_of(&sharer)
    });
    at_opener.at(|| {
        let opened = open(&opener, &link);
        assert_eq!(opened["connected"], true, "{opened}");
        let told = eventually("it says that only a relay leads there", || {
            let received = opener.got("/received")[0].clone();
            (received["onlyRelayed"] == true).then_some(received)
        });
        let network = direct(&opener);
        let peers = network["peers"].as_array().expect("a list");
        let peer = peers.iter().find(|one| one["peerId"] == told["peer"]);
        let peer = peer.expect("connected");
        assert!(
            peer["relayed"] == true && peer["cannotConnectDirectly"] == true,
            "{peer}"
        );
    });
}
