//! Support code shared by the suites under `tests/`.
