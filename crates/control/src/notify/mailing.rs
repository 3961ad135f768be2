//! Mails: the queue, the server, the log.

use super::millis;
use super::queue::{Queue, Taken};
use crate::management::mail::{KIND, Mail, Security};
use crate::{Refusal, Service, documents};
use jiff::Timestamp;
use postern_model::Holder;
use postern_outbound::mail::{
    Installation, Login, Mailer, Message, Security as Protection, Server,
};
use postern_outbound::webhook::{Outcome, Schedule};
use postern_outbound::{Clock, Random};
use postern_store::{Kind, Note, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const QUEUE: &str = "mail_queue";
const LOG: &str = "mail_log";

/// Ids of mails that need no more attempts.
const DONE: &str = "mail_done";

/// How long attempts are kept, and that a mail is done, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How long a mail is ours, in milliseconds: longer than sending one takes.
const LEASE_MS: i64 = 120_000;

/// Mails that may wait in one lane.
const MOST_WAITING: usize = 500;

/// Latest time that keys of the log know, in Unix milliseconds: the year 2286.
const LATEST_MS: i64 = 9_999_999_999_999;

/// An attempt to send a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SentMail {
    /// The mail's id, which is a part of its `Message-ID`.
    pub id: String,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When, as RFC 3339 has it.
    pub at: String,
    /// How it ended: `delivered` (the server took it), `failed` (there will be another attempt),
    /// `dead`.
    #[schemars(with = "String")]
    pub outcome: Outcome,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Notes an attempt.
pub(super) async fn log(
    store: &Store,
    line: &SentMail,
    at: Timestamp,
    now_ms: i64,
) -> Result<(), Refusal> {
    // The newest first.
    let before = LATEST_MS.saturating_sub(millis(at)).max(0);
    let note = Note {
        key: format!("{before:013}/{}/{}", line.id, line.attempt).into(),
        value: serde_json::to_value(line)
            .map_err(|error| Refusal::new("failed", error.to_string()))?,
        expires_at_ms: now_ms.saturating_add(KEPT_MS),
    };
    Ok(store.note_put(LOG, note, now_ms).await?)
}

/// How mails are sent; none: they are not.
pub(super) async fn settings(store: &Store) -> Result<Option<Mail>, Refusal> {
    let found = store
        .document(Kind::new(KIND)?, documents::SETTINGS)
        .await?;
    Ok(found.and_then(|document| serde_json::from_str(&document.json).ok()))
}

/// Where links begin, without a slash at the end.
pub(super) fn links(service: &Service, mail: Option<&Mail>) -> String {
    let said = mail.and_then(|mail| mail.links.clone());
    let links = said.unwrap_or_else(|| service.base(None));
    links.trim_end_matches('/').to_owned()
}

/// Who mails come from.
pub(super) fn installation(mail: &Mail) -> Installation {
    Installation {
        name: mail.title.clone().unwrap_or_else(|| "Postern".to_owned()),
    }
}

/// Somebody who hands mails to the server of the settings.
///
/// # Errors
/// What is wrong with the settings.
pub(super) async fn mailer(service: &Service, mail: &Mail, clock: Clock) -> Result<Mailer, String> {
    let dialer = service.dialer().ok_or("this process sends no mails")?;
    let holder = Holder {
        kind: KIND,
        id: documents::SETTINGS,
        tenant: None,
    };
    let login = match &mail.login {
        None => None,
        Some(login) => Some(Login {
            user: login.user.clone(),
            password: service.secret(&login.password, holder).await?,
        }),
    };
    let host_of_from = || {
        let (_, host) = mail.from.rsplit_once('@')?;
        Some(host.trim_end_matches('>').to_owned())
    };
    let hello = mail.hello.clone().or_else(host_of_from);
    let server = Server {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.security {
            Security::Tls => Protection::Tls,
            Security::Starttls => Protection::StartTls,
            Security::None => Protection::None,
        },
        login,
        from: mail.from.clone(),
        hello: hello.unwrap_or_else(|| "localhost".to_owned()),
    };
    Mailer::new(server, dialer.clone(), clock).map_err(|error| error.to_string())
}

/// Sends the mails in the queue.
#[derive(Debug)]
pub(super) struct Mails {
    service: Arc<Service>,
    store: Store,
    queue: Queue<Message>,
    schedule: Schedule,
    clock: Clock,
    random: Random,
}

impl Mails {
    pub(super) fn new(service: Arc<Service>, store: Store, clock: Clock, random: Random) -> Self {
        Self {
            service,
            queue: Queue::new(store.clone(), QUEUE),
            store,
            schedule: Schedule::default(),
            clock,
            random,
        }
    }

    /// Has a mail sent about what happened then, once however often this is asked: what follows the
    /// log may end between telling what a line says and noting that it was read. The mails of a lane
    /// (a tenant) wait for each other, and keep no other's from waiting.
    pub(super) async fn enqueue(
        store: &Store,
        lane: &str,
        message: &Message,
        at: Timestamp,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let done = store.note_get(DONE, &message.id, now_ms).await?;
        if done.is_some() {
            return Ok(());
        }
        let queue = Queue::<Message>::new(store.clone(), QUEUE);
        if queue.count(lane, MOST_WAITING, now_ms).await? >= MOST_WAITING {
            tracing::warn!(
                subject = message.subject,
                lane,
                "too many mails wait; one is not sent"
            );
            return Ok(());
        }
        let (key, message) = (format!("{lane}/{}", message.id), message.clone());
        queue.push(&key, message, millis(at), now_ms).await
    }

    /// Notes that a mail needs no more attempts.
    pub(super) async fn done(store: &Store, id: &str, now_ms: i64) -> Result<(), Refusal> {
        let note = Note {
            key: id.into(),
            value: json!({}),
            expires_at_ms: now_ms.saturating_add(KEPT_MS),
        };
        Ok(store.note_put(DONE, note, now_ms).await?)
    }

    /// Attempts, the newest first, and where the next page begins.
    pub(super) async fn attempts(
        store: &Store,
        after: Option<&str>,
        limit: usize,
        now_ms: i64,
    ) -> Result<(Vec<SentMail>, Option<String>), Refusal> {
        let found = store.notes(LOG, "", after, limit.saturating_add(1), now_ms);
        let mut found = found.await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|note| note.key.to_string());
        let entries = found.into_iter();
        let entries = entries.filter_map(|note| serde_json::from_value(note.value).ok());
        Ok((entries.collect(), next))
    }

    /// Works until it is told to stop.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            let more = self.one().await.unwrap_or_else(|refusal| {
                tracing::warn!(error = %refusal.message, "the queue of mails cannot be used");
                false
            });
            let wait = if more { Duration::ZERO } else { super::POLL };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Sends one mail, so that a process that ends has taken no others with it. Whether there was
    /// one.
    async fn one(&self) -> Result<bool, Refusal> {
        let Some(mail) = settings(&self.store).await? else {
            return Ok(false);
        };
        let now_ms = millis(self.clock.now());
        let taken = self.queue.take(now_ms, LEASE_MS, 1, &[]).await?;
        let Some(taken) = taken.into_iter().next() else {
            return Ok(false);
        };
        let at = self.clock.now();
        let outcome = match mailer(&self.service, &mail, self.clock.clone()).await {
            Ok(mailer) => match mailer.send(&taken.item).await {
                Ok(()) => Ok(()),
                Err(error) => Err((error.to_string(), error.is_transient())),
            },
            // Settings are mended by somebody.
            Err(why) => Err((why, true)),
        };
        self.settle(taken, at, outcome).await?;
        Ok(true)
    }

    async fn settle(
        &self,
        taken: Taken<Message>,
        at: Timestamp,
        outcome: Result<(), (String, bool)>,
    ) -> Result<(), Refusal> {
        let now_ms = millis(self.clock.now());
        let (error, next) = match outcome {
            Ok(()) => (None, None),
            Err((error, transient)) => {
                let wait = (self.schedule)
                    .wait(taken.attempt, self.random.next(), None)
                    .filter(|_| transient);
                (Some(error), wait)
            }
        };
        let outcome = match (&error, next) {
            (None, _) => Outcome::Delivered,
            (Some(_), Some(_)) => Outcome::Failed,
            (Some(_), None) => Outcome::Dead,
        };
        let line = SentMail {
            id: taken.item.id,
            to: taken.item.to,
            subject: taken.item.subject,
            attempt: taken.attempt,
            at: at.to_string(),
            outcome,
            error,
        };
        log(&self.store, &line, at, now_ms).await?;
        if let Some(wait) = next {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            let due = now_ms.saturating_add(wait);
            let again = self.queue.again(&taken.key, taken.attempt, due, now_ms);
            return again.await;
        }
        // Before it leaves the queue.
        Self::done(&self.store, &line.id, now_ms).await?;
        self.queue.done(&taken.key, taken.attempt, now_ms).await
    }
}
