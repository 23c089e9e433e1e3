//! Composition and use cases: import, stream, export; owns every task, the settings and the event stream.
