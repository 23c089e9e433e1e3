#![no_main]
//! Messages of the share protocol as a peer may send them: what decodes encodes to the same bytes.
use net::share::ShareMessage;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = ShareMessage::decode(bytes) {
        assert_eq!(message.encode(), bytes);
    }
});
