//! API keys, in the headers and query parameters in which a service looks for them.

use super::{Found, Presented, bearer, hmac, query, scheme};
use crate::facts::{CredentialVerdict, Facts, Place};
use crate::snapshot::Snapshot;
#[cfg(test)]
use crate::testing::work::{Step, did};
use postern_model::entity::{Authentication, Credential, CredentialKind, KeyDigest, Name};
use postern_model::key::{ApiKey, CREDENTIAL_PREFIX, Keyer, MAX_LEN, Malformed, Parsed};
use std::sync::Arc;

/// What an unknown key is compared with, so that it takes as long as a wrong one.
const NOBODY: KeyDigest = KeyDigest([0; 32]);

/// Where something stands.
#[derive(Debug, Clone, Copy)]
enum Source {
    Header,
    Query,
}

/// Something in a place where keys stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    source: Source,
    name: &'a Name,
    value: &'a [u8],
}

impl<'a> Placed<'a> {
    /// A whole key that was sent under a name of its own.
    pub(super) const fn sent_as(name: &'a Name, value: &'a [u8]) -> Self {
        Self {
            source: Source::Header,
            name,
            value,
        }
    }

    pub(super) fn place(&self) -> Place {
        match self.source {
            Source::Header => Place::Header(self.name.clone()),
            Source::Query => Place::Query(self.name.clone()),
        }
    }
}

/// Everything that stands where keys are looked for. What is of a scheme that another accepted kind
/// has is none.
pub(super) fn find<'a>(accepted: &'a Authentication, facts: &'a dyn Facts, found: &mut Found<'a>) {
    let tokens = accepted.accepts(CredentialKind::Jwt);
    let signed = accepted.accepts(CredentialKind::Hmac);
    let named = accepted.accepts(CredentialKind::Basic);
    for name in &accepted.headers {
        let values = (0..).map_while(|nth| facts.header_named(name.as_bytes(), nth));
        let is_other = |value: &&[u8]| {
            tokens && bearer::sent(value, accepted).is_some()
                || signed && hmac::after(value).is_some()
                || named && scheme::after(value, "basic").is_some()
        };
        for value in values.filter(|value| !is_other(value)) {
            found.add(Presented::Key(Placed {
                source: Source::Header,
                name,
                value,
            }));
        }
    }
    let query = facts.query().unwrap_or_default();
    for name in &accepted.query {
        for value in query::values(query, name.as_bytes()) {
            found.add(Presented::Key(Placed {
                source: Source::Query,
                name,
                value,
            }));
        }
    }
}

/// Whether it is the key of a credential.
pub(super) fn verify(
    placed: &Placed<'_>,
    snapshot: &Snapshot<'_>,
    keyer: &Keyer,
) -> CredentialVerdict {
    let mut decoded = [0; MAX_LEN + 1];
    let value = match placed.source {
        Source::Header => placed.value,
        Source::Query => query::decode(placed.value, &mut decoded),
    };
    match ApiKey::parse(value) {
        Ok(parsed) => look_up(snapshot, parsed, value, keyer),
        Err(fault) => imported(snapshot, value, fault, keyer, placed),
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
    #[cfg(test)]
    did(&[Step::Digest, Step::Compare]);
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
    placed: &Placed<'_>,
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
        place: placed.place(),
        fault,
    }
}
