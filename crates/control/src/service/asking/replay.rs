//! The call log, decided by what is in force and by what might be.

use super::passed;
use super::reach::Reach;
use super::{Asking, unread};
use crate::service::Service;
use crate::service::replaying::{ReplayReport, Stopped};
use crate::socket::Items;
use crate::{Actor, Refusal};
use postern_calllog::{Entry, Filter, Outcome};
use postern_explain::{
    Audience, Counters, Of, ReplayOutcome, ReplayOutcomes, ReplayedRequest, Side, Tally,
};
use postern_model::Stage;
use postern_policy::{Directory, Recorded, Rules, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Revisions whose rules are kept compiled.
const REVISIONS: usize = 8;
/// Between two looks at the clock, in rows.
const LOOK: u64 = 256;
/// Words about how far it has come that wait for whoever reads slowly.
const WAITING: usize = 8;
/// Between two words about how far it has come.
const BEAT: Duration = Duration::from_millis(500);

/// What might be served.
pub(in crate::service) struct Prospect {
    /// The rules; `None`: those that are in force.
    pub(in crate::service) rules: Option<Rules>,
    /// Who may call what.
    pub(in crate::service) directory: Arc<Directory>,
    /// Whether the credential of that id is proved by something else there.
    pub(in crate::service) proves_otherwise: Box<dyn Fn(&str) -> bool + Send>,
    /// Counters for what is in force, and for what might be.
    pub(in crate::service) counters: [Box<dyn Counters>; 2],
}

/// Which requests.
#[derive(Debug, Clone)]
pub(in crate::service) struct Window {
    pub(in crate::service) from: u64,
    pub(in crate::service) until: u64,
    pub(in crate::service) tenant: Option<Arc<str>>,
    pub(in crate::service) service: Option<Arc<str>>,
    /// How long may be worked at it.
    pub(in crate::service) patience: Duration,
}

impl Window {
    /// Whether a request is one that is told of.
    fn has(&self, entry: &Entry) -> bool {
        let same =
            |wanted: &Option<Arc<str>>, is: &Option<Arc<str>>| wanted.is_none() || wanted == is;
        same(&self.tenant, &entry.tenant) && same(&self.service, &entry.service)
    }
}

/// The facts of a refusal, alone.
#[derive(Deserialize)]
struct Kept {
    facts: Option<Recorded>,
}

/// How far it has come.
struct Progress {
    begun: Instant,
    told: Instant,
    send: mpsc::Sender<Value>,
}

impl Service {
    /// Decides the requests of a time by what is in force and by what might be.
    pub(in crate::service) async fn replay_log(
        &self,
        actor: &Actor,
        prospect: Prospect,
        window: Window,
        replies: &mut dyn Items,
    ) -> Result<ReplayReport, Refusal> {
        let reach = self.reach(actor);
        // One at a time: it takes a processor as long as it lasts.
        let place = self.replays.clone().acquire_owned().await;
        let (send, mut receive) = mpsc::channel(WAITING);
        let work = self.ask_slowly(move |asking| {
            let report = asking.replayed(&reach, prospect, &window, send);
            drop(place);
            report
        });
        let telling = async {
            while let Some(word) = receive.recv().await {
                if replies.item(word).await.is_err() {
                    break;
                }
            }
            // Whoever left is found out about by the sender.
            drop(receive);
        };
        let (report, ()) = tokio::join!(work, telling);
        report
    }
}

impl Asking {
    /// Decides the requests of a time by both, the oldest first.
    fn replayed(
        &self,
        reach: &Reach,
        prospect: Prospect,
        window: &Window,
        send: mpsc::Sender<Value>,
    ) -> Result<ReplayReport, Refusal> {
        let (rules, directory) = (self.running.rules(), self.running.directory());
        let in_force = (*rules).as_ref();
        let [mut counted, mut counting] = prospect.counters;
        let mut before = Side {
            snapshot: Snapshot {
                rules: in_force,
                directory: &directory,
            },
            counters: &mut *counted,
            proves_otherwise: &|_| false,
        };
        let mut after = Side {
            snapshot: Snapshot {
                rules: prospect.rules.as_ref().unwrap_or(in_force),
                directory: &prospect.directory,
            },
            counters: &mut *counting,
            proves_otherwise: &*prospect.proves_otherwise,
        };
        let now = Instant::now();
        let mut progress = Progress {
            begun: now,
            told: now,
            send,
        };
        let served = self.running.revision().number;
        let mut old = OldRules::new(self);
        let mut tally = Tally::default();
        let (mut own, mut looked, mut last, mut stopped) = (0, 0u64, None, None);
        let filter = Filter {
            from: Some(window.from),
            to: Some(window.until),
            ..Filter::default()
        };
        // Others' requests count, too, where limits are shared; they are told to nobody.
        let scanned = self.reader().scan(&filter, |entry| {
            looked += 1;
            if looked % LOOK == 0 {
                stopped = progress.goes_on(window, entry.id.millis(), looked);
            }
            if stopped.is_some() {
                return false;
            }
            last = Some(entry.id.millis());
            let told = window.has(&entry)
                && reach
                    .of(&entry)
                    .is_some_and(|most| most != Audience::Consumer);
            if entry.outcome == Outcome::Own {
                own += if told { entry.represents() } else { 0 };
                return true;
            }
            let of = Of {
                id: entry.id,
                app: entry.app.as_ref(),
                operation: [&entry.service, &entry.version, &entry.operation].map(Option::as_ref),
            };
            let facts = match old.facts(&entry) {
                Ok(facts) => facts,
                Err(why) => {
                    if told {
                        tally.untold(&of, entry.represents(), why);
                    }
                    return true;
                }
            };
            let request = request(&entry, &facts);
            let mut was = before.decide(&request);
            if matches!(was.first, ReplayOutcome::CannotTell(_)) && entry.revision == served {
                was = recorded(&entry);
            }
            let is = after.decide(&request);
            if told {
                tally.add(&of, entry.represents(), &was, &is);
            }
            true
        });
        let scanned = scanned.map_err(|error| unread(&error))?;
        let took = u64::try_from(progress.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let unreadable = scanned.searched.unreadable.iter();
        Ok(ReplayReport {
            from_ms: window.from,
            until_ms: window.until,
            reached_ms: last,
            oldest_ms: scanned.searched.oldest,
            complete: stopped.is_none() && !scanned.cut,
            stopped,
            took_ms: took,
            answered_by_gateway: own,
            unreadable_days: unreadable.map(|(day, _)| day.to_string()).collect(),
            assumed: ASSUMED.map(str::to_owned).into(),
            counts: tally.finish(),
        })
    }
}

/// What is assumed, in sentences.
const ASSUMED: [&str; 3] = [
    "counters of limits and of addresses had counted nothing before the first of these requests",
    "who may call what is as it is now, with and without the change",
    "requests that one row stands for came at the same moment",
];

impl Progress {
    /// Says how far it is, now and then; why it ends here, if it does.
    fn goes_on(&mut self, window: &Window, at: u64, rows: u64) -> Option<Stopped> {
        let now = Instant::now();
        if now.duration_since(self.begun) > window.patience {
            return Some(Stopped::Time);
        }
        if now.duration_since(self.told) < BEAT {
            return None;
        }
        self.told = now;
        let word = json!({"progress": {
            "rows": rows, "at_ms": at, "from_ms": window.from, "until_ms": window.until,
        }});
        // Nobody waits for the answer any more.
        let gone = matches!(
            self.send.try_send(word),
            Err(mpsc::error::TrySendError::Closed(_))
        );
        gone.then_some(Stopped::Time)
    }
}

/// Rules that requests were decided by.
struct OldRules<'a> {
    asking: &'a Asking,
    seen: HashMap<u64, Option<Arc<Rules>>>,
}

impl<'a> OldRules<'a> {
    fn new(asking: &'a Asking) -> Self {
        Self {
            asking,
            seen: HashMap::new(),
        }
    }

    fn get(&mut self, revision: u64) -> Option<Arc<Rules>> {
        if let Some(known) = self.seen.get(&revision) {
            return known.clone();
        }
        if self.seen.len() >= REVISIONS {
            // Requests come in order, and hardly ever go back to older rules.
            self.seen.clear();
        }
        let rules = self.asking.old(revision).map(|(rules, _)| rules);
        self.seen.insert(revision, rules.clone());
        rules
    }

    /// What was kept of a request; else why it cannot be decided.
    fn facts(&mut self, entry: &Entry) -> Result<Recorded, &'static str> {
        if let Some(detail) = entry.detail.as_deref()
            && entry.facts.bytes().is_none()
        {
            let kept: Option<Kept> = serde_json::from_slice(detail).ok();
            return kept.and_then(|kept| kept.facts).ok_or("nothing was kept");
        }
        if entry.facts.bytes().is_none() {
            return Err("nothing was kept");
        }
        // Of one that passed, facts are read by the rules that let it pass.
        let rules = self.get(entry.revision).ok_or("the rules of that time")?;
        passed::facts(entry, &rules).ok_or("the rules of that time")
    }
}

fn request<'a>(entry: &Entry, facts: &'a Recorded) -> ReplayedRequest<'a> {
    let at = i64::try_from(entry.id.millis()).unwrap_or(i64::MAX);
    let took = i64::try_from(entry.duration / 1000).unwrap_or(i64::MAX);
    ReplayedRequest {
        facts,
        at,
        until: at.saturating_add(took),
        represents: entry.represents(),
        body: entry.bytes_in,
    }
}

/// What the stages decided then; how it ended is not their business.
fn recorded(entry: &Entry) -> ReplayOutcomes {
    let refused = entry.code.filter(|code| code.row().stage < Stage::Upstream);
    let policy = || entry.policy.as_deref().map(Into::into);
    ReplayOutcomes {
        first: refused.map_or(ReplayOutcome::Passes, |code| {
            ReplayOutcome::Refused(code, policy())
        }),
        crowded: None,
    }
}
