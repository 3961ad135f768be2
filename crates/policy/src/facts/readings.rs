//! What the edge of the system reads for the stages: counters, credentials, bodies.

use super::once::{Once, Used};
use super::possession::{Possession, ProofVerdict};
use super::signed::{SignatureFault, Signed};
use crate::identity::Acting;
use crate::session::{Session, SessionFault};
use postern_model::Code;
use postern_model::entity::{KeyDigest, Name};
use postern_model::key::Malformed;
use postern_proof::{Fault, Token};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// What was found where credentials are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialVerdict {
    /// Nothing.
    Missing,
    /// Something that cannot be a key.
    Malformed {
        /// Where it stood.
        place: Place,
        /// What is wrong with it.
        #[serde(with = "fault")]
        fault: Malformed,
    },
    /// No key, but a credential of another kind.
    KindNotAccepted {
        /// What was sent.
        sent: OtherKind,
    },
    /// Several, or one given twice.
    Ambiguous {
        /// Where they stood, each place once.
        places: Vec<Place>,
    },
    /// A well-formed key that nobody has.
    Unknown {
        /// The id that its credential would have.
        id: Name,
    },
    /// The id of a credential that exists, with another secret.
    WrongSecret {
        /// The credential's id.
        id: Name,
    },
    /// The whole secret was verified.
    Verified {
        /// The credential's id.
        id: Name,
    },
    /// A token that is genuine.
    Token(Arc<Token>),
    /// A token that is genuine, and came as one whose sender proves to have the key that it is bound
    /// to.
    Possession(Box<Possession>),
    /// What came as a token is none, or is not genuine.
    TokenFault(Fault),
    /// A session that is good.
    Session(Arc<Session>),
    /// What came in the cookie of sessions is none that is good.
    NoSession(SessionFault),
    /// What came as a user name and password is none.
    BasicFault(BasicFault),
    /// A user name that nobody has.
    UnknownUser {
        /// Stands for the name, which may be anything that somebody typed: always the same for the
        /// same name.
        mark: Name,
    },
    /// A client certificate that is trusted and nobody's.
    UnknownCertificate {
        /// Its subject, printable.
        subject: Arc<str>,
        /// Its SHA-256, hexadecimal.
        fingerprint: Option<Name>,
    },
    /// A client certificate that several credentials know alike.
    CertificateOfSeveral {
        /// Its subject, printable.
        subject: Arc<str>,
    },
    /// A user name and a password that nobody has had time to check.
    PasswordUnchecked,
    /// A token that cannot be checked: no keys of its issuer are known.
    NoKeys {
        /// The issuer's name in the configuration.
        issuer: Name,
        /// Since when none can be had; Unix time in milliseconds.
        since: Option<i64>,
        /// Why.
        error: Option<Name>,
    },
    /// A token that its issuer has to be asked about, and was not.
    NotAsked {
        /// The issuer's name in the configuration.
        issuer: Name,
    },
    /// A token that its issuer says nothing of.
    NoAnswer {
        /// The issuer's name in the configuration.
        issuer: Name,
        /// Since when it answers nobody; Unix time in milliseconds.
        since: Option<i64>,
        /// Why.
        error: Option<Name>,
        /// It does not take the gateway for whom it says that it is.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rejects_us: bool,
    },
    /// A token that is not good, as its issuer says.
    Inactive {
        /// The issuer's name in the configuration.
        issuer: Name,
        /// When it said so; Unix time in milliseconds.
        at: i64,
        /// What the token says itself, where the issuer signed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Arc<Token>>,
    },
    /// The request is signed, and the signature is genuine.
    Signed(Box<Signed>),
    /// It is signed, and the signature is not genuine.
    SignatureFault(Box<SignatureFault>),
}

/// What is not in memory, and might change a verdict if it were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The keys of an issuer, by its name in the configuration.
    Keys {
        /// The name.
        issuer: &'a str,
    },
    /// What an issuer says of the bearer token that was sent.
    Answer {
        /// The issuer's name in the configuration.
        issuer: &'a str,
    },
    /// The session that is kept as this.
    Session(&'a KeyDigest),
    /// Fresh tokens for the session that is kept as this.
    FreshTokens(&'a KeyDigest),
    /// Whether something that may be used once is used for the first time.
    Once(Once),
    /// Whether a password is right, which takes long to find out.
    Password,
}

impl CredentialVerdict {
    /// The same without what a token says in claims that policies look at, which no record keeps.
    #[must_use]
    pub fn without_claims(&self) -> Self {
        let without = |token: &Arc<Token>| {
            Arc::new(Token {
                claims: Box::default(),
                ..(**token).clone()
            })
        };
        match self {
            Self::Token(token) if !token.claims.is_empty() => Self::Token(without(token)),
            Self::Possession(possession) if !possession.token.claims.is_empty() => {
                Self::Possession(Box::new(Possession {
                    token: without(&possession.token),
                    ..(**possession).clone()
                }))
            }
            Self::Session(session) if !session.token.claims.is_empty() => {
                Self::Session(Arc::new(Session {
                    token: without(&session.token),
                    ..(**session).clone()
                }))
            }
            Self::Inactive {
                token: Some(token), ..
            } if !token.claims.is_empty() => {
                let mut same = self.clone();
                if let Self::Inactive { token: place, .. } = &mut same {
                    *place = Some(without(token));
                }
                same
            }
            _ => self.clone(),
        }
    }

    /// For whom a caller with that verdict acts; `None`: it proves nobody. Every kind of proof has its
    /// line here, or what it led to is told to nobody.
    pub fn acting(&self) -> Option<Acting> {
        match self {
            Self::Verified { .. } | Self::Signed(_) => Some(Acting::ForApp),
            Self::Token(token)
            | Self::Inactive {
                token: Some(token), ..
            } => Some(Acting::by(Some(token))),
            Self::Session(session) => Some(Acting::by(Some(&session.token))),
            _ => None,
        }
    }

    /// What it takes to judge the credential better than this.
    pub fn wants(&self) -> Option<Wanted<'_>> {
        match self {
            Self::NoKeys { issuer, .. } | Self::TokenFault(Fault::KeyUnknown { issuer, .. }) => {
                Some(Wanted::Keys { issuer })
            }
            Self::NotAsked { issuer } => Some(Wanted::Answer { issuer }),
            Self::NoSession(SessionFault::NotLoaded { digest }) => Some(Wanted::Session(digest)),
            Self::NoSession(SessionFault::NotRefreshed { digest, .. }) => {
                Some(Wanted::FreshTokens(digest))
            }
            Self::Signed(signed) if signed.used == Used::Unasked => signed.once.map(Wanted::Once),
            Self::PasswordUnchecked => Some(Wanted::Password),
            Self::Possession(possession) => match &possession.proof {
                ProofVerdict::Genuine(proof) => proof.once.map(Wanted::Once),
                ProofVerdict::Missing | ProofVerdict::Fault(_) => None,
            },
            _ => None,
        }
    }

    /// The credential that it is about, by its id, whether there is one or not.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Verified { id } | Self::WrongSecret { id } | Self::Unknown { id } => Some(id),
            Self::Signed(signed) => Some(&signed.id),
            Self::SignatureFault(fault) => match &**fault {
                SignatureFault::Wrong { id, .. } => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whose secret somebody may be guessing: the id that was presented, whether there is such a
    /// credential or not.
    pub fn guessed(&self) -> Option<&str> {
        match self {
            Self::WrongSecret { id } | Self::Unknown { id } | Self::UnknownUser { mark: id } => {
                Some(id)
            }
            Self::SignatureFault(fault) => match &**fault {
                SignatureFault::Wrong { id, .. } => Some(id),
                SignatureFault::KeyUnknown { keyid, .. } => Some(keyid),
                SignatureFault::Malformed(_) | SignatureFault::Absent { .. } => None,
            },
            _ => None,
        }
    }

    /// Takes in whether what may be used once was used before.
    pub fn used(&mut self, used: Used) {
        match self {
            Self::Signed(signed) => signed.used = used,
            Self::Possession(possession) => {
                if let ProofVerdict::Genuine(proof) = &mut possession.proof {
                    proof.used = used;
                    proof.once = None;
                }
            }
            _ => {}
        }
    }
}

/// Why something is not a user name and password (RFC 7617 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasicFault {
    /// Nothing follows the scheme.
    Empty,
    /// More than a name and a password of 255 bytes each.
    TooLong,
    /// No Base64, or not all of it.
    Base64,
    /// Bytes that are no UTF-8.
    Utf8,
    /// Control characters, which neither may have.
    ControlCharacters,
    /// Nothing that divides name and password.
    NoColon,
    /// Nothing before the colon.
    NoUser,
    /// Nothing behind the colon.
    NoPassword,
}

impl BasicFault {
    /// What is wrong, as it follows "it".
    pub const fn what(self) -> &'static str {
        match self {
            Self::Empty => "has nothing after `Basic`",
            Self::TooLong => "is longer than a name and a password of 255 bytes each",
            Self::Base64 => {
                "is not Base64 of a name, a colon and a password: a character is wrong or missing"
            }
            Self::Utf8 => "has bytes in it that are no UTF-8",
            Self::ControlCharacters => {
                "has control characters in it, such as the end of a line behind the password"
            }
            Self::NoColon => "has no colon between name and password",
            Self::NoUser => "has no name before the colon",
            Self::NoPassword => "has no password behind the colon",
        }
    }
}

/// Where a key may stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A header, by its name in lower case.
    Header(Name),
    /// A query parameter.
    Query(Name),
    /// A cookie.
    Cookie(Name),
    /// The connection's client certificate.
    Certificate,
}

/// As people write it: `X-API-Key`, `?api_key`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Query(name) => return write!(f, "?{name}"),
            Self::Cookie(name) => return write!(f, "Cookie: {name}"),
            Self::Certificate => return f.write_str("the client certificate"),
            Self::Header(name) => name,
        };
        for (nth, word) in name.split('-').enumerate() {
            if nth > 0 {
                f.write_char('-')?;
            }
            let whole = word == "api";
            for (at, letter) in word.chars().enumerate() {
                f.write_char(if whole || at == 0 {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                })?;
            }
        }
        Ok(())
    }
}

/// A credential that is not an API key, or not sent as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtherKind {
    /// `Authorization: Bearer` (RFC 6750).
    Bearer,
    /// `Authorization: Basic` (RFC 7617).
    Basic,
    /// An API key, sent as `Authorization: Bearer`.
    KeyAsBearer,
    /// An API key, where none is accepted.
    ApiKey,
    /// A session of a browser.
    Session,
    /// A signature of the request (RFC 9421).
    Signature,
    /// A signature of the request in `Authorization`.
    Hmac,
    /// A client certificate, where none is accepted.
    Certificate,
    /// `Authorization: DPoP` (RFC 9449 §7.1).
    Dpop,
}

impl OtherKind {
    /// What it is, in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Bearer => "a bearer token",
            Self::Basic => "a user name and password",
            Self::KeyAsBearer => "an API key sent as a bearer token",
            Self::ApiKey => "an API key",
            Self::Session => "the session of a browser",
            Self::Signature => "a signature of the request",
            Self::Hmac => "a signature in `Authorization`",
            Self::Certificate => "a client certificate",
            Self::Dpop => "a token with a proof of possession (DPoP)",
        }
    }
}

/// What the counters of the client's address say. Reading them counts the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeReading {
    /// It is blocked for a while.
    pub blocked: Option<Blocked>,
    /// It has made too many requests.
    pub exceeded: Option<Exceeded>,
}

/// A temporary block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Until when; Unix time in milliseconds.
    pub until: i64,
    /// The code that it was refused with too often.
    #[serde(with = "code")]
    pub trigger: Code,
}

/// More requests than one address may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// How many it may make.
    pub limit: u32,
    /// In how many milliseconds one more may come.
    pub retry_after: u64,
}

/// What most requests need: no room is asked for.
pub type Readings = SmallVec<[Reading; 4]>;

/// What one limit says before anything is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Whether one more request fits.
    pub passes: bool,
    /// How many more fit now.
    pub remaining: u32,
    /// In how many milliseconds everything is free again.
    pub reset: u64,
    /// In how many milliseconds one more fits; 0 if it does now.
    pub retry_after: u64,
}

impl Reading {
    /// Of a limit that cannot be counted: nothing passes.
    pub const CLOSED: Self = Self {
        passes: false,
        remaining: 0,
        reset: 0,
        retry_after: 1000,
    };
}

/// Codes by their names.
mod code {
    use postern_model::Code;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(code: &Code, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(code.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Code, D::Error> {
        let name = String::deserialize(from)?;
        Code::parse(&name).ok_or_else(|| D::Error::custom(format!("{name} is not a code")))
    }
}

/// Faults of form by their names.
mod fault {
    use postern_model::key::Malformed;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(fault: &Malformed, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(fault.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Malformed, D::Error> {
        let name = String::deserialize(from)?;
        let fault = Malformed::ALL
            .into_iter()
            .find(|fault| fault.name() == name);
        fault.ok_or_else(|| D::Error::custom(format!("{name} is not a fault of form")))
    }
}
