//! The configuration file as types: what the JSON schema and the reference are made from.
//!
//! Every field is optional here, even where the schema requires it: a value that was found to be
//! wrong is left out, so that the rest of the document can still be checked.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod capture;
pub(crate) mod certificate;
pub(crate) mod condition;
pub(crate) mod decider;
mod either;
pub(crate) mod expectation;
pub(crate) mod issuer;
pub(crate) mod list;
pub(crate) mod listener;
pub(crate) mod ownership;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod revocation;
pub(crate) mod role;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod transform;
pub(crate) mod upstream;

use crate::located::{At, Map};
use account::{App, Credential, Subscription, Tenant};
use certificate::{Category, NamedCertificate};
use issuer::Issuer;
use list::{AddressList, Environment};
use listener::Listener;
use ownership::{Assignment, TenantDefaults};
use plan::Plan;
use policy::{Edge, Policy};
use revocation::TokenRevocation;
use role::{AccessRole, Group};
use schemars::JsonSchema;
use serde::Deserialize;
use service::Service;
use settings::{Admin, CallLog, Client, Egress, Forwarding, Geo, Limits, Staleness, Timeouts};
use upstream::Upstream;

/// The configuration of a Postern gateway.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Postern configuration")]
pub(crate) struct Document {
    /// The address of the JSON schema, for editors; the gateway does not look at it.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// Where the gateway listens, by name. Without any, the command line says.
    pub listeners: Option<Map<Listener>>,
    /// Certificates that listeners serve, by name.
    pub certificates: Option<Map<NamedCertificate>>,
    /// The admin address, with metrics and health.
    pub admin: Option<At<Admin>>,
    /// The APIs that are published here, by name.
    pub services: Option<Map<Service>>,
    /// Headings under which services are listed, by name.
    #[serde(rename = "categories")]
    pub _categories: Option<Map<Category>>,
    /// Where requests go, by name.
    pub upstreams: Option<Map<Upstream>>,
    /// Sets of hosts whose requests belong together, by name; any other host is `production`.
    pub environments: Option<Map<Environment>>,
    /// Teams, by name.
    pub tenants: Option<Map<Tenant>>,
    /// Hosts and paths that are assigned to tenants, by name.
    pub assignments: Option<Map<Assignment>>,
    /// What holds for the services of a tenant, by the tenant's name.
    pub tenant_defaults: Option<Map<TenantDefaults>>,
    /// Groups of applications, which carry access roles together, by name.
    pub groups: Option<Map<Group>>,
    /// The applications of tenants, by name.
    pub apps: Option<Map<App>>,
    /// What apps prove themselves with, by id: `key_` and 16 characters, those in the key if it is
    /// one.
    pub credentials: Option<Map<Credential>>,
    /// Limits and scopes that services offer, by name.
    pub plans: Option<Map<Plan>>,
    /// What apps may call, by id, such as `sub_fieldforce`.
    pub subscriptions: Option<Map<Subscription>>,
    /// Whose tokens callers may bring, by name.
    pub issuers: Option<Map<Issuer>>,
    /// Tokens of issuers that are not accepted any more, by id, such as `rev_stolen_laptop`.
    pub token_revocations: Option<Map<TokenRevocation>>,
    /// What callers may call who carry them, by name.
    pub access_roles: Option<Map<AccessRole>>,
    /// Lists of addresses, by name.
    pub lists: Option<Map<AddressList>>,
    /// Rules of one kind each, by name.
    pub policies: Option<Map<Policy>>,
    /// What every address meets before anything is known of its request.
    pub edge: Option<Edge>,
    /// Databases that say in which country an address is, and whose network it is in.
    pub geo: Option<Geo>,
    /// How the client's address is found.
    pub client: Option<At<Client>>,
    /// Bounds of what a client may send or hold.
    pub limits: Option<Limits>,
    /// How long a client may take.
    pub timeouts: Option<Timeouts>,
    /// What nodes do that share a database and do not reach it.
    pub staleness: Option<Staleness>,
    /// Where the gateway may connect to.
    pub egress: Option<Egress>,
    /// What the gateway adds to the requests and responses that it passes on.
    pub forwarding: Option<Forwarding>,
    /// What the call log keeps.
    pub call_log: Option<CallLog>,
}
