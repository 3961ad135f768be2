//! Versions that will be retired.

use super::{days, happened, text};
use crate::Refusal;
use crate::notify::happened::{Happened, Who};
use crate::notify::tell::Teller;
use jiff::Timestamp;
use postern_model::permission::Point;
use postern_outbound::mail::{Stage, Template, Version};
use postern_outbound::webhook::EventKind;
use postern_store::{Document, Kind, Scope, Store};
use serde_json::{Value, json};

pub(super) async fn versions(
    store: &Store,
    teller: &Teller<'_>,
    now: Timestamp,
) -> Result<Vec<Happened>, Refusal> {
    let visit = |found: &mut Vec<(String, Value)>, document: Document| {
        if document.json.contains("\"sunset_at\"")
            && let Ok(value) = document.value()
        {
            found.push((document.id.into(), value));
        }
    };
    let scope = Scope::Kind(Kind::new("service")?);
    let (_, services) = store.fold(scope, Vec::new(), visit).await?;
    let mut told = Vec::new();
    for (service, value) in &services {
        let publisher = value.get("tenant").and_then(Value::as_str);
        let publisher = publisher.map(str::to_owned);
        let versions = value.get("versions").and_then(Value::as_object);
        for (version, value) in versions.into_iter().flatten() {
            let end = text(value, "sunset_at").parse::<Timestamp>();
            let days = end
                .ok()
                .and_then(|end| days(now, end).map(|days| (end, days)));
            let Some((end, days)) = days.filter(|(_, days)| *days > 0) else {
                continue;
            };
            let successor = value.get("successor").and_then(Value::as_str);
            let data = json!({
                "service": service, "version": version, "sunset_at": end.to_string(), "days": days,
            });
            let name = [&**service, version, &end.to_string(), &days.to_string()];
            let who = Who::Subscribers(service.clone());
            told.push(Happened {
                parties: vec![
                    Who::Publisher(service.clone()).told(),
                    who.mailed(Point::SubscriptionsRequest),
                ],
                mail: Some(Template::Version {
                    version: Version {
                        publisher: publisher.clone(),
                        service: service.clone(),
                        version: version.clone(),
                        successor: successor.map(str::to_owned),
                    },
                    stage: Stage::Retiring { at: end },
                    apps: Vec::new(),
                    link: format!("{}/services/{service}", teller.links()),
                }),
                ..happened(EventKind::VersionRetiring, name, now, data)
            });
        }
    }
    Ok(told)
}
