//! What is decided by who calls alone, for an operation that is known: questions about many
//! callers, where nobody sends a request.

use crate::decision::Depth;
use crate::facts::Facts;
use crate::identity::Identity;
use crate::router::Route;
use crate::snapshot::Snapshot;
use crate::stages::{Outcome, STAGES};
use crate::walk::Progress;
use postern_model::Stage;
use postern_model::denial::Denial;
use postern_model::entity::Method;

/// An operation that is asked about, as if a request had been routed to it.
#[derive(Debug, Clone, Copy)]
pub struct Towards<'a> {
    /// The operation, of the snapshot's rules.
    pub route: Route,
    /// The method.
    pub method: Method,
    /// The environment.
    pub environment: &'a str,
}

/// What the stages about callers say.
#[derive(Debug)]
pub struct Judged {
    /// Everything that refuses, in the order of the stages.
    pub denials: Vec<Denial>,
    /// Who calls, with the subscription that counts; `None`: nobody in particular.
    pub identity: Option<Identity>,
    /// Nothing was left open.
    pub is_told: bool,
}

impl Judged {
    /// Whether the caller may call, as far as that hangs on who calls.
    pub fn may_call(&self) -> bool {
        self.is_told && self.denials.is_empty()
    }
}

/// Asks the stages from `authenticate` to `authorize`, and no other. Of a restriction to client
/// addresses nothing is known here, so that it refuses nobody.
pub fn judge(snapshot: &Snapshot<'_>, facts: &dyn Facts, towards: &Towards<'_>) -> Judged {
    let mut progress = Progress {
        method: Some(towards.method),
        route: Some(towards.route),
        depth: Depth::Everything,
        environment: snapshot.rules.environment_index(towards.environment),
        ..Progress::default()
    };
    let mut judged = Judged {
        denials: Vec::new(),
        identity: None,
        is_told: true,
    };
    let lines = STAGES.iter();
    let about = |stage: Stage| (Stage::Authenticate..=Stage::Authorize).contains(&stage);
    for check in lines
        .filter(|line| about(line.stage))
        .flat_map(|l| l.checks)
    {
        match check(&mut progress, snapshot, facts) {
            Outcome::Pass => {}
            Outcome::Refuse(denial) => {
                judged.denials.push(denial);
                judged.denials.append(&mut progress.also);
            }
            Outcome::Need(_) | Outcome::NotKept(_) | Outcome::Own | Outcome::Preflight => {
                judged.is_told = false;
            }
        }
    }
    judged.identity = progress.caller.identity().cloned();
    judged
}
