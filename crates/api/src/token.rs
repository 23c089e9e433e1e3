//! The session token: 256 random bits, compared in constant time.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Why no secret could be made.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes")]
pub(crate) struct MakeSecret;

/// The token of one start. Never logged: `Debug` hides it.
#[derive(Clone)]
pub(crate) struct SessionToken {
    text: String,
    /// What the cookie holds: made from the token, so that a cookie that another server on
    /// this machine gets to see (cookies ignore ports) is not the token itself.
    cookie: String,
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken")
    }
}

impl SessionToken {
    /// A new random token, 43 characters of base64url.
    pub(crate) fn random() -> Result<Self, MakeSecret> {
        Ok(Self::given(BASE64URL_NOPAD.encode(&random_key()?)))
    }

    /// A token that the caller chose.
    pub(crate) fn given(text: String) -> Self {
        let cookie = Sha256::new()
            .chain_update(b"tributary session cookie\n")
            .chain_update(text.as_bytes())
            .finalize();
        Self {
            text,
            cookie: BASE64URL_NOPAD.encode(&cookie),
        }
    }

    /// The text clients send.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The value of the session cookie.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// True for the value of the session cookie; constant time.
    pub(crate) fn cookie_matches(&self, offered: &[u8]) -> bool {
        self.cookie.as_bytes().ct_eq(offered).into()
    }

    /// Compares in time that depends on the lengths only.
    pub(crate) fn matches(&self, offered: &[u8]) -> bool {
        self.text.as_bytes().ct_eq(offered).into()
    }
}

/// 32 random bytes.
pub(crate) fn random_key() -> Result<[u8; 32], MakeSecret> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| MakeSecret)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_matches() {
        let token = SessionToken::random().expect("random bytes");
        assert_eq!(token.as_str().len(), 43, "256 bits in base64url");
        assert!(token.matches(token.as_str().as_bytes()));
        for bad in [&b""[..], b"x", &token.as_str().as_bytes()[..42]] {
            assert!(!token.matches(bad));
        }
        assert_eq!(
            format!("{token:?}"),
            "SessionToken",
            "the token never reaches a log"
        );
    }
}
