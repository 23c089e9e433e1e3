//! The credential of listener (c): `keys/rpc` in the home, one line of text.
//!
//! It stays over restarts, because it stands in other programs' settings. Deleting the file
//! makes a new one at the next start.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use http::{HeaderMap, header};

use crate::token::{MakeSecret, SessionToken, random_key};

/// Most bytes of an Authorization header that are looked at.
const MAX_HEADER: usize = 1_024;

/// The credential of this home, made at the first start of the listener. `Ok(None)` inside is
/// never given: what cannot be stored lasts until the end of this run.
pub(crate) fn load_or_make(home: &Path) -> Result<SessionToken, MakeSecret> {
    let path = home.join("keys/rpc");
    match load(&path) {
        Ok(Some(text)) => return Ok(SessionToken::given(text)),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "keys/rpc could not be read"),
    }
    let text = BASE64URL_NOPAD.encode(&random_key()?);
    if let Err(error) = store(&path, &text) {
        tracing::warn!(%error, "the credential of other programs ends with this run");
    }
    Ok(SessionToken::given(text))
}

/// `None` when there is none, it is damaged, or others could have read it.
fn load(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let facts = file.metadata()?;
    if !facts.is_file() || facts.permissions().mode() & 0o077 != 0 {
        return Ok(None);
    }
    let mut text = String::new();
    file.take(1_024).read_to_string(&mut text)?;
    let text = text.trim();
    let usable = (32..=200).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    Ok(usable.then(|| text.to_owned()))
}

fn store(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("new");
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)
}

/// True when a request brings the credential: as a bearer token, or as the password of any
/// user, because stock clients take it in their URL.
pub(super) fn fits(headers: &HeaderMap, credential: &SessionToken) -> bool {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let value = value.as_bytes();
    if value.len() > MAX_HEADER {
        return false;
    }
    let Some(space) = value.iter().position(|byte| *byte == b' ') else {
        return false;
    };
    let (scheme, offered) = value.split_at(space);
    let offered = offered.trim_ascii();
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return credential.matches(offered);
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return false;
    }
    let decoded = BASE64
        .decode(offered)
        .or_else(|_| BASE64_NOPAD.decode(offered));
    let Ok(decoded) = decoded else {
        return false;
    };
    let colon = decoded.iter().position(|byte| *byte == b':');
    let password = colon.and_then(|colon| decoded.get(colon + 1..));
    password.is_some_and(|password| credential.matches(password))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn it_stays_until_it_is_spoilt() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join("keys")).expect("made");
        let first = load_or_make(home.path()).expect("made");
        let again = load_or_make(home.path()).expect("read");
        assert_eq!(first.as_str(), again.as_str());
        for spoil in ["", "short", "with spaces in it, and far too long to be one"] {
            std::fs::write(home.path().join("keys/rpc"), spoil).expect("spoilt");
            let next = load_or_make(home.path()).expect("made anew");
            assert_ne!(first.as_str(), next.as_str());
            assert_eq!(next.as_str().len(), 43);
        }
    }

    #[test]
    fn bearer_and_basic_are_taken_and_nothing_else() {
        let token = SessionToken::given("secret-secret-secret".to_owned());
        let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(value).expect("a value");
            headers.insert(header::AUTHORIZATION, value);
            fits(&headers, &token)
        };
        assert!(check("Bearer secret-secret-secret"));
        assert!(check("bearer  secret-secret-secret"));
        assert!(check(&basic("anyone:secret-secret-secret")));
        assert!(check(&basic(":secret-secret-secret")));
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer secret",
            "secret-secret-secret",
            "Basic ",
            "Basic ????",
            &basic("secret-secret-secret"),
            &basic("secret-secret-secret:"),
            &basic("a:b:secret-secret-secret"),
            &basic(&"x".repeat(4_000)),
        ] {
            assert!(!check(bad), "{bad:?}");
        }
        assert!(!fits(&HeaderMap::new(), &token));
    }
}
