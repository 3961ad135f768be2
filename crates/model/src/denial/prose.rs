//! What a refusal tells its caller: title, detail and fix, in words.
//!
//! Only evidence for the consumer's eyes is read here, and a code that shows as another speaks as
//! that one, so no caller of these functions can tell too much.

mod access;
mod account;
mod browser;
mod connection;
mod credential;
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

use super::{Audience, Code, Denial, Value};
use std::fmt::{self, Write};

/// One refusal while it is put into words.
#[derive(Clone, Copy)]
struct Told<'a> {
    denial: &'a Denial,
    code: Code,
}

impl<'a> Told<'a> {
    /// The refusal with the code that its caller sees.
    fn new(denial: &'a Denial) -> Self {
        Self {
            denial,
            code: denial.code.shown(),
        }
    }

    /// Evidence that the caller may read, of a kind that the shown code tells.
    fn get(self, name: &str) -> Option<&'a Value> {
        (self.code.audience(name) == Audience::Consumer)
            .then(|| self.denial.told(name))
            .flatten()
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
        let told = Told::new(self);
        match told.code.family() {
            "connection" | "client" => connection::detail(told, out),
            "edge" | "network" => access::detail(told, out),
            "cors" => browser::detail(told, out),
            "csrf" => forged::detail(told, out),
            "route" | "tenant" => route::detail(told, out),
            "headers" | "body" => demands::detail(told, out),
            "credential" => credential::detail(told, out),
            "session" => session::detail(told, out),
            "token" | "identity_provider" => token::detail(told, out),
            "signature" => signature::detail(told, out),
            "dpop" => dpop::detail(told, out),
            "grant" => grant::detail(told, out),
            "account" | "subscription" | "authorization" => account::detail(told, out),
            "limit" => limit::detail(told, out),
            _ => gateway::detail(told, out),
        }
    }

    /// Writes [`Denial::fix`] without a string of its own; nothing where there is none.
    pub fn write_fix(&self, out: &mut dyn Write) -> fmt::Result {
        let told = Told::new(self);
        match told.code.family() {
            "connection" | "client" => connection::fix(told, out),
            "edge" | "network" => access::fix(told, out),
            "cors" => browser::fix(told, out),
            "csrf" => forged::fix(told, out),
            "route" | "tenant" => route::fix(told, out),
            "headers" | "body" => demands::fix(told, out),
            "credential" => credential::fix(told, out),
            "session" => session::fix(told, out),
            "token" | "identity_provider" => token::fix(told, out),
            "signature" => signature::fix(told, out),
            "dpop" => dpop::fix(told, out),
            "grant" => grant::fix(told, out),
            "account" | "subscription" | "authorization" => account::fix(told, out),
            "limit" => limit::fix(told, out),
            _ => gateway::fix(told, out),
        }
    }
}
