//! Standing problems: what does not work at the moment, shown in the status.

/// One thing that does not work, until it is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable code in snake case.
    pub code: &'static str,
    /// What is wrong, in English.
    pub message: String,
    /// What to do about it, in English.
    pub todo: String,
}
