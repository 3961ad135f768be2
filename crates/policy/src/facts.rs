//! What is known about one request.

mod blocked;
mod body;
mod external;
mod located;
mod once;
mod possession;
mod readings;
mod signed;

pub use blocked::CallerBlock;
pub use body::Body;
pub use external::{DeciderAnswer, Nothing, Refusal, Set};
pub use located::{AutonomousSystem, Label, LocatedCountry, LocatedSystem};
pub use once::{Once, Used};
pub use possession::{GenuineProof, Possession, ProofVerdict};
pub use postern_contract::json::Unreadable;
pub use readings::{
    BasicFault, Blocked, CredentialVerdict, EdgeReading, Exceeded, OtherKind, Place, Reading,
    Readings, Wanted,
};
pub use signed::{ContentVerdict, SignatureFault, Signed};

use crate::csrf::{CheckedToken, TokenVerdict};
use crate::fields::Known;
use crate::head::{Head, Version};
use crate::kept::{Kept, Key};
use crate::listing::Listed;
use crate::recorded::Routed;
use crate::rules::Rules;
use postern_contract::json;
use postern_model::entity::{Authentication, CertificateName, CsrfToken, TlsVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What the stages may look at. Object-safe, so that one machine decides over a live request and
/// over a recorded one.
pub trait Facts {
    /// The address of whoever opened the TCP connection.
    fn peer(&self) -> IpAddr;
    /// The source address that a PROXY protocol header gave; its sender has been checked.
    fn proxied_source(&self) -> Option<IpAddr>;
    /// The TLS session; `None` on plain TCP.
    fn tls(&self) -> Option<TlsFacts<'_>>;
    /// The protocol version. Others than these were refused by the codec.
    fn version(&self) -> Version;
    /// The method's token.
    fn method(&self) -> &[u8];
    /// HTTP/2's `:protocol` of an extended CONNECT (RFC 8441 §4).
    fn protocol(&self) -> Option<&[u8]>;
    /// The authority asked for, as it came.
    fn authority(&self) -> Option<&[u8]>;
    /// The request target as it came.
    fn target(&self) -> &[u8];
    /// The path as it came; empty for `*` and authority-form.
    fn path(&self) -> &[u8];
    /// The query as it came, without `?`. Of a record it says whether there was one, and not what it
    /// said: see [`Facts::parameters`].
    fn query(&self) -> Option<&[u8]>;
    /// The query, for whoever reads what it says.
    fn parameters(&self) -> Option<&[u8]> {
        self.query()
    }
    /// The `nth` value (from 0) of a header that [`Known`] lists.
    fn header(&self, name: Known, nth: usize) -> Option<&[u8]>;
    /// Whether a header that [`Known`] lists is there, whatever it says.
    fn came(&self, name: Known) -> bool;
    /// The `nth` value (from 0) of any header, its name in any case.
    fn header_named<'a>(&'a self, name: &'a [u8], nth: usize) -> Option<&'a [u8]>;
    /// What the client certificate was found to be worth for the matched service; `None` until
    /// somebody has looked.
    fn client_certificate(&self) -> Option<&CertificateVerdict>;
    /// When it is decided: Unix time in milliseconds.
    fn now(&self) -> i64;
    /// What the counters of the client's address say; `None` until somebody has looked.
    fn edge(&self) -> Option<&EdgeReading>;
    /// In which country an address is; `None` until somebody has looked.
    fn country(&self, address: IpAddr) -> Option<&LocatedCountry>;
    /// To which autonomous system an address belongs; `None` until somebody has looked.
    fn autonomous_system(&self, address: IpAddr) -> Option<&LocatedSystem>;
    /// What a list that comes from elsewhere says of an address; `None` until somebody has looked.
    fn listed(&self, list: &str, address: IpAddr) -> Option<&Listed>;
    /// Whether a body follows the head.
    fn has_body(&self) -> bool;
    /// What was found where the matched operation looks for credentials; `None` until somebody
    /// has looked.
    fn credential(&self) -> Option<&CredentialVerdict>;
    /// The blocks that the caller is under, whether they hold for the operation or not; `None`
    /// until somebody has looked.
    fn caller_blocks(&self) -> Option<&[CallerBlock]>;
    /// What the limits say that the walk has named, in its order; `None` until somebody has
    /// looked.
    fn readings(&self) -> Option<&[Reading]>;
    /// What was found in the header where that token is looked for; `None` until somebody has
    /// looked.
    fn csrf_token(&self, token: &CsrfToken) -> Option<TokenVerdict>;
    /// The same of its field in a form.
    fn csrf_field(&self, token: &CsrfToken) -> Option<TokenVerdict>;
    /// What was answered to the question of a policy, by its key; `None` until somebody has asked,
    /// and of a record, where nobody can be asked any more.
    fn decided(&self, _key: Key) -> Option<&DeciderAnswer> {
        None
    }
    /// The first bytes of the body, as many as were asked for unless it is shorter; `None` until
    /// they were read.
    fn body_start(&self) -> Option<&[u8]>;
    /// What was found about a body whose digest was signed; `None` until somebody has looked.
    fn content(&self) -> Option<&ContentVerdict>;
    /// The body; `None` until it was read.
    fn body(&self) -> Option<&Body>;
    /// The body as JSON; `None` until the whole of it was read.
    fn json(&self) -> Option<&Result<Value, Unreadable>>;
    /// What was found out, when the record was made, about something that it does not keep. Never of
    /// a live request, which has everything.
    fn kept(&self, _key: Key) -> Option<&Kept> {
        None
    }
    /// Whether a header is there, whatever it says; of a record, whether it is known to have been.
    /// For evidence: no decision hangs on it.
    fn has_header(&self, name: &str) -> bool {
        self.header_named(name.as_bytes(), 0).is_some()
    }
    /// Whether what is known of the credential holds where credentials are accepted so: a record
    /// may have been made where they were looked for elsewhere.
    fn looked_in(&self, _: &Authentication, _: &Rules) -> bool {
        true
    }
    /// Whether the app has no other subscription to that service than the directory has: a record
    /// knows of one service at most.
    fn knows_subscription(&self, _service: &str) -> bool {
        true
    }
    /// Whether the access roles of the caller are all that it has: a record may not have kept them.
    fn knows_access_roles(&self) -> bool {
        true
    }
    /// The same of its groups.
    fn knows_groups(&self) -> bool {
        true
    }
    /// Whether it is known what a token says in the claims that policies look at. No record keeps
    /// that.
    fn knows_claims(&self) -> bool {
        true
    }
    /// Whether a token that carries no scope of that name, as far as it is known, carries none. Of a
    /// record, what rules did not ask for may have been left out.
    fn knows_token_scope(&self, _scope: &str) -> bool {
        true
    }
    /// The same of an audience.
    fn knows_token_audience(&self, _audience: &str) -> bool {
        true
    }
    /// Whether a token is known as it was, and not only by what its decision looked at.
    fn knows_whole_token(&self) -> bool {
        true
    }
    /// The operation that a record names in place of the path, which it did not keep.
    fn routed(&self) -> Option<&Routed> {
        None
    }
    /// The revision that a record was decided by.
    fn revision(&self) -> Option<&str> {
        None
    }
    /// Whether these are of a past request, so that [`Facts::not_kept`] has to be asked.
    fn is_recorded(&self) -> bool {
        false
    }
    /// What was asked for since the last call and had not been kept. Never of a live request.
    fn not_kept(&self) -> Option<&'static str> {
        None
    }
}

/// The values of a header, in order.
pub(crate) fn values(facts: &dyn Facts, name: Known) -> impl Iterator<Item = &[u8]> {
    (0..).map_while(move |nth| facts.header(name, nth))
}

/// The TLS session a request came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsFacts<'a> {
    /// Its protocol version.
    pub version: TlsVersion,
    /// The server name the client asked for (RFC 6066 §3), lower case.
    pub sni: Option<&'a str>,
    /// The TLS parameters for the authority differ from those this session was made with.
    pub misdirected: bool,
}

/// What a client certificate is worth for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateVerdict {
    /// The client sent none.
    Missing,
    /// Its chain ends in an authority of the service, and it is valid now.
    Trusted {
        /// The subject, printable.
        subject: Arc<str>,
        /// What it may be known by. Records do without: they have whose it was.
        #[serde(skip)]
        names: Arc<[CertificateName]>,
    },
    /// Its chain does not end in an authority of the service, or it was revoked.
    Untrusted {
        /// The subject, printable.
        subject: Arc<str>,
        /// The issuer, printable.
        issuer: Arc<str>,
        /// Why, for the caller.
        error: Cow<'static, str>,
    },
    /// It is not valid now. Unix times in seconds.
    Expired {
        /// The subject, printable.
        subject: Arc<str>,
        /// Valid from.
        not_before: i64,
        /// Valid until.
        not_after: i64,
        /// When that was found.
        now: i64,
    },
}

/// What is known about a connection. Made once when it opens.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Whoever opened the TCP connection.
    pub peer: SocketAddr,
    /// Our end of it.
    pub local: SocketAddr,
    /// The source in a PROXY protocol header from a listed peer.
    pub proxied_source: Option<SocketAddr>,
    /// The TLS session.
    pub tls: Option<Tls>,
}

/// The TLS session of a connection.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Its protocol version.
    pub version: TlsVersion,
    /// The server name asked for, lower case, without a dot at its end.
    pub sni: Option<Arc<str>>,
}

/// The facts of a request that is being served: borrowed, free of charge.
#[derive(Debug)]
pub struct Live<'a> {
    head: &'a Head,
    connection: &'a Connection,
    now: i64,
    misdirected: bool,
    certificate: OnceCell<CertificateVerdict>,
    edge: OnceCell<EdgeReading>,
    country: OnceCell<LocatedCountry>,
    system: OnceCell<LocatedSystem>,
    listed: Vec<Listed>,
    credential: OnceCell<CredentialVerdict>,
    tokens: Vec<CheckedToken>,
    decided: Vec<(Key, DeciderAnswer)>,
    /// `None`: some callers are blocked, and nobody has looked whether this one is.
    caller_blocks: Option<Vec<CallerBlock>>,
    readings: Option<Readings>,
    body_start: OnceCell<Vec<u8>>,
    content: OnceCell<ContentVerdict>,
    body: Option<Body>,
    json: OnceCell<Result<Value, Unreadable>>,
}

impl<'a> Live<'a> {
    /// The facts of a request on a connection. `now` is Unix time in milliseconds.
    pub fn new(head: &'a Head, connection: &'a Connection, now: i64) -> Self {
        Self {
            head,
            connection,
            now,
            misdirected: false,
            certificate: OnceCell::new(),
            edge: OnceCell::new(),
            country: OnceCell::new(),
            system: OnceCell::new(),
            listed: Vec::new(),
            credential: OnceCell::new(),
            tokens: Vec::new(),
            decided: Vec::new(),
            caller_blocks: Some(Vec::new()),
            readings: None,
            body_start: OnceCell::new(),
            content: OnceCell::new(),
            body: None,
            json: OnceCell::new(),
        }
    }

    /// Says whether the TLS parameters for the authority differ from the session's.
    #[must_use]
    pub fn misdirected(mut self, misdirected: bool) -> Self {
        self.misdirected = misdirected;
        self
    }

    /// Says whether any caller is blocked for a while. If not, which is taken for granted, none is
    /// looked for.
    #[must_use]
    pub fn with_blocks(mut self, some: bool) -> Self {
        self.caller_blocks = (!some).then(Vec::new);
        self
    }

    /// Answers [`FactRequest::CallerBlocks`](crate::decision::FactRequest).
    pub fn provide_caller_blocks(&mut self, blocks: Vec<CallerBlock>) {
        self.caller_blocks = Some(blocks);
    }

    /// Answers [`FactRequest::ClientCertificate`](crate::decision::FactRequest). The first answer
    /// counts.
    pub fn provide_certificate(&self, verdict: CertificateVerdict) {
        let _ = self.certificate.set(verdict);
    }

    /// Answers [`FactRequest::Edge`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_edge(&self, reading: EdgeReading) {
        let _ = self.edge.set(reading);
    }

    /// Answers [`FactRequest::Country`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_country(&self, located: LocatedCountry) {
        let _ = self.country.set(located);
    }

    /// Answers [`FactRequest::AutonomousSystem`](crate::decision::FactRequest). The first answer
    /// counts.
    pub fn provide_autonomous_system(&self, located: LocatedSystem) {
        let _ = self.system.set(located);
    }

    /// Answers [`FactRequest::Credential`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_credential(&self, verdict: CredentialVerdict) {
        let _ = self.credential.set(verdict);
    }

    /// Answers [`FactRequest::Counters`](crate::decision::FactRequest). The last answer counts:
    /// readings are replaced when somebody else was faster.
    pub fn provide_readings(&mut self, readings: Readings) {
        self.readings = Some(readings);
    }

    /// Answers [`FactRequest::CsrfToken`](crate::decision::FactRequest).
    pub fn provide_token(&mut self, token: &CsrfToken, verdict: TokenVerdict) {
        self.tokens.push(CheckedToken::new(token, verdict, false));
    }

    /// Answers [`FactRequest::CsrfField`](crate::decision::FactRequest).
    pub fn provide_field_token(&mut self, token: &CsrfToken, verdict: TokenVerdict) {
        self.tokens.push(CheckedToken::new(token, verdict, true));
    }

    /// Answers [`FactRequest::External`](crate::decision::FactRequest): `key` is that of the
    /// [`Question`](crate::policies::Question).
    pub fn provide_decision(&mut self, key: Key, answer: DeciderAnswer) {
        self.decided.push((key, answer));
    }

    /// The tokens that were looked at.
    pub(crate) fn tokens(&self) -> &[CheckedToken] {
        &self.tokens
    }

    /// The readings, for whoever writes limit headers.
    pub fn take_readings(&mut self) -> Readings {
        self.readings.take().unwrap_or_default()
    }

    /// Answers [`FactRequest::BodyStart`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_body_start(&self, bytes: Vec<u8>) {
        let _ = self.body_start.set(bytes);
    }

    /// Answers [`FactRequest::Content`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_content(&self, verdict: ContentVerdict) {
        let _ = self.content.set(verdict);
    }

    /// Answers [`FactRequest::Body`](crate::decision::FactRequest). The last answer counts: a rule may
    /// read further than another.
    pub fn provide_body(&mut self, body: Body) {
        self.body = Some(body);
        self.json = OnceCell::new();
    }

    /// Answers [`FactRequest::Listed`](crate::decision::FactRequest). The first answer counts.
    pub fn provide_listed(&mut self, listed: Listed) {
        self.listed.push(listed);
    }

    /// What was found on lists from elsewhere.
    pub(crate) fn all_listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Where the client is, as far as that was asked for.
    pub(crate) fn located(&self) -> (Option<LocatedCountry>, Option<LocatedSystem>) {
        (self.country.get().copied(), self.system.get().copied())
    }

    /// The head.
    pub fn head(&self) -> &'a Head {
        self.head
    }

    /// The connection.
    pub fn connection(&self) -> &'a Connection {
        self.connection
    }
}

impl Facts for Live<'_> {
    fn peer(&self) -> IpAddr {
        self.connection.peer.ip()
    }

    fn proxied_source(&self) -> Option<IpAddr> {
        self.connection.proxied_source.map(|s| s.ip())
    }

    fn tls(&self) -> Option<TlsFacts<'_>> {
        self.connection.tls.as_ref().map(|tls| TlsFacts {
            version: tls.version,
            sni: tls.sni.as_deref(),
            misdirected: self.misdirected,
        })
    }

    fn version(&self) -> Version {
        self.head.version
    }

    fn method(&self) -> &[u8] {
        self.head.method()
    }

    fn protocol(&self) -> Option<&[u8]> {
        self.head.protocol()
    }

    fn authority(&self) -> Option<&[u8]> {
        self.head.authority()
    }

    fn target(&self) -> &[u8] {
        self.head.target()
    }

    fn path(&self) -> &[u8] {
        self.head.path()
    }

    fn query(&self) -> Option<&[u8]> {
        self.head.query()
    }

    fn header(&self, name: Known, nth: usize) -> Option<&[u8]> {
        self.head.fields.all(name).nth(nth)
    }

    fn came(&self, name: Known) -> bool {
        self.head.fields.has(name)
    }

    fn header_named<'b>(&'b self, name: &'b [u8], nth: usize) -> Option<&'b [u8]> {
        self.head.fields.named(name).nth(nth)
    }

    fn client_certificate(&self) -> Option<&CertificateVerdict> {
        self.certificate.get()
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn has_body(&self) -> bool {
        self.head.has_body
    }

    fn edge(&self) -> Option<&EdgeReading> {
        self.edge.get()
    }

    fn country(&self, address: IpAddr) -> Option<&LocatedCountry> {
        let located = self.country.get();
        located.filter(|located| located.address == address)
    }

    fn autonomous_system(&self, address: IpAddr) -> Option<&LocatedSystem> {
        let located = self.system.get();
        located.filter(|located| located.address == address)
    }

    fn listed(&self, list: &str, address: IpAddr) -> Option<&Listed> {
        let mut all = self.listed.iter();
        all.find(|listed| listed.address == address && *listed.list == *list)
    }

    fn credential(&self) -> Option<&CredentialVerdict> {
        self.credential.get()
    }

    fn caller_blocks(&self) -> Option<&[CallerBlock]> {
        self.caller_blocks.as_deref()
    }

    fn readings(&self) -> Option<&[Reading]> {
        self.readings.as_deref()
    }

    fn csrf_token(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        self.tokens.iter().find_map(|one| one.of(token, false))
    }

    fn csrf_field(&self, token: &CsrfToken) -> Option<TokenVerdict> {
        self.tokens.iter().find_map(|one| one.of(token, true))
    }

    fn decided(&self, key: Key) -> Option<&DeciderAnswer> {
        let mut all = self.decided.iter();
        all.find(|(of, _)| *of == key).map(|(_, answer)| answer)
    }

    fn content(&self) -> Option<&ContentVerdict> {
        self.content.get()
    }

    fn body_start(&self) -> Option<&[u8]> {
        let start = self.body_start.get().map(Vec::as_slice);
        start.or_else(|| self.body.as_ref()?.whole())
    }

    fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    fn json(&self) -> Option<&Result<Value, Unreadable>> {
        let whole = self.body.as_ref()?.whole()?;
        Some(self.json.get_or_init(|| json::read(whole)))
    }
}
