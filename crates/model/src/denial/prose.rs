//! What a refusal tells its caller: title, detail and fix, in words.
//!
//! Only evidence for the consumer's eyes is read here, and a code that shows as another speaks as
//! that one, so no caller of these functions can tell too much.

mod access;
mod account;
mod browser;
mod conditions;
mod connection;
mod contract;
mod credential;
mod decider;
mod demands;
mod dpop;
mod forged;
mod gateway;
mod grant;
mod limit;
mod route;
mod session;
mod signature;
#[cfg(test)]
mod tests;
mod token;
mod words;

use super::{Audience, Code, Denial, Retry, Value};
use std::fmt::{self, Write};

/// One refusal while it is put into words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    denial: &'a Denial,
    code: Code,
}

/// Puts something about a refusal into words.
type Writer = fn(Told<'_>, &mut dyn Write) -> fmt::Result;

impl<'a> Told<'a> {
    /// The refusal with the code that its caller sees by default.
    fn new(denial: &'a Denial) -> Self {
        Self::by(denial, denial.code.shown())
    }

    /// The refusal as if it were that code.
    pub(super) const fn by(denial: &'a Denial, code: Code) -> Self {
        Self { denial, code }
    }

    /// The code that its caller sees.
    pub(super) const fn code(self) -> Code {
        self.code
    }

    /// Whether to try again: what another code has to say of it is not told.
    pub(super) fn retry(self) -> Retry {
        if self.code == self.denial.code {
            self.denial.retry
        } else {
            self.code.row().retry
        }
    }

    /// Evidence that the caller may read, of a kind that the shown code tells.
    fn get(self, name: &str) -> Option<&'a Value> {
        (self.code.audience(name) == Audience::Consumer)
            .then(|| self.denial.told(name))
            .flatten()
    }

    /// What writes the detail, and what writes the fix, of its code's family.
    fn writers(self) -> (Writer, Writer) {
        if matches!(
            self.code,
            Code::ConditionUnmet | Code::NotOwner | Code::StepUpRequired | Code::Forbidden
        ) {
            return (conditions::detail, conditions::fix);
        }
        match self.code.family() {
            "connection" | "client" => (connection::detail, connection::fix),
            "edge" | "network" => (access::detail, access::fix),
            "cors" => (browser::detail, browser::fix),
            "csrf" => (forged::detail, forged::fix),
            "route" | "tenant" => (route::detail, route::fix),
            "headers" | "body" => (demands::detail, demands::fix),
            "parameter" => (contract::detail, contract::fix),
            "credential" => (credential::detail, credential::fix),
            "session" => (session::detail, session::fix),
            "token" | "identity_provider" => (token::detail, token::fix),
            "signature" => (signature::detail, signature::fix),
            "dpop" => (dpop::detail, dpop::fix),
            "grant" => (grant::detail, grant::fix),
            "account" | "subscription" | "authorization" => (account::detail, account::fix),
            "limit" => (limit::detail, limit::fix),
            _ => (gateway::detail, gateway::fix),
        }
    }

    /// Writes one or two sentences about what this caller sent.
    pub(super) fn write_detail(self, out: &mut dyn Write) -> fmt::Result {
        self.writers().0(self, out)
    }

    /// Writes what the caller can do about it; nothing where there is nothing.
    pub(super) fn write_fix(self, out: &mut dyn Write) -> fmt::Result {
        self.writers().1(self, out)
    }
}

impl Denial {
    /// The title of the code that the caller sees: a few words that people search for.
    pub fn title(&self) -> &'static str {
        Told::new(self).code.row().title
    }

    /// One or two sentences about what this caller sent.
    pub fn detail(&self) -> String {
        let mut out = String::with_capacity(160);
        // Writing to a String cannot fail.
        let _ = self.write_detail(&mut out);
        out
    }

    /// What the caller can do about it; `None` where there is nothing.
    pub fn fix(&self) -> Option<String> {
        let mut out = String::with_capacity(120);
        // Writing to a String cannot fail.
        let _ = self.write_fix(&mut out);
        (!out.is_empty()).then_some(out)
    }

    /// Writes [`Denial::detail`] without a string of its own.
    pub fn write_detail(&self, out: &mut dyn Write) -> fmt::Result {
        Told::new(self).write_detail(out)
    }

    /// Writes [`Denial::fix`] without a string of its own; nothing where there is none.
    pub fn write_fix(&self, out: &mut dyn Write) -> fmt::Result {
        Told::new(self).write_fix(out)
    }
}
