//! DNSLink: a TXT record that says what a domain stands for.
//!
//! `_dnslink.DOMAIN` is asked first, then DOMAIN; the value is `dnslink=/btfs/...`, `/ipfs/...`,
//! `/btns/...` or `/ipns/...`. Links from one domain to another are followed a bounded number of
//! times. <https://dnslink.org/>.

use futures_util::future::BoxFuture;

use crate::names::{Name, parse_name};

/// Domains that are followed one after the other.
const MAX_DOMAINS: usize = 8;
/// The longest path that is taken from a record.
const MAX_PATH: usize = 2048;

/// The name servers did not answer.
#[derive(Debug, thiserror::Error, Clone, Copy, PartialEq, Eq)]
#[error("the name servers did not answer")]
pub struct LookUpTxt;

/// Asks name servers.
pub trait TxtLookup: Send + Sync {
    /// The TXT records of a domain, each as one text; none when there is no such domain.
    fn txt(&self, domain: String) -> BoxFuture<'_, Result<Vec<String>, LookUpTxt>>;
}

/// Why a domain leads nowhere.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolveDnsLink {
    /// The name servers did not answer.
    #[error("could not ask for {0}")]
    LookUp(String, #[source] LookUpTxt),
    /// There is no DNSLink.
    #[error("{0} does not link to anything")]
    NoLink(String),
    /// Domains lead to domains, again and again.
    #[error("{0} leads to too many other domains")]
    TooMany(String),
}

/// Where a domain leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedPath {
    /// `btfs`, `ipfs`, `btns` or `ipns`; names are of keys then.
    pub space: String,
    /// The address or the name.
    pub root: String,
    /// What follows, without a slash in front; often empty.
    pub rest: String,
}

/// Follows the DNSLink of `domain`. Cancel-safe.
pub async fn dnslink(lookup: &dyn TxtLookup, domain: &str) -> Result<LinkedPath, ResolveDnsLink> {
    let mut at = domain.to_ascii_lowercase();
    let mut rests: Vec<String> = Vec::new();
    for _ in 0..MAX_DOMAINS {
        let mut link = one(lookup, &at).await?;
        let further = match link.space.as_str() {
            "btns" | "ipns" => parse_name(&link.root),
            _ => None,
        };
        if let Some(Name::Domain(next)) = further {
            rests.push(std::mem::take(&mut link.rest));
            at = next;
            continue;
        }
        rests.push(link.rest);
        let parts = rests.iter().rev().filter(|rest| !rest.is_empty());
        link.rest = parts.map(String::as_str).collect::<Vec<_>>().join("/");
        return Ok(link);
    }
    Err(ResolveDnsLink::TooMany(domain.to_owned()))
}

async fn one(lookup: &dyn TxtLookup, domain: &str) -> Result<LinkedPath, ResolveDnsLink> {
    for asked in [format!("_dnslink.{domain}"), domain.to_owned()] {
        let texts = lookup.txt(asked.clone()).await;
        let texts = texts.map_err(|error| ResolveDnsLink::LookUp(asked, error))?;
        // The first in order of bytes, so that all askers agree.
        if let Some(link) = texts.iter().filter_map(|text| parse(text)).min() {
            let (space, root, rest) = link;
            return Ok(LinkedPath { space, root, rest });
        }
    }
    Err(ResolveDnsLink::NoLink(domain.to_owned()))
}

fn parse(text: &str) -> Option<(String, String, String)> {
    let path = text.trim().strip_prefix("dnslink=/")?;
    if path.len() > MAX_PATH {
        return None;
    }
    let (space, path) = path.split_once('/')?;
    let (root, rest) = path.split_once('/').unwrap_or((path, ""));
    let known = matches!(space, "btfs" | "ipfs" | "btns" | "ipns") && !root.is_empty();
    known.then(|| {
        let rest = rest.trim_matches('/');
        (space.to_owned(), root.to_owned(), rest.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    struct Zone(HashMap<&'static str, Vec<&'static str>>);

    impl TxtLookup for Zone {
        fn txt(&self, domain: String) -> BoxFuture<'_, Result<Vec<String>, LookUpTxt>> {
            let found = match domain.as_str() {
                "_dnslink.down.example" => Err(LookUpTxt),
                name => {
                    let texts = self.0.get(name).into_iter().flatten();
                    Ok(texts.map(|text| (*text).to_owned()).collect())
                }
            };
            Box::pin(std::future::ready(found))
        }
    }

    #[tokio::test]
    async fn links_are_followed_and_loops_end() {
        let zone = Zone(HashMap::from([
            ("_dnslink.a.example", vec!["v=spf1", "dnslink=/btfs/QmB/x/"]),
            ("b.example", vec!["dnslink=/ipns/A.example/inner"]),
            ("_dnslink.c.example", vec!["dnslink=/ipns/b.example/last"]),
            ("_dnslink.loop.example", vec!["dnslink=/ipns/loop.example"]),
            (
                "_dnslink.bad.example",
                vec!["dnslink=/ssh/QmB", "dnslink=/btfs/"],
            ),
            (
                "_dnslink.two.example",
                vec!["dnslink=/ipfs/Qm2", "dnslink=/ipfs/Qm1"],
            ),
        ]));
        let text = async |domain: &str| {
            let link = dnslink(&zone, domain).await;
            link.map(|link| format!("{}/{}/{}", link.space, link.root, link.rest))
        };
        assert_eq!(text("A.example").await.as_deref(), Ok("btfs/QmB/x"));
        assert_eq!(text("b.example").await.as_deref(), Ok("btfs/QmB/x/inner"));
        assert_eq!(
            text("c.example").await.as_deref(),
            Ok("btfs/QmB/x/inner/last")
        );
        assert_eq!(text("two.example").await.as_deref(), Ok("ipfs/Qm1/"));
        assert_eq!(
            text("loop.example").await,
            Err(ResolveDnsLink::TooMany("loop.example".to_owned()))
        );
        for none in ["bad.example", "nowhere.example"] {
            assert_eq!(
                text(none).await,
                Err(ResolveDnsLink::NoLink(none.to_owned()))
            );
        }
        assert!(matches!(
            text("down.example").await,
            Err(ResolveDnsLink::LookUp(..))
        ));
    }
}
