//! What becomes of the versions of a service.

use super::{Change, add, said, text};
use crate::notify::happened::{Happened, Who};
use postern_model::permission::Point;
use postern_outbound::mail::{Stage, Template, Version};
use postern_outbound::webhook::EventKind;
use serde_json::{Map, Value, json};

impl Change<'_> {
    pub(super) fn service(&self) -> Vec<Happened> {
        let nothing = Map::new();
        let versions = |document| -> Map<String, Value> {
            let found = Value::get(document, "versions").and_then(Value::as_object);
            found.unwrap_or(&nothing).clone()
        };
        let (before, after) = (versions(&self.before), versions(&self.after));
        let told = after.iter().filter_map(|(name, version)| {
            let mut happened = self.version(name, before.get(name), version)?;
            happened.name.push(name.clone());
            Some(happened)
        });
        told.collect()
    }

    fn version(&self, name: &str, before: Option<&Value>, after: &Value) -> Option<Happened> {
        // Where nothing is said, a version is published.
        let state = |version: &Value| match text(version, "state") {
            "" => "published".to_owned(),
            state => state.to_owned(),
        };
        let was = before.map_or_else(|| "draft".to_owned(), state);
        let is = state(after);
        let sunset = said(text(after, "sunset_at"));
        let successor = said(text(after, "successor"));
        let (kind, stage) = match (&*was, &*is) {
            (was, is) if was == is => return None,
            ("draft", "published") => (EventKind::VersionPublished, Stage::Published),
            (_, "deprecated") => {
                let sunset = sunset.as_deref().and_then(|text| text.parse().ok());
                (EventKind::VersionDeprecated, Stage::Deprecated { sunset })
            }
            ("published" | "deprecated", "retired") => (EventKind::VersionRetired, Stage::Retired),
            _ => return None,
        };
        let mut data = json!({"service": self.id, "version": name});
        add(&mut data, "sunset_at", sunset);
        add(&mut data, "successor", successor.clone());
        let service = self.id.to_owned();
        // What is new is for those only to whom it is offered; what ends, for all who may use it.
        let readers = match stage {
            Stage::Published => Who::Offered(service.clone()),
            _ => Who::Subscribers(service.clone()),
        };
        Some(Happened {
            parties: vec![
                Who::Publisher(service.clone()).told(),
                readers.mailed(Point::SubscriptionsRequest),
            ],
            // Whoever subscribes to a service that is new knows what is in it.
            mail: (!self.before.is_null()).then(|| Template::Version {
                version: Version {
                    publisher: said(text(&self.after, "tenant")),
                    service,
                    version: name.to_owned(),
                    successor,
                },
                stage,
                apps: Vec::new(),
                link: self.link("services"),
            }),
            ..self.happened(kind, data)
        })
    }
}
