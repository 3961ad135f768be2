//! Made-up requests: what would happen if.

use crate::decide::{Decided, fresh};
use crate::document::Documents;
use crate::explain::{Question, explain};
use crate::explanation::{Audience, Explanation};
use crate::overlay::{Assumed, Overlay};
use crate::world::World;
use postern_model::entity::{PRODUCTION, TlsVersion};
use postern_policy::facts::{CertificateVerdict, CredentialVerdict, EdgeReading, Reading, Tls};
use postern_policy::fields::Span;
use postern_policy::head::Head;
use postern_policy::policies::LimitUse;
use postern_policy::{Connection, Live};
use serde_json::Value as Json;
use std::net::{IpAddr, SocketAddr};

/// A request that nobody has sent.
#[derive(Debug, Clone)]
pub struct MadeUp<'a> {
    /// The method's token.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The host; without one, none is sent.
    pub host: Option<&'a str>,
    /// The app that sends it, with a key of its own; `None` and no `key`: without a key.
    pub app: Option<&'a str>,
    /// The id of the key that it is sent with.
    pub key: Option<&'a str>,
    /// Further fields.
    pub headers: &'a [(String, String)],
    /// The body, if it has one.
    pub body: Option<Body<'a>>,
    /// Where it comes from.
    pub from: IpAddr,
    /// When: Unix time in milliseconds.
    pub at: i64,
    /// Whether it comes over TLS.
    pub tls: bool,
}

/// A made-up body.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its length in bytes.
    pub size: u64,
    /// Its first bytes.
    pub start: &'a [u8],
}

/// A question that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// No token.
    #[error("`{0}` is not a method; expected a token such as `POST`")]
    Method(String),
    /// No path.
    #[error("`{0}` is not a path; expected one that begins with `/`")]
    Target(String),
    /// No app of that name.
    #[error("there is no app `{0}`")]
    App(String),
    /// No key of that id.
    #[error("there is no key `{0}`")]
    Key(String),
    /// A key of another app.
    #[error("key `{key}` belongs to app `{owner}`, not to `{app}`")]
    OtherApp {
        /// The key.
        key: String,
        /// Whose it is.
        owner: String,
        /// Whose it was said to be.
        app: String,
    },
    /// A field that no request can have.
    #[error("`{0}` is not a header field; expected `Name: value` without control characters")]
    Header(String),
}

/// What was found about a made-up request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was found.
    pub explanation: Explanation,
    /// Whether nothing refuses it, as far as that can be told.
    pub allowed: bool,
}

/// Decides a made-up request and explains it. `readings` says how limits stand, in their order;
/// without it, or where it knows nothing, nothing was taken from them. `edge` says how the
/// counters of the address stand.
///
/// # Errors
/// A question that cannot be asked.
pub fn can(
    world: &World<'_>,
    made: &MadeUp<'_>,
    edge: Option<&EdgeReading>,
    readings: &dyn Fn(&[LimitUse]) -> Option<Vec<Reading>>,
    audience: Audience,
) -> Result<Answer, QuestionError> {
    let head = head(made)?;
    let key = key(world, made)?;
    let connection = connection(made);
    let mut live = Live::new(&head, &connection, made.at);
    live.provide_edge(edge.cloned().unwrap_or_default());
    live.provide_certificate(CertificateVerdict::Missing);
    live.provide_credential(match &key {
        Some(id) => CredentialVerdict::Verified {
            id: id.as_str().into(),
        },
        None => CredentialVerdict::Missing,
    });
    live.provide_body_start(made.body.map_or(&[][..], |body| body.start).to_vec());
    let assumed = Assumed::default();
    let unread = Overlay {
        facts: &live,
        assumed: &assumed,
        readings: None,
    };
    let uses = Decided::of(&world.snapshot, &unread).limits;
    let known = readings(&uses).filter(|readings| readings.len() == uses.len());
    live.provide_readings(
        known
            .unwrap_or_else(|| uses.iter().map(fresh).collect())
            .into(),
    );
    let question = Question {
        audience,
        ..Question::new(&live)
    };
    let mut explanation = explain(world, &question);
    if made.app.is_some() && key.is_none() && audience != Audience::Consumer {
        let app = made.app.unwrap_or_default();
        explanation
            .notes
            .push(format!("app `{app}` has no key, so that none is sent"));
    }
    Ok(Answer {
        allowed: explanation.refusal.is_none(),
        explanation,
    })
}

fn head(made: &MadeUp<'_>) -> Result<Head, QuestionError> {
    let token = |text: &str| {
        let letters = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        !text.is_empty() && text.bytes().all(letters)
    };
    if !token(made.method) {
        return Err(QuestionError::Method(made.method.to_owned()));
    }
    let printable = |text: &str| !text.bytes().any(|b| b <= b' ' || b == 0x7f);
    if !made.target.starts_with('/') || !printable(made.target) {
        return Err(QuestionError::Target(made.target.to_owned()));
    }
    let mut head = Head::default();
    head.method = head.fields.append(made.method.as_bytes());
    head.target = head.fields.append(made.target.as_bytes());
    head.split_path(Span::new(head.target.start(), head.target.end()));
    if let Some(host) = made.host {
        head.authority = Some(head.fields.append(host.as_bytes()));
        head.fields.push(b"Host", host.as_bytes());
    }
    for (name, value) in made.headers {
        let clean = !value.bytes().any(|b| b == b'\r' || b == b'\n' || b == 0);
        if !token(name) || !clean {
            return Err(QuestionError::Header(format!("{name}: {value}")));
        }
        head.fields.push(name.as_bytes(), value.trim().as_bytes());
    }
    if let Some(body) = made.body {
        head.has_body = body.size > 0;
        if head
            .get(postern_policy::fields::Known::ContentLength)
            .is_none()
        {
            let size = body.size.to_string();
            head.fields.push(b"Content-Length", size.as_bytes());
        }
    }
    Ok(head)
}

fn connection(made: &MadeUp<'_>) -> Connection {
    let local: IpAddr = match made.from {
        IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    let sni = made.host.and_then(|host| host.split(':').next());
    Connection {
        peer: SocketAddr::new(made.from, 0),
        local: SocketAddr::new(local, 0),
        proxied_source: None,
        tls: made.tls.then(|| Tls {
            version: TlsVersion::V1_3,
            sni: sni.map(|name| name.to_ascii_lowercase().into()),
        }),
    }
}

/// The key that the request is sent with: the one named, or the app's best.
fn key(world: &World<'_>, made: &MadeUp<'_>) -> Result<Option<String>, QuestionError> {
    let directory = world.snapshot.directory;
    if let Some(app) = made.app
        && directory.app(app).is_none()
    {
        return Err(QuestionError::App(app.to_owned()));
    }
    let Some(id) = made.key else {
        return Ok(made.app.and_then(|app| best_key(world.documents, app)));
    };
    let Some(row) = directory.credential(id) else {
        return Err(QuestionError::Key(id.to_owned()));
    };
    match made.app {
        Some(app) if *row.app != *app => Err(QuestionError::OtherApp {
            key: id.to_owned(),
            owner: row.app.to_string(),
            app: app.to_owned(),
        }),
        _ => Ok(Some(id.to_owned())),
    }
}

/// Of an app's keys, one that was not revoked if there is one, for `production` if there is one.
fn best_key(documents: &Documents, app: &str) -> Option<String> {
    let text = |row: &Json, field: &str| row.get(field).and_then(Json::as_str).map(str::to_owned);
    documents
        .of_kind("credential")
        .filter(|(_, row)| text(row, "app").as_deref() == Some(app))
        .min_by_key(|(id, row)| {
            let environment = text(row, "environment").unwrap_or_else(|| PRODUCTION.to_owned());
            (
                row.get("revoked_at").is_some(),
                environment != PRODUCTION,
                (*id).clone(),
            )
        })
        .map(|(id, _)| id.clone())
}
