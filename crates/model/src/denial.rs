//! Refusals: what the gateway says when it says no. The table is a contract: a released code
//! never changes meaning and is never reused.

mod aside;
mod evidence;
mod family;
mod guide;
mod peers;
mod prose;
mod reserved;
mod shown;
mod table;
#[cfg(test)]
mod tests;

pub use aside::Aside;
pub use evidence::{Audience, Evidence, Kinds, Value, printable};
pub use family::Family;
pub use guide::Guide;
pub use peers::{Peer, peers};
pub use reserved::Reserved;
pub use shown::Shown;
pub use table::{Code, Public, Row};

use crate::Stage;
use crate::entity::Name;

/// Whose business a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Whoever sent the request.
    Consumer,
    /// Whoever publishes the service.
    Publisher,
    /// Whoever runs the gateway.
    Operator,
    /// Whoever issues tokens.
    IdentityProvider,
    /// Whatever stands behind the gateway.
    Upstream,
    /// The gateway itself.
    Gateway,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::Consumer,
        Self::Publisher,
        Self::Operator,
        Self::IdentityProvider,
        Self::Upstream,
        Self::Gateway,
    ];

    /// The fault of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The fault's name in problem documents, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Publisher => "publisher",
            Self::Operator => "operator",
            Self::IdentityProvider => "identity_provider",
            Self::Upstream => "upstream",
            Self::Gateway => "gateway",
        }
    }
}

/// Whether sending the same request again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Never.
    Never,
    /// Once somebody has changed something.
    AfterChange,
    /// After so many seconds.
    After(u32),
}

/// A refusal, with everything that is known about its cause. As large as a pointer, so that
/// whatever may be refused does not grow by what few are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial(Box<Particulars>);

/// What a [`Denial`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    /// Which.
    pub code: Code,
    /// The status that goes out: the code's default, or another that the code allows.
    pub status: u16,
    /// Whose business it is: the code's default, or another that the evidence proves.
    pub fault: Fault,
    /// Whether to try again.
    pub retry: Retry,
    /// Error type in `Proxy-Status` (RFC 9209 §2.3): the code's default, or a closer one.
    pub proxy_error: &'static str,
    /// The policy whose rule refused, if it was one.
    pub policy: Option<Name>,
    /// What was expected and seen.
    pub evidence: Vec<Evidence>,
    /// What its caller is told besides, and nobody reads later.
    pub aside: Aside,
}

impl std::ops::Deref for Denial {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.0
    }
}

impl std::ops::DerefMut for Denial {
    fn deref_mut(&mut self) -> &mut Particulars {
        &mut self.0
    }
}

impl Denial {
    /// A refusal with the defaults of its code.
    pub fn new(code: Code) -> Self {
        let row = code.row();
        Self(Box::new(Particulars {
            code,
            status: row.status,
            fault: row.fault,
            retry: row.retry,
            proxy_error: row.proxy_error,
            policy: None,
            evidence: Vec::new(),
            aside: Aside::default(),
        }))
    }

    /// Adds evidence, for the audience that the contract gives it ([`Code::audience`]).
    #[must_use]
    pub fn saw(self, name: &'static str, value: impl Into<Value>) -> Self {
        let audience = self.code.audience(name);
        self.with(name, value, audience)
    }

    /// Adds evidence for a given audience.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>, audience: Audience) -> Self {
        self.evidence.push(Evidence {
            name,
            value: value.into(),
            audience,
        });
        self
    }

    /// Says what its caller is told besides, and nobody reads later.
    #[must_use]
    pub fn aside(mut self, aside: Aside) -> Self {
        self.aside = aside;
        self
    }

    /// Names the policy whose rule refused.
    #[must_use]
    pub fn by_policy(mut self, name: Name) -> Self {
        self.policy = Some(name);
        self
    }

    /// Puts the blame elsewhere than the code does by default.
    #[must_use]
    pub fn blame(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Says when trying again makes sense, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry = Retry::After(seconds);
        self
    }

    /// Says more closely what went wrong: an error type of RFC 9209 §2.3, such as
    /// `connection_refused` or `dns_error` for `upstream.unreachable`.
    #[must_use]
    pub fn proxy_error(mut self, error: &'static str) -> Self {
        self.proxy_error = error;
        self
    }

    /// Chooses another status; ignored unless the code allows it.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        if self.code.row().other_statuses.contains(&status) {
            self.status = status;
        }
        self
    }

    /// The stage that refused.
    pub fn stage(&self) -> Stage {
        self.code.row().stage
    }

    /// The evidence of that name.
    pub fn evidence(&self, name: &str) -> Option<&Value> {
        self.evidence
            .iter()
            .find(|e| e.name == name)
            .map(|e| &e.value)
    }

    /// The evidence of that name, if the caller may read it.
    fn told(&self, name: &str) -> Option<&Value> {
        self.evidence
            .iter()
            .find(|e| e.name == name && e.audience == Audience::Consumer)
            .map(|e| &e.value)
    }
}
