//! Whether who was let in would still be: asked again of requests that take long.

use crate::decision::Depth;
use crate::facts::Facts;
use crate::identity::Identity;
use crate::snapshot::Snapshot;
use crate::stages::{Outcome, STAGES};
use crate::walk::{Progress, Walk};
use postern_model::Stage;
use postern_model::denial::{Code, Denial};

/// The stages that ask who calls and what they may.
const ASKED: [Stage; 4] = [
    Stage::Authenticate,
    Stage::Account,
    Stage::Subscription,
    Stage::Authorize,
];

impl Walk {
    /// Why who was let in would not be let in any more, by what the directory says now; none if they
    /// would, and of who had to prove nothing. `facts` hold the verdict about the credential.
    pub fn lapsed(&self, snapshot: &Snapshot<'_>, facts: &dyn Facts) -> Option<Denial> {
        self.identity()?;
        let mut progress = self.progress().again();
        let asked = STAGES.iter().filter(|line| ASKED.contains(&line.stage));
        asked.flat_map(|line| line.checks).find_map(|check| {
            match check(&mut progress, snapshot, facts) {
                Outcome::Pass => None,
                Outcome::Refuse(denial) => Some(denial),
                // What cannot be found out now is not good.
                _ => Some(Denial::new(Code::Internal)),
            }
        })
    }
}

impl Progress {
    /// The same request before it was known who calls.
    fn again(&self) -> Self {
        Self {
            method: self.method,
            websocket: self.websocket,
            client: self.client,
            scheme: self.scheme,
            route: self.route,
            environment: self.environment,
            depth: Depth::FirstDenial,
            ..Self::default()
        }
    }
}

impl Identity {
    /// When it ends by itself, at the earliest; Unix time in seconds.
    pub fn ends_at(&self) -> Option<i64> {
        let subscription = self.subscription.as_ref();
        let subscription = subscription.and_then(|row| row.expires_at);
        // The tokens of a session are refreshed.
        let token = match &self.session {
            Some(session) => Some(session.ends_at),
            None => self.token.as_ref().and_then(|token| token.expires_at),
        };
        [self.credential.expires_at, subscription, token]
            .into_iter()
            .flatten()
            .min()
    }
}

#[cfg(test)]
mod tests;
