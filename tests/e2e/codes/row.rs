//! What a row says.

/// A code and everything that is shown of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The code that is recorded.
    pub(super) code: &'static str,
    /// The status in the profiles standard, forbid and conceal.
    pub(super) status: [u16; 3],
    /// The code that callers are shown instead; empty: the same.
    pub(super) shown: &'static str,
    /// Fields that this refusal has besides those of every refusal, and how their values begin.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// What is different from a world in which everything passes.
    pub(super) world: &'static str,
    /// What happens before the request is sent.
    pub(super) before: Before,
    /// The request that is refused.
    pub(super) sent: &'static str,
    /// Its nearest look-alike, which passes: where the caller can mend it, what the caller would
    /// send instead.
    pub(super) alike: &'static str,
    /// What makes the refused request pass.
    pub(super) mend: Mend,
}

/// What happens before a request is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Before {
    Nothing,
    /// So many times this other request.
    Sent(usize, &'static str),
    /// This other request, until it is refused: what it uses up may be renewed at any moment.
    UsedUp(&'static str),
    /// This request is under way: it was told to go on, and its body is still to come.
    Held(&'static str),
}

/// What makes a refused request pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mend {
    /// Only the caller, or somebody outside of the gateway: no change of the configuration is
    /// offered.
    Caller,
    /// The first change that is offered.
    Fix,
    /// The same, which makes a key to send instead.
    NewKey,
    /// The first change that is offered, which no record can prove: it has to be named.
    Named,
    /// The command that is offered, for the row's app. No record can prove it, either.
    Command,
    /// Something is offered that no record can prove, and that mends nothing here.
    Offered,
}

impl Row {
    /// The name of everything that is declared for the row.
    pub(super) fn name(&self) -> String {
        self.code.replace(['.', '_'], "-")
    }

    /// Whether it is known, when it is refused, which service was asked for. Where not, no service
    /// says how it is told.
    pub(super) fn has_service(&self) -> bool {
        let early = ["connection", "client", "edge"].contains(&self.family());
        let nowhere = [
            "route.not_found",
            "route.not_published",
            "route.path_rejected",
            "grant.invalid",
        ];
        let by_service = self.code == "connection.tls_required"
            || self.code.starts_with("connection.certificate_");
        by_service || !early && !nowhere.contains(&self.code)
    }

    /// Whether it is told as an unknown path, where services tell like this.
    pub(super) fn is_hidden(&self, telling: Telling) -> bool {
        let concealed = self.status[telling.profile] == 404 && self.status[0] != 404;
        concealed || self.shown == "route.not_found"
    }

    /// Whether the refused request comes over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.sent.contains("\nTLS: ")
    }

    pub(super) fn family(&self) -> &'static str {
        self.code.split('.').next().unwrap_or_default()
    }
}

/// The profiles, in the order of [`Row::status`].
pub(super) const PROFILES: [&str; 3] = ["standard", "forbid", "conceal"];
/// The disclosures.
pub(super) const DISCLOSURES: [&str; 3] = ["minimal", "standard", "verbose"];

/// How a service tells its refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Telling {
    /// Into [`PROFILES`].
    pub(super) profile: usize,
    /// Into [`DISCLOSURES`].
    pub(super) disclosure: usize,
}

impl Telling {
    pub(super) const DEFAULT: Self = Self {
        profile: 0,
        disclosure: 1,
    };

    /// Each way.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..9).map(|n| Self {
            profile: n / 3,
            disclosure: n % 3,
        })
    }

    pub(super) fn profile(self) -> &'static str {
        PROFILES[self.profile]
    }

    pub(super) fn disclosure(self) -> &'static str {
        DISCLOSURES[self.disclosure]
    }

    /// The host whose services tell like this.
    pub(super) fn host(self) -> String {
        format!("{}-{}.test", self.profile(), self.disclosure())
    }

    /// What stands after the names of those services.
    pub(super) fn suffix(self) -> String {
        if self == Self::DEFAULT {
            return String::new();
        }
        format!("-{}-{}", self.profile(), self.disclosure())
    }
}
