//! Proving a fix, and counting whom else it lets in.

use super::case::Case;
use super::{Candidate, Others};
use crate::decide::Decided;
use crate::document::Change;
use crate::explanation::{NewKey, Proof, Reach, Step};
use crate::overlay::Assumed;
use crate::world::Changed;
use postern_model::Stage;
use postern_model::entity::{Credential, KeyDigest};
use postern_policy::facts::CredentialVerdict;
use postern_policy::{Snapshot, directory};

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
            Step::Change(change) => Some(change.clone()),
            Step::CreateKey(_) | Step::LiftBlock { .. } => None,
        })
        .collect();
    let mut after = case.world.after(&changes).ok()?;
    let mut assumed = Assumed::default();
    let mut premises = Vec::new();
    for candidate in chosen {
        assumed = assumed.and(&candidate.assumed);
        premises.extend(candidate.assuming);
        if let Step::CreateKey(key) = &candidate.step {
            after = after.with_row(directory::Change::PutCredential(credential(key)));
            assumed.credential = Some(CredentialVerdict::Verified { id: NEW_KEY.into() });
            premises.push("the new key is sent");
        }
    }
    let decided = case
        .decided
        .again(&after.snapshot(case.world.snapshot), case.facts, &assumed);
    if !decided.passes() {
        return None;
    }
    let not_checked = decided.not_checked(case.facts);
    let through = through(&not_checked)?;
    if through < refused {
        return None;
    }
    Some(Proved {
        changed: after,
        proof: Proof {
            through: through.name().to_owned(),
            not_checked: not_checked
                .iter()
                .map(|stage| stage.name().to_owned())
                .collect(),
            assumed: (!premises.is_empty()).then(|| premises.join(", ")),
        },
    })
}

/// A key like the one that will be made. What proves it is not looked at.
fn credential(key: &NewKey) -> Credential {
    let scopes = key.scopes.as_ref();
    Credential {
        id: NEW_KEY.into(),
        app: key.app.as_str().into(),
        digest: KeyDigest([0; 32]),
        environment: key.environment.as_str().into(),
        scopes: scopes.map(|scopes| scopes.iter().map(|scope| scope.as_str().into()).collect()),
        not_before: None,
        expires_at: None,
        revoked: None,
        restriction: None,
    }
}

/// The last stage before those that were not checked.
fn through(not_checked: &[Stage]) -> Option<Stage> {
    let end = not_checked.first()?.number();
    STAGES.into_iter().rev().find(|stage| stage.number() < end)
}

/// Those that speak before a request goes on.
const STAGES: [Stage; 15] = [
    Stage::Connection,
    Stage::Client,
    Stage::Edge,
    Stage::Route,
    Stage::Network,
    Stage::Cors,
    Stage::Headers,
    Stage::Authenticate,
    Stage::Csrf,
    Stage::Account,
    Stage::Subscription,
    Stage::Authorize,
    Stage::Limits,
    Stage::Body,
    Stage::Content,
];

/// Decides other refusals again with the same changes.
pub(crate) fn reach(case: &Case<'_>, changed: &Changed, others: Others<'_>) -> Reach {
    let mut reach = Reach {
        sentence: String::new(),
        refusals: 0,
        pass: 0,
        unknown: 0,
        over: others.over.to_owned(),
    };
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
        // What was not read then because it was refused before need not be known.
        let told = through(&after.not_checked(facts)).is_some_and(|through| through >= refused);
        if told {
            reach.pass += 1;
        } else {
            reach.unknown += 1;
        }
    }
    reach
}
