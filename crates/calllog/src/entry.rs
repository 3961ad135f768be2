//! One request as the call log keeps it.

use postern_model::entity::Method;
use postern_model::{Code, Fault, RequestId, Stage};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// It passed, and the upstream's answer was not a refusal.
    Allowed,
    /// The gateway refused, or could not serve it.
    Refused,
    /// The caller left before the end.
    Cancelled,
    /// It passed, and the upstream itself answered 4xx.
    OriginRefused,
    /// It asked the gateway itself, which answered.
    Own,
}

impl Outcome {
    /// Every outcome, in the order of the variants.
    pub const ALL: [Self; 5] = [
        Self::Allowed,
        Self::Refused,
        Self::Cancelled,
        Self::OriginRefused,
        Self::Own,
    ];

    /// Its name in logs, metrics and spans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::OriginRefused => "origin_refused",
            Self::Own => "own",
        }
    }

    /// The outcome of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// The number under which it is stored; never changes.
    pub(crate) const fn number(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.number() == number)
    }
}

/// The protocol of the caller's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Protocol {
    /// HTTP/1.0
    Http10 = 1,
    /// HTTP/1.1
    Http11,
    /// HTTP/2
    Http2,
}

impl Protocol {
    /// Every protocol, in the order of the variants.
    pub const ALL: [Self; 3] = [Self::Http10, Self::Http11, Self::Http2];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }

    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.number() == number)
    }
}

/// A request's method: one of the model's, or the token that came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MethodName {
    /// One that the gateway knows.
    Known(Method),
    /// Another, escaped and cut by whoever recorded it.
    Other(Arc<str>),
}

impl MethodName {
    /// The token.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(method) => method.as_str(),
            Self::Other(token) => token,
        }
    }

    pub(crate) fn read(token: &str) -> Self {
        Method::parse(token.as_bytes()).map_or_else(|| Self::Other(token.into()), Self::Known)
    }
}

impl From<Method> for MethodName {
    fn from(method: Method) -> Self {
        Self::Known(method)
    }
}

/// Many refusals of one code and source within one second, kept as one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The lowest id among them.
    pub first: RequestId,
    /// The highest id among them.
    pub last: RequestId,
    /// A few of them that have a row of their own, oldest first.
    pub samples: Vec<RequestId>,
}

/// A few bytes, kept where they are: making them asks for no room.
#[derive(Clone, Copy)]
pub struct Facts {
    length: u8,
    bytes: [u8; Facts::MOST],
}

impl Facts {
    /// Most bytes.
    pub const MOST: usize = 200;
    /// None.
    pub const NONE: Self = Self {
        length: 0,
        bytes: [0; Self::MOST],
    };

    /// Those that `write` writes: it is given the room, and says how many they are.
    pub fn written(write: impl FnOnce(&mut [u8; Self::MOST]) -> usize) -> Self {
        let mut facts = Self::NONE;
        let length = write(&mut facts.bytes).min(Self::MOST);
        facts.length = u8::try_from(length).unwrap_or_default();
        facts
    }

    /// Those; `None` if they are too many.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let mut facts = Self::NONE;
        facts.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        facts.length = u8::try_from(bytes.len()).ok()?;
        Some(facts)
    }

    /// The bytes; `None` where there are none.
    pub fn bytes(&self) -> Option<&[u8]> {
        let bytes = self.bytes.get(..self.length.into())?;
        (!bytes.is_empty()).then_some(bytes)
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Facts {}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.length)
    }
}

/// One request that is over. Texts that came from outside are escaped and cut by whoever makes
/// it, and nothing in it is a secret: the log keeps what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The request's id. Its time is the time by which the log sorts and keeps.
    pub id: RequestId,
    /// When its first byte came: Unix time in microseconds.
    pub start: u64,
    /// From its first byte to the last of the response, in microseconds.
    pub duration: u64,
    /// The client's address, once it was found.
    pub client: Option<IpAddr>,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// The protocol of the caller's side.
    pub protocol: Option<Protocol>,
    /// The method; `None` if the head did not get that far.
    pub method: Option<MethodName>,
    /// The host asked for, normal form.
    pub host: Option<Arc<str>>,
    /// The path as it was decided on; never the query.
    pub path: Option<Arc<str>>,
    /// The status that went out; 0 if none did.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// The refusal's code, as recorded (not its public form). `None` too where a newer version
    /// wrote a code that this one does not know.
    pub code: Option<Code>,
    /// The stage that refused.
    pub stage: Option<Stage>,
    /// Whose business the refusal is.
    pub fault: Option<Fault>,
    /// The policy that refused.
    pub policy: Option<Arc<str>>,
    /// The service's tenant.
    pub tenant: Option<Arc<str>>,
    /// The service matched.
    pub service: Option<Arc<str>>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// Its operation.
    pub operation: Option<Arc<str>>,
    /// The environment of the host.
    pub environment: Option<Arc<str>>,
    /// The app that called.
    pub app: Option<Arc<str>>,
    /// The credential's id, never the credential.
    pub credential: Option<Arc<str>>,
    /// The subscription that counted.
    pub subscription: Option<Arc<str>>,
    /// The upstream chosen.
    pub upstream: Option<Arc<str>>,
    /// The last target tried, `host:port`.
    pub target: Option<Arc<str>>,
    /// Attempts made at targets.
    pub attempts: u32,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the response's body.
    pub bytes_out: u64,
    /// The rules' revision; 0 for none.
    pub revision: u64,
    /// The directory's sequence number; 0 for none.
    pub directory: u64,
    /// The id that a trusted hop gave the request.
    pub client_request_id: Option<Arc<str>>,
    /// The trace it belongs to (W3C Trace Context).
    pub trace: Option<[u8; 16]>,
    /// How many allowed requests this one stands for: more than 1 where the log was overloaded
    /// and kept a sample.
    pub weight: u32,
    /// How many refusals this row stands for; more than 1 only with `fold`.
    pub count: u64,
    /// What was folded into this row.
    pub fold: Option<Box<Fold>>,
    /// What whoever made the entry keeps of an allowed request to decide it again. The log does
    /// not read it.
    pub facts: Facts,
    /// JSON of whoever made the entry: facts, evidence, what the consumer was told, captures.
    /// The log does not read it, only searches it.
    pub detail: Option<Box<[u8]>>,
}

impl Entry {
    /// A request of which nothing is known yet but when and from where it came. `start` is Unix
    /// time in microseconds.
    pub const fn new(id: RequestId, start: u64, peer: SocketAddr) -> Self {
        Self {
            id,
            start,
            duration: 0,
            client: None,
            peer,
            protocol: None,
            method: None,
            host: None,
            path: None,
            status: 0,
            outcome: Outcome::Allowed,
            code: None,
            stage: None,
            fault: None,
            policy: None,
            tenant: None,
            service: None,
            version: None,
            operation: None,
            environment: None,
            app: None,
            credential: None,
            subscription: None,
            upstream: None,
            target: None,
            attempts: 0,
            bytes_in: 0,
            bytes_out: 0,
            revision: 0,
            directory: 0,
            client_request_id: None,
            trace: None,
            weight: 1,
            count: 1,
            fold: None,
            facts: Facts::NONE,
            detail: None,
        }
    }

    /// How many requests the row stands for.
    pub fn represents(&self) -> u64 {
        u64::from(self.weight).saturating_mul(self.count)
    }

    /// Who called: the client's address, else the peer's.
    pub fn address(&self) -> IpAddr {
        self.client.unwrap_or_else(|| self.peer.ip())
    }

    /// Whether it may be left out when the log is overloaded.
    pub(crate) fn is_ordinary(&self) -> bool {
        self.outcome == Outcome::Allowed
    }

    /// Heap bytes of what callers and captures determine.
    pub(crate) fn outside_bytes(&self) -> usize {
        self.detail.as_ref().map_or(0, |d| d.len())
            + self.path.as_ref().map_or(0, |p| p.len())
            + self.host.as_ref().map_or(0, |h| h.len())
    }
}

/// The stages by their number: position + 1.
pub(crate) const STAGES: [Stage; Stage::COUNT as usize] = [
    Stage::Connection,
    Stage::Client,
    Stage::Edge,
    Stage::Route,
    Stage::Network,
    Stage::Cors,
    Stage::Headers,
    Stage::Authenticate,
    Stage::Csrf,
    Stage::Account,
    Stage::Subscription,
    Stage::Authorize,
    Stage::Limits,
    Stage::Body,
    Stage::Content,
    Stage::Upstream,
    Stage::Response,
];

/// The stored number of a fault, which never changes; 0 is none.
pub(crate) fn fault_number(fault: Option<Fault>) -> u8 {
    match fault {
        None => 0,
        Some(Fault::Consumer) => 1,
        Some(Fault::Publisher) => 2,
        Some(Fault::Operator) => 3,
        Some(Fault::IdentityProvider) => 4,
        Some(Fault::Upstream) => 5,
        Some(Fault::Gateway) => 6,
    }
}

pub(crate) fn fault_from(number: u8) -> Option<Fault> {
    let mut faults = Fault::ALL.into_iter();
    faults.find(|fault| fault_number(Some(*fault)) == number)
}

pub(crate) fn stage_from(number: u8) -> Option<Stage> {
    STAGES.get(usize::from(number).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests;
