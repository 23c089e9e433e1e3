//! stub
use std::fs::File;
use crate::facts::Facts;
use crate::inspection::{Cover, Preview, Problem, Want};
use crate::wire::Failure;
pub(crate) struct Looked {
    pub(crate) facts: Facts,
    pub(crate) previews: Vec<Preview>,
    pub(crate) thumbhash: Option<Vec<u8>>,
    pub(crate) cover: Option<Cover>,
    pub(crate) problems: Vec<Problem>,
}
pub(crate) fn look(_f: &File, _w: Want, _e: &mut dyn FnMut(&Facts)) -> Result<Looked, Failure> { unimplemented!() }
