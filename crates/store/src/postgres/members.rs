//! Members of a document by which lists are filtered, beside its JSON.

use serde::Deserialize;
use serde_json::Value;

/// The members that are text, and that PostgreSQL can keep.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) app: Option<String>,
    pub(super) service: Option<String>,
    pub(super) state: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) email: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) user: Option<String>,
    pub(super) service_account: Option<String>,
}

#[derive(Deserialize)]
struct Any {
    app: Option<Value>,
    service: Option<Value>,
    state: Option<Value>,
    tenant: Option<Value>,
    email: Option<Value>,
    subject: Option<Value>,
    user: Option<Value>,
    service_account: Option<Value>,
}

impl Members {
    /// Of a document that the store wrote.
    pub(super) fn of(json: &str) -> Self {
        let text = |value: Option<Value>| match value {
            Some(Value::String(text)) if !text.contains('\0') => Some(text),
            _ => None,
        };
        serde_json::from_str(json).map_or_else(
            |_| Self::default(),
            |any: Any| Self {
                app: text(any.app),
                service: text(any.service),
                state: text(any.state),
                tenant: text(any.tenant),
                email: text(any.email),
                subject: text(any.subject),
                user: text(any.user),
                service_account: text(any.service_account),
            },
        )
    }
}
