//! Name servers that are asked for TXT records: those of the system, or one that was named.
//!
//! What it is not: it asks for nothing but the whole name it is given (no search domains, no hosts
//! file), and keeps nothing; make one for each question, so that a change of network is followed.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use crate::names::{LookUpTxt, TxtLookup};

/// How long one server may take, asked once more when it says nothing.
const ANSWER: Duration = Duration::from_secs(3);
/// How long one name may take, all servers together.
const PATIENCE: Duration = Duration::from_secs(10);
/// Records of a name that are looked at, and bytes of one.
const MAX_RECORDS: usize = 64;
const MAX_TEXT: usize = 4096;

/// See the module.
pub struct NameServers(TokioResolver);

impl std::fmt::Debug for NameServers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NameServers").finish_non_exhaustive()
    }
}

/// The system does not say which name servers to ask.
#[derive(Debug, thiserror::Error)]
#[error("this system does not say which name servers to ask")]
pub struct NoNameServers(#[source] NetError);

impl NameServers {
    /// Those the system uses now. Reads its settings.
    pub fn of_system() -> Result<Self, NoNameServers> {
        let mut builder = TokioResolver::builder_tokio().map_err(NoNameServers)?;
        bound(builder.options_mut());
        builder.build().map(NameServers).map_err(NoNameServers)
    }

    /// This one.
    pub fn at(server: SocketAddr) -> Result<Self, NoNameServers> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        let connections = connections.map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        let config = ResolverConfig::from_name_servers(vec![server]);
        let provider = TokioRuntimeProvider::default();
        let mut builder = TokioResolver::builder_with_config(config, provider);
        bound(builder.options_mut());
        builder.build().map(NameServers).map_err(NoNameServers)
    }
}

fn bound(options: &mut ResolverOpts) {
    options.timeout = ANSWER;
    options.attempts = 1;
}

impl TxtLookup for NameServers {
    fn txt(&self, domain: String) -> BoxFuture<'_, Result<Vec<String>, LookUpTxt>> {
        Box::pin(async move {
            let asked = self.0.txt_lookup(format!("{domain}."));
            let found = match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(found)) => found,
                Ok(Err(error)) if error.is_no_records_found() => return Ok(Vec::new()),
                Ok(Err(error)) => {
                    tracing::debug!(domain, %error, "the name servers did not answer");
                    return Err(LookUpTxt);
                }
                Err(_) => return Err(LookUpTxt),
            };
            let texts = found
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                });
            // What is not text links to nothing.
            let texts = texts.filter(|text| text.len() <= MAX_TEXT);
            let texts = texts.filter_map(|text| String::from_utf8(text).ok());
            Ok(texts.take(MAX_RECORDS).collect())
        })
    }
}
