//! Names that point somewhere: BTNS on BTFS networks, IPNS on the open one, DNSLink on both.
//!
//! What it is: making a record with a [`NodeKey`], proving records and choosing between them, and
//! following a name to a path. Records go through the DHT by [`Network::publish_name`] and
//! [`Network::resolve_name`]; the DHT's own store holds only what [`check_record`] has proven.
//! What it is not: it keeps no sequence numbers (the caller counts them durably); domains are
//! asked for only where it says so ([`NameServers`], behind the port [`TxtLookup`]).
//!
//! [`Network::publish_name`]: crate::Network::publish_name
//! [`Network::resolve_name`]: crate::Network::resolve_name

mod dnslink;
mod servers;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cid::Cid;
use dag::name_record::{
    DecodeRecord, NameEntry, NameRecord, NameSystem, SignRecord, Timestamp, VerifyRecord,
};
use libp2p::PeerId;
use libp2p::identity::PublicKey;

use crate::identity::NodeKey;
pub use crate::names::dnslink::{LinkedPath, LookUpTxt, ResolveDnsLink, TxtLookup, dnslink};
pub use crate::names::servers::{NameServers, NoNameServers};

/// How long a record holds unless told otherwise, as go-btfs has it.
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// How long others may keep a record without asking again.
const TTL_NS: u64 = 60_000_000_000;
/// The multicodec of a peer id written as a CID.
const LIBP2P_KEY: u64 = 0x72;

/// Why bytes are no record of that name now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckRecord {
    /// They are no record.
    #[error("the name record cannot be read")]
    Decode(#[from] DecodeRecord),
    /// The owner did not make it, or it holds no more.
    #[error("the name record does not hold")]
    Verify(#[from] VerifyRecord),
}

/// Why a name was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishName {
    /// The record cannot be made.
    #[error("the name record could not be made")]
    Sign(#[from] SignRecord),
    /// A newer one is known here: count on from its sequence.
    #[error("a newer record of this name is known")]
    Newer,
    /// This network has no DHT.
    #[error("this network has no DHT")]
    NoDht,
    /// Nobody took the record; it is tried again by itself.
    #[error("no peer took the record")]
    NobodyTookIt,
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum ResolveName {
    /// Nobody has a record that holds.
    #[error("no record of this name was found")]
    NotFound,
    /// This network has no DHT.
    #[error("this network has no DHT")]
    NoDht,
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// A name that its owner keeps up.
#[derive(Debug, Clone)]
pub struct PublishedName {
    /// Whose name it is.
    pub key: NodeKey,
    /// Where it points: a path like `/btfs/Qm...`.
    pub value: Vec<u8>,
    /// Greater than that of every earlier record with another value.
    pub sequence: u64,
    /// How long each record holds; it is signed anew at a sixth of it.
    pub lifetime: Duration,
}

impl PublishedName {
    /// The record that holds from `now`.
    pub fn sign(&self, system: NameSystem, now: SystemTime) -> Result<NameRecord, SignRecord> {
        let entry = NameEntry {
            value: self.value.clone(),
            valid_until: timestamp(now + self.lifetime),
            sequence: self.sequence,
            ttl_ns: Some(TTL_NS),
        };
        let name = self.key.peer_id().to_bytes();
        let public = self.key.pair().public().encode_protobuf();
        let inline = name.ends_with(&public);
        let public = (!inline).then_some(public.as_slice());
        NameRecord::sign(system, entry, public, |message| {
            // Signing with secp256k1 fails for no message; an empty signature proves nothing.
            self.key.pair().sign(message).unwrap_or_default()
        })
    }

    /// When to sign it again.
    pub(crate) fn again(&self) -> Duration {
        (self.lifetime / 6).max(Duration::from_secs(60))
    }
}

pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp::from_unix(
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            since.subsec_nanos(),
        ),
        Err(before) => Timestamp::from_unix(
            i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
            0,
        ),
    }
}

/// Proves that `bytes` are a record of `name` (the bytes of a peer id) that holds at `now`.
pub fn check_record(
    system: NameSystem,
    name: &[u8],
    bytes: &[u8],
    now: SystemTime,
) -> Result<NameRecord, CheckRecord> {
    let record = NameRecord::decode(system, bytes)?;
    record.verify(name, timestamp(now), |key, message, signature| {
        PublicKey::try_decode_protobuf(key).is_ok_and(|key| key.verify(message, signature))
    })?;
    Ok(record)
}

/// What a name is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// The hash of a key: ask the DHT.
    Key(PeerId),
    /// A domain: ask the name servers.
    Domain(String),
}

/// Reads the part after `/btns/` or `/ipns/`: a peer id in base58 or as a CID, or a domain.
pub fn parse_name(text: &str) -> Option<Name> {
    if let Ok(peer) = text.parse() {
        return Some(Name::Key(peer));
    }
    if let Ok(cid) = text.parse::<Cid>() {
        let key = (cid.codec() == LIBP2P_KEY).then_some(cid)?;
        return PeerId::from_bytes(&key.hash().to_bytes())
            .ok()
            .map(Name::Key);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let domain = text.strip_suffix('.').unwrap_or(text);
    let usable = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label);
    usable.then(|| Name::Domain(domain.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(sequence: u64) -> PublishedName {
        PublishedName {
            key: NodeKey::random().expect("random"),
            value: b"/btfs/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o".to_vec(),
            sequence,
            lifetime: LIFETIME,
        }
    }

    #[test]
    fn what_is_signed_holds_for_its_owner_and_its_time_in_both_systems() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for system in [NameSystem::Btns, NameSystem::Ipns] {
            let published = published(3);
            let name = published.key.peer_id().to_bytes();
            let bytes = published.sign(system, now).expect("signed").encode();
            let check = |name: &[u8], bytes: &[u8], at| check_record(system, name, bytes, at);
            let record = check(&name, &bytes, now).expect("holds");
            assert_eq!(record.entry().sequence, 3);
            assert!(check(&name, &bytes, now + LIFETIME - Duration::from_secs(1)).is_ok());
            assert!(check(&name, &bytes, now + LIFETIME + Duration::from_secs(1)).is_err());
            let other = PeerId::random().to_bytes();
            assert!(check(&other, &bytes, now).is_err(), "another's name");
            let mut changed = bytes.clone();
            changed[10] ^= 1;
            assert!(check(&name, &changed, now).is_err(), "changed bytes");
        }
    }

    #[test]
    fn names_are_keys_or_domains() {
        let key = NodeKey::random().expect("random").peer_id();
        let as_cid = Cid::new_v1(LIBP2P_KEY, *key.as_ref());
        assert_eq!(parse_name(&key.to_base58()), Some(Name::Key(key)));
        assert_eq!(parse_name(&as_cid.to_string()), Some(Name::Key(key)));
        assert_eq!(
            parse_name("Docs.Example.org."),
            Some(Name::Domain("docs.example.org".to_owned()))
        );
        for bad in ["", "localhost", "a..b", "a b.c", "../x.y", &"x".repeat(300)] {
            assert_eq!(parse_name(bad), None, "{bad}");
        }
    }
}
