//! Issuers of tokens, as far as the data plane knows more of them than their documents say: how their
//! keys stand, and what relies on them.

use super::concealing::conceal;
use super::{ById, Service, apart};
use crate::ownership::{Look, may_see};
use crate::{Actor, Refusal};
use postern_model::entity::{Authentication, Issuer, IssuerKeys};
use postern_model::permission::Point;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Clients of an issuer that are told at most.
const MOST_CLIENTS: usize = 100;

/// How the keys of an issuer stand, as this process sees it. Times are Unix time in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeysOfIssuer {
    /// The issuer.
    pub issuer: String,
    /// The tenant it belongs to; none: the platform.
    pub tenant: Option<String>,
    /// Where its keys are: `discovery`, `url`, `file` or `secret`; `introspection`: it is asked about
    /// each of its tokens, and has none; `built_in`: they are made here.
    pub kind: String,
    /// That address, or the name of the file.
    pub source: Option<String>,
    /// How many keys count now; none: none are known, or none that are fresh enough, and no token of
    /// it is believed.
    pub keys: Option<usize>,
    /// The names (`kid`) of those that have one.
    pub names: Vec<String>,
    /// How many more are published that are of no use for checking tokens.
    pub left_out: usize,
    /// When they were last fetched, or read from the file.
    pub fetched_ms: Option<i64>,
    /// When they are fetched next.
    pub next_ms: Option<i64>,
    /// Since when they cannot be had.
    pub failing_since_ms: Option<i64>,
    /// Why, at the last try.
    pub error: Option<String>,
    /// Until when those count that were had last, while none can be had.
    pub kept_until_ms: Option<i64>,
}

impl KeysOfIssuer {
    /// What the configuration says of it, of which nothing else is known yet.
    pub fn of(issuer: &Issuer) -> Self {
        let (kind, source) = match &issuer.keys {
            IssuerKeys::Discovery(from) => ("discovery", Some(from.url.to_string())),
            IssuerKeys::Url(from) => ("url", Some(from.url.to_string())),
            IssuerKeys::File(path) => ("file", Some(path.display().to_string())),
            IssuerKeys::Shared(_) => ("secret", None),
            IssuerKeys::BuiltIn(_) => ("built_in", None),
            IssuerKeys::Untold => {
                let asked = issuer.introspection.as_ref();
                ("introspection", asked.map(|asked| asked.url.to_string()))
            }
        };
        Self {
            issuer: issuer.name.to_string(),
            tenant: issuer.tenant.as_ref().map(ToString::to_string),
            kind: kind.to_owned(),
            source,
            ..Self::default()
        }
    }
}

/// All of them that somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeysOfIssuers {
    /// One for each issuer, in the order of their names.
    pub items: Vec<KeysOfIssuer>,
}

/// What relies on an issuer, as far as somebody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UsesOfIssuer {
    /// Services that accept its tokens, or have it sign people in.
    pub services: Vec<String>,
    /// Its clients that are apps: the first hundred.
    pub clients: Vec<ClientOfIssuer>,
    /// Whether there are more.
    pub more: bool,
}

/// A client of an issuer that is an app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ClientOfIssuer {
    /// What the issuer calls it; `*`: every client that is no other app.
    pub client: String,
    /// The app.
    pub app: String,
    /// The credential that says so.
    pub credential: String,
}

/// One issuer, or all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SomeIssuers {
    #[serde(default)]
    id: Option<String>,
}

impl Service {
    /// How the keys of issuers stand: of one, or of all that somebody may see.
    pub(super) fn issuer_keys(&self, actor: &Actor, wanted: &SomeIssuers) -> KeysOfIssuers {
        let configuration = self.running.configuration();
        let look: Look<'_> = &|_, _| None;
        let reads_settings = actor.grants.allow_everywhere(Point::SettingsRead);
        let mut items = self.running.issuer_keys();
        items.retain(|one| {
            let document = json!({ "tenant": one.tenant });
            wanted.id.as_ref().is_none_or(|id| *id == one.issuer)
                && may_see(actor, "issuer", &one.issuer, &document, look)
        });
        if !reads_settings {
            for one in items.iter_mut().filter(|one| one.tenant.is_some()) {
                conceal(&mut one.error, &configuration.egress);
            }
        }
        items.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        KeysOfIssuers { items }
    }

    /// Has the keys of an issuer fetched, or read from their file, now.
    pub(super) async fn issuer_refreshed(
        &self,
        actor: &Actor,
        wanted: ById,
    ) -> Result<KeysOfIssuer, Refusal> {
        let seen = self.see(actor, "issuer", &wanted.id).await?;
        let tenant = seen.document.get("tenant").and_then(|one| one.as_str());
        if !actor.grants.allow(Point::IssuersWrite, tenant) {
            let point = Point::IssuersWrite;
            let message = format!("refreshing its keys takes the permission `{point}`");
            return Err(Refusal::new("forbidden", message));
        }
        self.running.refresh_issuer(&wanted.id).await;
        let id = Some(wanted.id.clone());
        let found = self.issuer_keys(actor, &SomeIssuers { id }).items.pop();
        found.ok_or_else(|| {
            let id = wanted.id.escape_debug();
            Refusal::new("not_found", format!("no issuer `{id}` is served"))
        })
    }

    /// What relies on an issuer.
    ///
    /// # Errors
    /// There is no such issuer for them.
    pub async fn uses_of_issuer(&self, actor: &Actor, id: &str) -> Result<UsesOfIssuer, Refusal> {
        self.see(actor, "issuer", id).await?;
        let configuration = self.running.configuration();
        let issuers = &configuration.issuers;
        let at = issuers.iter().position(|issuer| &*issuer.name == id);
        let relies = |accepted: &Authentication, at: usize| {
            let session = accepted.session.as_deref();
            accepted.issuers.contains(&at) || session.is_some_and(|rule| rule.issuer == at)
        };
        let services = configuration.services.iter().filter(|service| {
            let accepted = service.authentication.as_ref().zip(at);
            accepted.is_some_and(|(one, at)| relies(one, at))
                && actor
                    .grants
                    .allow(Point::ServicesRead, service.tenant.as_deref())
        });
        let services = services.map(|service| service.name.to_string()).collect();
        let directory = self.running.directory();
        let (grants, id) = (actor.grants.clone(), id.to_owned());
        // Of a million credentials each is looked at.
        let mut clients = apart(move || {
            let of = directory.credentials().filter_map(|one| {
                let client = one.proof.client().filter(|one| *one.issuer == *id)?;
                let app = directory.app(&one.app)?;
                let seen = grants.allow(Point::CredentialsRead, Some(&app.tenant));
                seen.then(|| ClientOfIssuer {
                    client: client.id.to_string(),
                    app: one.app.to_string(),
                    credential: one.id.to_string(),
                })
            });
            Ok(of.collect::<Vec<_>>())
        })
        .await?;
        clients.sort_unstable();
        let more = clients.len() > MOST_CLIENTS;
        clients.truncate(MOST_CLIENTS);
        Ok(UsesOfIssuer {
            services,
            clients,
            more,
        })
    }
}
