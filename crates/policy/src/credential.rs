//! API keys in requests: where they stand, and whether they are real.
//!
//! Whoever answers [`FactRequest::Credential`](crate::decision::FactRequest) calls [`verify`].

mod places;
pub(crate) mod query;

pub use places::{KeyPlaces, is_open_about_itself};

use crate::facts::{CredentialVerdict, Facts, OtherKind, Place};
use crate::fields::Known;
use crate::router::Route;
use crate::snapshot::Snapshot;
use postern_model::entity::{Authentication, Credential, KeyDigest, Name};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX, Keyer, MAX_LEN, Malformed, Parsed};
use std::sync::Arc;

/// What an unknown key is compared with, so that it takes as long as a wrong one.
const NOBODY: KeyDigest = KeyDigest([0; 32]);

/// Finds the API key of a request where the service of `route` looks for it, and verifies it. The
/// same work is done for a key that nobody has as for one whose secret is wrong. Allocates nothing
/// for a key that is verified.
pub fn verify(
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    route: &Route,
    keyer: &Keyer,
) -> CredentialVerdict {
    match &snapshot.rules.service(route).authentication {
        Some(accepted) => verify_in(accepted, facts, snapshot, keyer),
        None => CredentialVerdict::Missing,
    }
}

/// As [`verify`], in the places that are given.
fn verify_in(
    accepted: &Authentication,
    facts: &dyn Facts,
    snapshot: &Snapshot<'_>,
    keyer: &Keyer,
) -> CredentialVerdict {
    let mut found = presented(accepted, facts);
    let Some(first) = found.next() else {
        return other_kind(facts);
    };
    if found.next().is_some() {
        let mut places = Vec::new();
        for place in presented(accepted, facts).map(|f| f.place()) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        return CredentialVerdict::Ambiguous { places };
    }
    let mut decoded = [0; MAX_LEN + 1];
    let value = match first.source {
        Source::Header => first.value,
        Source::Query => query::decode(first.value, &mut decoded),
    };
    match ApiKey::parse(value) {
        Ok(parsed) => look_up(snapshot, parsed, value, keyer),
        Err(fault) => imported(snapshot, value, fault, keyer, &first),
    }
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
    let genuine = keyer.verify(value, row.map_or(&NOBODY, |row| &row.digest));
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

/// Everything that stands where keys are looked for.
fn presented<'a>(
    accepted: &'a Authentication,
    facts: &'a dyn Facts,
) -> impl Iterator<Item = Presented<'a>> {
    let headers = accepted.headers.iter().flat_map(move |name| {
        let values = (0..).map_while(move |nth| facts.header_named(name.as_bytes(), nth));
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

/// A credential of a kind that is not an API key, in the one place where those stand.
fn other_kind(facts: &dyn Facts) -> CredentialVerdict {
    let Some(value) = facts.header(Known::Authorization, 0) else {
        return CredentialVerdict::Missing;
    };
    let mut words = value.splitn(2, |&b| b == b' ');
    let scheme = words.next().unwrap_or_default();
    let rest = words.next().unwrap_or_default().trim_ascii();
    let sent = if scheme.eq_ignore_ascii_case(b"bearer") {
        if ApiKey::parse(rest).is_ok() {
            OtherKind::KeyAsBearer
        } else {
            OtherKind::Bearer
        }
    } else if scheme.eq_ignore_ascii_case(b"basic") {
        OtherKind::Basic
    } else {
        return CredentialVerdict::Missing;
    };
    CredentialVerdict::KindNotAccepted { sent }
}
