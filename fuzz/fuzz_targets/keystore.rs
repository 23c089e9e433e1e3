#![no_main]
use wallet::keystore::Sealed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(sealed) = Sealed::from_bytes(bytes) {
        assert_eq!(sealed.as_bytes(), bytes);
        assert_eq!(Sealed::from_text(&sealed.to_text()).as_ref(), Ok(&sealed));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(sealed) = Sealed::from_text(text)
    {
        assert_eq!(Sealed::from_bytes(sealed.as_bytes()), Ok(sealed));
    }
});
