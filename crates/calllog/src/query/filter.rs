//! What to look for.

use crate::entry::{Entry, Outcome};
use ipnet::IpNet;
use postern_model::{Code, Fault, Stage};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which requests. A condition that is not set lets everything pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Not before: Unix time in milliseconds.
    pub from: Option<u64>,
    /// Before: Unix time in milliseconds.
    pub to: Option<u64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The code, or a family of codes.
    pub code: Option<CodeFilter>,
    /// Those of somebody.
    pub whose: Option<Arc<Whose>>,
    /// The app.
    pub app: Option<Arc<str>>,
    /// The service's tenant.
    pub tenant: Option<Arc<str>>,
    /// The service.
    pub service: Option<Arc<str>>,
    /// The service's version.
    pub version: Option<Arc<str>>,
    /// The operation.
    pub operation: Option<Arc<str>>,
    /// Other columns, each with what it says, exactly.
    pub columns: Vec<(Column, Arc<str>)>,
    /// Columns that say nothing.
    pub without: Vec<Empty>,
    /// Where the caller is: a network, or an address as a network of one.
    pub address: Option<IpNet>,
    /// The status, or a class of statuses.
    pub status: Option<StatusFilter>,
    /// The method's token, exactly.
    pub method: Option<Arc<str>>,
    /// Whose business the refusal is.
    pub fault: Option<Fault>,
    /// The stage that refused.
    pub stage: Option<Stage>,
    /// Words somewhere in path, host, code or detail; upper and lower case of ASCII are alike.
    pub phrase: Option<Arc<str>>,
}

/// Whose requests: those to services of one of the tenants, and those of one of the apps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// The tenants.
    pub tenants: BTreeSet<Arc<str>>,
    /// The apps.
    pub apps: BTreeSet<Arc<str>>,
}

impl Whose {
    fn has(&self, entry: &Entry) -> bool {
        let among = |names: &BTreeSet<Arc<str>>, name: Option<&Arc<str>>| {
            name.is_some_and(|name| names.contains(name))
        };
        among(&self.tenants, entry.tenant.as_ref()) || among(&self.apps, entry.app.as_ref())
    }
}

/// A column that can be asked for by saying nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// No app is known.
    App,
    /// No service was found.
    Service,
    /// No operation was found.
    Operation,
    /// It was not refused.
    Code,
    /// It is nobody's business.
    Fault,
}

impl Empty {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::App,
        Self::Service,
        Self::Operation,
        Self::Code,
        Self::Fault,
    ];

    /// Its name, in the log's files too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Service => "service",
            Self::Operation => "operation",
            Self::Code => "code",
            Self::Fault => "fault",
        }
    }

    const fn is_so(self, entry: &Entry) -> bool {
        match self {
            Self::App => entry.app.is_none(),
            Self::Service => entry.service.is_none(),
            Self::Operation => entry.operation.is_none(),
            Self::Code => entry.code.is_none(),
            Self::Fault => entry.fault.is_none(),
        }
    }
}

/// A column that can be asked for by what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The credential's id.
    Credential,
    /// The environment of the host.
    Environment,
    /// The subscription that counted.
    Subscription,
    /// The policy that refused.
    Policy,
    /// The upstream.
    Upstream,
    /// The last target tried.
    Target,
    /// The host asked for.
    Host,
    /// The path as it is recorded.
    Path,
    /// The id that a trusted hop gave the request.
    ClientRequestId,
}

impl Column {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Credential,
        Self::Environment,
        Self::Subscription,
        Self::Policy,
        Self::Upstream,
        Self::Target,
        Self::Host,
        Self::Path,
        Self::ClientRequestId,
    ];

    /// Its name, in the log's files too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Environment => "environment",
            Self::Subscription => "subscription",
            Self::Policy => "policy",
            Self::Upstream => "upstream",
            Self::Target => "target",
            Self::Host => "host",
            Self::Path => "path",
            Self::ClientRequestId => "client_request_id",
        }
    }

    /// Whether the files have it as the number of a name.
    pub(super) const fn is_numbered(self) -> bool {
        match self {
            Self::Environment
            | Self::Subscription
            | Self::Policy
            | Self::Upstream
            | Self::Target => true,
            Self::Credential | Self::Host | Self::Path | Self::ClientRequestId => false,
        }
    }

    fn of(self, entry: &Entry) -> Option<&Arc<str>> {
        match self {
            Self::Credential => entry.credential.as_ref(),
            Self::Environment => entry.environment.as_ref(),
            Self::Subscription => entry.subscription.as_ref(),
            Self::Policy => entry.policy.as_ref(),
            Self::Upstream => entry.upstream.as_ref(),
            Self::Target => entry.target.as_ref(),
            Self::Host => entry.host.as_ref(),
            Self::Path => entry.path.as_ref(),
            Self::ClientRequestId => entry.client_request_id.as_ref(),
        }
    }
}

/// A code or a family of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeFilter {
    /// This one.
    Is(Code),
    /// Those before whose dot this stands, such as `credential`.
    Family(Arc<str>),
}

impl CodeFilter {
    /// Reads `credential.expired`, or `credential` and `credential.*` for the family; `None` if
    /// there is no such code or family.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(code) = Code::parse(text) {
            return Some(Self::Is(code));
        }
        let family = text.strip_suffix(".*").unwrap_or(text);
        let known = Code::ALL.iter().any(|code| code.family() == family);
        known.then(|| Self::Family(family.into()))
    }

    pub(crate) fn matches(&self, code: Code) -> bool {
        match self {
            Self::Is(wanted) => *wanted == code,
            Self::Family(family) => code.family() == &**family,
        }
    }
}

/// A status or a class of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// This one.
    Is(u16),
    /// The class of that first digit: 4 is 400 to 499.
    Class(u8),
}

impl StatusFilter {
    /// Reads `403` or `4xx`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix("xx") {
            Some(class) => match class.parse() {
                Ok(class @ 1..=5) => Some(Self::Class(class)),
                _ => None,
            },
            None => match text.parse() {
                Ok(status @ (0 | 100..=599)) => Some(Self::Is(status)),
                _ => None,
            },
        }
    }

    /// The lowest and the highest status.
    pub(crate) fn range(self) -> (u16, u16) {
        match self {
            Self::Is(status) => (status, status),
            Self::Class(class) => (u16::from(class) * 100, u16::from(class) * 100 + 99),
        }
    }
}

impl Filter {
    /// Whether an entry passes.
    pub fn matches(&self, entry: &Entry) -> bool {
        let millis = entry.id.millis();
        self.from.is_none_or(|from| millis >= from)
            && self.to.is_none_or(|to| millis < to)
            && self.outcome.is_none_or(|outcome| entry.outcome == outcome)
            && self.matches_refusal(entry)
            && self.whose.as_ref().is_none_or(|whose| whose.has(entry))
            && same(self.app.as_ref(), entry.app.as_ref())
            && same(self.tenant.as_ref(), entry.tenant.as_ref())
            && same(self.service.as_ref(), entry.service.as_ref())
            && same(self.version.as_ref(), entry.version.as_ref())
            && same(self.operation.as_ref(), entry.operation.as_ref())
            && self
                .columns
                .iter()
                .all(|(column, wanted)| column.of(entry) == Some(wanted))
            && self.without.iter().all(|empty| empty.is_so(entry))
            && self.status.is_none_or(|status| {
                let (low, high) = status.range();
                (low..=high).contains(&entry.status)
            })
            && self.method.as_ref().is_none_or(|method| {
                entry
                    .method
                    .as_ref()
                    .is_some_and(|m| m.as_str() == &**method)
            })
            && self
                .address
                .is_none_or(|net| net.contains(&entry.address()))
            && self
                .phrase
                .as_ref()
                .is_none_or(|phrase| contains(entry, phrase))
    }

    fn matches_refusal(&self, entry: &Entry) -> bool {
        self.code
            .as_ref()
            .is_none_or(|wanted| entry.code.is_some_and(|code| wanted.matches(code)))
            && self.fault.is_none_or(|fault| entry.fault == Some(fault))
            && self.stage.is_none_or(|stage| entry.stage == Some(stage))
    }
}

fn same(wanted: Option<&Arc<str>>, found: Option<&Arc<str>>) -> bool {
    wanted.is_none_or(|wanted| found == Some(wanted))
}

fn contains(entry: &Entry, phrase: &str) -> bool {
    let phrase = phrase.as_bytes();
    let within = |text: Option<&[u8]>| {
        text.is_some_and(|text| {
            phrase.is_empty()
                || text
                    .windows(phrase.len())
                    .any(|window| window.eq_ignore_ascii_case(phrase))
        })
    };
    within(entry.path.as_ref().map(|path| path.as_bytes()))
        || within(entry.host.as_ref().map(|host| host.as_bytes()))
        || within(entry.code.map(|code| code.name().as_bytes()))
        || within(entry.detail.as_deref())
}
