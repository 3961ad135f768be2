//! A recorded request, decided anew by what is in force now.

use crate::decide::{Decided, fresh};
use crate::explain::{Question, explain};
use crate::explanation::{Audience, Verdict};
use crate::made::{Answer, QuestionError};
use crate::overlay::{Assumed, Overlay};
use crate::world::World;
use postern_policy::Facts;
use postern_policy::facts::{CallerBlock, CredentialVerdict, EdgeReading, Reading};
use postern_policy::policies::LimitUse;
use std::fmt;

/// A request that was recorded, sent once more.
#[derive(Clone, Copy)]
pub struct Again<'a> {
    /// Its id.
    pub id: &'a str,
    /// What was kept of it.
    pub facts: &'a dyn Facts,
    /// The id of the key that it is sent with instead; none: with what it was sent with.
    pub key: Option<&'a str>,
    /// When: Unix time in milliseconds.
    pub at: i64,
    /// How the counters of the address stand.
    pub edge: &'a EdgeReading,
    /// Callers that are blocked for now.
    pub blocks: &'a [CallerBlock],
}

impl fmt::Debug for Again<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Again")
            .field("id", &self.id)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Decides it as it would be decided now. The world's directory is whole: what it does not have is
/// not there. What was not kept of the request cannot be told, and is never guessed. `readings`
/// says how limits stand, in their order; where it knows nothing, nothing was taken from them.
///
/// No fixes are offered: they would be another list than that of the explanation of the record,
/// which is what a fix's number is looked up in.
///
/// # Errors
/// There is no such key.
pub fn again(
    world: &World<'_>,
    again: &Again<'_>,
    readings: &dyn Fn(&[LimitUse]) -> Option<Vec<Reading>>,
    audience: Audience,
) -> Result<Answer, QuestionError> {
    if let Some(key) = again.key
        && world.snapshot.directory.credential(key).is_none()
    {
        return Err(QuestionError::Key(key.to_owned()));
    }
    // A key that nobody had may be somebody's now: whether it was sent with the right secret is not
    // known.
    let made_since = match again.facts.credential() {
        Some(CredentialVerdict::Unknown { id }) => {
            world.snapshot.directory.credential(id).is_some()
        }
        _ => false,
    };
    let _ = again.facts.not_kept();
    let assumed = Assumed {
        credential_forgotten: made_since,
        credential: again
            .key
            .map(|id| CredentialVerdict::Verified { id: id.into() }),
        edge: Some(again.edge.clone()),
        caller_blocks: Some(again.blocks.to_vec()),
        at: Some(again.at),
        whole_directory: true,
        ..Assumed::default()
    };
    let unread = Overlay {
        facts: again.facts,
        assumed: &assumed,
        readings: None,
    };
    let uses = Decided::of(&world.snapshot, &unread).limits;
    let known = readings(&uses).filter(|readings| readings.len() == uses.len());
    let readings = known.unwrap_or_else(|| uses.iter().map(fresh).collect());
    let facts = Overlay {
        readings: Some(&readings),
        ..unread
    };
    let question = Question {
        id: Some(again.id),
        audience,
        offers: false,
        ..Question::new(&facts)
    };
    let mut explanation = explain(world, &question);
    // How long such a body would be is known only when it comes.
    let unmeasured = Decided::of(&world.snapshot, &facts).body_limit.is_some();
    if unmeasured && explanation.verdict == Verdict::Allowed {
        explanation.verdict = Verdict::CannotTell;
    }
    Ok(Answer::of(explanation))
}
