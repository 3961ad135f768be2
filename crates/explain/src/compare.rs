//! What was different when the same call last passed.

use crate::decide::Decided;
use crate::explanation::{Audience, Comparison, Difference};
use crate::since::{History, rows};
use crate::world::World;
use postern_model::denial::{Denial, printable};
use postern_model::entity::{Name, PolicyRule};
use postern_policy::{Facts, Rules, Snapshot};
use std::collections::BTreeSet;

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
    /// The environment of its host.
    pub environment: Option<&'a str>,
    /// Its method.
    pub method: Option<&'a str>,
    /// The numbers of the rules' revisions, then and of the refused request.
    pub revision: [u64; 2],
    /// The directory's sequence numbers, then and of the refused request.
    pub directory: [u64; 2],
    /// What was kept of the rest, and by what it was decided; if anything was kept.
    pub decided: Option<(&'a dyn Facts, Snapshot<'a>)>,
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
    pub(crate) world: &'a World<'a>,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) decided: &'a Decided,
    pub(crate) denial: Option<&'a Denial>,
    pub(crate) history: Option<&'a dyn History>,
    pub(crate) audience: Audience,
}

/// Fields that are always compared; what the policies of a configuration name comes on top.
const FIELDS: [&str; 13] = [
    "accept",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "origin",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-forwarded-for",
];

/// Values of these are never shown.
const SECRET: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
];

pub(crate) fn compare(last: &Last<'_>, now: &Now<'_>) -> Comparison {
    let mut found = Differences::default();
    let (decided, rules) = (now.decided, now.world.snapshot.rules);
    let address = decided.client.map(|client| client.address.to_string());
    found.add("address", Some(last.address), address.as_deref());
    let identity = decided.identity.as_ref();
    let credential = identity.map(|identity| &*identity.credential.id);
    found.add("credential", last.credential, credential);
    let environment = decided.environment.as_deref();
    if environment.is_some() {
        found.add("environment", last.environment, environment);
    }
    let method = printable(now.facts.method(), 64);
    found.add("method", last.method, Some(&method));
    if let Some((facts, snapshot)) = last.decided {
        let then = Decided::of(&snapshot, facts);
        let scopes = [scopes(&then, snapshot.rules), scopes(decided, rules)];
        if let [Some(then), Some(now)] = &scopes {
            found.add("scopes", Some(then), Some(now));
        }
        let roles = [
            access_roles(&then, snapshot.rules),
            access_roles(decided, rules),
        ];
        if let [Some(then), Some(now)] = &roles
            && facts.knows_access_roles()
        {
            found.add("access roles", Some(then), Some(now));
        }
        for field in fields(rules) {
            let secret = is_secret(rules, field);
            let both = [facts, now.facts].map(|facts| Header::of(facts, field, secret));
            found.look(field, &both);
        }
        let sent = |is: bool| is.then_some("sent");
        let both = [facts, now.facts];
        let [then, here] = both.map(|facts| sent(facts.query().is_some()));
        found.add("query", then, here);
        let [then, here] = both.map(|facts| sent(facts.has_body()));
        found.add("body", then, here);
        let [then, here] = both.map(|facts| facts.tls().is_some().then_some("used"));
        found.add("TLS", then, here);
        // What was not kept of the query was not looked for here.
        let _ = (facts.not_kept(), now.facts.not_kept());
    }
    let [then, here] = last.revision.map(|number| number.to_string());
    found.add("revision", Some(&then), Some(&here));
    found.0.extend(changed(last, now));
    Comparison {
        id: last.id.to_owned(),
        at: last.at,
        differences: found.0,
    }
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn add(&mut self, what: &str, then: Option<&str>, now: Option<&str>) {
        if then != now {
            self.0.push(Difference {
                what: what.to_owned(),
                then: then.map(str::to_owned),
                now: now.map(str::to_owned),
            });
        }
    }

    /// Only what is known of both.
    fn look(&mut self, what: &str, [then, now]: &[Header; 2]) {
        let words = |header: &Header| match header {
            Header::Unknown | Header::Absent => None,
            Header::Sent => Some("(sent)".to_owned()),
            Header::Says(value) => Some(value.clone()),
        };
        match (then, now) {
            (Header::Unknown, _)
            | (_, Header::Unknown)
            | (Header::Sent, Header::Says(_))
            | (Header::Says(_), Header::Sent) => {}
            _ => self.add(what, words(then).as_deref(), words(now).as_deref()),
        }
    }
}

/// A header, as far as it is known.
enum Header {
    Unknown,
    Absent,
    /// With a value that is not known, or not shown.
    Sent,
    Says(String),
}

impl Header {
    fn of(facts: &dyn Facts, name: &str, secret: bool) -> Self {
        let value = facts.header_named(name.as_bytes(), 0);
        match (value, facts.not_kept()) {
            (None, Some(_)) => Self::Unknown,
            (None, None) => Self::Absent,
            (Some(_), Some(_)) => Self::Sent,
            (Some(_), None) if secret => Self::Sent,
            (Some(value), None) => Self::Says(printable(value, 128)),
        }
    }
}

/// The scopes that count, if it is known who calls.
fn scopes(decided: &Decided, rules: &Rules) -> Option<String> {
    let identity = decided.identity.as_ref()?;
    let mut names: Vec<&str> = identity.scopes(rules).map(AsRef::as_ref).collect();
    names.sort_unstable();
    Some(names.join(", "))
}

/// The access roles that count and are about the service, if it is known who calls: what the
/// caller may do elsewhere is nothing for its publisher.
fn access_roles(decided: &Decided, rules: &Rules) -> Option<String> {
    let identity = decided.identity.as_ref()?;
    let service = &rules.service(decided.route.as_ref()?).name;
    let about = |role: &&Name| {
        let role = rules.access_role(role);
        role.is_some_and(|role| role.is_about(service))
    };
    let counting = identity.access_roles().filter(about);
    let names: BTreeSet<&str> = counting.map(AsRef::as_ref).collect();
    Some(names.into_iter().collect::<Vec<_>>().join(", "))
}

/// The rows of the decision that were changed in between.
fn changed(last: &Last<'_>, now: &Now<'_>) -> Vec<Difference> {
    let (Some(history), Some(denial)) = (now.history, now.denial) else {
        return Vec::new();
    };
    let [then, here] = last.directory;
    let mut found = Vec::new();
    for (kind, id) in rows(now.world, now.decided, denial) {
        let changes = history.row(kind, &id).into_iter().rev();
        let mut between = changes.filter(|c| c.sequence > then && c.sequence <= here);
        found.extend(between.next().map(|change| {
            let by = match now.audience {
                Audience::Operator => format!(" by {}", change.by.who),
                Audience::Publisher | Audience::Consumer => String::new(),
            };
            Difference {
                what: format!("{kind} `{id}`"),
                then: Some("not yet".to_owned()),
                now: Some(format!("changed{by} (change {})", change.sequence)),
            }
        }));
    }
    found
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
