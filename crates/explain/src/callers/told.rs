//! Answers about who may call what, as data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Callers {
    /// The service.
    pub service: String,
    /// Its version.
    pub version: String,
    /// The operation.
    pub operation: String,
    /// The method.
    pub method: String,
    /// Whether anybody may, without a credential.
    pub everybody: bool,
    /// The apps that may, by name.
    pub apps: Vec<CallingApp>,
    /// Whether there are more, or may be.
    pub more: bool,
}

/// An app that may call an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallingApp {
    /// Its name.
    pub app: String,
    /// Its tenant.
    pub tenant: String,
    /// The plan of its subscription.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plan: Option<String>,
    /// With which credentials, by id; ten at most.
    pub credentials: Vec<String>,
    /// In which environments.
    pub environments: Vec<String>,
}

/// What an app may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AppAccess")]
pub struct Access {
    /// The app.
    pub app: String,
    /// Its tenant.
    pub tenant: String,
    /// The access roles that it carries by itself.
    pub access_roles: Vec<String>,
    /// Its groups, each with what it carries.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The operations that it may call.
    pub operations: Vec<Callable>,
    /// Whether there are more, or may be.
    pub more: bool,
}

/// An operation that an app may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Callable {
    /// The service.
    pub service: String,
    /// Its version.
    pub version: String,
    /// The operation.
    pub operation: String,
    /// The methods; empty: every one that the gateway knows.
    pub methods: Vec<String>,
    /// The whole path template.
    pub path: String,
    /// The plan of its subscription.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plan: Option<String>,
    /// With which credentials, by id; ten at most. None: no credential is needed.
    pub credentials: Vec<String>,
    /// In which environments.
    pub environments: Vec<String>,
}
