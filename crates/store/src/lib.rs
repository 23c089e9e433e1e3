//! Blocks on disk: append-only segments, a redb index, pins, GC, verify and repair.
