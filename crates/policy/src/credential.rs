//! Credentials in requests: where they stand, and whether they are real.
//!
//! Whoever answers [`FactRequest::Credential`](crate::decision::FactRequest) calls [`verify`]. Each
//! kind has a file of its own, which finds what was sent of it and verifies it.

mod answers;
mod api_key;
mod asked;
mod basic;
mod bearer;
mod certificate;
mod client;
pub(crate) mod dpop;
mod elsewhere;
mod halves;
mod hmac;
mod host;
mod passwords;
pub(crate) mod query;
mod remembered;
mod scheme;
mod session;
pub(crate) mod signature;
#[cfg(test)]
mod work;

pub use answers::{Answers, Heard, Said, Silence};
#[doc(hidden)]
pub use basic::fuzz as fuzz_basic;
pub use bearer::of_request as bearer_token;
pub use client::{Client, form, grantable};
pub use host::{HostWays, answers_on, is_open_about_itself, issuer_on};
pub use passwords::{Passwords, Question};
pub use remembered::Remembered;
pub use signature::content;

use crate::client::ClientAddress;
use crate::facts::{CredentialVerdict, Facts, Place};
use crate::identity::Identity;
use crate::router::Route;
use crate::session::Sessions;
use crate::snapshot::Snapshot;
use crate::stages::authenticate;
use postern_model::denial::Denial;
use postern_model::entity::{Authentication, CredentialKind};
use postern_model::key::Keyer;
use postern_proof::Keyring;

/// What credentials are verified with.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// For API keys.
    pub keyer: &'a Keyer,
    /// For tokens.
    pub keyring: &'a Keyring,
    /// Whose request it is, as far as that is known.
    pub client: Option<&'a ClientAddress>,
    /// Tokens that were found genuine before, where somebody remembers them.
    pub remembered: Option<&'a Remembered>,
    /// What issuers said of tokens before, where somebody keeps it.
    pub answers: Option<&'a Answers>,
    /// What one has just said of the token of this request.
    pub heard: Option<&'a Heard>,
    /// For sessions of browsers.
    pub sessions: Option<&'a Sessions>,
    /// Whether the browser speaks TLS, with us or with a trusted proxy.
    pub secure: bool,
    /// Passwords that were checked before.
    pub passwords: Option<&'a Passwords>,
}

/// Finds the credential of a request where the operation of `route` looks for it, and verifies it.
/// The same work is done for a key that nobody has as for one whose secret is wrong. Allocates
/// nothing for a key that is verified.
///
/// What it takes and is not in memory is named by [`CredentialVerdict::wants`]; once it was
/// obtained, this is called again.
pub fn verify(
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    route: &Route,
    by: Verifier<'_>,
) -> CredentialVerdict {
    match snapshot.rules.authentication(route) {
        Some(accepted) => verify_in(accepted, facts, snapshot, by),
        None => CredentialVerdict::Missing,
    }
}

/// The password that has to be checked where [`CredentialVerdict::wants`] says that one has.
pub fn question(
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> Option<Question> {
    match found_in(accepted, facts, by.secure).first? {
        Presented::Basic(sent) => basic::question(sent, snapshot, by),
        _ => None,
    }
}

/// As [`verify`], of what is accepted, whichever operation accepts it.
pub fn verify_in(
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let found = found_in(accepted, facts, by.secure);
    if !found.more.is_empty() {
        return found.ambiguous();
    }
    match found.first {
        None => elsewhere::verdict(accepted, facts),
        Some(Presented::Key(key)) => api_key::verify(&key, snapshot, by.keyer),
        Some(Presented::Bearer(token)) => bearer::verify(token, accepted, facts, snapshot, by),
        Some(Presented::Session(held)) => session::verify(&held, facts, snapshot, by),
        Some(Presented::Signature) => match &accepted.signature {
            Some(terms) => signature::verify(facts, terms, snapshot, by),
            None => CredentialVerdict::Missing,
        },
        Some(Presented::Hmac(parameters)) => match &accepted.hmac {
            Some(terms) => signature::verify_older(parameters, facts, terms, snapshot, by),
            None => CredentialVerdict::Missing,
        },
        Some(Presented::Basic(sent)) => basic::verify(sent, snapshot, by, facts.now()),
        Some(Presented::Certificate(shown)) => certificate::verify(&shown, snapshot),
        Some(Presented::Possession(token)) => dpop::verify(token, accepted, facts, snapshot, by),
    }
}

/// Everything that is of a kind that is accepted.
fn found_in<'a>(accepted: &'a Authentication, facts: &'a dyn Facts, secure: bool) -> Found<'a> {
    let mut found = Found::default();
    for kind in &accepted.kinds {
        match kind {
            CredentialKind::ApiKey => api_key::find(accepted, facts, &mut found),
            CredentialKind::Jwt => bearer::find(accepted, facts, &mut found),
            CredentialKind::Session => session::find(accepted, facts, secure, &mut found),
            CredentialKind::Signature => signature::find(facts, &mut found),
            CredentialKind::Hmac => hmac::find(facts, &mut found),
            CredentialKind::Basic => basic::find(facts, &mut found),
            CredentialKind::Mtls => certificate::find(facts, &mut found),
        }
    }
    found
}

/// Whom a verdict proves: a credential that was revoked or is over proves its app too.
///
/// # Errors
/// Why it proves nobody, told by what is accepted.
pub fn proved(
    verdict: &CredentialVerdict,
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
) -> Result<Identity, Denial> {
    authenticate::proved(verdict, accepted, snapshot, facts, None)
}

/// Something that a caller proves itself with, of a kind that is accepted.
#[derive(Debug, Clone, Copy)]
enum Presented<'a> {
    /// What stands in a place for API keys.
    Key(api_key::Placed<'a>),
    /// A bearer token.
    Bearer(&'a [u8]),
    /// What stands in the cookie of sessions.
    Session(session::Held<'a>),
    /// One signature of the request, or several.
    Signature,
    /// A signature in `Authorization`: what stands behind the scheme.
    Hmac(&'a [u8]),
    /// A user name and password.
    Basic(&'a [u8]),
    /// The certificate of the connection.
    Certificate(certificate::Shown<'a>),
    /// A token that a proof comes along with.
    Possession(&'a [u8]),
}

impl Presented<'_> {
    fn place(&self) -> Place {
        match self {
            Self::Key(key) => key.place(),
            Self::Bearer(_) | Self::Possession(_) | Self::Hmac(_) | Self::Basic(_) => {
                Place::Header("authorization".into())
            }
            Self::Signature => Place::Header("signature".into()),
            Self::Session(held) => Place::Cookie(held.cookie().clone()),
            Self::Certificate(_) => Place::Certificate,
        }
    }
}

/// What a request brings, of all kinds that are accepted. More than one thing is too much, so that
/// the usual request takes no room.
#[derive(Debug, Default)]
struct Found<'a> {
    first: Option<Presented<'a>>,
    more: Vec<Presented<'a>>,
}

impl<'a> Found<'a> {
    fn add(&mut self, one: Presented<'a>) {
        match self.first {
            None => self.first = Some(one),
            Some(_) => self.more.push(one),
        }
    }

    /// Several were sent: where they stand, each place once.
    fn ambiguous(&self) -> CredentialVerdict {
        let mut places = Vec::new();
        for place in self.first.iter().chain(&self.more).map(Presented::place) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        CredentialVerdict::Ambiguous { places }
    }
}
