//! Explaining: why a request was refused, what opens the gate, and what operations ask for.
//!
//! Owns what `postern why` and `postern can` say: every reason and not only the first, near misses,
//! fixes that are proved by deciding the recorded facts again, since when, and what was different
//! when the same call last passed. It decides nothing by itself: the one machine of
//! `postern-policy` does, over the facts of a record. Refuses to own records, stores and sockets:
//! who asks brings facts, documents and history along.
//!
//! What an audience may not read is left out while the explanation is made, not when it is shown.

mod again;
mod asked;
mod blame;
mod callers;
mod changed;
mod compare;
mod decide;
mod document;
mod expectation;
mod explain;
mod explanation;
mod fix;
mod made;
mod overlay;
mod passed;
mod picture;
mod record;
mod render;
mod replay;
mod requirements;
mod since;
#[cfg(test)]
mod tests;
mod time;
mod wire;
mod world;

pub use again::{Again, again};
pub use callers::{Access, Callable, Callers, CallingApp, access_of, routed, who_can};
pub use compare::Last;
pub use document::{Change, Documents, PatchError, merge_patch};
pub use expectation::{Met, Tested, Testing, test};
pub use explain::{Other, Question, explain, refusal};
pub use explanation::{
    Asked, Audience, Comparison, Difference, Evidence, Explanation, Fix, LimitState, NewKey,
    NotKnown, Passed, Proof, Reach, Refusal, Since, Step, Told, Value, Verdict, Who,
};
pub use fix::unproved;
pub use made::{Answer, Body, Located, MadeUp, QuestionError, can, rank};
pub use record::{ReadError, RecordedDenial, denial_from_json};
pub use render::Style;
pub use replay::{
    Counters, NotTold, Of, Outcome as ReplayOutcome, Outcomes as ReplayOutcomes, ReplayDifference,
    ReplayGroup, Replayed, Request as ReplayedRequest, Side, Tally, Uncounted,
};
pub use requirements::{
    Connection as AskedOfConnection, Credentials, Header as HeaderAsked, Limit as LimitAsked,
    Network, PossibleRefusal, Requirements, Retry, Role, Scope, requirements,
};
pub use since::{History, Made, RowChange};
pub use wire::{
    Body as CapturedBody, Capture, Change as WireChange, Changed, Changes, Got, Header, Masked,
    Message, Wire,
};
pub use world::{ApplyError, World, compile};
