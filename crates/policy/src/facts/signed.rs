//! What was found about a signature of a request.

use super::once::{Once, Used};
use postern_model::entity::Name;
use postern_proof::message::covers;
use postern_proof::message::digest::Digests;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A signature that is genuine. Whether it is still good, and covers enough, is judged by the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The credential whose key made it.
    pub id: Name,
    /// It stands in `Authorization`, as signatures did before RFC 9421.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub older: bool,
    /// What it covers, as it names that.
    pub covered: Box<[Box<str>]>,
    /// When it was made; Unix time in seconds, as the others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created: Option<i64>,
    /// From when on it is not good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<i64>,
    /// What makes it unlike every other.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce: Option<Box<str>>,
    /// Whether it was used before.
    pub used: Used,
    /// What it is remembered by, and for how long: that of its nonce, or of all that was signed.
    /// Nobody needs that later.
    #[serde(skip)]
    pub once: Option<Once>,
    /// The digests of the content that it covers, or what is wrong with them. Of a body that is not
    /// kept, they are not kept either.
    #[serde(skip)]
    pub digests: Option<Result<Digests, String>>,
}

impl Signed {
    /// Whether it covers something that is written so.
    pub fn covers(&self, wanted: &str) -> bool {
        self.covered.iter().any(|have| covers(have, wanted))
    }

    /// Whether it covers the digest of the content.
    pub fn covers_content(&self) -> bool {
        self.covers("content-digest") || self.older && self.covers("digest")
    }
}

/// Why a signature is not genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureFault {
    /// It cannot be read, or not be checked; what is wrong, as a sentence without its end.
    Malformed(Cow<'static, str>),
    /// It covers what the request does not have.
    Absent {
        /// What it covers.
        covered: Box<[Box<str>]>,
        /// What of that is not there.
        absent: Box<[Box<str>]>,
    },
    /// No credential has a key of that name.
    KeyUnknown {
        /// The name, printable.
        keyid: Box<str>,
        /// What it covers.
        covered: Box<[Box<str>]>,
        /// The request as it came, as far as proxies on the way tend to change it.
        seen: Box<str>,
    },
    /// It is not of the key that it names.
    Wrong {
        /// The credential whose key that is.
        id: Name,
        /// What it covers.
        covered: Box<[Box<str>]>,
        /// The request as it came, as far as proxies on the way tend to change it.
        seen: Box<str>,
        /// What is wrong.
        why: Cow<'static, str>,
    },
}

/// What was found about a content whose digest is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentVerdict {
    /// It is what was signed.
    Matches,
    /// It is another.
    Differs {
        /// Its bytes.
        length: u64,
        /// By which digests, by their names.
        algorithms: Vec<Box<str>>,
    },
    /// There is no digest that says anything; what is wrong, in words that follow the field's name.
    NoDigest(Box<str>),
    /// It is longer than what is read.
    TooLong {
        /// So much of it came.
        seen: u64,
    },
}
