//! What is kept of a request that is over, so that it can be decided again.
//!
//! Kept are: times, method, host, the path (of a request that was routed its template, unless
//! every parameter may be recorded), addresses and where they are, the TLS session, the names of all header fields
//! and the values of those that decisions are made by and that hold no secrets, what became of
//! the credential by its id, counter readings, and the rows of the directory. Not kept are the
//! query, the body, and every other value. A check that looks at one of those cannot tell.
//!
//! Of an allowed request so much is not kept: its row has the columns, and a few bytes
//! ([`compact`]) that are read back as the same kind of facts.

pub mod compact;
mod rows;
#[cfg(test)]
mod tests;

pub use rows::Rows;

use crate::csrf::{CheckedToken, TokenVerdict};
use crate::directory::Directory;
use crate::facts::{
    Body, CallerBlock, CertificateVerdict, ContentVerdict, CredentialVerdict, EdgeReading, Facts,
    Live, LocatedCountry, LocatedSystem, Reading, TlsFacts, Unreadable,
};
use crate::fields::Known;
use crate::head::Version;
use crate::kept::{Kept, Key};
use crate::listing::Listed;
use crate::path;
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::walk::Walk;
use postern_model::entity::{Authentication, CredentialKind, CsrfToken, Name, TlsVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::Cell;
use std::net::IpAddr;

/// Most bytes of one text.
const MOST: usize = 2048;

/// Headers whose values are kept: decisions are made by them, and they are no secrets.
const KEPT: [&str; 22] = [
    "accept",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "forwarded",
    "host",
    "origin",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-websocket-key",
    "sec-websocket-version",
    "te",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// Whether records keep the values of a header (its name in lower case) wherever no service takes a
/// credential from it.
pub(crate) fn keeps_header(name: &str) -> bool {
    KEPT.contains(&name)
}

/// Facts of a past request. Deciding over them gives what deciding the live request gave, or
/// [`CannotTell`](crate::decision::Decision::CannotTell).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    revision: Box<str>,
    peer: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxied_source: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
    /// 10, 11 or 20.
    version: u8,
    now: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<Text>,
    path: Path,
    /// Whether the query is one that may stand in a URL; `None`: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<bool>,
    fields: Vec<Field>,
    #[serde(skip)]
    names: Names,
    has_body: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CertificateVerdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edge: Option<EdgeReading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<LocatedCountry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<LocatedSystem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    listed: Vec<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialVerdict>,
    /// The only things that are known of a token besides what it says in `credential`; `None`: it is
    /// whole.
    #[serde(skip)]
    token: Option<KnownOfToken>,
    /// Where credentials were accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    looked: Option<[Vec<Name>; 3]>,
    /// What was found about a body whose digest was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<ContentVerdict>,
    /// What became of tokens of the host's own pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<CheckedToken>,
    /// What was found out about what is not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept>,
    /// Records of before there were any say nothing of them.
    #[serde(default = "nobody_blocked", skip_serializing_if = "is_nobody_blocked")]
    caller_blocks: Option<Vec<CallerBlock>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readings: Option<Vec<Reading>>,
    rows: Rows,
    /// What was asked for and had not been kept.
    #[serde(skip)]
    missed: Cell<Option<&'static str>>,
}

#[expect(clippy::unnecessary_wraps, reason = "as serde calls it")]
fn nobody_blocked() -> Option<Vec<CallerBlock>> {
    Some(Vec::new())
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn is_nobody_blocked(blocks: &Option<Vec<CallerBlock>>) -> bool {
    blocks.as_ref().is_some_and(Vec::is_empty)
}

/// A text; `None`: it was not kept.
type Text = Option<Box<str>>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tls {
    /// Whether it is TLS 1.3.
    newest: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sni: Option<Box<str>>,
    misdirected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Field {
    /// Lower case.
    name: Box<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Text,
}

/// Of which names it is known whether a token says them; `None`: of all.
#[derive(Debug, Clone, Default, PartialEq)]
struct KnownOfToken {
    scopes: Option<Vec<Name>>,
    audiences: Option<Vec<Name>>,
}

impl KnownOfToken {
    fn has(names: Option<&Vec<Name>>, name: &str) -> bool {
        names.is_none_or(|names| names.iter().any(|known| **known == *name))
    }
}

/// Of which names the fields tell; `None`: of all.
#[derive(Debug, Clone, Default, PartialEq)]
struct Names(Option<Looked>);

/// Names that were looked for.
#[derive(Debug, Clone, PartialEq)]
struct Looked {
    /// So many of [`Known::NAMED`].
    known: u8,
    /// Lower case.
    others: Vec<Box<str>>,
}

impl Names {
    /// Whether a header of that name would be among the fields.
    fn tell_of(&self, name: &[u8]) -> bool {
        let Some(looked) = &self.0 else {
            return true;
        };
        match Known::of(name).number() {
            Some(number) => number < looked.known,
            None => looked
                .others
                .iter()
                .any(|other| other.as_bytes().eq_ignore_ascii_case(name)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Path {
    /// As it came; empty for `*` and authority-form.
    Sent(Text),
    /// `*`.
    Star,
    /// It was not kept, but what it led to.
    Routed(Routed),
}

/// Where a request went whose path was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// The whole template of its operation.
    pub template: Box<str>,
    /// The path had `%2F` in a segment.
    pub encoded_slash: bool,
    /// The path had `;` parameters.
    pub parameters: bool,
}

impl Routed {
    /// Whether another template may match a path that this one matches.
    pub(crate) fn may_match(&self, other: &str) -> bool {
        if *self.template == *other {
            return false;
        }
        let (mut ours, mut theirs) = (self.template.split('/'), other.split('/'));
        loop {
            let is_rest = |s: Option<&str>| s.is_some_and(|s| s.starts_with("{*"));
            let is_param = |s: &str| s.starts_with('{');
            match (ours.next(), theirs.next()) {
                (a, b) if is_rest(a) || is_rest(b) => return true,
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || is_param(a) || is_param(b) => {}
                _ => return false,
            }
        }
    }
}

impl Recorded {
    /// What it takes to decide a request again, as far as its walk came.
    pub fn of(live: &Live<'_>, walk: &Walk, snapshot: &Snapshot<'_>) -> Self {
        let head = live.head();
        let fields = head.fields.iter().map(|field| {
            let name = String::from_utf8_lossy(field.name).to_ascii_lowercase();
            let kept = is_kept(&name, snapshot);
            Field {
                value: kept.then(|| text(field.value)).flatten(),
                name: name.into(),
            }
        });
        Self {
            revision: snapshot.rules.revision().into(),
            peer: live.peer(),
            proxied_source: live.proxied_source(),
            tls: live.tls().map(|tls| Tls {
                newest: tls.version == TlsVersion::V1_3,
                sni: tls.sni.map(Into::into),
                misdirected: tls.misdirected,
            }),
            version: Self::version_number(live.version()),
            now: live.now(),
            method: text(live.method()),
            protocol: live.protocol().map(text),
            authority: live.authority().map(text),
            path: path_of(live, walk, snapshot),
            query: live.query().map(|query| path::check_query(query).is_ok()),
            fields: fields.collect(),
            names: Names::default(),
            has_body: live.has_body(),
            certificate: live.client_certificate().cloned(),
            edge: live.edge().cloned(),
            country: walk.progress().country,
            system: walk.progress().system,
            listed: live.all_listed().to_vec(),
            credential: live.credential().map(CredentialVerdict::without_claims),
            token: None,
            looked: walk
                .route()
                .and_then(|route| snapshot.rules.authentication(route))
                .map(|accepted| looked(accepted, snapshot.rules)),
            content: live.content().cloned(),
            tokens: live.tokens().to_vec(),
            kept: walk.progress().kept.clone(),
            caller_blocks: live.caller_blocks().map(<[CallerBlock]>::to_vec),
            readings: live.readings().map(<[Reading]>::to_vec),
            rows: Rows::read(walk.identity(), walk.route(), live, snapshot),
            missed: Cell::new(None),
        }
    }

    const fn version_number(version: Version) -> u8 {
        match version {
            Version::Http10 => 10,
            Version::Http11 => 11,
            Version::Http2 => 20,
        }
    }

    /// The rows that the decision read, as they were, to decide by again.
    pub fn directory(&self) -> Directory {
        self.rows.directory()
    }

    /// The rows that the decision read.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    fn miss(&self, what: &'static str) {
        self.missed.set(Some(what));
    }

    /// A text, or nothing and a mark.
    fn kept<'a>(&self, text: &'a Text, what: &'static str) -> &'a [u8] {
        if let Some(text) = text {
            return text.as_bytes();
        }
        self.miss(what);
        &[]
    }

    /// No header, or nothing and a mark.
    fn absent<'a>(&self, name: &[u8]) -> Option<&'a [u8]> {
        if !self.names.tell_of(name) {
            self.miss("header");
        }
        None
    }

    /// What was looked up and is not there: perhaps it never was looked up.
    fn fact<'a, T: ?Sized>(&self, fact: Option<&'a T>, what: &'static str) -> Option<&'a T> {
        if fact.is_none() {
            self.miss(what);
        }
        fact
    }
}

/// Where credentials are looked for: headers, query parameters, and whose tokens count, and how
/// they are read; and signatures.
fn looked(accepted: &Authentication, rules: &Rules) -> [Vec<Name>; 3] {
    let issuers = accepted.issuers.iter();
    let issuers = issuers.filter_map(|&at| rules.reading(at).cloned());
    let others = [
        (CredentialKind::Basic, "(basic)"),
        (CredentialKind::Mtls, "(mtls)"),
    ];
    let others = others
        .into_iter()
        .filter(|(kind, _)| accepted.accepts(*kind));
    let others = others.map(|(_, name)| name.into());
    let mut headers = accepted.headers.clone();
    if let Some(rule) = accepted.session.as_deref() {
        // As no header is called.
        let issuer = rules.reading(rule.issuer).map_or("", |reading| &**reading);
        headers.push(format!("cookie {} {issuer} {}", rule.cookie, rule.client_id).into());
    }
    // What is looked for in one place only has its own name here, which is no issuer's.
    let signature = accepted.signature.as_ref();
    let issuers = issuers.chain(signature.map(|_| "(signature)".into()));
    let issuers = issuers.chain(accepted.hmac.as_ref().map(|_| "(hmac)".into()));
    [
        headers,
        accepted.query.clone(),
        issuers.chain(others).collect(),
    ]
}

/// Text is kept whole or not at all.
fn text(bytes: &[u8]) -> Text {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= MOST).then(|| text.into())
}

/// A header that a service takes a credential from is never kept.
fn is_kept(name: &str, snapshot: &Snapshot<'_>) -> bool {
    let services = &snapshot.rules.configuration().services;
    let secret = |accepted: &Authentication| accepted.headers.iter().any(|h| **h == *name);
    KEPT.contains(&name)
        && !services
            .iter()
            .any(|service| service.authentication.as_ref().is_some_and(secret))
}

fn path_of(live: &Live<'_>, walk: &Walk, snapshot: &Snapshot<'_>) -> Path {
    if live.target() == b"*" {
        return Path::Star;
    }
    let (Some(route), Some(normal)) = (walk.route(), walk.path(live)) else {
        return Path::Sent(text(live.path()));
    };
    let plan = snapshot.rules.plan(route);
    let recorded = &snapshot.rules.operation(route).recorded_parameters;
    let all = plan
        .parameters
        .iter()
        .all(|name| recorded.iter().any(|r| **r == **name));
    // What stands behind `;` is a value too.
    if (all || walk.params().is_empty()) && !normal.contains(';') {
        return Path::Sent(text(live.path()));
    }
    Path::Routed(Routed {
        template: (*plan.template).into(),
        encoded_slash: normal.contains("%2F"),
        parameters: normal.contains(';'),
    })
}

impl Facts for Recorded {
    fn peer(&self) -> IpAddr {
        self.peer
    }

    fn proxied_source(&self) -> Option<IpAddr> {
        self.proxied_source
    }

    fn tls(&self) -> Option<TlsFacts<'_>> {
        self.tls.as_ref().map(|tls| TlsFacts {
            version: if tls.newest {
                TlsVersion::V1_3
            } else {
                TlsVersion::V1_2
            },
            sni: tls.sni.as_deref(),
            misdirected: tls.misdirected,
        })
    }

    fn version(&self) -> Version {
        match self.version {
            10 => Version::Http10,
            20 => Version::Http2,
            _ => Version::Http11,
        }
    }

    fn method(&self) -> &[u8] {
        self.kept(&self.method, "method")
    }

    fn protocol(&self) -> Option<&[u8]> {
        let protocol = self.protocol.as_ref()?;
        Some(self.kept(protocol, "protocol"))
    }

    fn authority(&self) -> Option<&[u8]> {
        let authority = self.authority.as_ref()?;
        Some(self.kept(authority, "authority"))
    }

    fn target(&self) -> &[u8] {
        match &self.path {
            Path::Star => b"*",
            Path::Sent(_) | Path::Routed(_) => self.path(),
        }
    }

    fn path(&self) -> &[u8] {
        match &self.path {
            Path::Star => &[],
            Path::Sent(sent) => self.kept(sent, "path"),
            Path::Routed(_) => {
                self.miss("path");
                &[]
            }
        }
    }

    fn query(&self) -> Option<&[u8]> {
        if !self.query? {
            self.miss("query");
        }
        Some(&[])
    }

    fn parameters(&self) -> Option<&[u8]> {
        self.query?;
        self.miss("query");
        Some(&[])
    }

    fn header(&self, name: Known, nth: usize) -> Option<&[u8]> {
        let mut fields = self.fields.iter();
        let found = fields
            .by_ref()
            .filter(|field| Known::of(field.name.as_bytes()) == name)
            .nth(nth);
        if let Some(field) = found {
            return Some(self.kept(&field.value, "header"));
        }
        let text = Known::NAMED.get(usize::from(name.number()?))?.1;
        self.absent(text.as_bytes())
    }

    fn came(&self, name: Known) -> bool {
        let mut fields = self.fields.iter();
        let text = Known::NAMED.get(usize::from(name.number().unwrap_or(u8::MAX)));
        fields.any(|field| Known::of(field.name.as_bytes()) == name)
            || text.is_some_and(|(_, text)| self.absent(text.as_bytes()).is_some())
    }

    fn header_named<'a>(&'a self, name: &'a [u8], nth: usize) -> Option<&'a [u8]> {
        let named = |field: &&Field| field.name.as_bytes().eq_ignore_ascii_case(name);
        match self.fields.iter().filter(named).nth(nth) {
            Some(field) => Some(self.kept(&field.value, "header")),
            None => self.absent(name),
        }
    }

    fn has_header(&self, name: &str) -> bool {
        self.fields.iter().any(|field| *field.name == *name)
    }

    fn looked_in(&self, accepted: &Authentication, rules: &Rules) -> bool {
        self.looked.as_ref() == Some(&looked(accepted, rules))
    }

    fn knows_subscription(&self, service: &str) -> bool {
        self.rows.tell_of(service)
    }

    fn knows_token_scope(&self, scope: &str) -> bool {
        let known = self.token.as_ref();
        known.is_none_or(|known| KnownOfToken::has(known.scopes.as_ref(), scope))
    }

    fn knows_token_audience(&self, audience: &str) -> bool {
        let known = self.token.as_ref();
        known.is_none_or(|known| KnownOfToken::has(known.audiences.as_ref(), audience))
    }

    fn knows_whole_token(&self) -> bool {
        self.token.is_none()
    }

    fn knows_groups(&self) -> bool {
        self.rows.tell_groups()
    }

    fn knows_claims(&self) -> bool {
        false
    }

    fn knows_access_roles(&self) -> bool {
        self.rows.tell_access_roles()
    }

    fn client_certificate(&self) -> Option<&CertificateVerdict> {
        // Whoever came without TLS had none to look at.
        self.tls.as_ref()?;
        self.fact(self.certificate.as_ref(), "client_certificate")
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn edge(&self) -> Option<&EdgeReading> {
        self.fact(self.edge.as_ref(), "edge_counters")
    }

    fn country(&self, address: IpAddr) -> Option<&LocatedCountry> {
        let located = self.country.as_ref();
        let located = located.filter(|located| located.address == address);
        self.fact(located, "country")
    }

    fn autonomous_system(&self, address: IpAddr) -> Option<&LocatedSystem> {
        let located = self.system.as_ref();
        let located = located.filter(|located| located.address == address);
        self.fact(located, "autonomous_system")
    }

    fn listed(&self, list: &str, address: IpAddr) -> Option<&Listed> {
        let mut all = self.listed.iter();
        let listed = all.find(|listed| listed.address == address && *listed.list == *list);
        self.fact(listed, "list")
    }

    fn has_body(&self) -> bool {
        self.has_body
    }

    fn credential(&self) -> Option<&CredentialVerdict> {
        self.fact(self.credential.as_ref(), "credential")
    }

    fn caller_blocks(&self) -> Option<&[CallerBlock]> {
        self.fact(self.caller_blocks.as_deref(), "caller_blocks")
    }

    fn readings(&self) -> Option<&[Reading]> {
        self.fact(self.readings.as_deref(), "counters")
    }

    fn csrf_token(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        let found = self.tokens.iter().find_map(|one| one.of(token, false));
        self.fact(found.as_ref(), "csrf_token").copied()
    }

    fn csrf_field(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        let found = self.tokens.iter().find_map(|one| one.of(token, true));
        self.fact(found.as_ref(), "csrf_token").copied()
    }

    fn body_start(&self) -> Option<&[u8]> {
        self.miss("body_start");
        None
    }

    fn content(&self) -> Option<&ContentVerdict> {
        self.fact(self.content.as_ref(), "content_digest")
    }

    fn body(&self) -> Option<&Body> {
        self.miss("body");
        None
    }

    fn json(&self) -> Option<&Result<Value, Unreadable>> {
        self.miss("body");
        None
    }

    fn kept(&self, key: Key) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.key == key)
    }

    fn routed(&self) -> Option<&Routed> {
        match &self.path {
            Path::Routed(routed) => Some(routed),
            Path::Sent(_) | Path::Star => None,
        }
    }

    fn revision(&self) -> Option<&str> {
        Some(&self.revision)
    }

    fn is_recorded(&self) -> bool {
        true
    }

    fn not_kept(&self) -> Option<&'static str> {
        self.missed.take()
    }
}
