//! Keys and proofs of share links: equal to what others make of docs/format.md
//! (tests/vectors/share_proof.mjs), and a share's key that only its link opens.

use dag::seal::{SealKey, unwrap_key, unwrap_share_key, wrap_share_key};
use dag::share_link::ShareSecret;
use dag::share_proof::{LinkKeys, Side, StretchedPassword, Transcript};
use data_encoding::HEXLOWER;
use serde_json::Value;

fn hex(name: &str) -> Vec<u8> {
    let text = include_str!("../../../../tests/vectors/share_proof.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let value = vectors[name].as_str().unwrap();
    HEXLOWER.decode(value.as_bytes()).unwrap()
}

fn bytes<const N: usize>(name: &str) -> [u8; N] {
    hex(name).try_into().unwrap()
}

#[test]
fn keys_and_proofs_are_those_that_others_make() {
    let secret = ShareSecret::new(bytes("secret"));
    let stretched = StretchedPassword::new(bytes("stretched"));
    let plain = LinkKeys::derive(&bytes("link"), &secret, None);
    let guarded = LinkKeys::derive(&bytes("link"), &secret, Some(&stretched));
    assert_eq!(plain.open.expose(), &bytes("open"));
    assert_eq!(plain.wrap.expose(), &bytes("wrapPlain"));
    assert_eq!(guarded.wrap.expose(), &bytes("wrapGuarded"));
    let password = guarded.password.as_ref().unwrap();
    assert_eq!(password.expose(), &bytes("password"));

    let (opener, sharer) = (hex("opener"), hex("sharer"));
    let transcript = Transcript {
        link: &bytes("link"),
        opener: &opener,
        sharer: &sharer,
        opener_nonce: &bytes("openerNonce"),
        sharer_nonce: &bytes("sharerNonce"),
    };
    let proofs = [
        (&plain.open, Side::Opener, "openerProof"),
        (password, Side::Opener, "passwordProof"),
        (&plain.open, Side::Sharer, "sharerProof"),
    ];
    for (key, side, name) in proofs {
        assert_eq!(transcript.prove(key, side), bytes(name), "{name}");
        assert!(transcript.check(key, side, &bytes(name)), "{name}");
    }
}

#[test]
fn the_key_of_a_share_opens_with_its_link_only() {
    let (link, share) = (SealKey::new([1; 32]), SealKey::new([2; 32]));
    let wrapped = wrap_share_key(&link, [3; 24], &[4; 16], &share);
    let opened = unwrap_share_key(&link, &[4; 16], &wrapped).unwrap();
    assert_eq!(opened.expose(), share.expose());
    assert!(unwrap_share_key(&link, &[5; 16], &wrapped).is_err());
    assert!(unwrap_share_key(&share, &[4; 16], &wrapped).is_err());
    let prefix = dag::seal::NoncePrefix([4; 19]);
    assert!(
        unwrap_key(&link, &prefix, &wrapped).is_err(),
        "not a file's key"
    );
}
