//! One refused request while fixes are looked for.

use crate::decide::Decided;
use crate::explanation::Audience;
use crate::world::World;
use postern_model::denial::{Denial, Value};
use postern_model::entity::{Level, Name, Operation, Policy, Service};
use postern_policy::{Facts, Rules};
use serde_json::Value as Json;

pub(crate) struct Case<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) decided: &'a Decided,
    /// When fixes are asked for: Unix time in seconds.
    pub(crate) now: i64,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        world: &'a World<'a>,
        facts: &'a dyn Facts,
        decided: &'a Decided,
        now: i64,
    ) -> Self {
        Self {
            world,
            facts,
            decided,
            now,
        }
    }

    pub(crate) fn rules(&self) -> &'a Rules {
        self.world.snapshot.rules
    }

    pub(crate) fn document(&self, kind: &str, id: &str) -> Option<&'a Json> {
        self.world.documents.get(kind, id)
    }

    pub(crate) fn service(&self) -> Option<&'a Service> {
        let route = self.decided.route.as_ref()?;
        Some(self.rules().service(route))
    }

    pub(crate) fn operation(&self) -> Option<&'a Operation> {
        let route = self.decided.route.as_ref()?;
        Some(self.rules().operation(route))
    }

    /// Names of service, version and operation.
    pub(crate) fn place(&self) -> Option<(&'a Name, &'a Name, &'a Name)> {
        let route = self.decided.route.as_ref()?;
        let rules = self.rules();
        let names = (
            &rules.service(route).name,
            &rules.version(route).name,
            &rules.operation(route).name,
        );
        Some(names)
    }

    /// The documents of the policies that may have made a refusal: of that name and kind, and in
    /// force for the operation. Each with who may change it.
    pub(crate) fn policies(
        &self,
        denial: &Denial,
        kind: &str,
    ) -> Vec<(&'a String, &'a Json, &'a Policy)> {
        let (Some(name), Some(route)) = (&denial.policy, &self.decided.route) else {
            return Vec::new();
        };
        let all = &self.rules().configuration().policies;
        let holding = self.rules().effective_policies(route).into_iter();
        holding
            .filter(|effective| effective.replaced_by.is_none())
            .filter_map(|effective| all.get(effective.policy))
            .filter(|policy| policy.name == *name && policy.rule.kind() == kind)
            .filter_map(|policy| {
                let mut documents = self.world.documents.of_kind("policy");
                let (id, document) =
                    documents.find(|(id, document)| is_document_of(policy, id, document))?;
                Some((id, document, policy))
            })
            .collect()
    }

    /// Who may change a policy, at the narrowest.
    pub(crate) fn audience_of(policy: &Policy) -> Audience {
        match &policy.level {
            Level::Platform => Audience::Operator,
            Level::Tenant(_) | Level::Service(_) | Level::Version(..) | Level::Operation(..) => {
                Audience::Publisher
            }
        }
    }

    /// Who may change a list, at the narrowest.
    pub(crate) fn audience_of_list(&self, document: &Json) -> Audience {
        let owner = document.get("tenant").and_then(Json::as_str);
        let tenant = self.service().and_then(|service| service.tenant.as_deref());
        if owner.is_some() && owner == tenant {
            Audience::Publisher
        } else {
            Audience::Operator
        }
    }
}

/// Whether a document is the one that a policy was made from.
fn is_document_of(policy: &Policy, id: &str, document: &Json) -> bool {
    let text =
        |value: &Json, field: &str| value.get(field).and_then(Json::as_str).map(str::to_owned);
    let kind = text(document, "kind").unwrap_or_default();
    let kind = match kind.as_str() {
        "rate" | "spacing" | "concurrency" | "quota" => "limit",
        other => other,
    };
    let name = text(document, "name").unwrap_or_else(|| id.to_owned());
    let Some(on) = document.get("on") else {
        return false;
    };
    let at = |field: &str, wanted: Option<&Name>| {
        text(on, field).as_deref() == wanted.map(AsRef::as_ref)
    };
    let level = match &policy.level {
        Level::Platform => on.as_str() == Some("platform"),
        Level::Tenant(tenant) => at("tenant", Some(tenant)),
        Level::Service(service) => {
            at("service", Some(service)) && at("version", None) && at("operation", None)
        }
        Level::Version(service, version) => {
            at("service", Some(service)) && at("version", Some(version)) && at("operation", None)
        }
        Level::Operation(service, version, operation) => {
            // Where there is one version only, it need not be named.
            let is_version = at("version", Some(version)) || at("version", None);
            at("service", Some(service)) && is_version && at("operation", Some(operation))
        }
    };
    name == *policy.name && kind == policy.rule.kind() && level
}

/// The texts in a refusal's evidence of that name.
pub(crate) fn texts<'d>(denial: &'d Denial, name: &str) -> Vec<&'d str> {
    match denial.evidence(name) {
        Some(Value::Text(text)) => vec![text],
        Some(Value::List(list)) => list.iter().map(AsRef::as_ref).collect(),
        Some(Value::Number(_)) | None => Vec::new(),
    }
}

pub(crate) fn text<'d>(denial: &'d Denial, name: &str) -> Option<&'d str> {
    texts(denial, name).into_iter().next()
}

pub(crate) fn number(denial: &Denial, name: &str) -> Option<u64> {
    match denial.evidence(name)? {
        Value::Number(number) => Some(*number),
        Value::Text(_) | Value::List(_) => None,
    }
}

/// A text of others as one word of a command; `None` if a shell might take it for more.
pub(crate) fn plain(text: &str) -> Option<&str> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@+,=%".contains(&b);
    let begins = text.bytes().next().is_some_and(|first| first != b'-');
    (begins && text.len() <= 255 && text.bytes().all(fits)).then_some(text)
}

/// The texts in a document's field: one, or several.
pub(crate) fn strings(document: &Json, field: &str) -> Vec<String> {
    match document.get(field) {
        Some(Json::String(text)) => vec![text.clone()],
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
