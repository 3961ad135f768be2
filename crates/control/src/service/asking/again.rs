//! A recorded request, decided anew by what is in force now.

use super::Asking;
use super::passed;
use super::past::Past;
use super::reach::{Reach, unseen};
use super::told::told;
use super::why::{Kept, Sought};
use crate::Block;
use crate::remembered::now;
use crate::service::Service;
use crate::{Actor, Refusal};
use postern_calllog::Entry;
use postern_explain::{Again, Audience, Explanation, QuestionError, Verdict, again};
use postern_model::Code;
use postern_policy::Recorded;
use postern_policy::facts::{Blocked, EdgeReading};
use postern_policy::policies::LimitUse;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    /// An id or its beginning.
    id: String,
    /// The id of a credential that it is sent with instead of the one that it was sent with.
    #[serde(default)]
    credential: Option<String>,
    /// Who it is told to; as much as may be told, if this is not said.
    #[serde(default)]
    audience: Option<Audience>,
}

impl Service {
    /// Decides a recorded request anew.
    pub(in crate::service) async fn again(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let reach = self.reach(actor);
        self.ask(move |asking| asking.decided_again(&reach, &wanted))
            .await
    }
}

impl Asking {
    fn decided_again(&self, reach: &Reach, wanted: &Wanted) -> Result<Value, Refusal> {
        let (entry, folded) = match self.seek(&wanted.id)? {
            Sought::Found(entry, folded) => (entry, folded),
            Sought::Answer(answer) if reach.is_everything() => return Ok(answer),
            Sought::Answer(_) => return Err(unseen(&wanted.id)),
        };
        let most = reach.of(&entry).ok_or_else(|| unseen(&wanted.id))?;
        let audience = Reach::told(most, wanted.audience);
        if let Some(key) = &wanted.credential {
            self.may_assume(reach, &entry, key)?;
        }
        let kept = Kept::of(&entry).facts;
        // Of one that passed, facts are read by the rules that let it pass.
        let facts = kept.or_else(|| {
            let (rules, _) = Past::new(self, &entry).old(entry.revision)?;
            passed::facts(&entry, &rules)
        });
        let found = match &facts {
            Some(facts) => {
                let key = wanted.credential.as_deref();
                let decide = |audience| self.sent_again(&entry, facts, key, audience);
                // What it reaches now may be somebody else's.
                let first = decide(Audience::Operator)?;
                let asked = &first.asked;
                let app = asked.app.as_deref().or(entry.app.as_deref());
                let now = reach.audience(asked.tenant.as_deref(), app);
                let now = now.ok_or_else(|| unseen(&wanted.id))?;
                match audience.max(now) {
                    Audience::Operator => first,
                    audience => decide(audience)?,
                }
            }
            None => nothing_kept(&entry, audience),
        };
        let allowed = found.verdict == Verdict::Allowed;
        Ok(json!({"found": found, "allowed": allowed, "folded": folded}))
    }

    /// Refuses a key whose app is neither that of the request nor one of theirs, as one that is not
    /// there.
    fn may_assume(&self, reach: &Reach, entry: &Entry, key: &str) -> Result<(), Refusal> {
        let directory = self.running.directory();
        let app = directory.credential(key).map(|row| &*row.app);
        let own = app.is_some_and(|app| {
            entry.app.as_deref() == Some(app) || reach.audience(None, Some(app)).is_some()
        });
        if own {
            return Ok(());
        }
        Err(QuestionError::Key(key.escape_debug().to_string()).into())
    }

    fn sent_again(
        &self,
        entry: &Entry,
        facts: &Recorded,
        key: Option<&str>,
        audience: Audience,
    ) -> Result<Explanation, Refusal> {
        let mut rows = self.rows_of(entry, facts);
        if let Some(key) = key {
            let directory = self.running.directory();
            let app = directory.credential(key).map(|row| row.app.to_string());
            if let Some(app) = app.filter(|app| rows.app.as_ref() != Some(app)) {
                rows = self.rows_of_app(&app, now())?;
            }
            rows.credential = Some(key.to_owned());
        }
        let world = self.now(&rows)?;
        let id = entry.id.encode();
        let edge = self.edge_of(entry);
        let blocks = self.running.caller_blocks();
        let question = Again {
            id: id.as_str(),
            facts,
            key,
            at: now(),
            edge: &edge,
            blocks: &blocks,
        };
        let readings = |uses: &[LimitUse]| Some(self.running.readings(uses));
        let answer = again(&world.world(), &question, &readings, audience)?;
        Ok(answer.explanation)
    }

    /// How the counters of the address stand: whether it is blocked.
    fn edge_of(&self, entry: &Entry) -> EdgeReading {
        let source = self.running.source_of(entry.address());
        let blocks = self.running.blocks();
        let is_of = |block: &Block| block.kind == "address" && block.source == source;
        let block = blocks.into_iter().find(is_of);
        let blocked = block.and_then(|block| {
            Some(Blocked {
                until: block.until_ms,
                trigger: Code::parse(block.trigger.as_deref()?)?,
            })
        });
        EdgeReading {
            blocked,
            exceeded: None,
        }
    }
}

/// Nothing was kept by which it could be decided.
fn nothing_kept(entry: &Entry, audience: Audience) -> Explanation {
    Explanation {
        at: now(),
        verdict: Verdict::CannotTell,
        refusal: None,
        told: None,
        revision: None,
        notes: vec!["nothing was kept of it by which it could be decided again".to_owned()],
        ..told(entry, None, audience)
    }
}
