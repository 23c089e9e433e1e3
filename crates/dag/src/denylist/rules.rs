//! The rules of one list, to be asked.
//!
//! A rule is 16 bytes: a keyed 64-bit hash of what it is about, and where it stands. The key is the
//! caller's secret, so nobody can write rules that meet by design, and by chance one question in 10^13
//! meets a rule of a million that is not about it.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use super::asked::What;
use super::{Asked, Extent, Rule, Target};

/// Where a rule stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where its line begins.
    pub offset: u32,
    /// Which line it is, from 1.
    pub line: u32,
}

/// The rule that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// It is allowed in spite of an earlier rule.
    pub allow: bool,
    /// Where the rule stands.
    pub place: Place,
}

/// The keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Its highest bit says that the rule allows.
const ALLOW: u32 = 1 << 31;

#[derive(Debug, Clone, Copy)]
struct Slot {
    offset: u32,
    line: u32,
}

#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Kind {
    Content,
    Key,
    Domain,
    Double,
    Legacy,
    ContentBelow,
    KeyBelow,
    DomainBelow,
    /// Notes that something has rules for what is below it.
    HasBelow,
}

/// A set of rules. `S` makes the keyed hashes.
#[derive(Debug)]
pub struct Rules<S> {
    hasher: S,
    slots: HashMap<u64, Slot, BuildHasherDefault<AsIs>>,
    /// Lengths of the paths that prefix rules have.
    lengths: BTreeSet<usize>,
    double: bool,
    legacy: bool,
    count: usize,
}

impl<S: BuildHasher> Rules<S> {
    /// No rules yet.
    pub fn new(hasher: S) -> Self {
        Rules {
            hasher,
            slots: HashMap::default(),
            lengths: BTreeSet::new(),
            double: false,
            legacy: false,
            count: 0,
        }
    }

    /// Rules that were added; later ones replaced some of them.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of memory, about.
    pub fn memory(&self) -> usize {
        self.slots.capacity().saturating_mul(17).saturating_mul(8) / 7
    }

    /// Adds a rule that stands behind all others.
    pub fn add(&mut self, rule: &Rule, place: Place) {
        self.count += 1;
        let slot = Slot {
            offset: place.offset,
            line: (place.line & !ALLOW) | if rule.allow { ALLOW } else { 0 },
        };
        let key = match &rule.target {
            Target::Content(hash, extent) => self.extent(
                (Kind::Content, Kind::ContentBelow),
                &hash.to_bytes(),
                extent,
                slot,
            ),
            Target::Key(hash, extent) => {
                self.extent((Kind::Key, Kind::KeyBelow), &hash.to_bytes(), extent, slot)
            }
            Target::Domain(name, extent) => self.extent(
                (Kind::Domain, Kind::DomainBelow),
                name.as_bytes(),
                extent,
                slot,
            ),
            Target::DoubleHash(digest) => {
                self.double = true;
                self.key(Kind::Double, digest, &[])
            }
            Target::LegacyHash(digest) => {
                self.legacy = true;
                self.key(Kind::Legacy, digest, &[])
            }
        };
        self.slots.insert(key, slot);
    }

    fn extent(&mut self, kinds: (Kind, Kind), root: &[u8], extent: &Extent, slot: Slot) -> u64 {
        match extent {
            Extent::Exact(path) => self.key(kinds.0, root, path),
            Extent::Prefix(path) => {
                self.lengths.insert(path.len());
                let noted = self.key(Kind::HasBelow, root, &[]);
                self.slots.insert(noted, slot);
                self.key(kinds.1, root, path)
            }
        }
    }

    fn key(&self, kind: Kind, root: &[u8], path: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u8(kind as u8);
        hasher.write_usize(root.len());
        hasher.write(root);
        hasher.write(path);
        hasher.finish()
    }

    /// The last rule that is about what is asked, if any.
    pub fn find(&self, asked: &Asked) -> Option<Ruling> {
        if self.slots.is_empty() {
            return None;
        }
        let path = asked.path.as_slice();
        let mut last = None;
        match &asked.what {
            What::Content(cid) => {
                let root = cid.hash().to_bytes();
                self.about((Kind::Content, Kind::ContentBelow), &root, path, &mut last);
            }
            What::Key(hash) => {
                let root = hash.to_bytes();
                self.about((Kind::Key, Kind::KeyBelow), &root, path, &mut last);
            }
            What::Domain(name, label) => {
                for name in std::iter::once(name).chain(label) {
                    let name = name.as_bytes();
                    self.about((Kind::Domain, Kind::DomainBelow), name, path, &mut last);
                }
            }
        }
        if self.double {
            self.look(self.key(Kind::Double, asked.double_hash(), &[]), &mut last);
        }
        if self.legacy {
            self.look(self.key(Kind::Legacy, asked.legacy_hash(), &[]), &mut last);
        }
        last.map(|slot| Ruling {
            allow: slot.line & ALLOW != 0,
            place: Place {
                offset: slot.offset,
                line: slot.line & !ALLOW,
            },
        })
    }

    fn about(&self, kinds: (Kind, Kind), root: &[u8], path: &[u8], last: &mut Option<Slot>) {
        self.look(self.key(kinds.0, root, path), last);
        if self
            .slots
            .contains_key(&self.key(Kind::HasBelow, root, &[]))
        {
            for length in self.lengths.range(..=path.len()) {
                let begin = path.get(..*length).unwrap_or_default();
                self.look(self.key(kinds.1, root, begin), last);
            }
        }
    }

    fn look(&self, key: u64, last: &mut Option<Slot>) {
        if let Some(slot) = self.slots.get(&key)
            && last.is_none_or(|before| before.line & !ALLOW < slot.line & !ALLOW)
        {
            *last = Some(*slot);
        }
    }
}
