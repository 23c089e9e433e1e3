//! Probe, previews and posters, with hostile decoding in a worker process.
