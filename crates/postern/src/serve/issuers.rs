//! Getting what issuers of tokens publish, and what they say of tokens.

use postern_model::egress::Forbidden;
use postern_outbound::dial::TrustError;
use postern_outbound::http::{Limits, Request};
use postern_outbound::{Anywhere, Dialer, Guard, HttpClient, Trust};
use postern_proxy::issuers::{
    Asking, Fetch, Fetching, MOST_ANSWER, MOST_BYTES, Permit, Question, Reply,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The longest that one answer may take, redirects included.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks by HTTP. Without TLS, too: a provider may stand in the same machine or network, and the
/// check of a configuration warns of it.
#[derive(Debug)]
pub(super) struct Issuers {
    keys: HttpClient,
    questions: HttpClient,
}

impl Issuers {
    pub(super) fn new() -> Result<Self, TrustError> {
        // Each has places of its own: many questions keep nobody from getting keys.
        Ok(Self {
            keys: client()?,
            questions: limited(MOST_ANSWER, 0)?,
        })
    }
}

/// Asks by HTTP, wherever it is not kept from.
pub(super) fn client() -> Result<HttpClient, TrustError> {
    limited(MOST_BYTES, 2)
}

fn limited(body: usize, redirects: u8) -> Result<HttpClient, TrustError> {
    let dialer = Dialer::new(Arc::new(Anywhere), Trust::system()?);
    let limits = Limits {
        total: PATIENCE,
        body,
        redirects,
        ..Limits::default()
    };
    Ok(HttpClient::new(dialer).limited(limits).plain_allowed())
}

/// A permit, asked by the client.
#[derive(Debug)]
pub(super) struct Permitted(pub(super) Permit);

impl Guard for Permitted {
    fn check(&self, to: SocketAddr) -> Result<(), Forbidden> {
        self.0.check(to)
    }
}

impl Fetch for Issuers {
    fn get<'a>(&'a self, url: &'a str, permit: Permit) -> Fetching<'a> {
        Box::pin(async move {
            let client = self.keys.clone();
            let client = client.guarded_by(Arc::new(Permitted(permit.clone())));
            let client = client.led_by(Arc::new(Permitted(permit.led())));
            let answer = client.get(url).await.map_err(|error| error.to_string())?;
            if !answer.status.is_success() {
                return Err(format!("{url} answered {}", answer.status.as_u16()));
            }
            Ok(answer.body.to_vec())
        })
    }

    fn ask<'a>(&'a self, question: Question<'a>, permit: Permit) -> Asking<'a> {
        Box::pin(async move {
            let client = self.questions.clone();
            let client = client.guarded_by(Arc::new(Permitted(permit)));
            let request = Request::introspection(question.url, question.token)
                .and_then(|request| request.as_client(question.client, question.secret));
            let request = request.map_err(|error| error.to_string())?;
            let answer = client.send(request).await;
            let answer = answer.map_err(|error| error.to_string())?;
            Ok(Reply {
                status: answer.status.as_u16(),
                body: answer.body.to_vec(),
            })
        })
    }
}
