//! What the recipient of an encrypted file must know, as its token metadata say it.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::ipld::Ipld;

/// The one mode there is.
const MODE: &str = "AES256";

/// The public part of one encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptionHeader {
    /// The ephemeral public key, uncompressed.
    pub ephemeral: [u8; 65],
    /// The IV.
    pub iv: [u8; 16],
    /// The MAC over IV, ephemeral key and ciphertext.
    pub mac: [u8; 32],
}

/// Why metadata tell of no encryption that can be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadHeader {
    /// The mode is another one.
    #[error("the file is encrypted in the mode {0:?}, which is not known")]
    UnknownMode(String),
    /// A part is missing or not what it must be.
    #[error("the {0} of the encrypted file is missing or damaged")]
    Damaged(&'static str),
}

impl EncryptionHeader {
    /// The JSON object that [`TokenMeta::compose`](crate::token_meta::TokenMeta::compose) takes.
    pub fn to_json(&self) -> String {
        format!(
            "{{\"EphemPublicKey\":\"{}\",\"Iv\":\"{}\",\"Mac\":\"{}\",\"Mode\":\"{MODE}\"}}",
            HEXLOWER.encode(&self.ephemeral),
            HEXLOWER.encode(&self.iv),
            HEXLOWER.encode(&self.mac),
        )
    }

    /// Reads the header from the first object of token metadata; `None` when the file is not
    /// encrypted. Names are compared without case, as go does.
    pub fn from_meta(object: &Ipld) -> Result<Option<Self>, ReadHeader> {
        let Some(map) = object.as_map() else {
            return Ok(None);
        };
        let text = |name: &'static str| {
            let mut found = map.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            match (found.next(), found.next()) {
                (Some((_, Ipld::Text(text))), None) => Ok(text.as_str()),
                _ => Err(ReadHeader::Damaged(name)),
            }
        };
        if !map
            .keys()
            .any(|key| key.eq_ignore_ascii_case("EphemPublicKey"))
        {
            return Ok(None);
        }
        match text("Mode")? {
            MODE => {}
            other => return Err(ReadHeader::UnknownMode(other.chars().take(32).collect())),
        }
        Ok(Some(EncryptionHeader {
            ephemeral: bytes(text("EphemPublicKey")?)
                .ok_or(ReadHeader::Damaged("EphemPublicKey"))?,
            iv: bytes(text("Iv")?).ok_or(ReadHeader::Damaged("Iv"))?,
            mac: bytes(text("Mac")?).ok_or(ReadHeader::Damaged("Mac"))?,
        }))
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}
