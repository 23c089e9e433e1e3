//! A bit a block, by dense block number; grows on demand.

#[derive(Debug, Default)]
pub(crate) struct Bits(Vec<u8>);

impl Bits {
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }

    #[cfg(test)]
    pub(crate) fn memory_bytes(&self) -> usize {
        self.0.capacity()
    }

    pub(crate) fn get(&self, bit: u64) -> bool {
        let byte = usize::try_from(bit / 8).ok().and_then(|at| self.0.get(at));
        byte.is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
    }

    /// Sets a bit; true when it was not set before.
    pub(crate) fn set(&mut self, bit: u64) -> bool {
        let at = (bit / 8) as usize;
        if at >= self.0.len() {
            // Grown in steps, so that the vector never doubles a large map.
            self.0.reserve_exact(at + 1 + (64 << 10) - self.0.len());
            self.0.resize(at + 1, 0);
        }
        let Some(byte) = self.0.get_mut(at) else {
            return false;
        };
        let mask = 1 << (bit % 8);
        let was = *byte & mask != 0;
        *byte |= mask;
        !was
    }
}
