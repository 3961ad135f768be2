//! Made-up requests: what would happen if.

use crate::changed::changed;
use crate::decide::{Decided, fresh};
use crate::explain::{Question, explain};
use crate::explanation::{Audience, Explanation};
use crate::overlay::{Assumed, Overlay};
use crate::wire::Wire;
use crate::world::World;
use postern_model::entity::{Authentication, CredentialState, CsrfToken, PRODUCTION, TlsVersion};
use postern_policy::client::{self, ClientAddress, Unfound};
use postern_policy::csrf::TokenVerdict;
use postern_policy::facts::{
    self, CertificateVerdict, CredentialVerdict, EdgeReading, LocatedCountry, LocatedSystem,
    Reading, Tls,
};
use postern_policy::fields::Span;
use postern_policy::head::Head;
use postern_policy::listing::Listed;
use postern_policy::policies::LimitUse;
use postern_policy::{Connection, Depth, Directory, Live, Rules, Snapshot, Walk};
use postern_proof::Token;
use serde_json::Value as Json;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

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
    /// The genuine token that it is sent with, in the place of a key.
    pub token: Option<&'a Arc<Token>>,
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

impl<'a> Body<'a> {
    /// All of it: of its beginning nobody can tell what would become of it.
    fn whole(self) -> Option<&'a [u8]> {
        (self.start.len() as u64 == self.size).then_some(self.start)
    }
}

/// Where an address is, as far as there are databases that say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    /// In which country.
    pub country: Option<LocatedCountry>,
    /// In whose network.
    pub system: Option<LocatedSystem>,
    /// What lists from elsewhere say of it.
    pub listed: Vec<Listed>,
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
    /// No issuer of that name.
    #[error("there is no issuer `{0}`")]
    Issuer(String),
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

impl Answer {
    pub(crate) fn of(explanation: Explanation) -> Self {
        Self {
            allowed: explanation.refusal.is_none(),
            explanation,
        }
    }
}

/// Decides a made-up request and explains it. `readings` says how limits stand, in their order;
/// without it, or where it knows nothing, nothing was taken from them. `edge` says how the
/// counters of the address stand, `locate` where an address is.
///
/// # Errors
/// A question that cannot be asked.
pub fn can(
    world: &World<'_>,
    made: &MadeUp<'_>,
    edge: Option<&EdgeReading>,
    readings: &dyn Fn(&[LimitUse]) -> Option<Vec<Reading>>,
    locate: &dyn Fn(IpAddr) -> Located,
    audience: Audience,
) -> Result<Answer, QuestionError> {
    let head = head(made)?;
    let key = match made.token {
        Some(_) => None,
        None => key(world, made, &head)?,
    };
    let connection = connection(made);
    let mut live = Live::new(&head, &connection, made.at);
    live.provide_edge(edge.cloned().unwrap_or_default());
    if let Some(client) = client_of(&mut live, world.snapshot.rules, locate) {
        let located = locate(client.address);
        if let Some(country) = located.country {
            live.provide_country(country);
        }
        if let Some(system) = located.system {
            live.provide_autonomous_system(system);
        }
        for listed in located.listed {
            live.provide_listed(listed);
        }
    }
    let certificate = key.as_ref().and_then(|id| {
        let row = world.snapshot.directory.credential(id)?;
        row.proof.certificate()
    });
    live.provide_certificate(match certificate {
        Some(name) => CertificateVerdict::Trusted {
            subject: name.value().into(),
            names: [name.clone()].into(),
        },
        None => CertificateVerdict::Missing,
    });
    live.provide_credential(match (made.token, &key) {
        (Some(token), _) => CredentialVerdict::Token(token.clone()),
        (None, Some(id)) => CredentialVerdict::Verified {
            id: id.as_str().into(),
        },
        (None, None) => CredentialVerdict::Missing,
    });
    live.provide_body_start(made.body.map_or(&[][..], |body| body.start).to_vec());
    if let Some(whole) = made.body.and_then(Body::whole) {
        live.provide_body(facts::Body::Whole(whole.to_vec()));
    }
    // Of one that is sent it cannot be told whether it would be good then.
    let missing = |token: &&CsrfToken| {
        !made
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(&token.header))
    };
    for token in world.snapshot.rules.csrf_tokens().filter(missing) {
        live.provide_token(token, TokenVerdict::NoHeader);
    }
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
    if audience != Audience::Consumer {
        let decided = Decided::of(&world.snapshot, &live);
        let body = made.body.and_then(Body::whole);
        let changes = changed(world.snapshot.rules, &decided, &head, body, made.at);
        explanation.wire = changes.map(|changes| Wire {
            to_upstream: None,
            capture: None,
            changes: Some(changes),
        });
    }
    if made.app.is_some() && key.is_none() && audience != Audience::Consumer {
        let app = made.app.unwrap_or_default();
        explanation
            .notes
            .push(format!("app `{app}` has no key, so that none is sent"));
    }
    Ok(Answer::of(explanation))
}

/// The client's address, as far as lists of trusted proxies have to be asked for it.
fn client_of(
    live: &mut Live<'_>,
    rules: &Rules,
    locate: &dyn Fn(IpAddr) -> Located,
) -> Option<ClientAddress> {
    // At most one address for each hop.
    for _ in 0..=rules.configuration().client.max_hops.saturating_add(1) {
        match client::find_by(live, rules) {
            Ok(client) => return Some(client),
            Err(Unfound::Unparseable(_)) => return None,
            Err(Unfound::Listed { address, .. }) => {
                let listed = locate(address).listed;
                let before = listed.len();
                for listed in listed {
                    live.provide_listed(listed);
                }
                if before == 0 {
                    return None;
                }
            }
        }
    }
    None
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

/// The head of a made-up request that has nothing else.
pub(crate) fn head_of(
    method: &str,
    target: &str,
    host: Option<&str>,
) -> Result<Head, QuestionError> {
    head(&MadeUp {
        method,
        target,
        host,
        app: None,
        key: None,
        token: None,
        headers: &[],
        body: None,
        from: std::net::Ipv4Addr::LOCALHOST.into(),
        at: 0,
        tls: true,
    })
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
fn key(world: &World<'_>, made: &MadeUp<'_>, head: &Head) -> Result<Option<String>, QuestionError> {
    let directory = world.snapshot.directory;
    if let Some(app) = made.app
        && directory.app(app).is_none()
    {
        return Err(QuestionError::App(app.to_owned()));
    }
    let Some(id) = made.key else {
        let accepted = accepted(world.snapshot.rules, made, head);
        return Ok((made.app).and_then(|app| best_key(world, app, accepted, made.at)));
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

/// What the operation accepts that the request is for.
fn accepted<'a>(rules: &'a Rules, made: &MadeUp<'_>, head: &Head) -> Option<&'a Authentication> {
    let connection = connection(made);
    let live = Live::new(head, &connection, made.at);
    live.provide_edge(EdgeReading::default());
    live.provide_certificate(CertificateVerdict::Missing);
    let directory = Directory::default();
    let snapshot = Snapshot {
        rules,
        directory: &directory,
    };
    let mut walk = Walk::new(Depth::FirstDenial);
    let _ = walk.step(&snapshot, &live);
    rules.authentication(walk.route()?)
}

/// Of an app's keys, the best one: of a kind that is accepted, if there is such, and then see
/// [`rank`].
fn best_key(
    world: &World<'_>,
    app: &str,
    accepted: Option<&Authentication>,
    at: i64,
) -> Option<String> {
    let directory = world.snapshot.directory;
    let is_other = |id: &str| {
        let kind = directory.credential(id).map(|row| row.proof.kind());
        accepted.is_some_and(|accepted| kind.is_none_or(|kind| !accepted.accepts(kind)))
    };
    let keys = world.documents.of_kind("credential");
    let of_app = keys.filter(|(_, row)| row.get("app").and_then(Json::as_str) == Some(app));
    of_app
        .map(|(id, _)| id)
        .min_by_key(|id| (is_other(id), rank(directory, id, at), (*id).clone()))
        .cloned()
}

/// How good a key is to ask with, the best first: one that opens something at that time, Unix
/// milliseconds, before one that does not yet or no longer, and that before a revoked one; then
/// one for `production`, one that may be used from everywhere and for everything, and the one that
/// carries most.
pub fn rank(directory: &Directory, id: &str, at: i64) -> (u8, bool, bool, usize) {
    let Some(row) = directory.credential(id) else {
        return (u8::MAX, true, true, 0);
    };
    let state = match row.state(at.div_euclid(1000)) {
        CredentialState::Active => 0,
        CredentialState::NotYetValid | CredentialState::Expired => 1,
        CredentialState::Revoked => 2,
    };
    let scopes = row.scopes.as_ref();
    (
        state,
        *row.environment != *PRODUCTION,
        row.restriction.is_some(),
        scopes.map_or(0, |scopes| usize::MAX - scopes.len()),
    )
}
