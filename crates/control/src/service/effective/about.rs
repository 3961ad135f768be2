//! Rules about some requests, as texts: what each asks, a text for each condition.

use super::{lists, names};
use postern_model::entity::{Conditions, Configuration, Exceptions, HeaderValues, Values};
use postern_policy::hours::Shown;
use serde_json::{Map, Value, json};

/// The conditions that say something, by the names of their fields.
pub(super) fn conditions(configuration: &Configuration, these: &Conditions) -> Value {
    let mut found = Map::new();
    let mut say = |name: &str, value: Value| {
        let nothing = value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
            || value.is_null();
        if !nothing {
            found.insert(name.to_owned(), value);
        }
    };
    let hours = these.hours.as_ref();
    say("time", json!(hours.map(|hours| Shown(hours).to_string())));
    let methods = these.methods.iter().map(|method| method.as_str());
    say("methods", methods.collect::<Vec<_>>().into());
    say("environments", names(&these.environments));
    say("headers", headers(&these.headers));
    say("media_types", names(&these.media_types));
    say("max_size", json!(these.max_size));
    say("lists", lists(configuration, &these.lists));
    let countries = these.countries.iter().map(ToString::to_string);
    say("countries", countries.collect::<Vec<_>>().into());
    say("apps", names(&these.apps));
    say("groups", names(&these.groups));
    say("access_roles", names(&these.access_roles));
    say("claims", values(&these.claims));
    say("body", values(&these.body));
    found.into()
}

pub(super) fn exceptions(these: &Exceptions) -> Value {
    let parts = [
        ("apps", &these.apps),
        ("groups", &these.groups),
        ("access_roles", &these.access_roles),
    ];
    let said = parts.into_iter().filter(|(_, names)| !names.is_empty());
    said.map(|(name, all)| (name.to_owned(), names(all)))
        .collect::<Map<_, _>>()
        .into()
}

fn headers(these: &[HeaderValues]) -> Value {
    let entries = these.iter();
    entries
        .map(|one| (one.header.to_string(), names(&one.allowed)))
        .collect::<Map<_, _>>()
        .into()
}

fn values(these: &[Values]) -> Value {
    let entries = these.iter();
    entries
        .map(|one| (one.name.to_string(), names(&one.allowed)))
        .collect::<Map<_, _>>()
        .into()
}
