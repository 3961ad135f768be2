//! From one directory to the next: what a change set does to it.

use super::alike::{
    few_formats, few_revocations, new_keys, one_revocation, one_subscription, unlike,
};
use super::rows::{named, read};
use crate::Refusal;
use postern_config::Known;
use postern_model::entity::{Accounts, Name};
use postern_policy::{Change, Directory};
use postern_store::{Entry, Proposal};
use std::collections::HashSet;

/// Whether everything is known that the directory refers to.
pub(super) fn holds(directory: &Directory, known: &Known) -> bool {
    let mut subscriptions = directory.subscriptions();
    let mut credentials = directory.credentials();
    let (mut groups, mut apps) = (directory.groups(), directory.apps());
    let mut revocations = directory.token_revocations();
    subscriptions.all(|row| known.has_all_of_subscription(row))
        && credentials.all(|row| known.has_all_of_credential(row))
        && groups.all(|row| known.has_all_of_group(row))
        && apps.all(|row| known.has_all_of_app(row))
        && revocations.all(|row| known.has_all_of_token_revocation(row))
}

/// The directory after a change set, of which this was read.
pub(super) fn with(
    directory: &Directory,
    proposal: &Proposal<'_>,
    accounts: Accounts,
) -> Result<Directory, Refusal> {
    let changes = changes(proposal.entries(), accounts)?;
    let (removed, put): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_removal);
    let sequence = proposal.head().sequence;
    let before = directory.with_all(removed, sequence);
    for change in &put {
        if let Change::PutSubscription(row) = change {
            one_subscription(&before, row)?;
        }
    }
    let revokes = |change: &Change| matches!(change, Change::PutTokenRevocation(_));
    let revokes = put.iter().any(revokes);
    one_revocation(&before, &put)?;
    let new = new_keys(directory, &put);
    let after = before.with_all(put, sequence);
    unlike(&after, &new)?;
    few_formats(&after)?;
    if revokes {
        few_revocations(&after)?;
    }
    Ok(after)
}

/// What changed, as changes of the directory.
fn changes(entries: &[Entry], mut accounts: Accounts) -> Result<Vec<Change>, Refusal> {
    let touched: HashSet<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry.kind.as_str(), &*entry.id))
        .collect();
    let is = |kind: &'static str, id: &Name| touched.contains(&(kind, &**id));
    let mut changes = Vec::new();
    for entry in entries {
        match entry.kind.as_str() {
            "credential" if entry.after.is_none() => {
                changes.push(Change::RemoveCredential((&*entry.id).into()));
            }
            // It may have been about other tokens.
            "token_revocation" => {
                changes.push(Change::RemoveTokenRevocation((&*entry.id).into()));
            }
            "subscription" => {
                // It may have been for another app or service.
                let before = read(entry.before.as_deref())?.unwrap_or_default();
                if let (Some(app), Some(service)) =
                    (named(&before, "app"), named(&before, "service"))
                {
                    changes.push(Change::RemoveSubscription {
                        app: app.into(),
                        service: service.into(),
                    });
                }
            }
            _ => {}
        }
    }
    accounts.tenants.retain(|row| is("tenant", &row.name));
    accounts.groups.retain(|row| is("group", &row.name));
    accounts.apps.retain(|row| is("app", &row.name));
    changes.extend(puts(accounts));
    Ok(changes)
}

const fn is_removal(change: &Change) -> bool {
    matches!(
        change,
        Change::RemoveCredential(_)
            | Change::RemoveSubscription { .. }
            | Change::RemoveTokenRevocation(_)
    )
}

/// All of these, put into a directory: each kind after those that it refers to.
pub(super) fn puts(accounts: Accounts) -> impl Iterator<Item = Change> {
    let tenants = accounts.tenants.into_iter().map(Change::PutTenant);
    tenants
        .chain(accounts.groups.into_iter().map(Change::PutGroup))
        .chain(accounts.apps.into_iter().map(Change::PutApp))
        .chain(accounts.credentials.into_iter().map(Change::PutCredential))
        .chain(
            accounts
                .subscriptions
                .into_iter()
                .map(Change::PutSubscription),
        )
        .chain(
            accounts
                .token_revocations
                .into_iter()
                .map(Change::PutTokenRevocation),
        )
}
