//! Content addressing: CIDs, chunking, UnixFS, CAR and sealed content; pure, no I/O.
