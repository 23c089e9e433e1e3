//! What this node keeps of the DHT: providers, and name records that it has proven.
//!
//! Invariants: a record gets in only when it holds now and is newer than the one that is there, so
//! replays of old ones are refused; one that holds no more is not given out. Key records (`/pk/`) are
//! kept when they hash to their name. Everything else is refused.

use std::borrow::Cow;

use dag::name_record::{NameRecord, NameSystem};
use libp2p::PeerId;
use libp2p::identity::PublicKey;
use libp2p::kad::store::{Error, MemoryStore, MemoryStoreConfig, RecordStore, Result};
use libp2p::kad::{ProviderRecord, Record, RecordKey};

use crate::clock::Clock;
use crate::names::check_record;

/// Records of others that are kept.
const MAX_RECORDS: usize = 4096;
/// Roots that are announced and kept at most.
const MAX_PROVIDED: usize = 65_536;

/// See the module.
pub struct Records {
    kept: MemoryStore,
    clock: Clock,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

impl Records {
    pub(super) fn new(me: PeerId, clock: Clock) -> Self {
        let config = MemoryStoreConfig {
            max_records: MAX_RECORDS,
            max_value_bytes: dag::name_record::MAX_RECORD_LEN,
            max_provided_keys: MAX_PROVIDED,
            ..MemoryStoreConfig::default()
        };
        Records {
            kept: MemoryStore::with_config(me, config),
            clock,
        }
    }
}

/// A proven value of a key.
pub(super) enum Proven {
    Name(NameRecord),
    Key,
}

/// Proves `value`, or refuses it.
pub(super) fn prove(key: &[u8], value: &[u8], clock: &Clock) -> Option<Proven> {
    if let Some((system, name)) = NameSystem::of_dht_key(key) {
        let record = check_record(system, name, value, clock.now());
        return record.ok().map(Proven::Name);
    }
    let name = key.strip_prefix(b"/pk/")?;
    let public = PublicKey::try_decode_protobuf(value).ok()?;
    let hashes = public.to_peer_id().to_bytes() == name;
    hashes.then_some(Proven::Key)
}

impl RecordStore for Records {
    type RecordsIter<'a> = <MemoryStore as RecordStore>::RecordsIter<'a>;
    type ProvidedIter<'a> = <MemoryStore as RecordStore>::ProvidedIter<'a>;

    fn get(&self, key: &RecordKey) -> Option<Cow<'_, Record>> {
        let record = self.kept.get(key)?;
        prove(key.as_ref(), &record.value, &self.clock).map(|_| record)
    }

    fn put(&mut self, record: Record) -> Result<()> {
        // The trait has no word for "refused"; what sent it learns only that it was.
        let proven = prove(record.key.as_ref(), &record.value, &self.clock);
        let proven = proven.ok_or(Error::ValueTooLarge)?;
        if let Proven::Name(new) = proven
            && let Some(there) = self.kept.get(&record.key)
            && let Some(Proven::Name(old)) = prove(record.key.as_ref(), &there.value, &self.clock)
            && old.compare(&new).is_gt()
        {
            return Err(Error::ValueTooLarge);
        }
        self.kept.put(record)
    }

    fn remove(&mut self, key: &RecordKey) {
        self.kept.remove(key);
    }

    fn records(&self) -> Self::RecordsIter<'_> {
        self.kept.records()
    }

    fn add_provider(&mut self, record: ProviderRecord) -> Result<()> {
        self.kept.add_provider(record)
    }

    fn providers(&self, key: &RecordKey) -> Vec<ProviderRecord> {
        self.kept.providers(key)
    }

    fn provided(&self) -> Self::ProvidedIter<'_> {
        self.kept.provided()
    }

    fn remove_provider(&mut self, key: &RecordKey, provider: &PeerId) {
        self.kept.remove_provider(key, provider);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::identity::NodeKey;
    use crate::names::{LIFETIME, PublishedName};

    #[test]
    fn only_proven_and_newer_records_get_in_and_old_ones_do_not_get_out() {
        let start = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let now = Arc::new(Mutex::new(start));
        let clock = {
            let now = Arc::clone(&now);
            Clock::new(move || *now.lock().expect("clock"))
        };
        let mut records = Records::new(PeerId::random(), clock);
        let owner = NodeKey::random().expect("random");
        let name = owner.peer_id().to_bytes();
        let key = RecordKey::new(&NameSystem::Btns.dht_key(&name));
        let record = |sequence, at| {
            let published = PublishedName {
                key: owner.clone(),
                value: format!("/btfs/Qm{sequence}").into_bytes(),
                sequence,
                lifetime: LIFETIME,
            };
            let bytes = published.sign(NameSystem::Btns, at).expect("signed");
            Record::new(key.clone(), bytes.encode())
        };
        let (old, new) = (record(1, start), record(2, start));
        assert!(records.put(old.clone()).is_ok());
        assert!(records.put(new.clone()).is_ok());
        assert!(records.put(old).is_err(), "a replay");
        assert!(records.put(new.clone()).is_ok(), "the same again");
        assert_eq!(records.get(&key).expect("there").value, new.value);

        let mut forged = new.clone();
        forged.value[8] ^= 1;
        assert!(records.put(forged).is_err());
        let elsewhere = RecordKey::new(&NameSystem::Btns.dht_key(&PeerId::random().to_bytes()));
        assert!(
            records
                .put(Record::new(elsewhere, new.value.clone()))
                .is_err()
        );
        let other = Record::new(RecordKey::new(&b"/other/key"), b"x".to_vec());
        assert!(records.put(other).is_err());

        *now.lock().expect("clock") = start + LIFETIME + Duration::from_secs(1);
        assert!(records.get(&key).is_none(), "it holds no more");
        assert!(records.put(new).is_err(), "nor does it get in again");
        let later = record(1, start + LIFETIME);
        assert!(
            records.put(later).is_ok(),
            "an expired one is in nobody's way"
        );

        let public = owner.pair().public().encode_protobuf();
        let pk = |name: &[u8]| RecordKey::new(&[b"/pk/", name].concat());
        assert!(records.put(Record::new(pk(&name), public.clone())).is_ok());
        let stranger = PeerId::random().to_bytes();
        assert!(records.put(Record::new(pk(&stranger), public)).is_err());
    }
}
