//! What browsers are told of pages of other origins (Fetch Standard §3.3), where a policy says
//! which of them may call: beside every answer, ours and the upstream's, and in answer to a
//! preflight, the question that a browser asks before a request.

#[cfg(test)]
mod tests;

use crate::fields::Known;
use crate::head::Head;
use crate::policies::Cors;
use crate::router::Route;
use crate::rules::Rules;
use postern_model::entity::Method;

/// What the answer to a preflight depends on.
const ASKED: &[u8] = b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// How a browser asks whether a page on a less private network may call (Private Network Access
/// §3.1), and how it is answered.
const PRIVATE_NETWORK: (&[u8], &str) = (
    b"access-control-request-private-network",
    "access-control-allow-private-network",
);

/// What the answer to a request says to browsers.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    cors: &'a Cors,
    /// Of the page, if it may read the answer.
    origin: Option<&'a [u8]>,
}

/// The answer to a preflight that may pass.
#[derive(Debug, Clone, Copy)]
pub struct Preflight<'a> {
    grant: Grant<'a>,
    methods: &'a [Method],
    /// The method that is asked about.
    asked: Method,
    head: &'a Head,
}

impl Rules {
    /// What the answer to a request says to browsers; `None` where no policy is about them, so that
    /// what the upstream says stands. `now` is Unix time in milliseconds. Allocates nothing, and
    /// looks at nothing but the policy where the request has no `Origin`.
    pub fn grant<'a>(&'a self, route: &Route, head: &'a Head, now: i64) -> Option<Grant<'a>> {
        let cors = self.cors(route, now)?;
        let mut origins = head.fields.all(Known::Origin);
        let origin = match (origins.next(), origins.next()) {
            (Some(origin), None) => Some(origin),
            _ => None,
        };
        let method = Method::parse(head.method());
        let may = |origin: &&[u8]| {
            method.is_some_and(|method| cors.allows_method(method)) && cors.allows_origin(origin)
        };
        Some(Grant {
            cors,
            origin: origin.filter(may),
        })
    }

    /// The answer to a preflight about a request with that method for the operation of a route.
    pub(crate) fn preflight<'a>(
        &'a self,
        route: &Route,
        asked: Method,
        head: &'a Head,
        now: i64,
    ) -> Option<Preflight<'a>> {
        let cors = self.cors(route, now)?;
        Some(Preflight {
            grant: Grant {
                cors,
                origin: head.fields.get(Known::Origin),
            },
            methods: &self.operation(route).methods,
            asked,
            head,
        })
    }
}

impl Grant<'_> {
    /// Emits the fields. `Vary` always: the answer depends on the origin even where none came.
    pub fn fields(&self, mut out: impl FnMut(&'static str, &[u8])) {
        out("vary", b"Origin");
        if self.origin(&mut out) {
            out(
                "access-control-expose-headers",
                self.cors.exposed.as_bytes(),
            );
        }
    }

    fn origin(&self, out: &mut impl FnMut(&'static str, &[u8])) -> bool {
        let Some(origin) = self.origin else {
            return false;
        };
        let value = self.cors.everybody.map_or(origin, str::as_bytes);
        out("access-control-allow-origin", value);
        if self.cors.credentials {
            out("access-control-allow-credentials", b"true");
        }
        true
    }
}

impl Preflight<'_> {
    /// Emits the fields.
    pub fn fields(&self, mut out: impl FnMut(&'static str, &[u8])) {
        let cors = self.grant.cors;
        out("vary", ASKED);
        if cors.private_network {
            out("vary", PRIVATE_NETWORK.0);
        }
        self.grant.origin(&mut out);
        let (asks, allows) = PRIVATE_NETWORK;
        if cors.private_network && self.head.fields.named(asks).eq([b"true"]) {
            out(allows, b"true");
        }
        // Browsers keep the answer, so that it says all that is true of the operation.
        let mut methods: Vec<&str> = self.methods.iter().map(|method| method.as_str()).collect();
        methods.retain(|name| {
            Method::parse(name.as_bytes()).is_some_and(|method| cors.allows_method(method))
        });
        if !methods.contains(&self.asked.as_str()) {
            methods.push(self.asked.as_str());
        }
        out(
            "access-control-allow-methods",
            methods.join(", ").as_bytes(),
        );
        // What came in the question was found to be allowed.
        let headers: Vec<&[u8]> = self
            .head
            .fields
            .all(Known::AccessControlRequestHeaders)
            .collect();
        if !headers.is_empty() {
            out("access-control-allow-headers", &headers.join(&b", "[..]));
        }
        out("access-control-max-age", cors.max_age.as_bytes());
    }
}
