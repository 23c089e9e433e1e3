//! Signed URLs of listener (b): what makes a private item readable by whoever holds the URL.
//!
//! A URL is `/WHAT/ITEM/NAME?e=EXPIRY&s=SIGNATURE`, with the expiry in Unix seconds and
//! the first 16 bytes of HMAC-SHA256 over `WHAT/ITEM/NAME\nEXPIRY` in base64url. The
//! expiry is rounded up to a day boundary plus one day, so that a URL stays the same
//! (and cached) for a day and lives for at least one more. The key belongs to the home
//! ([`key`]), so URLs outlive a restart on the same port.

pub(crate) mod key;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use library::{AssetId, ItemId, RenditionId, ShareId};
use serde::Deserialize;
use sha2::Sha256;

const DAY: u64 = 86_400;
/// Bytes of the MAC that go into a URL: 128 bits.
const MAC_LEN: usize = 16;

/// Makes and checks signed URLs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Links {
    key: [u8; 32],
    base: String,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// The signed part of a query.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Signed {
    /// Expiry, Unix seconds.
    pub(crate) e: u64,
    /// Signature.
    pub(crate) s: String,
}

impl Links {
    /// `base` is the origin of listener (b), with no slash at the end.
    pub(crate) fn new(key: [u8; 32], base: String) -> Self {
        Self { key, base }
    }

    /// The origin of listener (b).
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// URL of a rendition's bytes.
    pub(crate) fn media(&self, item: ItemId, rendition: RenditionId, now: u64) -> String {
        self.sign(&format!("media/{item}/{rendition}"), now)
    }

    /// URL of a preview. `size` is "320", "1440", "poster" or "poster-1440"; `version`
    /// changes when the picture may have.
    pub(crate) fn preview(&self, item: ItemId, size: &str, version: &str, now: u64) -> String {
        let mut url = self.sign(&format!("preview/{item}/{size}"), now);
        if !version.is_empty() {
            url.push_str("&v=");
            url.push_str(version);
        }
        url
    }

    /// URL of captions as WebVTT.
    pub(crate) fn captions(&self, item: ItemId, asset: AssetId, now: u64) -> String {
        self.sign(&format!("captions/{item}/{asset}.vtt"), now)
    }

    /// URL of a file of an opened share. `what` is "file" or "poster".
    pub(crate) fn shared(&self, share: ShareId, index: usize, what: &str, now: u64) -> String {
        self.sign(&format!("shared/{share}/{index}/{what}"), now)
    }

    fn sign(&self, path: &str, now: u64) -> String {
        let expiry = (now / DAY + 2) * DAY;
        let mac = self.mac(path, expiry).finalize().into_bytes();
        let tag = BASE64URL_NOPAD.encode(mac.get(..MAC_LEN).unwrap_or_default());
        format!("{}/{path}?e={expiry}&s={tag}", self.base)
    }

    /// True when the signature fits the path (without its first slash) and has not expired.
    pub(crate) fn verify(&self, path: &str, signed: &Signed, now: u64) -> bool {
        let Ok(tag) = BASE64URL_NOPAD.decode(signed.s.as_bytes()) else {
            return false;
        };
        let fits =
            tag.len() == MAC_LEN && self.mac(path, signed.e).verify_truncated_left(&tag).is_ok();
        fits && signed.e > now
    }

    fn mac(&self, path: &str, expiry: u64) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("BUG: HMAC takes keys of any length");
        mac.update(path.as_bytes());
        mac.update(format!("\n{expiry}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, Signed) {
        let (path, query) = url
            .strip_prefix("http://b/")
            .expect("base")
            .split_once('?')
            .expect("query");
        let mut values = query.split('&').filter_map(|pair| pair.split_once('='));
        let e = values.next().expect("expiry").1.parse().expect("number");
        let s = values.next().expect("signature").1.to_owned();
        (path.to_owned(), Signed { e, s })
    }

    #[test]
    fn a_signature_fits_one_path_and_one_time() {
        let links = Links::new([7; 32], "http://b".into());
        let now = 1_700_000_000;
        let url = links.preview(ItemId([1; 16]), "320", "v1", now);
        let (path, signed) = parts(&url);
        assert!(links.verify(&path, &signed, now));
        assert!(
            links.verify(&path, &signed, now + DAY),
            "it lives for a day at least"
        );
        assert!(!links.verify(&path, &signed, signed.e), "it expires");
        assert!(
            !links.verify(&path.replace("320", "1440"), &signed, now),
            "another size"
        );
        let longer = Signed {
            e: signed.e + 1,
            ..signed.clone()
        };
        assert!(!links.verify(&path, &longer, now), "the expiry is signed");
        for s in ["", "A", "AAAAAAAAAAAAAAAAAAAAAA", "not base64!"] {
            assert!(
                !links.verify(
                    &path,
                    &Signed {
                        e: signed.e,
                        s: s.into()
                    },
                    now
                ),
                "{s:?}"
            );
        }
        let other = Links::new([8; 32], "http://b".into());
        assert!(
            !other.verify(&path, &signed, now),
            "another home has another key"
        );
    }

    #[test]
    fn a_url_is_stable_for_a_day() {
        let links = Links::new([7; 32], "http://b".into());
        let midnight = 1_700_006_400 / DAY * DAY;
        let first = links.media(ItemId([1; 16]), RenditionId([2; 16]), midnight);
        let last = links.media(ItemId([1; 16]), RenditionId([2; 16]), midnight + DAY - 1);
        assert_eq!(first, last, "caches keep it");
    }
}
