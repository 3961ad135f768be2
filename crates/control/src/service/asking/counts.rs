//! Refusals, counted.

use super::calls::{MOST_TURNED, PAGE, Shape, Wanted, read};
use super::{Asking, unread};
use crate::service::Service;
use crate::{Actor, Refusal};
use postern_calllog::{Group, GroupBy, Outcome};
use postern_explain::Audience;
use serde_json::{Value, json};
use std::collections::HashMap;

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
        let by = by.unwrap_or(GroupBy::Code);
        let limit = wanted.limit.unwrap_or(50).min(MOST_TURNED);
        // What rows hide is not in the numbers either.
        if audience == Audience::Consumer || filter.phrase.is_some() && !reach.is_everything() {
            let shape = Shape {
                reach,
                detail: false,
                filter,
            };
            return self
                .ask(move |asking| counted(asking, &shape, by, limit))
                .await;
        }
        self.ask(move |asking| {
            let reader = asking.reader();
            let (mut groups, mut total): (HashMap<Option<String>, Group>, u64) =
                (HashMap::new(), 0);
            for outcome in [Outcome::Refused, Outcome::OriginRefused] {
                filter.outcome = Some(outcome);
                total += reader.count(&filter).map_err(|error| unread(&error))?;
                let found = reader.groups(&filter, by, MOST_TURNED);
                for group in found.map_err(|error| unread(&error))? {
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
            }
            Ok(told(total, groups.into_values().collect(), limit))
        })
        .await
    }
}

/// The newest refusals, counted one by one as they are known.
fn counted(asking: &Asking, shape: &Shape, by: GroupBy, limit: usize) -> Result<Value, Refusal> {
    let reader = asking.reader();
    let (mut sought, most) = shape.sought();
    let (mut groups, mut total): (HashMap<Option<String>, Group>, u64) = (HashMap::new(), 0);
    let mut more = false;
    for outcome in [Outcome::Refused, Outcome::OriginRefused] {
        sought.outcome = Some(outcome);
        let (mut before, mut looked) = (None, 0);
        while looked < most {
            let page = reader.search(&sought, PAGE, before);
            let page = page.map_err(|error| unread(&error))?;
            looked += PAGE;
            for entry in page.entries {
                let Some((_, known)) = shape.known(&entry) else {
                    continue;
                };
                let (count, key) = (known.represents(), by.key(&known));
                total += count;
                let group = groups.entry(key.clone()).or_insert_with(|| Group {
                    key,
                    count: 0,
                    first: u64::MAX,
                    last: 0,
                    example: known.id,
                });
                group.count += count;
                group.first = group.first.min(known.id.millis());
                group.last = group.last.max(known.id.millis());
                group.example = group.example.max(known.id);
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        more |= before.is_some();
    }
    let mut answer = told(total, groups.into_values().collect(), limit);
    if let (true, Value::Object(members)) = (more, &mut answer) {
        members.insert("more".to_owned(), true.into());
    }
    Ok(answer)
}

/// Groups as they are answered, the largest first.
fn told(total: u64, mut groups: Vec<Group>, limit: usize) -> Value {
    groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.key.cmp(&b.key)));
    let more = groups.len() > limit;
    groups.truncate(limit);
    let rows = groups.iter().map(|group| {
        json!({
            "key": group.key,
            "count": group.count,
            "first_ms": group.first,
            "last_ms": group.last,
            "example": group.example.encode().as_str(),
        })
    });
    json!({
        "total": total,
        "groups": rows.collect::<Vec<_>>(),
        "more": more,
    })
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
