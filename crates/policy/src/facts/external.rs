//! What deciders said: services of others that are asked whether a request may pass.

use postern_model::denial::Aside;
use postern_model::entity::Name;
use serde::{Deserialize, Serialize};

/// What a decider said of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeciderAnswer {
    /// It may pass.
    Passes {
        /// What is to be set on its way: for nobody to read later.
        #[serde(skip)]
        set: Vec<Set>,
    },
    /// It may not.
    Refuses(Refusal),
    /// Nothing that counts.
    Nothing(Nothing),
}

/// A header of the request that goes on, and what a decider has it say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its name, lower case: one that the policy lists.
    pub name: Name,
    /// Its value: what may stand in a field (RFC 9110 §5.5).
    pub value: Box<[u8]>,
}

/// How a decider refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The status that it answered with, or wants callers to be answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why, in its words: printable, and not long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    /// What it wants to see from callers (`WWW-Authenticate`), as anybody may read it who reads the
    /// record: visible ASCII and blanks, without what is secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Box<str>>,
    /// Where it sends browsers, likewise: a URL or a path, without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Box<str>>,
    /// Both as callers get them, whole: for nobody to read later.
    #[serde(skip)]
    pub aside: Aside,
}

/// Why a decider said nothing that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {
    /// A sentence without its end.
    pub error: Box<str>,
    /// Since when it has been so, Unix time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}
