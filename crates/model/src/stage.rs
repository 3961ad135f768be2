//! The seventeen stages of a request's life, in order.

/// One stage of the pipeline. The order of the variants is the order of the stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stage {
    /// TLS, framing, protocol limits: nothing is known before.
    Connection = 1,
    /// Whose address the request comes from.
    Client,
    /// Platform deny-lists, temporary blocks, rates per address.
    Edge,
    /// Host, path, method and version to an operation.
    Route,
    /// Address and country lists.
    Network,
    /// Preflights and `Origin`.
    Cors,
    /// Required headers, media types, lengths.
    Headers,
    /// Finds and verifies the credential.
    Authenticate,
    /// Cross-site request forgery, for ambient credentials.
    Csrf,
    /// Tenant, app or user suspended.
    Account,
    /// App and service: is there an approved subscription.
    Subscription,
    /// Scopes, roles, rules about resources.
    Authorize,
    /// Rates, quotas, concurrency, budgets.
    Limits,
    /// Reads the body as far as rules need it.
    Body,
    /// Rules that name a fact of the body.
    Content,
    /// Balancing, retries, streaming.
    Upstream,
    /// The response on its way back.
    Response,
}

impl Stage {
    /// How many stages there are.
    pub const COUNT: u8 = 17;

    /// The stage's number, from 1 to 17.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The stage's name, as logs, metrics and documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Client => "client",
            Self::Edge => "edge",
            Self::Route => "route",
            Self::Network => "network",
            Self::Cors => "cors",
            Self::Headers => "headers",
            Self::Authenticate => "authenticate",
            Self::Csrf => "csrf",
            Self::Account => "account",
            Self::Subscription => "subscription",
            Self::Authorize => "authorize",
            Self::Limits => "limits",
            Self::Body => "body",
            Self::Content => "content",
            Self::Upstream => "upstream",
            Self::Response => "response",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
