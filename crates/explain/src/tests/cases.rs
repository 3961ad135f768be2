//! A refusal of every code that a stage decides, and the request that meets it.

mod about;
mod accounts;
mod demands;
mod keys;
mod pages;
mod places;
mod proofs;
mod tokens;

pub(super) use tokens::{token, tokens_accepted};

use super::scene::{DECIDER, KEY, NOW, Request, STAGING, reading, verified};
use about::about_some;
use accounts::{accounts, limits};
use demands::{demands, documented};
use keys::credentials;
use pages::{page_tokens, pages, sites};
use places::{edge_and_network, routes};
use postern_model::denial::{Code, Fault};
use postern_model::entity::KeyDigest;
use postern_model::key::Malformed;
use postern_policy::csrf::TokenVerdict;
use postern_policy::facts::{
    Blocked, ContentVerdict, CredentialVerdict, DeciderAnswer, EdgeReading, Exceeded, GenuineProof,
    Nothing, OtherKind, Place, Possession, ProofVerdict, Refusal, SignatureFault, Signed, Used,
};
use postern_policy::nonce::NonceVerdict;
use postern_policy::session::{Closed, Ended, How, Session, SessionFault};
use postern_proof::{Fault as TokenFault, Token, dpop};
use proofs::{possession, signatures};
use serde_json::{Value, json};
use std::sync::Arc;
use tokens::{browsers, but_for_one, ended_tokens, tokens};

/// A refusal: the world's difference, the request, how many fixes are offered, whether they open what
/// was closed on purpose, and whose business it is where the evidence puts the blame elsewhere.
pub(super) struct Case {
    pub(super) code: Code,
    pub(super) patch: Value,
    pub(super) request: Request,
    pub(super) fixes: usize,
    pub(super) if_wrong: bool,
    pub(super) blames: Option<Fault>,
    pub(super) unproved: usize,
}

fn case(code: Code, patch: Value, request: Request) -> Case {
    Case {
        code,
        patch,
        request,
        fixes: 1,
        if_wrong: false,
        blames: None,
        unproved: 0,
    }
}

impl Case {
    fn fixes(mut self, fixes: usize) -> Self {
        self.fixes = fixes;
        self
    }

    fn if_wrong(mut self) -> Self {
        self.if_wrong = true;
        self
    }

    /// So many fixes are offered besides that no record can prove.
    fn unproved(mut self, unproved: usize) -> Self {
        self.unproved = unproved;
        self
    }

    fn blames(mut self, fault: Fault) -> Self {
        self.blames = Some(fault);
        self
    }
}

pub(super) fn post() -> Request {
    Request::default()
}

fn with(credential: CredentialVerdict) -> Request {
    Request {
        credential: Some(credential),
        readings: None,
        ..post()
    }
}

fn body(fields: &[&str], start: &'static [u8]) -> Request {
    let length = format!("Content-Length: {}", start.len());
    let fields = fields.iter().map(|field| (*field).to_owned());
    Request {
        fields: fields.chain([length]).collect(),
        body: Some(start),
        ..post()
    }
}

pub(super) fn headers(rule: &Value) -> Value {
    let mut policy = json!({"kind": "headers", "on": {"service": "partners"}});
    crate::merge_patch(&mut policy, rule);
    json!({"policies": {"json-only": policy}})
}

pub(super) fn subscription(patch: &Value) -> Value {
    json!({"subscriptions": {"sub_fieldforce": patch}})
}

fn key(patch: &Value) -> Value {
    json!({"credentials": {KEY: patch}})
}

pub(super) fn cases() -> Vec<Case> {
    [
        edge_and_network(),
        routes(),
        pages(),
        demands(),
        documented(),
        sites(),
        tokens(),
        ended_tokens(),
        browsers(),
        signatures(),
        possession(),
        credentials(),
        page_tokens(),
        accounts(),
        limits(),
        about_some(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
