//! Denylists: which content a node will not handle, in the compact format of IPIP-383.
//!
//! A file is an optional header, `---`, and one rule a line; the last rule that matches wins.
//! `/btfs/` and `/btns/` are read like `/ipfs/` and `/ipns/`. Specification:
//! <https://specs.ipfs.tech/compact-denylist-format/>.
//!
//! What it is: [`Header`], [`Rule`] (one line), [`Scanner`] (bytes of a file into lines), and
//! [`Rules`] (a set that is asked by address, path or name).
//! What it is not: it reads no file, watches none, and decides nothing about several lists.
//!
//! Invariants:
//! - A line is at most [`MAX_LINE`] bytes and a header [`MAX_HEADER`]; nothing more is buffered.
//! - A question costs a few hash look-ups, however many rules there are.
//! - What is not understood is an error of its line, never of the lines around it.

mod asked;
mod header;
mod rule;
mod rules;
mod scanner;

pub use asked::Asked;
pub use header::{Header, ParseHeader};
pub use rule::{Extent, ParseRule, Rule, Target};
pub use rules::{Place, Rules, Ruling};
pub use scanner::{Scan, ScanList, Scanner};

/// The longest line, its end included.
pub const MAX_LINE: usize = 2 << 20;
/// The longest header; a longer one is none.
pub const MAX_HEADER: usize = 1 << 20;
/// The longest path of a rule, decoded; longer ones are not understood.
pub const MAX_PATH: usize = 4096;
