//! What templates may read.

use crate::json::Json;
use minijinja::Value;
use std::collections::BTreeMap;

/// A request, as templates are shown it. Whoever makes one leaves out what is a credential.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The path that was decided on.
    pub path: &'a str,
    /// The operation's parameters, as they stand in the path, decoded.
    pub params: Vec<(&'a str, String)>,
    /// The parameters of the query, decoded. Of several of one name, the first counts.
    pub query: Vec<(String, String)>,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's id.
    pub id: &'a str,
    /// The service.
    pub service: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The operation.
    pub operation: &'a str,
    /// The environment of the host asked for.
    pub environment: &'a str,
    /// The app that calls, if it is known.
    pub app: Option<&'a str>,
    /// Its tenant.
    pub tenant: Option<&'a str>,
    /// Its plan.
    pub plan: Option<&'a str>,
    /// The user of its token.
    pub user: Option<&'a str>,
}

/// The members of `request`.
pub(crate) const REQUEST: [&str; 14] = [
    "method",
    "path",
    "params",
    "query",
    "headers",
    "id",
    "service",
    "version",
    "operation",
    "environment",
    "app",
    "tenant",
    "plan",
    "user",
];

/// Which members of `request` templates read: the others are not made for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads(u16);

impl Reads {
    /// Any of them: the whole is passed on.
    pub const ALL: Self = Self((1 << REQUEST.len()) - 1);

    fn of(member: &str) -> Self {
        let at = REQUEST.iter().position(|known| *known == member);
        Self(at.map_or(0, |at| 1 << at))
    }

    /// With one member, or with all where it does not say which.
    pub(crate) fn add(&mut self, member: Option<&str>) {
        self.0 |= member.map_or(Self::ALL, Self::of).0;
    }

    /// What both read.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a member is read.
    pub fn has(self, member: &str) -> bool {
        self.0 & Self::of(member).0 != 0
    }
}

/// The members of `response`.
pub(crate) const RESPONSE: [&str; 2] = ["status", "headers"];

/// What the templates of one message read.
#[derive(Debug, Clone)]
pub struct Scene {
    request: Value,
    response: Option<Value>,
}

impl Scene {
    /// Before there is an answer, with what templates read.
    pub fn new(asked: &Asked<'_>, reads: Reads) -> Self {
        let texts = |pairs: &[(String, String)]| {
            let mut map: BTreeMap<String, Value> = BTreeMap::new();
            for (name, value) in pairs {
                map.entry(name.clone())
                    .or_insert_with(|| Value::from(value.as_str()));
            }
            Value::from(map)
        };
        let params = || -> BTreeMap<String, Value> {
            let params = asked.params.iter();
            params
                .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
                .collect()
        };
        let optional = |value: Option<&str>| value.map_or(Value::from(()), Value::from);
        let member = |name: &'static str| match name {
            "method" => Value::from(asked.method),
            "path" => Value::from(asked.path),
            "params" => Value::from(params()),
            "query" => texts(&asked.query),
            "headers" => texts(&joined(&asked.headers)),
            "id" => Value::from(asked.id),
            "service" => Value::from(asked.service),
            "version" => Value::from(asked.version),
            "operation" => Value::from(asked.operation),
            "environment" => Value::from(asked.environment),
            "app" => optional(asked.app),
            "tenant" => optional(asked.tenant),
            "plan" => optional(asked.plan),
            "user" => optional(asked.user),
            _ => Value::UNDEFINED,
        };
        let read = REQUEST.into_iter().filter(|name| reads.has(name));
        let request: BTreeMap<&str, Value> = read.map(|name| (name, member(name))).collect();
        Self {
            request: Value::from(request),
            response: None,
        }
    }

    /// Now that there is an answer.
    pub fn answered(&mut self, status: u16, headers: &[(String, String)]) {
        let headers: BTreeMap<String, Value> = joined(headers)
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)))
            .collect();
        self.response = Some(Value::from(BTreeMap::from([
            ("status", Value::from(status)),
            ("headers", Value::from(headers)),
        ])));
    }

    /// For a template; `body`: that of the message, where it is JSON.
    pub(crate) fn root(&self, body: Option<&Value>) -> Value {
        let mut root = BTreeMap::from([("request", self.request.clone())]);
        if let Some(response) = &self.response {
            root.insert("response", response.clone());
        }
        if let Some(body) = body {
            root.insert("body", body.clone());
        }
        Value::from(root)
    }
}

/// Several fields of one name as one (RFC 9110 §5.3).
fn joined(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        match joined.iter_mut().find(|(other, _)| other == name) {
            Some((_, all)) => {
                all.push_str(", ");
                all.push_str(value);
            }
            None => joined.push((name.clone(), value.clone())),
        }
    }
    joined
}

/// A document as templates read it. A number is one where it can be held as one.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Word(word) => match &**word {
            "null" => Value::from(()),
            "true" => Value::from(true),
            "false" => Value::from(false),
            number => number
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| number.parse::<i128>().map(Value::from))
                .or_else(|_| number.parse::<f64>().map(Value::from))
                .unwrap_or_else(|_| Value::from(number)),
        },
        Json::Text(text) => Value::from(text.as_str()),
        Json::List(items) => items.iter().map(value).collect(),
        Json::Object(members) => {
            let members = members.iter();
            let map: BTreeMap<String, Value> = members
                .map(|(name, member)| (name.clone(), value(member)))
                .collect();
            Value::from(map)
        }
    }
}
