//! Kind `csrf`: whose pages may change something with what browsers send on their own.

use crate::origin::{ExpressionError, Origins};
use postern_model::entity::{CsrfRule, CsrfToken, Name};

/// Compiled.
#[derive(Debug, Default)]
pub(crate) struct Csrf {
    trusted: Origins,
    pub(crate) referer_required: bool,
    referers: Box<[Name]>,
    pub(crate) token: Option<CsrfToken>,
}

/// What is wrong with where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forged {
    /// The browser says that the page is of another site.
    CrossSite,
    /// The page is of another host, as `Origin` says.
    Mismatch,
    /// `Referer` names no page that may.
    Referer,
}

/// What a request says of the page that sent it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    /// `Sec-Fetch-Site`.
    pub(crate) site: Option<&'a [u8]>,
    /// `Origin`.
    pub(crate) origin: Option<&'a [u8]>,
    /// Whether that is the host that was asked.
    pub(crate) is_own: bool,
}

impl Csrf {
    pub(super) fn new(rule: &CsrfRule) -> Result<Self, ExpressionError> {
        Ok(Self {
            trusted: Origins::new(&rule.trusted_origins)?,
            referer_required: rule.referer_required,
            referers: rule.referers.clone().into(),
            token: rule.token.clone(),
        })
    }

    /// Judges where a page stands, as Go's `CrossOriginProtection` does: browsers that say how the
    /// page's site stands to the host are believed; of others, `Origin` has to name the host. What
    /// says neither was sent by no browser of the last years, and by no page.
    pub(crate) fn judge(&self, said: &Said<'_>) -> Option<Forged> {
        let forged = match (said.site, said.origin) {
            (Some(b"same-origin" | b"none"), _) | (None, None) => return None,
            (Some(_), _) => Forged::CrossSite,
            (None, Some(_)) if said.is_own => return None,
            (None, Some(_)) => Forged::Mismatch,
        };
        (!self.trusts(said)).then_some(forged)
    }

    /// Whether the page is of a trusted origin: it can read no token here, and needs none.
    pub(crate) fn trusts(&self, said: &Said<'_>) -> bool {
        said.origin.is_some_and(|origin| self.trusted.allow(origin))
    }

    /// Judges the host that `Referer` names, if it names one.
    pub(crate) fn judge_referer(&self, host: Option<&str>, is_own: bool) -> Option<Forged> {
        let listed = |host| {
            self.referers
                .iter()
                .any(|one| crate::host::covers(one, host))
        };
        let fits = !self.referer_required || is_own || host.is_some_and(listed);
        (!fits).then_some(Forged::Referer)
    }
}
