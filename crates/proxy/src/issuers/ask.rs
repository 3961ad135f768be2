//! Asking issuers about tokens (RFC 7662).
//!
//! However many requests bring the same token, its issuer is asked once; and only so many questions
//! are under way at a time. An issuer that fails again and again is left alone for a moment, in
//! which nobody waits for it.

use super::fetch::{Fetch, Permit, Question, Reply};
use super::{Issuers, lock, now};
use crate::metrics::{Introspected, Metrics};
use postern_model::Secret;
use postern_model::entity::{Introspection, Issuer, KeyDigest, Name};
use postern_policy::credential::{Answers, Heard, Said, Silence};
use postern_proof::introspection::Answer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// Most questions to one issuer that are under way.
const PLACES: usize = 64;

/// Most tokens of one issuer that wait for an answer.
const WAITING: usize = 1024;

/// How many questions have to fail one after the other before an issuer is left alone, and for how
/// long. One token that it stumbles over is no reason.
const FAILURES: u32 = 8;
const REST: Duration = Duration::from_secs(1);

/// How long it counts that a token is not good, and that nothing is said of it.
const REFUSED: Duration = Duration::from_secs(5);
const FAILED: Duration = Duration::from_secs(1);

/// One issuer that is asked.
#[derive(Debug)]
pub(super) struct Asked {
    issuer: Issuer,
    how: Box<Introspection>,
    permit: Mutex<Permit>,
    fetch: Arc<dyn Fetch>,
    answers: Arc<Answers>,
    metrics: Arc<Metrics>,
    places: Semaphore,
    under_way: Mutex<HashMap<KeyDigest, watch::Receiver<Option<Arc<Heard>>>>>,
    failing: Mutex<Failing>,
}

/// How it failed of late.
#[derive(Debug, Default)]
struct Failing {
    since: Option<i64>,
    times: u32,
    /// Until when nobody asks, and what is said meanwhile.
    rests: Option<(Instant, Silence)>,
}

/// Why there is no answer.
struct Failure {
    error: String,
    rejects_us: bool,
}

impl Failure {
    const fn of_it(error: String) -> Self {
        Self {
            error,
            rejects_us: false,
        }
    }
}

impl Asked {
    /// `None` if it is not asked.
    pub(super) fn new(issuer: &Issuer, permit: Permit, by: &Issuers) -> Option<Arc<Self>> {
        Some(Arc::new(Self {
            how: issuer.introspection.clone()?,
            issuer: issuer.clone(),
            permit: Mutex::new(permit),
            fetch: by.fetch.clone(),
            answers: by.answers.clone(),
            metrics: by.metrics.clone(),
            places: Semaphore::new(PLACES),
            under_way: Mutex::default(),
            failing: Mutex::default(),
        }))
    }

    /// Whether it is that issuer as it is now.
    pub(super) fn is_of(&self, issuer: &Issuer) -> bool {
        self.issuer == *issuer
    }

    pub(super) fn guarded_by(&self, permit: Permit) {
        *lock(&self.permit) = permit;
    }

    /// What it says of a token. `mark` is of the rules by which that is read.
    pub(super) async fn about(
        self: Arc<Self>,
        token: &[u8],
        mark: u32,
        runtime: &Handle,
    ) -> Arc<Heard> {
        if let Some(silence) = self.resting() {
            return self.heard(Said::Nothing(silence));
        }
        let name = self.answers.name(token);
        let Some(mut answer) = self.clone().under_way(name, token, mark, runtime) else {
            return self.heard(Said::Nothing(Silence {
                since: lock(&self.failing).since,
                error: Some("too many questions are under way".into()),
                rejects_us: false,
            }));
        };
        // The question has its own end; this is for one whose task is gone.
        let patience = self.how.timeout * 2;
        let got = tokio::time::timeout(patience, answer.wait_for(Option::is_some)).await;
        if let Ok(Ok(heard)) = got
            && let Some(heard) = &*heard
        {
            return heard.clone();
        }
        let error = format!("it did not answer in {} ms", patience.as_millis());
        self.heard(Said::Nothing(Silence {
            since: lock(&self.failing).since,
            error: Some(error.into()),
            rejects_us: false,
        }))
    }

    /// What tells of the answer about a token; the question is put if nobody has. `None`: too many
    /// wait.
    fn under_way(
        self: Arc<Self>,
        name: KeyDigest,
        token: &[u8],
        mark: u32,
        runtime: &Handle,
    ) -> Option<watch::Receiver<Option<Arc<Heard>>>> {
        let asked = self.clone();
        let mut all = lock(&asked.under_way);
        if let Some(one) = all.get(&name) {
            return Some(one.clone());
        }
        if all.len() >= WAITING {
            return None;
        }
        let (tell, answer) = watch::channel(None);
        all.insert(name, answer.clone());
        let token: Secret<Box<[u8]>> = Secret::new(token.into());
        // On a task of its own: whoever asked first may go away, and others wait, too.
        runtime.spawn(async move {
            let heard = self.question(&token).await;
            let until = self.counts_until(&heard);
            self.answers.put(name, mark, &heard, until);
            lock(&self.under_way).remove(&name);
            let _ = tell.send(Some(heard));
        });
        Some(answer)
    }

    async fn question(&self, token: &Secret<Box<[u8]>>) -> Arc<Heard> {
        let asking = async {
            let _place = self.places.acquire().await;
            let permit = lock(&self.permit).clone();
            let question = Question {
                url: &self.how.url,
                client: &self.how.client,
                secret: &self.how.secret,
                token,
            };
            self.fetch.ask(question, permit).await
        };
        let reply = tokio::time::timeout(self.how.timeout, asking).await;
        let read = match reply {
            Ok(Ok(reply)) => self.read(&reply),
            Ok(Err(error)) => Err(Failure::of_it(error)),
            Err(_) => Err(Failure::of_it(format!(
                "it did not answer in {} ms",
                self.how.timeout.as_millis()
            ))),
        };
        self.metrics.introspected(match &read {
            Ok(Said::Active(_)) => Introspected::Active,
            Ok(_) => Introspected::Inactive,
            Err(failure) if failure.rejects_us => Introspected::Rejected,
            Err(_) => Introspected::Failed,
        });
        self.heard(match read {
            Ok(said) => {
                self.answered();
                said
            }
            Err(failure) => Said::Nothing(self.failed(failure)),
        })
    }

    /// What an answer says.
    fn read(&self, reply: &Reply) -> Result<Said, Failure> {
        match reply.status {
            200 => {}
            // RFC 7662 §2.3: it is we who are not let in, whatever the token is.
            status @ (401 | 403) => {
                return Err(Failure {
                    error: format!(
                        "it does not take the gateway's own client and secret ({status})"
                    ),
                    rejects_us: true,
                });
            }
            status @ 300..=399 => {
                let error = format!("it leads elsewhere ({status}), where no token is sent");
                return Err(Failure::of_it(error));
            }
            status => return Err(Failure::of_it(format!("it answered {status}"))),
        }
        let answer = Answer::read(&reply.body, &self.issuer);
        Ok(
            match answer.map_err(|what| Failure::of_it(format!("its answer {what}")))? {
                Answer::Active(token) => Said::Active(Arc::from(token)),
                Answer::Inactive => Said::Inactive,
                Answer::Foreign { iss } => Said::Foreign(iss),
            },
        )
    }

    fn heard(&self, said: Said) -> Arc<Heard> {
        Arc::new(Heard {
            issuer: self.issuer.name.clone(),
            at: now(),
            said,
        })
    }

    /// Unix time in milliseconds. That a token is good never counts beyond its end.
    fn counts_until(&self, heard: &Heard) -> i64 {
        let span = match &heard.said {
            Said::Active(_) => self.how.keep,
            Said::Inactive | Said::Foreign(_) => self.how.keep.min(REFUSED),
            Said::Nothing(_) => FAILED,
        };
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let until = heard.at.saturating_add(span);
        match &heard.said {
            Said::Active(token) => token
                .expires_at
                .map_or(until, |end| until.min(end.saturating_mul(1000))),
            _ => until,
        }
    }

    /// What is said while it is left alone.
    fn resting(&self) -> Option<Silence> {
        let failing = lock(&self.failing);
        let (until, silence) = failing.rests.as_ref()?;
        (Instant::now() < *until).then(|| silence.clone())
    }

    fn answered(&self) {
        let before = std::mem::take(&mut *lock(&self.failing));
        if before.since.is_some() {
            let issuer = &*self.issuer.name;
            tracing::info!(issuer, "an issuer answers again about its tokens");
        }
    }

    fn failed(&self, failure: Failure) -> Silence {
        let mut failing = lock(&self.failing);
        let first = failing.since.is_none();
        let since = *failing.since.get_or_insert_with(now);
        failing.times = failing.times.saturating_add(1);
        let error: Name = failure.error.into();
        let silence = Silence {
            since: Some(since),
            error: Some(error.clone()),
            rejects_us: failure.rejects_us,
        };
        if failing.times >= FAILURES {
            failing.rests = Some((Instant::now() + REST, silence.clone()));
        }
        drop(failing);
        if first {
            let issuer = &*self.issuer.name;
            tracing::error!(
                issuer,
                "an issuer does not answer about its tokens: {error}"
            );
        }
        silence
    }
}
