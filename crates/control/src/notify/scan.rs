//! What will expire: told 30 days, 7 days and 1 day before.

mod certificates;
mod versions;

pub use certificates::ServedCertificate;

use super::happened::{Happened, Who};
use super::lease::SPACE;
use super::tell::Teller;
use super::{millis, named};
use crate::{Refusal, Service};
use jiff::{SignedDuration, Timestamp};
use postern_model::permission::Point;
use postern_outbound::mail::{Became, Subscription, Template};
use postern_outbound::webhook::EventKind;
use postern_store::{Document, Kind, Note, Scope, Store};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Days before the end on which it is told.
const DAYS: [i64; 3] = [1, 7, 30];

/// For how long after its end it is told that something has expired: longer than the time between
/// two scans.
const LATE: SignedDuration = SignedDuration::from_hours(48);

/// For how long it is remembered that something was told, in milliseconds: longer than it is news.
const REMEMBERED_MS: i64 = 40 * 24 * 60 * 60 * 1000;

/// A document that has an end.
#[derive(Debug)]
struct Ending {
    id: String,
    value: Value,
    end: Timestamp,
}

/// In how many days something ends, as it is told: 1, 7 or 30; 0 where it has ended lately. None
/// where that is no news.
pub(super) fn days(now: Timestamp, end: Timestamp) -> Option<i64> {
    if end <= now {
        return (now.duration_since(end) <= LATE).then_some(0);
    }
    let left = end.duration_since(now);
    DAYS.into_iter()
        .find(|days| left <= SignedDuration::from_hours(24 * days))
}

/// Tells what will expire.
///
/// # Errors
/// The store cannot be used.
pub(super) async fn scan(
    service: &Service,
    store: &Store,
    teller: &Teller<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut found = credentials(store, teller, now).await?;
    found.extend(subscriptions(store, teller, now).await?);
    found.extend(versions::versions(store, teller, now).await?);
    for served in service.running().certificates() {
        found.extend(certificates::certificate(store, served, teller, now).await?);
    }
    for happened in found {
        once(store, teller, happened, now).await?;
    }
    Ok(())
}

/// Tells something unless it was told. It is remembered afterwards: better told twice than never.
async fn once(
    store: &Store,
    teller: &Teller<'_>,
    happened: Happened,
    now: Timestamp,
) -> Result<(), Refusal> {
    let parts: Vec<&str> = happened.name.iter().map(|part| &**part).collect();
    let key = named("told_", &parts);
    let now_ms = millis(now);
    if store.note_get(SPACE, &key, now_ms).await?.is_some() {
        return Ok(());
    }
    teller.tell(happened).await?;
    let note = Note {
        key: key.into(),
        value: json!({}),
        expires_at_ms: now_ms.saturating_add(REMEMBERED_MS),
    };
    Ok(store.note_put(SPACE, note, now_ms).await?)
}

fn text<'a>(document: &'a Value, member: &str) -> &'a str {
    document
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn happened(kind: EventKind, name: [&str; 4], at: Timestamp, data: Value) -> Happened {
    let name = name.into_iter().map(str::to_owned).collect();
    Happened::new(name, kind, at, data)
}

/// Documents of a kind whose `expires_at` is news, and what the others say that `also` picks.
async fn ending(
    store: &Store,
    kind: &str,
    now: Timestamp,
    also: fn(&Value) -> Option<String>,
) -> Result<(Vec<Ending>, HashSet<String>), Refusal> {
    let visit = move |found: &mut (Vec<Ending>, HashSet<String>), document: Document| {
        // Of most documents it can be told without reading them.
        if !document.json.contains("\"expires_at\"") && !document.json.contains("\"replaces\"") {
            return;
        }
        let Ok(value) = document.value() else { return };
        found.1.extend(also(&value));
        let end = text(&value, "expires_at").parse::<Timestamp>();
        if let Some(end) = end.ok().filter(|end| days(now, *end).is_some()) {
            let id = document.id.into();
            found.0.push(Ending { id, value, end });
        }
    };
    let scope = Scope::Kind(Kind::new(kind)?);
    let state = (Vec::new(), HashSet::new());
    Ok(store.fold(scope, state, visit).await?.1)
}

async fn credentials(
    store: &Store,
    teller: &Teller<'_>,
    now: Timestamp,
) -> Result<Vec<Happened>, Refusal> {
    let replaces = |value: &Value| {
        let replaces = value.get("replaces").and_then(Value::as_str);
        replaces.map(str::to_owned)
    };
    let (found, replaced) = ending(store, "credential", now, replaces).await?;
    let told = found.into_iter().filter_map(|Ending { id, value, end }| {
        let days = days(now, end).filter(|days| *days > 0)?;
        // Whoever has another one already waits for the end of this.
        if replaced.contains(&id) || !text(&value, "revoked_at").is_empty() {
            return None;
        }
        let app = text(&value, "app").to_owned();
        let environment = match text(&value, "environment") {
            "" => "production",
            named => named,
        };
        let data = json!({
            "credential": id, "app": app, "environment": environment,
            "expires_at": end.to_string(), "days": days,
        });
        let name = ["credential", &id, &end.to_string(), &days.to_string()];
        let happened = happened(EventKind::CredentialExpiring, name, now, data);
        Some(Happened {
            parties: vec![Who::Owner(app.clone()).mailed(Point::CredentialsWrite)],
            mail: Some(Template::CredentialExpiring {
                app,
                environment: environment.to_owned(),
                expires_at: end,
                link: format!("{}/credentials/{id}", teller.links()),
                credential: id,
            }),
            ..happened
        })
    });
    Ok(told.collect())
}

async fn subscriptions(
    store: &Store,
    teller: &Teller<'_>,
    now: Timestamp,
) -> Result<Vec<Happened>, Refusal> {
    let (found, _) = ending(store, "subscription", now, |_| None).await?;
    let told = found.into_iter().filter_map(|Ending { id, value, end }| {
        let days = days(now, end)?;
        if !matches!(text(&value, "state"), "approved" | "suspended") {
            return None;
        }
        let of = |member: &str| text(&value, member).to_owned();
        let (app, service, plan) = (of("app"), of("service"), of("plan"));
        let data = json!({
            "subscription": id, "app": app, "service": service, "plan": plan,
            "change": if days == 0 { "expired" } else { "expiring" },
            "expires_at": end.to_string(), "days": days,
        });
        let name = ["subscription", &id, &end.to_string(), &days.to_string()];
        let happened = happened(EventKind::SubscriptionChanged, name, now, data);
        Some(Happened {
            parties: vec![
                Who::Owner(app.clone()).mailed(Point::SubscriptionsRequest),
                Who::Publisher(service.clone()).told(),
            ],
            mail: Some(Template::Subscription {
                link: format!("{}/subscriptions/{id}", teller.links()),
                subscription: Subscription {
                    id,
                    app,
                    service,
                    plan,
                },
                became: match days {
                    0 => Became::Expired,
                    _ => Became::Expiring { at: end },
                },
                comment: None,
            }),
            ..happened
        })
    });
    Ok(told.collect())
}
