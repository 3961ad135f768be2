//! A token: whether it is genuine, and what it says.

use crate::jwk::{Checked, KeySet};
use crate::jws::{Compact, Purpose};
use crate::{claims, decoy};
use postern_model::denial::printable;
use postern_model::entity::{Algorithm, ClaimNames, Issuer, Name};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Most bytes of what a token says of itself that are shown.
const SHOWN: usize = 256;

/// Most audiences that are looked at.
const MOST_AUDIENCES: usize = 64;

/// What a genuine token says. Whether it is still good is another question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The name of its issuer in the configuration.
    pub issuer: Arc<str>,
    /// `sub`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<Arc<str>>,
    /// `jti`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<Arc<str>>,
    /// The key that signed it, where the token names it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kid: Option<Arc<str>>,
    /// The client that it was made for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client: Option<Arc<str>>,
    /// The person; none where the client acts for itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<Arc<str>>,
    /// The groups of that person.
    #[serde(skip_serializing_if = "<[_]>::is_empty", default)]
    pub groups: Box<[Arc<str>]>,
    /// The access roles that it gives that person, by their names here.
    #[serde(skip_serializing_if = "<[_]>::is_empty", default)]
    pub roles: Box<[Arc<str>]>,
    /// How the person signed in (`acr`, OpenID Connect Core 1.0 §2).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<Arc<str>>,
    /// When the person signed in (`auth_time`); Unix time in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
    /// What it says in other claims that policies look at; those that are not there are left out.
    #[serde(skip_serializing_if = "<[_]>::is_empty", default)]
    pub claims: Box<[Claim]>,
    /// The scopes that it carries; `None`: tokens of its issuer carry all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scopes: Option<Box<[Arc<str>]>>,
    /// The thumbprint of the only key whose owner may use it (`cnf`, RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bound_to: Option<Arc<str>>,
    /// Whom it is for.
    pub audience: Box<[Arc<str>]>,
    /// When it was made; Unix time in seconds, as the others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issued_at: Option<i64>,
    /// It is not good before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_before: Option<i64>,
    /// It is not good from then on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<i64>,
    /// Its issuer said this of it (RFC 7662), and not the token itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub introspected: bool,
}

/// What a token says in one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The claim.
    pub name: Arc<str>,
    /// Its texts: one, or those of a list.
    pub texts: Box<[Arc<str>]>,
}

/// What a token is checked with.
#[derive(Debug, Clone, Copy)]
pub struct Trusted<'a> {
    /// Who signed it, as it says.
    pub issuer: &'a Issuer,
    /// The keys of that issuer.
    pub keys: &'a KeySet,
}

/// A token whose form is right. Nothing that it says is believed yet.
#[derive(Debug)]
pub struct Unverified<'a>(Compact<'a>);

/// Why a token is not genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It has not the form of a token; what is wrong, in words that follow "the token".
    Malformed(Cow<'static, str>),
    /// Nobody trusts its issuer here.
    Issuer {
        /// `iss`, if it says one.
        iss: Option<Box<str>>,
    },
    /// None of the issuer's keys has its name.
    KeyUnknown {
        /// The issuer's name in the configuration.
        issuer: Arc<str>,
        /// How it says that it is signed.
        alg: Box<str>,
        /// The key that it names.
        kid: Option<Box<str>>,
        /// How many keys of the issuer are known.
        known: usize,
    },
    /// Its signature is not of any of the issuer's keys.
    Signature {
        /// The issuer's name in the configuration.
        issuer: Arc<str>,
        /// How it says that it is signed.
        alg: Box<str>,
        /// The key that it names.
        kid: Option<Box<str>>,
        /// What is wrong, in words.
        why: Cow<'static, str>,
    },
}

impl Fault {
    /// Why a signature is wrong that no other reason explains.
    pub const OTHER_KEY: &str = "it was changed, or another key signed it";
}

impl<'a> Unverified<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// [`Fault::Malformed`].
    pub fn parse(token: &'a [u8]) -> Result<Self, Fault> {
        Self::parse_for(token, Purpose::Token)
    }

    /// The same of one that is for something else.
    pub(crate) fn parse_for(token: &'a [u8], purpose: Purpose) -> Result<Self, Fault> {
        let compact = Compact::parse(token, purpose).map_err(Fault::Malformed)?;
        times(&compact.claims).map_err(|what| Fault::Malformed(what.into()))?;
        Ok(Self(compact))
    }

    /// Who says that it made the token.
    pub fn issuer(&self) -> Option<&str> {
        self.0.claims.get("iss")?.as_str()
    }

    /// The fault of a token whose issuer nobody trusts. Its signature is checked all the same, with
    /// a key of nobody: how long that takes is not to tell which issuers there are.
    pub fn of_nobody(&self) -> Fault {
        self.check_for_nobody();
        let iss = self.issuer().map(shown);
        Fault::Issuer { iss }
    }

    fn check_for_nobody(&self) {
        if let Some(algorithm) = Algorithm::parse(&self.0.header.alg) {
            let checked = decoy::keys().check(None, algorithm, self.0.signed, &self.0.signature);
            std::hint::black_box(checked);
        }
    }

    /// What it says, before anything of that is believed.
    pub(crate) const fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    /// How it says that it is signed.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(&self.0.header.alg)
    }

    /// Whether the signature is of one of the issuer's keys; what it says then.
    ///
    /// # Errors
    /// [`Fault::KeyUnknown`] or [`Fault::Signature`].
    pub fn verify(&self, by: &Trusted<'_>) -> Result<Token, Fault> {
        let header = &self.0.header;
        let (alg, kid) = (shown(&header.alg), header.kid.as_deref().map(shown));
        let issuer = by.issuer.name.clone();
        let wrong = |why: Cow<'static, str>| Fault::Signature {
            issuer: by.issuer.name.clone(),
            alg: alg.clone(),
            kid: kid.clone(),
            why,
        };
        let Some(algorithm) = Algorithm::parse(&header.alg) else {
            return Err(wrong(if header.alg.eq_ignore_ascii_case("none") {
                "it is not signed".into()
            } else {
                "its algorithm is not known".into()
            }));
        };
        let accepted = &by.issuer.algorithms;
        if !accepted.is_empty() && !accepted.contains(&algorithm) {
            self.check_for_nobody();
            return Err(wrong("its algorithm is not one that is accepted".into()));
        }
        let (signed, signature) = (self.0.signed, &*self.0.signature);
        match (by.keys).check(header.kid.as_deref(), algorithm, signed, signature) {
            Checked::Genuine => Ok(Token {
                kid: header.kid.as_deref().map(Arc::from),
                ..Token::of(issuer, &self.0.claims, &by.issuer.claims)
            }),
            Checked::KeyUnknown => {
                self.check_for_nobody();
                Err(Fault::KeyUnknown {
                    issuer,
                    alg,
                    kid,
                    known: by.keys.len(),
                })
            }
            Checked::OtherAlgorithm => {
                self.check_for_nobody();
                Err(wrong("its key is for another algorithm".into()))
            }
            Checked::Wrong if header.brings_key => Err(wrong(
                "it brings a key of its own, and only the issuer's count".into(),
            )),
            Checked::Wrong => Err(wrong(Fault::OTHER_KEY.into())),
        }
    }
}

impl Token {
    /// What it says in a claim that policies look at; nothing, if it is not there.
    pub fn claim(&self, name: &str) -> &[Arc<str>] {
        let mut claims = self.claims.iter();
        let claim = claims.find(|claim| *claim.name == *name);
        claim.map_or(&[], |claim| &claim.texts)
    }

    /// What an issuer says of a token.
    pub(crate) fn told(issuer: &Issuer, said: &Map<String, Value>) -> Result<Self, String> {
        times(said)?;
        let names = &issuer.claims;
        let mut token = Self::of(issuer.name.clone(), said, names);
        if claims::first(said, &names.user).is_none() {
            // What people call whoever signed in (RFC 7662 §2.2).
            token.user = said.get("username").and_then(claims::text).map(Arc::from);
        }
        token.introspected = true;
        Ok(token)
    }

    fn of(issuer: Arc<str>, claims: &Map<String, Value>, names: &ClaimNames) -> Self {
        let one = |names: &[Name]| {
            let text = claims::first(claims, names).and_then(claims::text);
            text.map(Arc::from)
        };
        let many = |names: &[Name]| -> Box<[Arc<str>]> {
            let value = claims::first(claims, names);
            let texts = value.map(claims::texts).unwrap_or_default();
            texts.into_iter().map(Arc::from).collect()
        };
        let named = |name: &str| claims.get(name).and_then(claims::text).map(Arc::from);
        let client: Option<Arc<str>> = one(&names.client);
        // RFC 9068 §2.2: where a client acts for itself, the subject is the client.
        let user = one(&names.user).filter(|user| Some(user) != client.as_ref());
        Self {
            issuer,
            subject: named("sub"),
            id: named("jti"),
            kid: None,
            client,
            user,
            groups: many(&names.groups),
            roles: roles(many(&names.roles), &names.role_names),
            acr: named("acr"),
            auth_time: date(claims, "auth_time"),
            claims: asked(claims, &names.asked),
            scopes: (!names.scopes.is_empty()).then(|| many(&names.scopes)),
            bound_to: bound_to(claims),
            audience: audience(claims),
            issued_at: date(claims, "iat"),
            not_before: date(claims, "nbf"),
            expires_at: date(claims, "exp"),
            introspected: false,
        }
    }
}

/// Access roles by what claims call them.
fn roles(said: Box<[Arc<str>]>, names: &[(Name, Name)]) -> Box<[Arc<str>]> {
    if names.is_empty() {
        return said;
    }
    let meant = names.iter().filter(|(word, _)| said.contains(word));
    meant.map(|(_, role)| role.clone()).collect()
}

/// What it says in claims that policies look at.
fn asked(claims: &Map<String, Value>, names: &[Name]) -> Box<[Claim]> {
    let found = names.iter().filter_map(|name| {
        let texts = claims::values(claims::find(claims, name)?);
        Some(Claim {
            name: name.clone(),
            texts: texts.into_iter().map(Arc::from).collect(),
        })
    });
    found.collect()
}

/// The key that it is bound to. What is no text is a key that nobody has, and not none.
fn bound_to(claims: &Map<String, Value>) -> Option<Arc<str>> {
    let jkt = claims.get("cnf")?.get("jkt")?;
    Some(claims::text(jkt).map_or_else(Arc::default, Arc::from))
}

/// `aud`: a text, or a list of texts (RFC 7519 §4.1.3). It is not split at blanks.
fn audience(claims: &Map<String, Value>) -> Box<[Arc<str>]> {
    match claims.get("aud") {
        Some(Value::Array(items)) => {
            let texts = items.iter().filter_map(claims::text);
            texts.take(MOST_AUDIENCES).map(Arc::from).collect()
        }
        Some(one) => claims::text(one).map(Arc::from).into_iter().collect(),
        None => Box::default(),
    }
}

/// What is wrong with the times of a token.
fn times(claims: &Map<String, Value>) -> Result<(), String> {
    let mut times = ["exp", "nbf", "iat"].into_iter();
    let wrong = times.find(|name| claims.contains_key(*name) && date(claims, name).is_none());
    match wrong {
        Some(name) => Err(format!("has a claim `{name}` that is not a time")),
        None => Ok(()),
    }
}

/// A time in seconds (RFC 7519 §2, `NumericDate`), its fraction cut off.
pub(crate) fn date(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let number = claims.get(name)?.as_number()?;
    if let Some(whole) = number.as_i64() {
        return Some(whole);
    }
    // Beyond the year 200 million nothing is a date.
    let float = number.as_f64().filter(|float| float.abs() < 1e15)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is in the range, and the fraction is to be cut off"
    )]
    Some(float.floor() as i64)
}

pub(crate) fn shown(text: &str) -> Box<str> {
    printable(text.as_bytes(), SHOWN).into()
}
