//! Who may call a service, and what they are told when they may not.

use super::{Name, Proof, SessionRule, SignatureTerms};
use std::time::Duration;

/// Who can see that a service exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// The apps of its own tenant, and of those that it is shared with. To others it is not there.
    Private {
        /// Tenants it is shared with.
        shared_with: Vec<Name>,
    },
}

/// Who decides about subscriptions to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Approval {
    /// Nobody: whoever asks has one.
    Automatic,
    /// Somebody of the tenant that publishes it.
    #[default]
    Manual,
}

/// A permission that a service declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Its name, `orders:write`.
    pub name: Name,
    /// What it allows.
    pub description: Option<Name>,
}

/// A kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CredentialKind {
    /// An API key of this gateway, or one that was imported.
    ApiKey,
    /// A token that an issuer signed (RFC 7519), or is asked about (RFC 7662), as bearer token (RFC
    /// 6750).
    Jwt,
    /// A session of a browser whose user an issuer has signed in (OpenID Connect Core 1.0).
    Session,
    /// A signature of the request (RFC 9421).
    Signature,
    /// A signature of the request in `Authorization`, by a secret (draft-cavage-http-signatures).
    Hmac,
    /// A user name and password (HTTP Basic, RFC 7617).
    Basic,
    /// A client certificate of the connection (TLS, RFC 8446 §4.4.2).
    Mtls,
}

impl CredentialKind {
    /// Every kind, in the order in which they are asked for where nobody says another.
    pub const ALL: [Self; 7] = [
        Self::ApiKey,
        Self::Jwt,
        Self::Session,
        Self::Signature,
        Self::Hmac,
        Self::Basic,
        Self::Mtls,
    ];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
            Self::Session => "session",
            Self::Signature => "signature",
            Self::Hmac => "hmac",
            Self::Basic => "basic",
            Self::Mtls => "mtls",
        }
    }

    /// What people call a credential of that kind where they read of one.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::ApiKey => "key",
            // Tokens come and go, and so may certificates; what is kept here is whose they are.
            Self::Jwt | Self::Session | Self::Basic | Self::Mtls => "credential",
            Self::Signature | Self::Hmac => "signing key",
        }
    }

    /// Whether callers sign the request itself.
    pub const fn signs(self) -> bool {
        matches!(self, Self::Signature | Self::Hmac)
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Which credentials a service or one of its operations accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// Which kinds, each once, in the order in which callers are asked for them.
    pub kinds: Vec<CredentialKind>,
    /// Headers in which an API key may stand, lower case.
    pub headers: Vec<Name>,
    /// Query parameters in which an API key may stand.
    pub query: Vec<Name>,
    /// Whose tokens are accepted: indices into
    /// [`Configuration::issuers`](super::Configuration::issuers).
    pub issuers: Vec<usize>,
    /// Which of them is asked about tokens that are no JWT, if one is.
    pub opaque: Option<usize>,
    /// How people are signed in at browsers, where sessions are accepted.
    pub session: Option<Box<SessionRule>>,
    /// What is asked of signatures; `None`: they are not accepted.
    pub signature: Option<Box<SignatureTerms>>,
    /// What is asked of signatures in `Authorization`; `None`: they are not accepted.
    pub hmac: Option<Box<SignatureTerms>>,
    /// How callers show that a token is theirs, where proofs of it are accepted.
    pub dpop: Option<Box<Dpop>>,
    /// Where it is described who gives out tokens (RFC 9728 §5.1), where that is said.
    pub resource_metadata: Option<Name>,
    /// Whether the credential is passed on to the upstream.
    pub forward_credential: bool,
    /// Whether an app needs a subscription.
    pub subscription: bool,
}

impl Authentication {
    /// Nothing: a beginning for [`Authentication::unite`].
    pub const NOTHING: Self = Self {
        kinds: Vec::new(),
        headers: Vec::new(),
        query: Vec::new(),
        issuers: Vec::new(),
        opaque: None,
        session: None,
        signature: None,
        hmac: None,
        dpop: None,
        resource_metadata: None,
        forward_credential: false,
        subscription: false,
    };

    /// Accepts what another accepts besides. What becomes of a credential that was accepted stays
    /// as it is here. Signatures are not among it: each service has terms of its own for them, and
    /// by those of several together none could be judged.
    pub fn unite(&mut self, other: &Self) {
        let Self {
            kinds,
            headers,
            query,
            issuers,
            // Of several it could not be told who is to be asked.
            opaque: _,
            session,
            signature: _,
            hmac: _,
            dpop,
            // Each service has its own.
            resource_metadata: _,
            forward_credential: _,
            subscription: _,
        } = other;
        let united = |kind: &CredentialKind| !kind.signs();
        let kinds: Vec<_> = kinds.iter().copied().filter(united).collect();
        add(&mut self.kinds, &kinds);
        add(&mut self.headers, headers);
        add(&mut self.query, query);
        add(&mut self.issuers, issuers);
        if self.session.is_none() {
            self.session.clone_from(session);
        }
        // Whoever has a proof is heard; how it is asked for, the first says.
        if self.dpop.is_none() {
            self.dpop.clone_from(dpop);
        }
    }

    /// Whether a kind is accepted.
    pub fn accepts(&self, kind: CredentialKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether a credential that is proved so is accepted: a secret signs in two ways.
    pub fn accepts_proof(&self, proof: &Proof) -> bool {
        self.accepts(proof.kind()) || proof.shares_secret() && self.accepts(CredentialKind::Hmac)
    }
}

fn add<T: Clone + PartialEq>(to: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !to.contains(one) {
            to.push(one.clone());
        }
    }
}

/// What is asked of proofs that a token is its sender's (RFC 9449).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dpop {
    /// Whether tokens that are bound to no key are refused.
    pub required: bool,
    /// How old a proof may be.
    pub max_age: Duration,
    /// How far the caller's clock and ours may be apart.
    pub leeway: Duration,
    /// For how long a nonce of ours is good that a proof has to name (§9); `None`: it need not.
    pub nonce: Option<Duration>,
}

/// Which of a code's statuses a service uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum StatusProfile {
    /// The default of each code.
    #[default]
    Standard,
    /// 403 wherever the code allows it.
    Forbid,
    /// 404 for whatever follows `route`, to callers who have not proved who they are.
    Conceal,
}

/// How much a service tells its callers about refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Disclosure {
    /// The code's family.
    Minimal,
    /// The code, a sentence and the consumer's fix.
    #[default]
    Standard,
    /// Rule ids and evidence too, until then (Unix time in seconds).
    Verbose {
        /// When it becomes [`Disclosure::Standard`] again.
        until: i64,
    },
}

impl Disclosure {
    /// What is in force at a time (Unix time in seconds): verbosity ends.
    #[must_use]
    pub const fn at(self, now: i64) -> Self {
        match self {
            Self::Verbose { until } if until <= now => Self::Standard,
            other => other,
        }
    }
}
