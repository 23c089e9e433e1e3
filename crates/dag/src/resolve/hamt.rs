//! Where a name lies in a sharded directory.
//!
//! Each shard takes log2(fan-out) bits of the name's hash, from the front; its links begin with
//! that number in upper-case hexadecimal. The hash is the first half of murmur3-x64-128, seed 0,
//! big-endian. <https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory>

/// How many bits of the hash one shard takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Width {
    bits: u32,
}

impl Width {
    /// Fan-outs are powers of two from 8 to 1024.
    pub(crate) fn new(fanout: u64) -> Option<Self> {
        let usable = fanout.is_power_of_two() && (8..=1024).contains(&fanout);
        usable.then(|| Width {
            bits: fanout.trailing_zeros(),
        })
    }

    /// Hexadecimal digits in front of every name.
    pub(crate) fn digits(self) -> usize {
        self.bits.div_ceil(4) as usize
    }

    /// What a link for `name` begins with in a shard `depth` levels below the directory; `None`
    /// when the hash has no bits left.
    pub(crate) fn prefix(self, name: &str, depth: usize) -> Option<String> {
        Some(self.label(self.slot(murmur3_64(name.as_bytes()), depth)?))
    }

    /// The place of a name with that hash in a shard `depth` levels below the directory; `None`
    /// when the hash has no bits left.
    pub(crate) fn slot(self, hash: u64, depth: usize) -> Option<u64> {
        let skipped = self.bits.checked_mul(u32::try_from(depth).ok()?)?;
        let left = 64u32
            .checked_sub(skipped)
            .filter(|left| *left >= self.bits)?;
        Some((hash >> (left - self.bits)) & ((1 << self.bits) - 1))
    }

    /// A place as the links of a shard write it.
    pub(crate) fn label(self, slot: u64) -> String {
        let digits = self.digits();
        format!("{slot:0digits$X}")
    }
}

/// The first 64 bits of murmur3-x64-128 with seed 0.
pub(crate) fn murmur3_64(bytes: &[u8]) -> u64 {
    const C1: u64 = 0x87c3_7b91_1142_53d5;
    const C2: u64 = 0x4cf5_ad43_2745_937f;
    let mix1 = |k: u64| k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2);
    let mix2 = |k: u64| k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1);
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0u64, |word, byte| word << 8 | u64::from(*byte))
    };
    let (mut h1, mut h2) = (0u64, 0u64);
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        let (low, high) = block.split_at(8);
        h1 ^= mix1(word(low));
        h1 = h1
            .rotate_left(27)
            .wrapping_add(h2)
            .wrapping_mul(5)
            .wrapping_add(0x52dc_e729);
        h2 ^= mix2(word(high));
        h2 = h2
            .rotate_left(31)
            .wrapping_add(h1)
            .wrapping_mul(5)
            .wrapping_add(0x3849_5ab5);
    }
    let tail = blocks.remainder();
    let (low, high) = tail.split_at(tail.len().min(8));
    h2 ^= mix2(word(high));
    h1 ^= mix1(word(low));
    h1 ^= bytes.len() as u64;
    h2 ^= bytes.len() as u64;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    finish(h1).wrapping_add(finish(h2))
}

fn finish(mut h: u64) -> u64 {
    h = (h ^ h >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ h >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ h >> 33
}
