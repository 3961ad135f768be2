//! Whether what policies have made of a request is as the document of its version has it: what goes
//! up would be refused there.

use super::{Held, Rules};
use crate::cookie;
use crate::router::Route;
use postern_contract::{BodyFault, Sent, Uploads};
use postern_model::entity::Method;
use postern_transform::{Failure, Message};

impl Rules {
    /// What speaks against a changed request, if a policy wants it to be as its document has it.
    /// `params`: the parameters of the operation as they came, by name. The body is looked at where
    /// it was read, and the path never: it may be another one upstream.
    pub fn against_document(
        &self,
        route: &Route,
        method: Method,
        message: &Message,
        params: &[(&str, &str)],
    ) -> Option<Failure> {
        let Held::To(contract) = self.contract(route, method) else {
            return None;
        };
        let made = Made { message, params };
        if let Some(fault) = contract.against(&made).first() {
            let (place, name) = (fault.place.as_str(), &fault.name);
            let step = format!("request.{place} {name}");
            return Some(unlike(step, &fault.violation.to_string()));
        }
        let body = message.body.as_ref()?;
        let content_type = made.header("content-type", 0).unwrap_or_default();
        let media = contract.body()?.media(content_type)?;
        let checked = media.check(content_type, &body.write(), Uploads::default());
        let why = match checked.err()? {
            BodyFault::Unreadable { expected, .. } => expected.to_string(),
            BodyFault::Mismatch(violations) => violations.first()?.to_string(),
            BodyFault::File { part, .. } => format!("a file in `{part}`"),
        };
        Some(unlike("request.body".to_owned(), &why))
    }
}

fn unlike(step: String, why: &str) -> Failure {
    let problem = format!("what comes of it is not as the OpenAPI document has it: {why}");
    Failure::new(step, problem)
}

/// A request as it would go up.
struct Made<'a> {
    message: &'a Message,
    params: &'a [(&'a str, &'a str)],
}

impl Made<'_> {
    fn values<'m>(&'m self, name: &'m [u8]) -> impl Iterator<Item = &'m [u8]> {
        let all = self.message.headers.iter();
        all.filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| &*header.value)
    }
}

impl Sent for Made<'_> {
    fn path(&self, name: &str) -> Option<&[u8]> {
        let found = self.params.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_bytes())
    }

    fn query(&self) -> Option<&[u8]> {
        self.message.query.as_deref()
    }

    fn header<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        self.values(name.as_bytes()).nth(nth)
    }

    fn cookie<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let pairs = self.values(b"cookie").flat_map(cookie::pairs);
        let named = pairs.filter(|(have, _)| *have == name.as_bytes());
        named.map(|(_, value)| value).nth(nth)
    }
}
