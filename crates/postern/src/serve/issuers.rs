//! Getting what issuers of tokens publish.

use postern_model::egress::Forbidden;
use postern_outbound::dial::TrustError;
use postern_outbound::http::Limits;
use postern_outbound::{Anywhere, Dialer, Guard, HttpClient, Trust};
use postern_proxy::issuers::{Fetch, Fetching, MOST_BYTES, Permit};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The longest that one answer may take, redirects included.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks by HTTP. Without TLS, too: a provider may stand in the same machine or network, and the
/// check of a configuration warns of it.
#[derive(Debug)]
pub(super) struct Keys(HttpClient);

impl Keys {
    pub(super) fn new() -> Result<Self, TrustError> {
        let dialer = Dialer::new(Arc::new(Anywhere), Trust::system()?);
        let limits = Limits {
            total: PATIENCE,
            body: MOST_BYTES,
            redirects: 2,
            ..Limits::default()
        };
        Ok(Self(
            HttpClient::new(dialer).limited(limits).plain_allowed(),
        ))
    }
}

/// A permit, asked by the client.
#[derive(Debug)]
struct Permitted(Permit);

impl Guard for Permitted {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        self.0.check(to)
    }
}

impl Fetch for Keys {
    fn get<'a>(&'a self, url: &'a str, permit: Permit) -> Fetching<'a> {
        Box::pin(async move {
            let client = self.0.clone().guarded_by(Arc::new(Permitted(permit)));
            let answer = client.get(url).await.map_err(|error| error.to_string())?;
            if !answer.status.is_success() {
                return Err(format!("{url} answered {}", answer.status.as_u16()));
            }
            Ok(answer.body.to_vec())
        })
    }
}
