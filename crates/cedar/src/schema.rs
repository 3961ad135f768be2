//! The types that policies may speak of. A schema is made for what a document names: headers and
//! pointers into the body are there when somebody has written their names.

use crate::index::{READ, WRITE};
use crate::looks::Looks;
use cedar_policy::Schema;
use postern_model::entity::Method;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The path parameters of the operations for which a document holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Parameters {
    /// Those that every one of them has.
    pub always: BTreeSet<Box<str>>,
    /// Those that only some have.
    pub sometimes: BTreeSet<Box<str>>,
}

impl Parameters {
    /// Of operations, given the parameters of each.
    pub fn of<'a, O, P>(operations: O) -> Self
    where
        O: IntoIterator<Item = P>,
        P: IntoIterator<Item = &'a str>,
    {
        let mut all: BTreeSet<Box<str>> = BTreeSet::new();
        let mut always: Option<BTreeSet<Box<str>>> = None;
        for operation in operations {
            let here: BTreeSet<Box<str>> = operation.into_iter().map(Into::into).collect();
            all.extend(here.iter().cloned());
            always = Some(match always {
                None => here,
                Some(always) => always.intersection(&here).cloned().collect(),
            });
        }
        let always = always.unwrap_or_default();
        Self {
            sometimes: all.difference(&always).cloned().collect(),
            always,
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.always.iter().chain(&self.sometimes).map(AsRef::as_ref)
    }
}

/// What a schema is made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Wanted {
    pub(crate) headers: BTreeSet<Box<str>>,
    pub(crate) body: BTreeSet<Box<str>>,
    pub(crate) parameters: Parameters,
    pub(crate) methods: BTreeSet<Method>,
}

impl Wanted {
    pub(crate) fn new(looks: &Looks, parameters: &Parameters, methods: BTreeSet<Method>) -> Self {
        let named = |all: &BTreeSet<Box<str>>| -> BTreeSet<Box<str>> {
            all.iter()
                .filter(|name| looks.parameters.contains(*name))
                .cloned()
                .collect()
        };
        Self {
            headers: looks.headers.clone(),
            body: looks.body.clone(),
            parameters: Parameters {
                always: named(&parameters.always),
                sometimes: named(&parameters.sometimes),
            },
            methods,
        }
    }

    pub(crate) fn schema(&self) -> Result<Schema, String> {
        let mut path = String::new();
        for (names, mark) in [
            (&self.parameters.always, ""),
            (&self.parameters.sometimes, "?"),
        ] {
            for name in names {
                let _ = write!(path, "{:?}{mark}: String, ", &**name);
            }
        }
        let optional = |names: &BTreeSet<Box<str>>| {
            let mut text = String::new();
            for name in names {
                let _ = write!(text, "{:?}?: String, ", &**name);
            }
            text
        };
        let mut actions = String::new();
        // One method of each kind stands for all that nobody names: they differ by their names only.
        let mut methods = self.methods.clone();
        methods.extend([Method::Get, Method::Post]);
        for method in methods {
            let group = if crate::index::reads(method) {
                READ
            } else {
                WRITE
            };
            let _ = writeln!(
                actions,
                "action {:?} in [Action::{group:?}] appliesTo {{ principal: [App, User, Anonymous], resource: [Operation], context: Asked }};",
                method.as_str(),
            );
        }
        let text = TEMPLATE
            .replace("{who}", WHO)
            .replace("{path}", &path)
            .replace("{headers}", &optional(&self.headers))
            .replace("{body}", &optional(&self.body))
            .replace("{actions}", &actions);
        let read = Schema::from_cedarschema_str(&text);
        read.map(|(schema, _)| schema)
            .map_err(|error| error.to_string())
    }
}

const WHO: &str = "{
    name: String, app: String, tenant: String, environment: String, plan: String,
    groups: Set<String>, access_roles: Set<String>, scopes: Set<String>,
  }";

const TEMPLATE: &str = r#"
namespace Postern {
  entity Tenant;
  entity Group;
  entity AccessRole;
  entity Service in [Tenant];
  entity Version in [Service, Tenant];
  entity App in [Group, AccessRole, Tenant] = {who};
  entity User in [App, Group, AccessRole, Tenant] = {who};
  entity Anonymous = {who};
  entity Operation in [Version, Service, Tenant] = {
    name: String, service: String, version: String, tenant: String, path: { {path} },
  };
  type Token = {
    issuer: String, subject?: String, user?: String, client?: String,
    groups: Set<String>, scopes: Set<String>, audiences: Set<String>,
  };
  type Asked = {
    method: String, host: String, environment: String, secure: Bool,
    client: __cedar::ipaddr, country?: String,
    time: __cedar::datetime, hour: Long, weekday: Long,
    size?: Long,
    token?: Token,
    headers: { {headers} },
    body: { {body} },
  };
  action "read", "write";
  {actions}
}
"#;
