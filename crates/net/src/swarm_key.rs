//! The pre-shared key of a private libp2p network, as go-libp2p writes it to `swarm.key`.
//!
//! Three lines: `/key/swarm/psk/1.0.0/`, the encoding (`/base16/`, `/base64/` or `/bin/`), and the
//! 32 bytes. Format: <https://github.com/libp2p/specs/blob/master/pnet/Private-Networks-PSK-V1.md>.
//! The keys of BTFS are public: they separate networks and keep nothing secret.

use libp2p::pnet::PreSharedKey;
use zeroize::Zeroizing;

const HEADER: &[u8] = b"/key/swarm/psk/1.0.0/";
const KEY_LEN: usize = 32;

/// Why a swarm key file does not parse.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum ParseSwarmKey {
    /// The first line is another one.
    #[error("the swarm key does not begin with /key/swarm/psk/1.0.0/")]
    Header,
    /// The second line names no known encoding.
    #[error("the swarm key is in an unknown encoding")]
    Encoding,
    /// The key has characters that its encoding has not.
    #[error("the swarm key has characters that do not belong into it")]
    Characters,
    /// The key is not 32 bytes long.
    #[error("the swarm key is {0} bytes long instead of 32")]
    Length(usize),
}

/// 32 bytes that every node of a private network knows. Shows only its fingerprint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SwarmKey(PreSharedKey);

impl std::fmt::Debug for SwarmKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SwarmKey({})", self.0.fingerprint())
    }
}

impl SwarmKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; KEY_LEN]) -> Self {
        SwarmKey(PreSharedKey::new(bytes))
    }

    /// Parses a `swarm.key` file.
    pub fn parse(file: &[u8]) -> Result<Self, ParseSwarmKey> {
        let (header, rest) = line(file);
        if header != HEADER {
            return Err(ParseSwarmKey::Header);
        }
        let (encoding, rest) = line(rest);
        let text = rest.trim_ascii();
        let bytes = Zeroizing::new(match encoding {
            b"/base16/" => hex(text).ok_or(ParseSwarmKey::Characters)?,
            b"/base64/" => base64(text).ok_or(ParseSwarmKey::Characters)?,
            b"/bin/" => rest.get(..KEY_LEN).unwrap_or(rest).to_vec(),
            _ => return Err(ParseSwarmKey::Encoding),
        });
        let bytes = <[u8; KEY_LEN]>::try_from(bytes.as_slice());
        bytes
            .map(Self::new)
            .map_err(|_| ParseSwarmKey::Length(text.len()))
    }

    pub(crate) fn psk(self) -> PreSharedKey {
        self.0
    }
}

/// The first line without its end, and what follows it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
        _ => None,
    };
    text.chunks(2).map(pair).collect()
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "64ef95289a6b998c776927ed6e33ca8c9202ee47df90141d09f5ffeeb64b8a66";

    #[test]
    fn the_three_encodings_give_the_same_key() {
        let head = "/key/swarm/psk/1.0.0/\n";
        let base16 = SwarmKey::parse(format!("{head}/base16/\n{HEX}\n").as_bytes());
        let windows = format!("/key/swarm/psk/1.0.0/\r\n/base16/\r\n{HEX}\r\n");
        assert_eq!(SwarmKey::parse(windows.as_bytes()), base16);
        let base64 = "ZO+VKJprmYx3aSftbjPKjJIC7kffkBQdCfX/7rZLimY=";
        let base64 = SwarmKey::parse(format!("{head}/base64/\n{base64}").as_bytes());
        assert_eq!(base64, base16);
        let mut binary = format!("{head}/bin/\n").into_bytes();
        binary.extend(hex(HEX.as_bytes()).expect("hex"));
        assert_eq!(SwarmKey::parse(&binary), base16);
        let shown = format!("{:?}", base16.expect("parses"));
        assert!(!shown.contains("64ef95"), "{shown}");
    }

    #[test]
    fn damage_is_named() {
        let file = |encoding: &str, key: &str| format!("/key/swarm/psk/1.0.0/\n{encoding}\n{key}");
        let cases = [
            (String::new(), ParseSwarmKey::Header),
            (HEX.to_owned(), ParseSwarmKey::Header),
            (file("/base58/", HEX), ParseSwarmKey::Encoding),
            (file("/base16/", &HEX[..62]), ParseSwarmKey::Length(62)),
            (file("/base16/", ""), ParseSwarmKey::Length(0)),
            (file("/base16/", &HEX[..63]), ParseSwarmKey::Characters),
            (
                file("/base16/", &HEX.replace('e', "g")),
                ParseSwarmKey::Characters,
            ),
            (file("/base64/", "!!"), ParseSwarmKey::Characters),
            (file("/bin/", "short"), ParseSwarmKey::Length(5)),
        ];
        for (text, error) in cases {
            assert_eq!(SwarmKey::parse(text.as_bytes()), Err(error), "{text:?}");
        }
    }
}
