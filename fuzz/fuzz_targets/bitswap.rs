#![no_main]
//! Bitswap messages as a peer may send them: what decodes is written and read again the same.
use net::bitswap::{Message, Version};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = Message::decode(&bytes::Bytes::copy_from_slice(bytes)) else {
        return;
    };
    for block in &message.blocks {
        let _ = block.prefix.cid(&block.data);
    }
    let again: Vec<u8> = message.encode(Version::V120).concat();
    if let Ok((_, body)) = unsigned_varint::decode::usize(&again) {
        let read = Message::decode(&bytes::Bytes::copy_from_slice(body));
        let read = read.expect("what is written must decode");
        assert_eq!(read.entries, message.entries);
        assert_eq!(read.blocks, message.blocks);
        assert_eq!(read.presences, message.presences);
    }
});
