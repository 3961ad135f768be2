//! Proving a fix, and counting whom else it lets in.

use super::case::Case;
use super::{Candidate, Others};
use crate::decide::{Decided, deciding};
use crate::document::Change;
use crate::explanation::{NewKey, Proof, Reach, Step};
use crate::overlay::Assumed;
use crate::passed::look;
use crate::world::Changed;
use postern_model::Stage;
use postern_model::entity::{self, Credential, KeyDigest};
use postern_policy::facts::CredentialVerdict;
use postern_policy::{Facts, Rules, Snapshot, directory};

/// A fix that holds.
pub(crate) struct Proved {
    pub(crate) changed: Changed,
    pub(crate) proof: Proof,
}

/// The id that a key has which is not made yet.
const NEW_KEY: &str = "key_0000000000000000";

/// Decides the facts again with changes applied. `None` unless nothing refuses any more, as far as
/// that can be told, and that reaches past the stage that refused.
pub(crate) fn prove(case: &Case<'_>, chosen: &[&Candidate], refused: Stage) -> Option<Proved> {
    let changes: Vec<Change> = chosen
        .iter()
        .filter_map(|candidate| match &candidate.step {
            Some(Step::Change(change)) => Some(change.clone()),
            Some(Step::CreateKey(_) | Step::LiftBlock { .. } | Step::LiftCaller { .. }) | None => {
                None
            }
        })
        .collect();
    let mut after = case.world.after(&changes).ok()?;
    let mut assumed = Assumed::default();
    let mut premises = Vec::new();
    for candidate in chosen {
        assumed = assumed.and(&candidate.assumed);
        premises.extend(candidate.assuming);
        if let Some(Step::CreateKey(key)) = &candidate.step {
            after = after.with_row(directory::Change::PutCredential(credential(key)));
            assumed.credential = Some(CredentialVerdict::Verified { id: NEW_KEY.into() });
            premises.push("the new key is sent");
        }
    }
    let snapshot = after.snapshot(case.world.snapshot);
    let decided = case.decided.again(&snapshot, case.facts, &assumed);
    if !decided.passes() {
        return None;
    }
    let through = through(snapshot.rules, case.facts, &decided, refused)?;
    Some(Proved {
        proof: Proof {
            through: through.name().to_owned(),
            not_checked: decided
                .not_checked(case.facts)
                .iter()
                .map(|stage| stage.name().to_owned())
                .collect(),
            assumed: (!premises.is_empty()).then(|| premises.join(", ")),
        },
        changed: after,
    })
}

/// A key like the one that will be made. What proves it is not looked at.
fn credential(key: &NewKey) -> Credential {
    let scopes = key.scopes.as_ref();
    Credential {
        id: NEW_KEY.into(),
        app: key.app.as_str().into(),
        proof: entity::Proof::Key(KeyDigest([0; 32])),
        environment: key.environment.as_str().into(),
        scopes: scopes.map(|scopes| scopes.iter().map(|scope| scope.as_str().into()).collect()),
        not_before: None,
        expires_at: None,
        revoked: None,
        restriction: None,
    }
}

/// The last stage that had something to ask and got its answer: `refused`, or one after it. `None`
/// if not even that one was told.
fn through(rules: &Rules, facts: &dyn Facts, decided: &Decided, refused: Stage) -> Option<Stage> {
    if decided.preflight.is_some() {
        // Nothing else is asked of it.
        return Some(Stage::Cors);
    }
    let not_checked = decided.not_checked(facts);
    let end = *not_checked.first()?;
    let asked = |stage: &Stage| look(*stage, rules, facts, decided).0;
    let later = deciding().filter(|stage| *stage > refused && *stage < end);
    (refused < end).then(|| later.rev().find(asked).unwrap_or(refused))
}

/// Decides other refusals again with the same changes. One that nothing refuses any more passes if
/// everything about the request and its caller was told; how counters will stand, and what is in a
/// body, cannot be known of any. Of the rest it cannot be told.
pub(crate) fn reach(case: &Case<'_>, changed: &Changed, others: Others<'_>) -> Reach {
    let mut reach = Reach::nobody(others.over);
    for other in others.refusals {
        let before = Snapshot {
            rules: case.world.snapshot.rules,
            directory: other.directory,
        };
        let (directory, facts) = (changed.rows_in(other.directory), other.facts);
        let snapshot = Snapshot {
            rules: changed.snapshot(before).rules,
            directory: &directory,
        };
        let before = Decided::of(&before, facts);
        let Some(refused) = before.denials.first().map(postern_model::Denial::stage) else {
            continue;
        };
        reach.refusals += 1;
        let after = before.again(&snapshot, facts, &Assumed::default());
        if !after.passes() {
            continue;
        }
        if after.is_told(facts, refused.max(Stage::Authorize)) {
            reach.pass += 1;
        } else {
            reach.unknown += 1;
        }
    }
    reach
}
