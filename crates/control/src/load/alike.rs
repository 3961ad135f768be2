//! What no two documents of a directory may have in common, and no part of it can show.

use crate::Refusal;
use postern_model::entity::{
    CertificateName, ClientId, Credential, KeyDigest, MOST_TOKEN_REVOCATIONS, Name, Proof,
    Subscription,
};
use postern_model::key::imported::MAX_FORMATS;
use postern_policy::{Change, Directory};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What has to be another for each credential.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Mark {
    /// What is kept of a key; how it was digested elsewhere says nothing.
    Key(KeyDigest),
    Client(ClientId),
    /// What signatures call a key.
    Signs(Name),
    /// A user name, whatever its password is.
    User(Name),
    Certificate(CertificateName),
}

impl Mark {
    fn of(row: &Credential) -> Self {
        match &row.proof {
            Proof::Key(digest) => Self::Key(*digest),
            Proof::Imported(key) => Self::Key(key.digest),
            Proof::Client(client) => Self::Client((**client).clone()),
            Proof::Signing(key) => Self::Signs(key.name.as_ref().unwrap_or(&row.id).clone()),
            Proof::Password(password) => Self::User(password.user.clone()),
            Proof::Certificate(name) => Self::Certificate((**name).clone()),
        }
    }

    /// What it is, and what to do about a second one.
    const fn what(&self) -> (&'static str, &'static str) {
        match self {
            Self::Key(_) | Self::Signs(_) => ("key", "make another key for it"),
            Self::Client(_) => ("client", "one of them is enough"),
            Self::Certificate(_) => ("certificate", "one of them is enough"),
            Self::User(_) => (
                "user name",
                "the name alone finds the credential: choose another one",
            ),
        }
    }
}

/// The marks that credentials get. Most changes of credentials leave them as they are.
pub(super) fn new_keys(before: &Directory, put: &[Change]) -> HashMap<Mark, Name> {
    let new = put.iter().filter_map(|change| match change {
        Change::PutCredential(row) => {
            let known = before.credential(&row.id);
            let kept = known.is_some_and(|known| Mark::of(known) == Mark::of(row));
            (!kept).then(|| (Mark::of(row), row.id.clone()))
        }
        _ => None,
    });
    new.collect()
}

/// Refuses keys that other credentials have. Only a walk through all of them tells.
pub(super) fn unlike(after: &Directory, new: &HashMap<Mark, Name>) -> Result<(), Refusal> {
    if new.is_empty() {
        return Ok(());
    }
    for row in after.credentials() {
        let Some(id) = new.get(&Mark::of(row)).filter(|id| **id != row.id) else {
            continue;
        };
        let tenant = |id: &str| {
            let app = &after.credential(id)?.app;
            after.app(app).map(|app| app.tenant.clone())
        };
        // Nobody is told which keys others have.
        let mark = Mark::of(row);
        let (what, help) = mark.what();
        let message = if tenant(id) == tenant(&row.id) {
            format!("credentials `{}` and `{id}` have the same {what}", row.id)
        } else {
            format!("credential `{id}` has a {what} that is in use already")
        };
        return Err(Refusal::new("configuration", message).help(help));
    }
    Ok(())
}

/// Refuses more formats of imported keys than a request may be charged with.
pub(super) fn few_formats(directory: &Directory) -> Result<(), Refusal> {
    let formats = directory.key_formats().count();
    if formats <= MAX_FORMATS {
        return Ok(());
    }
    let message = format!(
        "imported keys are in {formats} formats, by algorithm and salt; {MAX_FORMATS} are accepted"
    );
    Err(Refusal::new("configuration", message).help("rotate the keys of one format first"))
}

/// Finds credentials with the same key, which the validation of one part cannot see.
pub(super) fn unique(directory: &Directory, mut beginnings: Vec<u64>) -> Result<(), Refusal> {
    beginnings.sort_unstable();
    let alike = beginnings.windows(2).filter_map(|pair| match pair {
        [one, two] if one == two => Some(*one),
        _ => None,
    });
    let alike: HashSet<u64> = alike.collect();
    if alike.is_empty() {
        return Ok(());
    }
    let mut keys: HashMap<Mark, &Name> = HashMap::new();
    let suspects = directory.credentials();
    for row in suspects.filter(|row| alike.contains(&beginning(row))) {
        if let Some(other) = keys.insert(Mark::of(row), &row.id) {
            let (first, second) = (other.min(&row.id), other.max(&row.id));
            let message = format!("credentials `{first}` and `{second}` have the same key");
            return Err(Refusal::new("configuration", message));
        }
    }
    Ok(())
}

/// A number that is all but unique for what proves a credential, and a fraction of it: the first
/// bytes of a digest, say.
pub(super) fn beginning(row: &Credential) -> u64 {
    if let Some(digest) = row.proof.digest() {
        let first = digest.0.first_chunk().copied();
        return u64::from_ne_bytes(first.unwrap_or_default());
    }
    let mut hasher = DefaultHasher::new();
    Mark::of(row).hash(&mut hasher);
    hasher.finish()
}

/// Refuses a second subscription of an app to a service.
pub(super) fn one_subscription(directory: &Directory, row: &Subscription) -> Result<(), Refusal> {
    let other = directory.subscription(&row.app, &row.service);
    let Some(other) = other.filter(|other| other.id != row.id) else {
        return Ok(());
    };
    let message = format!(
        "subscriptions `{}` and `{}` are both of app `{}` to service `{}`",
        other.id, row.id, row.app, row.service
    );
    Err(Refusal::new("configuration", message)
        .help("an app has one subscription to a service: change that one"))
}

/// Refuses a second revocation of the same tokens. Those that a part declares are compared with each
/// other where it is read.
pub(super) fn one_revocation(directory: &Directory, put: &[Change]) -> Result<(), Refusal> {
    for change in put {
        let Change::PutTokenRevocation(row) = change else {
            continue;
        };
        let other = directory.token_revocation_like(row);
        if let Some(other) = other.filter(|other| other.id != row.id) {
            let message = format!(
                "revocations `{}` and `{}` are about the same tokens",
                other.id, row.id
            );
            return Err(Refusal::new("configuration", message).help("change the one that is there"));
        }
    }
    Ok(())
}

/// Refuses more revocations of one issuer's tokens than there may be. Only a walk through all of
/// them tells.
pub(super) fn few_revocations(directory: &Directory) -> Result<(), Refusal> {
    let mut counts: HashMap<&Name, usize> = HashMap::new();
    for row in directory.token_revocations() {
        *counts.entry(&row.issuer).or_default() += 1;
    }
    let many = counts
        .into_iter()
        .find(|(_, count)| *count > MOST_TOKEN_REVOCATIONS);
    let Some((issuer, count)) = many else {
        return Ok(());
    };
    let message = format!(
        "issuer `{issuer}` has {count} revocations of its tokens; {MOST_TOKEN_REVOCATIONS} are \
         accepted"
    );
    Err(Refusal::new("configuration", message)
        .help("remove those that are over, or revoke by client what belongs together"))
}
