//! A refusal as its caller may see it: pure functions of the refusal and of what its service says
//! about statuses and disclosure.

#[cfg(test)]
mod tests;

use super::prose::Told;
use super::{Aside, Audience, Code, Denial, Evidence, Family, Retry, Value};
use crate::entity::{Disclosure, StatusProfile};
use crate::{Fault, Stage};
use std::fmt::{self, Write};

/// What a caller is told of a refusal. Nothing that is not the caller's to know can be read from
/// it; everything that goes out is written from it.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// The refusal as it is. Of one in disguise only what the other code would tell is read, where
    /// it stands: a copy would take time that an open refusal does not, and could be told by that.
    denial: &'a Denial,
    /// The refusal in its public form.
    told: Told<'a>,
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
        let row = code.row();
        let listed = code == self.code || row.other_statuses.contains(&self.status);
        let status = if profile == StatusProfile::Forbid && row.other_statuses.contains(&403) {
            403
        } else if listed {
            self.status
        } else {
            row.status
        };
        // An unknown path is no service's: none says how much is told of it.
        let disclosure = if code == Code::NotFound {
            Disclosure::Standard
        } else {
            disclosure
        };
        Shown {
            denial: self,
            told: Told::by(self, code),
            status,
            disclosure,
        }
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
        self.told.code()
    }

    /// Whether it is told as another code, in every respect: what is its own is not told.
    fn is_disguised(&self) -> bool {
        self.code() != self.denial.code
    }

    /// What stands wherever the code would: the code, or under minimal disclosure its family.
    pub fn name(&self) -> &'static str {
        self.family().map_or(self.code().name(), |f| f.name)
    }

    /// A few words that people search for.
    pub fn title(&self) -> &'static str {
        self.family().map_or(self.code().row().title, |f| f.title)
    }

    /// Writes one or two sentences about what this caller sent.
    pub fn write_detail(&self, out: &mut dyn Write) -> fmt::Result {
        match self.family() {
            Some(family) => out.write_str(family.detail),
            None => self.told.write_detail(out),
        }
    }

    /// Writes what the caller can do; nothing where there is nothing.
    pub fn write_fix(&self, out: &mut dyn Write) -> fmt::Result {
        match self.family() {
            Some(family) => out.write_str(family.fix),
            None => self.told.write_fix(out),
        }
    }

    /// Whose business it is.
    pub fn fault(&self) -> Fault {
        if self.is_disguised() {
            self.code().row().fault
        } else {
            self.denial.fault
        }
    }

    /// Whether to try again.
    pub fn retry(&self) -> Retry {
        self.told.retry()
    }

    /// Error type in `Proxy-Status` (RFC 9209 §2.3).
    pub fn proxy_error(&self) -> &'static str {
        if self.is_disguised() {
            self.code().row().proxy_error
        } else {
            self.denial.proxy_error
        }
    }

    /// The policy that refused: told under verbose disclosure only.
    pub fn policy(&self) -> Option<&str> {
        let policy = self.denial.policy.as_deref();
        policy.filter(|_| self.is_verbose() && !self.is_disguised())
    }

    /// The evidence that is listed beside the sentences: the caller's own, under verbose
    /// disclosure only. In disguise in the other code's order.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        let (seen, disguised) = (&self.denial.evidence, self.is_disguised());
        let own = (!disguised).then(|| seen.iter());
        let others = disguised.then(|| self.code().kinds().consumer.iter());
        let others = others.into_iter().flatten();
        let others = others.filter_map(|name| seen.iter().find(|e| e.name == *name));
        let all = own.into_iter().flatten().chain(others);
        all.filter(|e| self.is_verbose() && self.is_told(e))
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

    /// Headers as somebody else said them, of which the evidence may say less; none where it is told
    /// as another code.
    pub fn aside(&self) -> Option<&Aside> {
        (!self.is_disguised()).then_some(&self.denial.aside)
    }

    fn is_told(&self, evidence: &Evidence) -> bool {
        evidence.audience == Audience::Consumer
            && self.code().audience(evidence.name) == Audience::Consumer
    }

    fn is_verbose(&self) -> bool {
        matches!(self.disclosure, Disclosure::Verbose { .. })
    }

    fn family(&self) -> Option<&'static Family> {
        (self.disclosure == Disclosure::Minimal).then(|| Family::of(self.code()))
    }
}
