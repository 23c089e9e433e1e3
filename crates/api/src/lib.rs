//! The only HTTP listeners: the app API, media URLs and the read-only gateway.
