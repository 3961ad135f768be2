//! The call log, listed and followed.

use super::known::wider;
use super::reach::Reach;
use super::record::{columns, record};
use super::unread;
use crate::remembered::now;
use crate::service::Service;
use crate::socket::Items;
use crate::{Actor, Refusal};
use ipnet::IpNet;
use postern_calllog::{
    CodeFilter, Column, Empty, Entry, Filter, Followed, Group, GroupBy, Outcome, Series,
    StatusFilter, Subscription,
};
use postern_explain::Audience;
use postern_model::{Fault, RequestId, Stage};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Rows that are listed at most, and those that are listed oldest first.
const MOST: usize = 1_000_000;
/// Rows that are looked at for those who see only some of them.
const MOST_LOOKED_AT: usize = 100_000;
pub(super) const MOST_TURNED: usize = 10_000;
/// Milliseconds of the time that is cut into parts where none is said.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Parts that a time is cut into.
const MOST_BUCKETS: u64 = 200;
/// Rows read at once.
const PAGE: usize = 500;
/// Entries that wait for whoever follows slowly.
const WAITING: usize = 4096;
/// How often whoever follows hears something.
const BEAT: Duration = Duration::from_secs(30);
/// How long is waited for an entry at a time.
const LOOK: Duration = Duration::from_millis(250);

/// Which requests; every condition may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    since_ms: Option<u64>,
    until_ms: Option<u64>,
    outcome: Option<String>,
    code: Option<String>,
    app: Option<Arc<str>>,
    tenant: Option<Arc<str>>,
    service: Option<Arc<str>>,
    version: Option<Arc<str>>,
    operation: Option<Arc<str>>,
    credential: Option<Arc<str>>,
    /// Other columns and what they say.
    #[serde(rename = "where")]
    columns: BTreeMap<String, Arc<str>>,
    /// Columns that say nothing, separated by commas.
    without: Option<String>,
    address: Option<String>,
    status: Option<String>,
    method: Option<Arc<str>>,
    fault: Option<String>,
    stage: Option<String>,
    phrase: Option<Arc<str>>,
    pub(super) limit: Option<usize>,
    /// Oldest first.
    oldest_first: bool,
    /// With what is kept beside the columns.
    detail: bool,
    follow: bool,
    /// Only those before the request of this id.
    before: Option<String>,
    /// What to count by.
    pub(super) by: Option<String>,
    /// Into how many parts of its time it is counted, too.
    pub(super) buckets: Option<u64>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Result<Filter, Refusal> {
        let stages = || (0..).map_while(|at| postern_policy::stages::STAGES.get(at));
        Ok(Filter {
            from: self.since_ms,
            to: self.until_ms,
            outcome: read("outcome", self.outcome.as_ref(), Outcome::parse, || {
                Outcome::ALL.map(Outcome::name).join(", ")
            })?,
            code: read("code", self.code.as_ref(), CodeFilter::parse, || {
                "a code such as `credential.expired`, or a family such as `credential`".to_owned()
            })?,
            app: self.app.clone(),
            tenant: self.tenant.clone(),
            service: self.service.clone(),
            version: self.version.clone(),
            operation: self.operation.clone(),
            columns: self.columns()?,
            without: self.without()?,
            address: read("address", self.address.as_ref(), network, || {
                "an address, or a network such as 203.0.113.0/24".to_owned()
            })?,
            status: read("status", self.status.as_ref(), StatusFilter::parse, || {
                "a status such as 403, or a class such as 4xx".to_owned()
            })?,
            method: self.method.clone(),
            fault: read("fault", self.fault.as_ref(), Fault::parse, || {
                Fault::ALL.map(Fault::name).join(", ")
            })?,
            stage: read(
                "stage",
                self.stage.as_ref(),
                |name| {
                    stages()
                        .map(|one| one.stage)
                        .find(|stage| stage.name() == name)
                },
                || {
                    let names: Vec<&str> = stages().map(|one| Stage::name(one.stage)).collect();
                    names.join(", ")
                },
            )?,
            phrase: self.phrase.clone(),
            whose: None,
        })
    }
}

impl Wanted {
    /// Where a list goes on.
    fn before(&self) -> Result<Option<RequestId>, Refusal> {
        read("request id", self.before.as_ref(), RequestId::parse, || {
            "the `next` of the answer before".to_owned()
        })
    }

    /// The parts of time that are counted one by one, if they are.
    pub(super) fn series(&self) -> Result<Option<Series>, Refusal> {
        let Some(buckets) = self.buckets else {
            return Ok(None);
        };
        if !(1..=MOST_BUCKETS).contains(&buckets) {
            return Err(Refusal::invalid("time is not cut into so many `buckets`")
                .help(format!("1 to {MOST_BUCKETS}")));
        }
        let now = || u64::try_from(now()).unwrap_or_default();
        let until = self.until_ms.unwrap_or_else(now);
        let day_before = || until.saturating_sub(DAY_MS);
        let since = self.since_ms.unwrap_or_else(day_before);
        if since >= until {
            return Err(
                Refusal::invalid("`buckets` need a time that they are parts of")
                    .help("`since_ms` before `until_ms`, or before now"),
            );
        }
        Ok(Some(Series::new(since..until, buckets)))
    }

    fn without(&self) -> Result<Vec<Empty>, Refusal> {
        let named = |name: &str| Empty::ALL.into_iter().find(|empty| empty.name() == name);
        let right = || Empty::ALL.map(Empty::name).join(", ");
        let names = self.without.iter().flat_map(|names| names.split(','));
        let read = |name: &str| read("column", Some(&name.trim().to_owned()), named, right);
        let empty = names.map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(empty.into_iter().flatten().collect())
    }

    fn columns(&self) -> Result<Vec<(Column, Arc<str>)>, Refusal> {
        let named = |name: &str| Column::ALL.into_iter().find(|c| c.name() == name);
        let right = || Column::ALL.map(Column::name).join(", ");
        let credential = self.credential.clone();
        let credential = credential.map(|id| (Column::Credential, id));
        let mut columns: Vec<_> = credential.into_iter().collect();
        for (name, wanted) in &self.columns {
            let column = read("field", Some(name), named, right)?;
            columns.extend(column.map(|column| (column, wanted.clone())));
        }
        Ok(columns)
    }
}

fn network(text: &str) -> Option<IpNet> {
    crate::shorthand::range(text)
}

/// Reads one condition; `right` says what would be one.
pub(super) fn read<T>(
    what: &str,
    text: Option<&String>,
    parse: impl Fn(&str) -> Option<T>,
    right: impl Fn() -> String,
) -> Result<Option<T>, Refusal> {
    let Some(text) = text else {
        return Ok(None);
    };
    parse(text).map(Some).ok_or_else(|| {
        let shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
        Refusal::invalid(format!("`{shown}` is no {what}")).help(format!("expected: {}", right()))
    })
}

impl Service {
    /// Lists requests one by one, and goes on as they come where that is wanted.
    pub(in crate::service) async fn log(
        &self,
        actor: &Actor,
        wanted: Wanted,
        replies: &mut dyn Items,
    ) -> Result<Value, Refusal> {
        let shape = Shape {
            reach: self.reach(actor),
            detail: wanted.detail,
            filter: wanted.filter()?,
        };
        let (filter, most) = shape.sought();
        let following_shape = shape.clone();
        // Before what is there is read, so that nothing falls between the two.
        let following = wanted
            .follow
            .then(|| self.calls.follow(filter.clone(), WAITING));
        // Apps come and go while somebody follows; what is there is whose it is now.
        let filter = Filter {
            whose: shape.reach.whose(),
            ..filter
        };
        let (send, receive) = mpsc::channel(PAGE);
        let limit = wanted.limit.unwrap_or(PAGE).min(MOST);
        let from = wanted.before()?;
        let turned = wanted.oldest_first;
        let listing = self.ask_slowly(move |asking| {
            let reader = asking.reader();
            let mut kept = Vec::new();
            let (mut left, mut before) = (
                if turned {
                    limit.min(MOST_TURNED)
                } else {
                    limit
                },
                from,
            );
            let mut looked = 0;
            while left > 0 && looked < most {
                // Of those who see only some rows, more are looked at than are shown.
                let part = if shape.reach.is_everything() {
                    left.min(PAGE)
                } else {
                    PAGE
                };
                let page = reader.search(&filter, part, before);
                let page = page.map_err(|error| unread(&error))?;
                looked += page.entries.len();
                before = page.next;
                let mut rest = page.entries.into_iter();
                for entry in rest.by_ref() {
                    let Some(row) = shape.of(&entry) else {
                        continue;
                    };
                    left = left.saturating_sub(1);
                    if turned {
                        kept.push(row);
                    } else if send.blocking_send(row).is_err() {
                        return Ok(None);
                    }
                    if left == 0 {
                        let more = before.is_some() || rest.len() > 0;
                        before = more.then_some(entry.id);
                        break;
                    }
                }
                if before.is_none() {
                    break;
                }
            }
            for row in kept.into_iter().rev() {
                if send.blocking_send(row).is_err() {
                    return Ok(None);
                }
            }
            Ok(before)
        });
        // Owns its end, so that the listing ends with whoever went away.
        let giving = give(receive, replies);
        let (next, there) = tokio::join!(listing, giving);
        let next = next?.map(|id| id.encode().as_str().to_owned());
        let Some(following) = following.filter(|_| there) else {
            return Ok(json!({ "more": next.is_some(), "next": next }));
        };
        let (send, receive) = mpsc::channel(PAGE);
        let follow =
            tokio::task::spawn_blocking(move || go_on(&following, &send, &following_shape));
        give(receive, replies).await;
        let _ = follow.await;
        Ok(json!({ "more": false, "next": null }))
    }
}

impl Service {
    /// The newest request of a kind: its time in Unix milliseconds and its id.
    pub(crate) async fn newest_call(
        &self,
        filter: Filter,
    ) -> Result<Option<(u64, String)>, Refusal> {
        self.ask(move |asking| {
            let page = asking.reader().search(&filter, 1, None);
            let page = page.map_err(|error| unread(&error))?;
            let newest = page.entries.first();
            Ok(newest.map(|entry| (entry.start / 1000, entry.id.encode().as_str().to_owned())))
        })
        .await
    }

    /// Requests counted by what they have in common, the most first.
    pub(crate) async fn groups_of_calls(
        &self,
        filter: Filter,
        by: GroupBy,
        most: usize,
    ) -> Result<Vec<Group>, Refusal> {
        self.ask(move |asking| {
            let groups = asking.reader().groups(&filter, by, most);
            groups.map_err(|error| unread(&error))
        })
        .await
    }
}

/// Which rows are shown to whoever asked for them, and how.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) reach: Reach,
    pub(super) detail: bool,
    pub(super) filter: Filter,
}

impl Shape {
    /// What the log is asked for, and how many rows are looked at.
    pub(super) fn sought(&self) -> (Filter, usize) {
        if self.reach.is_everything() {
            return (self.filter.clone(), MOST);
        }
        (wider(&self.filter), MOST_LOOKED_AT)
    }

    /// What is known of a row, if that passes.
    pub(super) fn known(&self, entry: &Entry) -> Option<(Audience, Entry)> {
        let known = self.reach.known(entry)?;
        self.filter.matches(&known.1).then_some(known)
    }

    /// A row; none if it is not for them.
    fn of(&self, entry: &Entry) -> Option<Value> {
        if self.reach.is_everything() {
            let row = if self.detail { record } else { columns };
            return Some(row(entry));
        }
        let (audience, known) = self.known(entry)?;
        Some(narrowed(columns(&known), audience))
    }
}

/// The columns that the publisher, or the consumer, may read.
fn narrowed(mut row: Value, audience: Audience) -> Value {
    const OPERATORS: [&str; 3] = ["peer", "trace", "directory"];
    const PUBLISHERS: [&str; 5] = ["policy", "upstream", "target", "attempts", "revision"];
    if let Value::Object(members) = &mut row {
        let consumer = audience == Audience::Consumer;
        members.retain(|name, _| {
            let name = name.as_str();
            !(OPERATORS.contains(&name) || consumer && PUBLISHERS.contains(&name))
        });
    }
    row
}

/// Sends rows on; `false` if nobody takes them any more.
async fn give(mut rows: mpsc::Receiver<Value>, replies: &mut dyn Items) -> bool {
    while let Some(row) = rows.recv().await {
        if replies.item(row).await.is_err() {
            return false;
        }
    }
    true
}

/// Gives rows as they come, until nobody takes them or the log is closed.
fn go_on(following: &Subscription, send: &mpsc::Sender<Value>, shape: &Shape) {
    let mut last = Instant::now();
    loop {
        let row = match following.next(LOOK) {
            Followed::Entry(entry) => match shape.of(&entry) {
                Some(row) => row,
                None => continue,
            },
            // Whoever listens hears that we are there, and we that they are.
            Followed::Nothing if last.elapsed() >= BEAT => Value::Null,
            Followed::Nothing if send.is_closed() => return,
            Followed::Nothing => continue,
            Followed::Ended => return,
        };
        last = Instant::now();
        if send.blocking_send(row).is_err() {
            return;
        }
        let missed = following.missed();
        if missed > 0 && send.blocking_send(json!({ "missed": missed })).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_cannot_be_met_are_refused_with_what_could() {
        let wanted = |json: Value| serde_json::from_value::<Wanted>(json).unwrap().filter();
        assert!(wanted(json!({"code": "credential", "status": "4xx", "address": "::1"})).is_ok());
        for (name, value) in [
            ("code", "no.code"),
            ("status", "9xx"),
            ("outcome", "lost"),
            ("address", "here"),
            ("fault", "nobody"),
            ("stage", "nowhere"),
        ] {
            let refused = wanted(json!({ name: value })).unwrap_err();
            assert!(refused.message.contains(value), "{refused}");
            assert!(refused.help.is_some());
        }
        let found = wanted(json!({"where": {"environment": "staging"}})).unwrap();
        assert_eq!(found.columns, [(Column::Environment, "staging".into())]);
        let refused = wanted(json!({"where": {"colour": "red"}})).unwrap_err();
        assert_eq!(refused.message, "`colour` is no field");
        assert!(refused.help.unwrap().contains("environment"));
    }
}
