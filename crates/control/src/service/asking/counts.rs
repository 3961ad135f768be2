//! Refusals, counted.

use super::calls::{MOST_TURNED, Shape, Wanted, read};
use super::{Asking, unread};
use crate::service::Service;
use crate::{Actor, Refusal};
use postern_calllog::{Group, GroupBy, Outcome, Series};
use postern_explain::Audience;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What counts as a refusal.
const REFUSALS: [Outcome; 2] = [Outcome::Refused, Outcome::OriginRefused];

/// Rows read at once.
const PART: usize = 2_000;

impl Service {
    /// Counts refusals.
    pub(in crate::service) async fn denials(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let mut filter = wanted.filter()?;
        let reach = self.reach(actor);
        let audience = reach.counts(&filter)?;
        let by = read("group", wanted.by.as_ref(), grouping, || {
            "code, app, operation, service, fault, address, status".to_owned()
        })?;
        let only = filter.outcome.take();
        if only.is_some_and(|only| !REFUSALS.contains(&only)) {
            return Err(Refusal::invalid("only refusals are counted")
                .help("expected as `outcome`: refused, origin_refused"));
        }
        let mut counts = Counts {
            by: by.unwrap_or(GroupBy::Code),
            only,
            limit: wanted.limit.unwrap_or(50).min(MOST_TURNED),
            totals: [0; 2],
            groups: HashMap::new(),
            series: wanted.series()?,
            with_allowed: false,
            more: false,
        };
        let shape = Shape {
            reach,
            detail: false,
            filter,
        };
        self.ask(move |asking| {
            // What rows hide is not in the numbers either.
            let phrase = shape.filter.phrase.is_some() && !shape.reach.is_everything();
            if audience == Audience::Consumer || phrase {
                counts.one_by_one(asking, &shape)?;
            } else {
                counts.at_once(asking, &shape)?;
            }
            Ok(counts.told())
        })
        .await
    }
}

/// What is counted.
struct Counts {
    by: GroupBy,
    /// Of which refusals there are groups; none: of all.
    only: Option<Outcome>,
    limit: usize,
    /// As in [`REFUSALS`].
    totals: [u64; 2],
    groups: HashMap<Option<String>, Group>,
    series: Option<Series>,
    /// Whether the series has what passed, too.
    with_allowed: bool,
    /// Whether there is more than was looked at.
    more: bool,
}

impl Counts {
    /// The log counts.
    fn at_once(&mut self, asking: &Asking, shape: &Shape) -> Result<(), Refusal> {
        let reader = asking.reader();
        let mut filter = shape.filter.clone();
        if let Some(series) = self.series.take() {
            // What is allowed has no such thing as a code.
            self.with_allowed =
                filter.code.is_none() && filter.stage.is_none() && filter.fault.is_none();
            let series = reader.series(&filter, series);
            self.series = Some(series.map_err(|error| unread(&error))?);
        }
        for (outcome, total) in REFUSALS.into_iter().zip(&mut self.totals) {
            filter.outcome = Some(outcome);
            *total = reader.count(&filter).map_err(|error| unread(&error))?;
            if self.only.is_some_and(|only| only != outcome) {
                continue;
            }
            let found = reader.groups(&filter, self.by, MOST_TURNED);
            for group in found.map_err(|error| unread(&error))? {
                add(&mut self.groups, group);
            }
        }
        Ok(())
    }

    /// The newest refusals, as they are known.
    fn one_by_one(&mut self, asking: &Asking, shape: &Shape) -> Result<(), Refusal> {
        let reader = asking.reader();
        let (mut sought, most) = shape.sought();
        sought.whose = shape.reach.whose();
        let mut looked = 0;
        for (outcome, total) in REFUSALS.into_iter().zip(&mut self.totals) {
            sought.outcome = Some(outcome);
            let mut before = None;
            while looked < most {
                let page = reader.search(&sought, PART, before);
                let page = page.map_err(|error| unread(&error))?;
                looked += page.entries.len();
                for entry in page.entries {
                    let Some((_, known)) = shape.known(&entry) else {
                        continue;
                    };
                    let (count, millis) = (known.represents(), known.id.millis());
                    *total += count;
                    if let Some(series) = &mut self.series {
                        series.add(millis, outcome, count);
                    }
                    if self.only.is_none_or(|only| only == outcome) {
                        let group = Group {
                            key: self.by.key(&known),
                            count,
                            first: millis,
                            last: millis,
                            example: known.id,
                        };
                        add(&mut self.groups, group);
                    }
                }
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            self.more |= before.is_some();
        }
        Ok(())
    }

    /// As it is answered, the largest group first.
    fn told(self) -> Value {
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.key.cmp(&b.key)));
        let more = self.more || groups.len() > self.limit;
        groups.truncate(self.limit);
        let rows = groups.iter().map(|group| {
            json!({
                "key": group.key,
                "count": group.count,
                "first_ms": group.first,
                "last_ms": group.last,
                "example": group.example.encode().as_str(),
            })
        });
        let [refused, origin_refused] = self.totals;
        let mut answer = json!({
            "total": match self.only {
                Some(Outcome::Refused) => refused,
                Some(_) => origin_refused,
                None => refused + origin_refused,
            },
            "refused": refused,
            "origin_refused": origin_refused,
            "groups": rows.collect::<Vec<_>>(),
            "more": more,
        });
        if let Some(series) = &self.series {
            put(&mut answer, "series", slices(series, self.with_allowed));
        }
        answer
    }
}

fn add(groups: &mut HashMap<Option<String>, Group>, group: Group) {
    let known = groups.entry(group.key.clone());
    known
        .and_modify(|known| {
            known.count += group.count;
            known.first = known.first.min(group.first);
            known.last = known.last.max(group.last);
            known.example = known.example.max(group.example);
        })
        .or_insert(group);
}

fn put(answer: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = answer {
        members.insert(name.to_owned(), value);
    }
}

/// Parts of a time as they are answered; `allowed`: with what passed.
fn slices(series: &Series, allowed: bool) -> Value {
    let told = series.slices().iter().map(|slice| {
        let mut told = json!({
            "from_ms": slice.from,
            "until_ms": slice.until,
            "refused": slice.refused,
            "origin_refused": slice.origin_refused,
        });
        if allowed {
            put(&mut told, "allowed", slice.allowed.into());
        }
        told
    });
    told.collect()
}

fn grouping(name: &str) -> Option<GroupBy> {
    Some(match name {
        "code" => GroupBy::Code,
        "app" => GroupBy::App,
        "operation" => GroupBy::Operation,
        "service" => GroupBy::Service,
        "fault" => GroupBy::Fault,
        "address" => GroupBy::Address,
        "status" => GroupBy::Status,
        _ => return None,
    })
}
