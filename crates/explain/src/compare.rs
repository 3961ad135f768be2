//! What was different when the same call last passed.

use crate::explanation::{Comparison, Difference};
use postern_model::denial::printable;
use postern_model::entity::{Name, PolicyRule};
use postern_policy::{Facts, Rules};

/// The last allowed request of the same app and operation.
#[derive(Clone, Copy)]
pub struct Last<'a> {
    /// Its id.
    pub id: &'a str,
    /// When: Unix time in milliseconds.
    pub at: i64,
    /// Its client's address.
    pub address: &'a str,
    /// Its credential's id.
    pub credential: Option<&'a str>,
    /// The scopes that counted then, if that was kept.
    pub scopes: Option<&'a [Name]>,
    /// What was kept of the rest, if anything was.
    pub facts: Option<&'a dyn Facts>,
}

impl std::fmt::Debug for Last<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Last")
            .field("id", &self.id)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The same of the refused one.
pub(crate) struct Now<'a> {
    pub(crate) address: Option<String>,
    pub(crate) credential: Option<&'a str>,
    pub(crate) scopes: Vec<&'a Name>,
    pub(crate) facts: &'a dyn Facts,
}

/// Fields that are always compared; what the policies of a configuration name comes on top.
const FIELDS: [&str; 5] = [
    "content-type",
    "content-encoding",
    "expect",
    "origin",
    "user-agent",
];

/// Values of these are never shown.
const SECRET: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
];

pub(crate) fn compare(rules: &Rules, last: &Last<'_>, now: &Now<'_>) -> Comparison {
    let mut differences = Vec::new();
    let mut differ = |what: &str, then: Option<String>, now: Option<String>| {
        if then != now {
            differences.push(Difference {
                what: what.to_owned(),
                then,
                now,
            });
        }
    };
    differ(
        "address",
        Some(last.address.to_owned()),
        now.address.clone(),
    );
    let owned = |id: Option<&str>| id.map(ToOwned::to_owned);
    differ("credential", owned(last.credential), owned(now.credential));
    let scopes = |names: &mut dyn Iterator<Item = &Name>| {
        let mut names: Vec<&str> = names.map(AsRef::as_ref).collect();
        names.sort_unstable();
        Some(names.join(", "))
    };
    if let Some(then) = last.scopes.filter(|_| now.credential.is_some()) {
        differ(
            "scopes",
            scopes(&mut then.iter()),
            scopes(&mut now.scopes.iter().copied()),
        );
    }
    let fields = last.facts.map(|facts| (facts, fields(rules)));
    for (facts, field) in fields
        .iter()
        .flat_map(|(facts, fields)| fields.iter().map(move |field| (*facts, *field)))
    {
        let value = |facts: &dyn Facts| {
            let value = facts.header_named(field.as_bytes(), 0)?;
            Some(if is_secret(rules, field) {
                "(sent)".to_owned()
            } else {
                printable(value, 128)
            })
        };
        differ(field, value(facts), value(now.facts));
    }
    let body = |facts: &dyn Facts| facts.has_body().then(|| "sent".to_owned());
    if let Some(facts) = last.facts {
        differ("body", body(facts), body(now.facts));
    }
    Comparison {
        id: last.id.to_owned(),
        at: last.at,
        differences,
    }
}

fn is_secret(rules: &Rules, field: &str) -> bool {
    let keys = rules
        .configuration()
        .services
        .iter()
        .filter_map(|s| s.authentication.as_ref());
    SECRET.contains(&field)
        || keys
            .flat_map(|a| &a.headers)
            .any(|header| **header == *field)
}

/// The fields that are compared.
fn fields(rules: &Rules) -> Vec<&str> {
    let mut fields: Vec<&str> = FIELDS.to_vec();
    for policy in &rules.configuration().policies {
        if let PolicyRule::Headers(rule) = &policy.rule {
            fields.extend(rule.required.iter().map(AsRef::<str>::as_ref));
            fields.extend(rule.values.iter().map(|values| &*values.header));
        }
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}
