//! Policies: rules of one kind each, attached to a level.

use super::{
    AsNumber, Conditions, ConditionsRule, Country, ExternalRule, Limit, MaskRule, Name, Owner,
    OwnershipRule, StepUpRule, TransformRule,
};
use crate::denial::Code;
use std::time::Duration;

/// A rule, where it holds and how strictly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, unique in its kind at its level.
    pub name: Name,
    /// Where it holds.
    pub level: Level,
    /// How strictly.
    pub mode: Mode,
    /// Whether a policy of the same kind and name at a narrower level replaces it. Otherwise it is
    /// mandatory.
    pub is_default: bool,
    /// What it says.
    pub rule: PolicyRule,
}

/// Where a policy holds, from the widest to the narrowest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everywhere.
    Platform,
    /// For every service of a tenant.
    Tenant(Name),
    /// For a service.
    Service(Name),
    /// For a version of a service.
    Version(Name, Name),
    /// For an operation: service, version, operation.
    Operation(Name, Name, Name),
}

/// How strictly a policy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It refuses.
    Enforce,
    /// It only notes what it would have refused, until then (Unix time in seconds).
    Shadow {
        /// When it is enforced again.
        until: Option<i64>,
    },
    /// It says nothing, until then (Unix time in seconds).
    Off {
        /// When it is enforced again.
        until: Option<i64>,
    },
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyRule {
    /// From where may be called.
    Network(NetworkRule),
    /// What a request's head must look like.
    Headers(HeadersRule),
    /// How much may be used.
    Limit(Limit),
    /// How large a body may be.
    Body(BodyRule),
    /// Which pages of other origins may call.
    Cors(CorsRule),
    /// Whose pages may change something with what browsers send on their own.
    Csrf(CsrfRule),
    /// Whom somebody else lets pass.
    External(Box<ExternalRule>),
    /// Who may do what, in Cedar.
    Cedar(CedarRule),
    /// What requests must be like by the document of their operation.
    Contract(ContractRule),
    /// What is asked of some requests.
    Conditions(Box<ConditionsRule>),
    /// Whose the thing has to be that a request names.
    Ownership(Box<OwnershipRule>),
    /// How a person has to have signed in.
    StepUp(Box<StepUpRule>),
    /// What is changed in requests and answers.
    Transform(Box<TransformRule>),
    /// What is hidden in answers and in records.
    Mask(Box<MaskRule>),
    /// After how many refusals a caller is blocked for a while.
    Abuse(AbuseRule),
}

impl PolicyRule {
    /// The claims of tokens that it looks at, besides those that say who calls.
    pub fn claims(&self) -> Vec<&Name> {
        fn of(conditions: &Conditions) -> Vec<&Name> {
            conditions.claims.iter().map(|claim| &claim.name).collect()
        }
        match self {
            Self::Conditions(rule) => [of(&rule.when), of(&rule.require)].concat(),
            Self::Ownership(rule) => {
                let own = match &rule.owner {
                    Owner::Claim(name) => vec![name],
                    Owner::App | Owner::Tenant | Owner::User => Vec::new(),
                };
                [of(&rule.when), own].concat()
            }
            Self::StepUp(rule) => of(&rule.when),
            _ => Vec::new(),
        }
    }

    /// The kind's name in documents.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Network(_) => "network",
            Self::Headers(_) => "headers",
            Self::Limit(_) => "limit",
            Self::Body(_) => "body",
            Self::Cors(_) => "cors",
            Self::Csrf(_) => "csrf",
            Self::External(_) => "external",
            Self::Cedar(_) => "cedar",
            Self::Contract(_) => "contract",
            Self::Conditions(_) => "conditions",
            Self::Ownership(_) => "ownership",
            Self::StepUp(_) => "step_up",
            Self::Transform(_) => "transform",
            Self::Mask(_) => "mask",
            Self::Abuse(_) => "abuse",
        }
    }
}

/// From where may be called. Where anything is allowed by name, a client has to be in one of the
/// things that are; it must be in nothing that is denied. Lists are given by index into
/// [`Configuration::lists`](super::Configuration::lists).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkRule {
    /// Lists of addresses that may call.
    pub allow: Vec<usize>,
    /// Lists of addresses that may not.
    pub deny: Vec<usize>,
    /// Countries from which may be called.
    pub allow_countries: Vec<Country>,
    /// Countries from which may not.
    pub deny_countries: Vec<Country>,
    /// Autonomous systems from which may be called.
    pub allow_asns: Vec<AsNumber>,
    /// Autonomous systems from which may not.
    pub deny_asns: Vec<AsNumber>,
    /// The status of its refusals, where their code may have it; `None`: the code's own.
    pub status: Option<u16>,
    /// Where it is said who blocks, for refusals with the status 451 (RFC 7725 §4).
    pub blocked_by: Option<Name>,
}

impl NetworkRule {
    /// Whether it asks in which country a client is.
    pub const fn asks_country(&self) -> bool {
        !self.allow_countries.is_empty() || !self.deny_countries.is_empty()
    }

    /// Whether it asks to which autonomous system a client belongs.
    pub const fn asks_asn(&self) -> bool {
        !self.allow_asns.is_empty() || !self.deny_asns.is_empty()
    }

    /// Whether only some clients may call, by what they are in.
    pub const fn allows_some(&self) -> bool {
        !self.allow.is_empty() || !self.allow_countries.is_empty() || !self.allow_asns.is_empty()
    }

    /// Whether some clients may not call, by what they are in.
    pub const fn denies_some(&self) -> bool {
        !self.deny.is_empty() || !self.deny_countries.is_empty() || !self.deny_asns.is_empty()
    }
}

/// What a request's head must look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadersRule {
    /// Methods it is about; empty: all.
    pub methods: Vec<super::Method>,
    /// Headers that must be there, lower case.
    pub required: Vec<Name>,
    /// Headers that may only have these values.
    pub values: Vec<HeaderValues>,
    /// Media types that a body may have, lower case, `application/*` and `*/*` included; empty:
    /// any.
    pub content_types: Vec<Name>,
    /// Whether a body must begin like its media type says.
    pub sniff: bool,
    /// Whether a body must have a `Content-Length`.
    pub length_required: bool,
}

/// The values that a header may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderValues {
    /// The header, lower case.
    pub header: Name,
    /// Its values; `*` at the end of one stands for any rest.
    pub allowed: Vec<Name>,
}

/// After how many refusals a caller is blocked for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbuseRule {
    /// Refusals in the time `per`; the next one blocks.
    pub count: u32,
    /// The time.
    pub per: Duration,
    /// The codes that count.
    pub codes: Vec<Code>,
    /// Who is counted and blocked.
    pub by: BlockedBy,
    /// For how long.
    pub block_for: Duration,
}

/// Who is blocked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockedBy {
    /// The credential alone; others of its app go on.
    Credential,
    /// The app, with all its credentials.
    App,
}

impl BlockedBy {
    /// As documents, refusals and tools name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::App => "app",
        }
    }
}

/// How large a body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyRule {
    /// Most bytes.
    pub max_size: u64,
}

/// Which pages of other origins may call, and what of the answers they may read: what browsers ask
/// for by CORS (Fetch Standard §3.3). Of several, the nearest to an operation holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the policy"
)]
pub struct CorsRule {
    /// The origins that may.
    pub origins: Vec<OriginPattern>,
    /// The methods that they may use; empty: those of the operation.
    pub methods: Vec<super::Method>,
    /// Headers that they may send, lower case.
    pub headers: Vec<Name>,
    /// Whether they may send any other header too.
    pub any_header: bool,
    /// Headers of answers that they may read, besides those that the gateway always shows.
    pub exposed_headers: Vec<Name>,
    /// Whether browsers may send cookies and the like along.
    pub credentials: bool,
    /// How long a browser may go by an answer to its question.
    pub max_age: Duration,
    /// Whether requests of other origins are refused, besides that browsers are not told that
    /// these may call.
    pub enforce_origin: bool,
    /// Whether pages of less private networks may call, where a browser asks that (Private Network
    /// Access §3.1.2).
    pub private_network: bool,
}

/// Origins: scheme, host and port, as browsers write them (RFC 6454 §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginPattern {
    /// Every one but `null`.
    Any,
    /// This one.
    Exact(Name),
    /// Those with one or more labels between these: `https://` and `.example.com`.
    Below {
        /// Scheme and `://`.
        before: Name,
        /// The domain with the dot before it, and maybe a port.
        after: Name,
    },
    /// Those that a regular expression matches from beginning to end.
    Expression(Name),
}

impl std::fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Exact(text) | Self::Expression(text) => f.write_str(text),
            Self::Below { before, after } => write!(f, "{before}*{after}"),
        }
    }
}

/// Whose pages may change something with a proof of who calls that browsers send on their own:
/// those of the host itself, and these. Nothing is asked of whoever sends a key, which no browser
/// does by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsrfRule {
    /// Origins whose pages may besides.
    pub trusted_origins: Vec<OriginPattern>,
    /// Whether a `Referer` must come, of the host itself or one of `referers`.
    pub referer_required: bool,
    /// Hosts that `Referer` may name besides, lower case; `*.example.com` stands for every host
    /// below.
    pub referers: Vec<Name>,
    /// The token that pages have to send, too.
    pub token: Option<CsrfToken>,
}

/// A token that pages of the host fetch, and that stands in a cookie and in a header, or in a field
/// of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsrfToken {
    /// The cookie.
    pub cookie: Name,
    /// The header, lower case.
    pub header: Name,
    /// The field of a form (`application/x-www-form-urlencoded`) that it may stand in where there is
    /// no header.
    pub field: Option<Name>,
    /// How long it is good.
    pub valid: Duration,
}

/// Who may do what, as statements of Cedar. Those of every level form one set: what one forbids is
/// refused, and what none permits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CedarRule {
    /// The statements.
    pub policies: Name,
}

/// Which parts of a request must be as the `OpenAPI` document of its operation has them. Nothing is
/// asked where there is no document, or where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the policy"
)]
pub struct ContractRule {
    /// Parameters of path, query, headers and cookies.
    pub parameters: bool,
    /// Whether query parameters that the operation does not have are refused; with `parameters`.
    pub refuses_unknown: bool,
    /// Bodies: their media type, and what is in them.
    pub body: bool,
    /// Whether the operation has an answer that the caller takes.
    pub accept: bool,
    /// Whether bodies are coded in a way that can be undone.
    pub encodings: bool,
    /// Most bytes of a body that is read for it, before and after its coding is undone.
    pub max_size: u64,
    /// Types that files may have, by their content; empty: any.
    pub upload_types: Vec<Name>,
    /// What files may be called, `*` for any text; empty: anything.
    pub upload_names: Vec<Name>,
    /// The status of its refusals, where their code may have it; `None`: the code's own.
    pub status: Option<u16>,
}
