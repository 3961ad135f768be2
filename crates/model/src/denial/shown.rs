//! A refusal as its caller may see it: pure functions of the refusal and of what its service says
//! about statuses and disclosure.

#[cfg(test)]
mod tests;

use super::{Audience, Code, Denial, Evidence, Family, Retry, Value};
use crate::entity::{Disclosure, StatusProfile};
use crate::{Fault, Stage};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// What a caller is told of a refusal. Nothing that is not the caller's to know can be read from
/// it; everything that goes out is written from it.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// The refusal in its public form.
    denial: Cow<'a, Denial>,
    status: u16,
    disclosure: Disclosure,
}

impl Denial {
    /// The code that the caller of a service is shown: this one, the one that this one shows as,
    /// or `route.not_found` where a service that conceals itself refuses somebody who has not
    /// `proved` an identity.
    ///
    /// Whoever raises a refusal for which this is [`Code::NotFound`] adds the evidence of a
    /// `route.not_found` (`host`, `path`, `nearest`), so that one cannot be told from the other.
    pub fn shown_code(&self, profile: StatusProfile, proved: bool) -> Code {
        if profile == StatusProfile::Conceal && !proved && self.stage() > Stage::Route {
            Code::NotFound
        } else {
            self.code.shown()
        }
    }

    /// The refusal as its caller sees it. `proved`: whether the caller proved an identity, by a
    /// whole valid secret. A [`Disclosure::Verbose`] that is over is the caller's to replace
    /// ([`Disclosure::at`]).
    pub fn shown(&self, profile: StatusProfile, disclosure: Disclosure, proved: bool) -> Shown<'_> {
        let code = self.shown_code(profile, proved);
        let denial = if code == self.code {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(self.disguised(code))
        };
        let status = if profile == StatusProfile::Forbid && code.row().other_statuses.contains(&403)
        {
            403
        } else {
            denial.status
        };
        // An unknown path is no service's: none says how much is told of it.
        let disclosure = if code == Code::NotFound {
            Disclosure::Standard
        } else {
            disclosure
        };
        Shown {
            denial,
            status,
            disclosure,
        }
    }

    /// The refusal as if it were that code in every respect: status, fault, retry, `Proxy-Status`
    /// and the kinds of evidence, in that code's order.
    fn disguised(&self, code: Code) -> Self {
        let mut public = Self::new(code).status(self.status);
        public.evidence = code
            .kinds()
            .consumer
            .iter()
            .filter_map(|name| self.evidence.iter().find(|e| e.name == *name))
            .filter(|e| e.audience == Audience::Consumer)
            .cloned()
            .collect();
        public
    }
}

impl Shown<'_> {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code that decides about the shape of the answer. Its name is told only as
    /// [`Shown::name`] says.
    pub fn code(&self) -> Code {
        self.denial.code
    }

    /// What stands wherever the code would: the code, or under minimal disclosure its family.
    pub fn name(&self) -> &'static str {
        self.family().map_or(self.denial.code.name(), |f| f.name)
    }

    /// A few words that people search for.
    pub fn title(&self) -> &'static str {
        self.family()
            .map_or(self.denial.code.row().title, |f| f.title)
    }

    /// Writes one or two sentences about what this caller sent.
    pub fn write_detail(&self, out: &mut dyn Write) -> fmt::Result {
        match self.family() {
            Some(family) => out.write_str(family.detail),
            None => self.denial.write_detail(out),
        }
    }

    /// Writes what the caller can do; nothing where there is nothing.
    pub fn write_fix(&self, out: &mut dyn Write) -> fmt::Result {
        match self.family() {
            Some(family) => out.write_str(family.fix),
            None => self.denial.write_fix(out),
        }
    }

    /// Whose business it is.
    pub fn fault(&self) -> Fault {
        self.denial.fault
    }

    /// Whether to try again.
    pub fn retry(&self) -> Retry {
        self.denial.retry
    }

    /// Error type in `Proxy-Status` (RFC 9209 §2.3).
    pub fn proxy_error(&self) -> &'static str {
        self.denial.proxy_error
    }

    /// The policy that refused: told under verbose disclosure only.
    pub fn policy(&self) -> Option<&str> {
        self.denial.policy.as_deref().filter(|_| self.is_verbose())
    }

    /// The evidence that is listed beside the sentences: the caller's own, under verbose
    /// disclosure only.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.denial
            .evidence
            .iter()
            .filter(|e| self.is_verbose() && self.is_told(e))
    }

    /// Evidence that a header is made of, whatever the disclosure: what RFC 9110 asks of 405 and
    /// 415 is not a secret of the code's.
    pub fn for_header(&self, name: &str) -> Option<&Value> {
        self.denial
            .evidence
            .iter()
            .find(|e| e.name == name && self.is_told(e))
            .map(|e| &e.value)
    }

    fn is_told(&self, evidence: &Evidence) -> bool {
        evidence.audience == Audience::Consumer
            && self.denial.code.audience(evidence.name) == Audience::Consumer
    }

    fn is_verbose(&self) -> bool {
        matches!(self.disclosure, Disclosure::Verbose { .. })
    }

    fn family(&self) -> Option<&'static Family> {
        (self.disclosure == Disclosure::Minimal).then(|| Family::of(self.denial.code))
    }
}
