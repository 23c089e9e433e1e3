//! stub
pub(crate) fn load() {}
