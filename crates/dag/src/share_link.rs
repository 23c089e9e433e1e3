//! Links to things that are shared: `tributary://share/1/...#secret`.
//!
//! ```text
//! tributary://share/1/PROFILE/PEER/LINK?a=ADDRESS&r=RELAY#SECRET
//! ```
//! PROFILE is the network; PEER is the sharer's peer id in base58; LINK is 16 random bytes and SECRET
//! 32, both in base64url without padding; each ADDRESS and RELAY is a multiaddress, a hint of where
//! to dial. The secret is the fragment, so that nothing that fetches an address ever sends it.
//!
//! Invariants: parsing is strict and bounded; what parses prints to a link that parses to the same.
//! The secret is wiped when dropped and shown by nothing but [`ShareLink::print`]. A link made by a
//! newer program is told from a damaged one, and one that was cut off from both.

use data_encoding::BASE64URL_NOPAD;
use zeroize::{Zeroize, Zeroizing};

/// The longest link, in bytes.
pub const MAX_LINK_LEN: usize = 2048;
/// The most addresses, and the most relays, in one link.
pub const MAX_HINTS: usize = 8;
/// The longest address, in bytes.
pub const MAX_ADDRESS_LEN: usize = 256;

const SCHEME: &str = "tributary://";
const VERSION: &str = "1";
/// Text of 16 and of 32 bytes in base64url.
const ID_TEXT_LEN: usize = 22;
const SECRET_TEXT_LEN: usize = 43;

/// The network that a share is reached through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The BTFS main network.
    Btfs,
    /// The BTFS test network.
    BtfsTestnet,
    /// No pre-shared key: peers of the open network.
    Open,
    /// A network with a key of its own, which the link does not carry.
    Private,
    /// No network: only the addresses in the link.
    Direct,
}

impl Profile {
    const ALL: [(Profile, &'static str); 5] = [
        (Profile::Btfs, "btfs"),
        (Profile::BtfsTestnet, "btfs-testnet"),
        (Profile::Open, "open"),
        (Profile::Private, "private"),
        (Profile::Direct, "direct"),
    ];

    /// The word for it in links.
    pub fn word(self) -> &'static str {
        Profile::ALL
            .iter()
            .find(|(profile, _)| *profile == self)
            .map_or("", |(_, word)| word)
    }
}

/// The secret of a link. Whoever has it, and the password if there is one, may open the share.
pub struct ShareSecret([u8; 32]);

impl ShareSecret {
    /// A secret from 32 random bytes, which the caller draws and wipes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        ShareSecret(bytes)
    }

    /// The bytes, to prove or derive with.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for ShareSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for ShareSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShareSecret(..)")
    }
}

/// One link.
#[derive(Debug)]
pub struct ShareLink {
    /// The network.
    pub profile: Profile,
    /// The sharer's peer id: the bytes of its multihash.
    pub peer: Vec<u8>,
    /// Where the sharer may be dialled: multiaddresses as text, best first.
    pub addresses: Vec<String>,
    /// Relays that may lead to the sharer: multiaddresses as text.
    pub relays: Vec<String>,
    /// Which share.
    pub id: [u8; 16],
    /// What opens it.
    pub secret: ShareSecret,
}

/// Why a text is no link.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseShareLink {
    /// It is something else.
    #[error("this is not a link to a share")]
    NotALink,
    /// It is longer than any link.
    #[error("the link is {0} characters long, more than any link")]
    TooLong(usize),
    /// A newer program made it.
    #[error("the link was made by a newer version of Tributary")]
    NewerVersion,
    /// Its end is missing.
    #[error("the link is cut off: its end is missing")]
    CutOff,
    /// A part of it makes no sense.
    #[error("the {0} in the link is damaged")]
    Damaged(&'static str),
}

/// Why a link was not printed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the {0} cannot stand in a link")]
pub struct PrintShareLink(pub &'static str);

impl ShareLink {
    /// Reads a link. White space around it is passed over.
    pub fn parse(text: &str) -> Result<Self, ParseShareLink> {
        let text = text.trim();
        let (scheme, rest) = text
            .split_at_checked(SCHEME.len())
            .ok_or(ParseShareLink::NotALink)?;
        let rest = rest.strip_prefix("share/");
        let Some(rest) = rest.filter(|_| scheme.eq_ignore_ascii_case(SCHEME)) else {
            return Err(ParseShareLink::NotALink);
        };
        if text.len() > MAX_LINK_LEN {
            return Err(ParseShareLink::TooLong(text.len()));
        }
        let (version, rest) = rest.split_once('/').ok_or(ParseShareLink::CutOff)?;
        if version != VERSION {
            let newer = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
            return Err(match newer {
                true => ParseShareLink::NewerVersion,
                false => ParseShareLink::NotALink,
            });
        }
        let (rest, secret) = rest.split_once('#').ok_or(ParseShareLink::CutOff)?;
        if secret.len() < SECRET_TEXT_LEN {
            return Err(ParseShareLink::CutOff);
        }
        let secret = ShareSecret(bytes_of(secret).ok_or(ParseShareLink::Damaged("secret"))?);
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let mut parts = path.split('/');
        let (Some(profile), Some(peer), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ParseShareLink::Damaged("path"));
        };
        let profile = Profile::ALL.iter().find(|(_, word)| *word == profile);
        let (mut addresses, mut relays) = (Vec::new(), Vec::new());
        for hint in query.into_iter().flat_map(|query| query.split('&')) {
            let (list, address, name) = match hint.split_once('=') {
                Some(("a", address)) => (&mut addresses, address, "address"),
                Some(("r", address)) => (&mut relays, address, "relay"),
                _ => return Err(ParseShareLink::Damaged("list of addresses")),
            };
            if !is_address(address) || list.len() == MAX_HINTS {
                return Err(ParseShareLink::Damaged(name));
            }
            list.push(address.to_owned());
        }
        Ok(ShareLink {
            profile: profile.ok_or(ParseShareLink::Damaged("network"))?.0,
            peer: peer_of(peer).ok_or(ParseShareLink::Damaged("peer id"))?,
            addresses,
            relays,
            id: id_of(id).ok_or(ParseShareLink::Damaged("link id"))?,
            secret,
        })
    }

    /// Writes the link, secret included: whoever reads it can open the share.
    pub fn print(&self) -> Result<Zeroizing<String>, PrintShareLink> {
        let peer = bs58::encode(&self.peer).into_string();
        if peer_of(&peer).is_none() {
            return Err(PrintShareLink("peer id"));
        }
        // Filled once, so that no shorter copy of the secret is left behind.
        let mut out = Zeroizing::new(String::with_capacity(MAX_LINK_LEN));
        for part in [
            SCHEME,
            "share/",
            VERSION,
            "/",
            self.profile.word(),
            "/",
            &peer,
            "/",
        ] {
            out.push_str(part);
        }
        BASE64URL_NOPAD.encode_append(&self.id, &mut out);
        let mut mark = '?';
        for (name, list) in [("a", &self.addresses), ("r", &self.relays)] {
            if list.len() > MAX_HINTS {
                return Err(PrintShareLink("number of addresses"));
            }
            for address in list {
                if !is_address(address) {
                    return Err(PrintShareLink("address"));
                }
                out.push(mark);
                out.push_str(name);
                out.push('=');
                out.push_str(address);
                mark = '&';
            }
        }
        if out.len() + 1 + SECRET_TEXT_LEN > MAX_LINK_LEN {
            return Err(PrintShareLink("list of addresses, because it is too long,"));
        }
        out.push('#');
        BASE64URL_NOPAD.encode_append(&self.secret.0, &mut out);
        Ok(out)
    }
}

/// Exactly 32 bytes.
fn bytes_of(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let fits = text.len() == SECRET_TEXT_LEN;
    let len = fits.then(|| BASE64URL_NOPAD.decode_mut(text.as_bytes(), &mut bytes).ok())??;
    (len == bytes.len()).then_some(bytes)
}

fn id_of(text: &str) -> Option<[u8; 16]> {
    let fits = text.len() == ID_TEXT_LEN;
    let bytes = fits.then(|| BASE64URL_NOPAD.decode(text.as_bytes()).ok())??;
    bytes.try_into().ok()
}

/// A peer id: a sha2-256 multihash, or a short key under the identity hash, in base58.
fn peer_of(text: &str) -> Option<Vec<u8>> {
    if text.len() > 64 {
        return None;
    }
    let bytes = bs58::decode(text).into_vec().ok()?;
    let usable = match bytes.as_slice() {
        [0x12, 32, digest @ ..] => digest.len() == 32,
        [0x00, len @ 1..=42, key @ ..] => key.len() == usize::from(*len),
        _ => false,
    };
    usable.then_some(bytes)
}

/// Whether a text has the shape of a multiaddress and nothing that a link must escape. What its
/// parts mean is for the dialler to find out.
fn is_address(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/.:-_~".contains(c);
    (2..=MAX_ADDRESS_LEN).contains(&text.len())
        && text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
        && text.chars().all(allowed)
}
