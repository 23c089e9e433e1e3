//! stub
pub(crate) fn peaks(_f: &std::fs::File, _n: usize) -> Result<(Vec<u8>, u64), crate::wire::Failure> { unimplemented!() }
