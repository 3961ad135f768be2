//! Credentials in requests: where they stand, and whether they are real.
//!
//! Whoever answers [`FactRequest::Credential`](crate::decision::FactRequest) calls [`verify`].

mod bearer;
mod places;
pub(crate) mod query;
mod remembered;

pub use places::{KeyPlaces, is_open_about_itself};
pub use remembered::Remembered;

use crate::facts::{CredentialVerdict, Facts, OtherKind, Place};
use crate::fields::Known;
use crate::router::Route;
use crate::snapshot::Snapshot;
use postern_model::entity::{Authentication, Credential, CredentialKind, KeyDigest, Name};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX, Keyer, MAX_LEN, Malformed, Parsed};
use postern_proof::Keyring;
use std::sync::Arc;

/// What an unknown key is compared with, so that it takes as long as a wrong one.
const NOBODY: KeyDigest = KeyDigest([0; 32]);

/// A header in which most callers send API keys.
const USUAL: &[u8] = b"x-api-key";

/// What credentials are verified with.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// For API keys.
    pub keyer: &'a Keyer,
    /// For tokens.
    pub keyring: &'a Keyring,
    /// Tokens that were found genuine before, where somebody remembers them.
    pub remembered: Option<&'a Remembered>,
}

/// Finds the credential of a request where the operation of `route` looks for it, and verifies it.
/// The same work is done for a key that nobody has as for one whose secret is wrong. Allocates
/// nothing for a key that is verified.
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

/// As [`verify`], in the places that are given.
fn verify_in(
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
) -> CredentialVerdict {
    let tokens = accepted.accepts(CredentialKind::Jwt);
    let token = if tokens { bearer::token(facts) } else { None };
    let mut found = presented(accepted, facts, tokens);
    let first = found.next();
    if found.next().is_some() || (first.is_some() && token.is_some()) {
        return ambiguous(presented(accepted, facts, tokens), token.is_some());
    }
    if let Some(token) = token {
        // Two of a field that stands once are two credentials (RFC 9110 §5.3).
        if facts.header(Known::Authorization, 1).is_some() {
            return ambiguous(std::iter::empty(), true);
        }
        return bearer::verify(token, accepted, snapshot, by);
    }
    let Some(first) = first else {
        return other_kind(accepted, facts);
    };
    let mut decoded = [0; MAX_LEN + 1];
    let value = match first.source {
        Source::Header => first.value,
        Source::Query => query::decode(first.value, &mut decoded),
    };
    match ApiKey::parse(value) {
        Ok(parsed) => look_up(snapshot, parsed, value, by.keyer),
        Err(fault) => imported(snapshot, value, fault, by.keyer, &first),
    }
}

/// Where several stand, each place once.
fn ambiguous<'a>(found: impl Iterator<Item = Presented<'a>>, token: bool) -> CredentialVerdict {
    let mut places = Vec::new();
    let token = token.then(|| Place::Header("authorization".into()));
    for place in found.map(|found| found.place()).chain(token) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    CredentialVerdict::Ambiguous { places }
}

fn look_up(
    snapshot: &Snapshot<'_>,
    parsed: Parsed<'_>,
    value: &[u8],
    keyer: &Keyer,
) -> CredentialVerdict {
    let mut written = [0; CREDENTIAL_PREFIX.len() + 16];
    let bytes = CREDENTIAL_PREFIX.bytes().chain(parsed.id.bytes());
    for (slot, byte) in written.iter_mut().zip(bytes) {
        *slot = byte;
    }
    let id = std::str::from_utf8(&written).unwrap_or_default();
    let row: Option<&Arc<Credential>> = snapshot.directory.credential(id);
    let genuine = keyer.verify(
        value,
        row.and_then(|row| row.proof.digest()).unwrap_or(&NOBODY),
    );
    match row {
        Some(row) if genuine => CredentialVerdict::Verified { id: row.id.clone() },
        Some(row) => CredentialVerdict::WrongSecret { id: row.id.clone() },
        None => CredentialVerdict::Unknown { id: id.into() },
    }
}

/// What another gateway made is looked for only where such keys were imported, and only after it
/// was found not to be a key of this one, which pays nothing for it.
fn imported(
    snapshot: &Snapshot<'_>,
    value: &[u8],
    fault: Malformed,
    keyer: &Keyer,
    found: &Presented<'_>,
) -> CredentialVerdict {
    let any = snapshot.directory.key_formats().next().is_some();
    let fault = if fault.may_be_imported() && any {
        if let Some(row) = snapshot.directory.imported(value, keyer) {
            return CredentialVerdict::Verified { id: row.id.clone() };
        }
        match fault {
            Malformed::Foreign => Malformed::NotImported,
            own => own,
        }
    } else {
        fault
    };
    CredentialVerdict::Malformed {
        place: found.place(),
        fault,
    }
}

/// Where something stands.
#[derive(Debug, Clone, Copy)]
enum Source {
    Header,
    Query,
}

/// Something in a place where keys stand.
#[derive(Debug, Clone, Copy)]
struct Presented<'a> {
    source: Source,
    name: &'a Name,
    value: &'a [u8],
}

impl Presented<'_> {
    fn place(&self) -> Place {
        match self.source {
            Source::Header => Place::Header(self.name.clone()),
            Source::Query => Place::Query(self.name.clone()),
        }
    }
}

/// Everything that stands where keys are looked for. Where tokens are accepted, too, a bearer token
/// is none.
fn presented<'a>(
    accepted: &'a Authentication,
    facts: &'a dyn Facts,
    tokens: bool,
) -> impl Iterator<Item = Presented<'a>> {
    let headers = accepted.headers.iter().flat_map(move |name| {
        let values = (0..).map_while(move |nth| facts.header_named(name.as_bytes(), nth));
        let values = values.filter(move |value| !tokens || bearer::of(value).is_none());
        values.map(move |value| Presented {
            source: Source::Header,
            name,
            value,
        })
    });
    let parameters = accepted.query.iter().flat_map(move |name| {
        let query = facts.query().unwrap_or_default();
        query::values(query, name.as_bytes()).map(move |value| Presented {
            source: Source::Query,
            name,
            value,
        })
    });
    headers.chain(parameters)
}

/// A credential of a kind that is not accepted, in the places where those usually stand.
fn other_kind(accepted: &Authentication, facts: &dyn Facts) -> CredentialVerdict {
    let not = |sent| CredentialVerdict::KindNotAccepted { sent };
    if !accepted.accepts(CredentialKind::ApiKey)
        && let Some(value) = facts.header_named(USUAL, 0)
        && ApiKey::parse(value).is_ok()
    {
        return not(OtherKind::ApiKey);
    }
    let Some(value) = facts.header(Known::Authorization, 0) else {
        return CredentialVerdict::Missing;
    };
    if let Some(token) = bearer::of(value) {
        return not(if ApiKey::parse(token).is_ok() {
            OtherKind::KeyAsBearer
        } else {
            OtherKind::Bearer
        });
    }
    let scheme = value.split(|&b| b == b' ').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case(b"basic") {
        return not(OtherKind::Basic);
    }
    CredentialVerdict::Missing
}
