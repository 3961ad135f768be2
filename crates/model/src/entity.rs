//! The validated entities of one configuration: what `postern-config` produces and
//! `postern-policy` compiles. Every reference is resolved, every unit is in the type.

mod about;
mod access;
mod assignment;
mod capture;
mod certificate;
mod certificate_name;
mod condition;
mod credential;
mod decider;
mod edge;
mod environment;
mod geo;
mod issuer;
mod list;
mod listener;
mod method;
mod plan;
mod policy;
mod quota;
mod role;
mod service;
mod session;
mod settings;
mod signing;
mod subscription;
mod tenant;
mod token_revocation;
mod transform;
mod upstream;

pub use about::About;
pub use access::{
    Approval, Authentication, CredentialKind, Disclosure, Dpop, Scope, StatusProfile, Visibility,
};
pub use assignment::Assignment;
pub use capture::{Capture, Captured, Redact};
pub use certificate::{CertificateFiles, ChainSource};
pub use certificate_name::{CertificateName, digest as certificate_digest};
pub use condition::{
    AboutSome, Conditions, ConditionsRule, Exceptions, Hours, Owner, OwnershipRule, Resource,
    StepUpRule, Values,
};
pub use credential::{
    ClientId, Credential, CredentialState, ImportedKey, KeyDigest, Password, Proof, Restriction,
    Revocation,
};
pub use decider::{DeciderProtocol, ExternalRule, OnFailure};
pub use edge::{Edge, EdgeRate};
pub use environment::{Environment, PRODUCTION};
pub use geo::{AsNumber, Country, Geo};
pub use issuer::{
    Algorithm, BuiltIn, ClaimNames, Fetched, Introspection, Issuer, IssuerKeys, JwtProof,
};
pub use list::{AddressList, ListEntry, ListFormat, ListPlace, ListSource};
pub use listener::{Distribution, KeySource, Listener, ListenerTls, ProxyProtocol, TlsVersion};
pub use method::Method;
pub use plan::{Coverage, Limit, LimitKey, Measure, Plan};
pub use policy::{
    AbuseRule, BlockedBy, BodyRule, CedarRule, ContractRule, CorsRule, CsrfRule, CsrfToken,
    HeaderValues, HeadersRule, Level, Mode, NetworkRule, OriginPattern, Policy, PolicyRule,
};
pub use quota::{CalendarUnit, QuotaPeriod, TimeZone};
pub use role::{AccessRole, Group, RoleGrant};
pub use service::{ClientCertificate, Lifecycle, Operation, Service, TimeoutOverrides, Version};
pub use session::{HOST_PREFIX, SameSite, SessionRule};
pub use settings::{
    CallLog, Client, Egress, ForwardedHeader, Forwarding, FrontTimeouts, Limits, Recorded,
    Staleness, TenantDays,
};
pub use signing::{SignatureAlgorithm, SignatureTerms, SigningKey, SigningMaterial};
pub use subscription::{Decided, Requested, Subscription, SubscriptionState};
pub use tenant::{App, Suspension, Tenant};
pub use token_revocation::{
    MOST_TOKEN_REVOCATIONS, RevokedTokens, TOKEN_REVOCATION_LENGTH, TokenRevocation,
};
pub use transform::{
    BodyChange, BodyValue, Changes, FieldChanges, Hidden, MaskRule, Sought, TransformRule,
    ValueKind, Way,
};
pub use upstream::{
    ActiveHealth, BUILTIN_ECHO, Balance, Breaker, Dns, HashKey, HostMode, Outlier, PathRewrite,
    Pool, Retry, Target, Upstream, UpstreamProtocol, UpstreamTimeouts, UpstreamTls,
};

use std::net::SocketAddr;
use std::sync::Arc;

/// A name that documents use to refer to each other.
pub type Name = Arc<str>;

/// Everything one configuration declares, but for its [`Accounts`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// Where the gateway listens. Empty: the addresses of the command line only.
    pub listeners: Vec<Listener>,
    /// The admin address.
    pub admin: Admin,
    /// Published APIs, in the order of the file.
    pub services: Vec<Service>,
    /// Where requests go, by index from [`Version::upstream`].
    pub upstreams: Vec<Upstream>,
    /// Environments besides `production`.
    pub environments: Vec<Environment>,
    /// Lists of addresses, by index from policies.
    pub lists: Vec<AddressList>,
    /// Plans, in the order of the file.
    pub plans: Vec<Plan>,
    /// Issuers of tokens, by index from [`Authentication::issuers`].
    pub issuers: Vec<Issuer>,
    /// Access roles, in the order of the file.
    pub access_roles: Vec<AccessRole>,
    /// Policies, in the order of the file.
    pub policies: Vec<Policy>,
    /// What every address meets first.
    pub edge: Edge,
    /// Databases that say where addresses are.
    pub geo: Geo,
    /// Who may tell us the client's address.
    pub client: Client,
    /// Bounds of what a peer may send or hold.
    pub limits: Limits,
    /// How long the caller's side may take.
    pub timeouts: FrontTimeouts,
    /// How long callers are let in while a shared database is away.
    pub staleness: Staleness,
    /// Where the gateway may connect to.
    pub egress: Egress,
    /// What the call log keeps.
    pub call_log: CallLog,
    /// How the gateway names itself and what it adds to forwarded requests.
    pub forwarding: Forwarding,
}

/// Who may call what: the rows of the directory. They change without a new revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Teams.
    pub tenants: Vec<Tenant>,
    /// Groups of applications.
    pub groups: Vec<Group>,
    /// Their applications.
    pub apps: Vec<App>,
    /// What the applications prove themselves with.
    pub credentials: Vec<Credential>,
    /// What the applications may call.
    pub subscriptions: Vec<Subscription>,
    /// Tokens that issuers made, and that are not accepted any more.
    pub token_revocations: Vec<TokenRevocation>,
}

/// The admin address: metrics and health.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Admin {
    /// Where it is; `None`: the command line says, or its default.
    pub address: Option<SocketAddr>,
    /// Names it answers to besides its own address and `localhost`, without ports.
    pub hosts: Vec<Name>,
    /// Where people reach it, for links; `None`: where it is.
    pub url: Option<Name>,
    /// How the address of whoever asks is found.
    pub client: Client,
}
