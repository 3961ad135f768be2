use super::digest::Digests;
use super::*;
use postern_model::entity::SignatureAlgorithm;
use std::cell::RefCell;

mod form;
mod older;
mod vectors;
mod work;

thread_local! {
    static CHECKED: RefCell<Vec<SignatureAlgorithm>> = const { RefCell::new(Vec::new()) };
}

/// Notes that a signature was checked in that way.
pub(super) fn count(algorithm: SignatureAlgorithm) {
    CHECKED.with_borrow_mut(|all| all.push(algorithm));
}

/// A request in its parts.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) scheme: &'static str,
    pub(super) authority: &'static str,
    pub(super) target: &'static str,
    pub(super) fields: Vec<(&'static str, &'static str)>,
}

impl Message for Request {
    fn method(&self) -> &[u8] {
        self.method.as_bytes()
    }

    fn version(&self) -> &'static str {
        "HTTP/1.1"
    }

    fn scheme(&self) -> &str {
        self.scheme
    }

    fn authority(&self) -> &[u8] {
        self.authority.as_bytes()
    }

    fn target(&self) -> &[u8] {
        self.target.as_bytes()
    }

    fn path(&self) -> &[u8] {
        self.target.split('?').next().unwrap().as_bytes()
    }

    fn query(&self) -> Option<&[u8]> {
        self.target
            .split_once('?')
            .map(|(_, query)| query.as_bytes())
    }

    fn field<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]> {
        let named = self
            .fields
            .iter()
            .filter(|(have, _)| have.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_bytes()).nth(nth)
    }
}

/// The signatures of these two fields.
pub(super) fn read(input: &str, signature: &str) -> Result<Vec<Offered>, Wrong> {
    let lines = |text: &str| {
        text.lines()
            .map(|line| line.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    let (input, signature) = (lines(input), lines(signature));
    offered(
        input.iter().map(Vec::as_slice),
        signature.iter().map(Vec::as_slice),
    )
}
