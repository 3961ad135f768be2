//! Whose a document is, and what it takes to see and to change it.
//!
//! Every way to a document, of the HTTP API and of commands, is judged here: what an endpoint says
//! of the permission it needs is a first look, this is the last one.

mod change;
mod machine;
mod publishing;
mod telling;
#[cfg(test)]
mod tests;

pub(crate) use change::{authorize, judged, stored};
pub(crate) use publishing::APPROVAL_NEEDED;
pub(crate) use telling::told;

use crate::Actor;
use postern_model::permission::Point;
use postern_store::{Belongs, Says, belongs, says};
use serde_json::Value;

/// Whose something is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Nobody's but the platform's.
    Platform,
    /// A tenant's.
    Tenant(String),
}

impl Owner {
    /// The tenant, if it is one's.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::Platform => None,
            Self::Tenant(name) => Some(name),
        }
    }

    fn of(tenant: Option<&Value>) -> Self {
        match tenant.and_then(Value::as_str) {
            Some(name) => Self::Tenant(name.to_owned()),
            None => Self::Platform,
        }
    }
}

/// What it takes to see and to change documents of a kind.
#[derive(Debug, Clone, Copy)]
struct Rights {
    kind: &'static str,
    read: Read,
    write: Point,
}

/// Who sees documents of a kind.
#[derive(Debug, Clone, Copy)]
enum Read {
    /// Whoever signed in.
    Everybody,
    /// Who has this point where the document is.
    With(Point),
}

const fn rights(kind: &'static str, read: Point, write: Point) -> Rights {
    Rights {
        kind,
        read: Read::With(read),
        write,
    }
}

const fn open(kind: &'static str, write: Point) -> Rights {
    Rights {
        kind,
        read: Read::Everybody,
        write,
    }
}

/// Kinds that are not here are settings of the platform.
const RIGHTS: [Rights; 29] = [
    rights(
        "access_role",
        Point::AccessRolesRead,
        Point::AccessRolesWrite,
    ),
    rights("api_document", Point::ServicesRead, Point::ServicesWrite),
    // A tenant sees what it was assigned; only the platform assigns.
    rights("assignment", Point::TenantsRead, Point::SettingsWrite),
    rights("app", Point::AppsRead, Point::AppsWrite),
    open("category", Point::CategoriesWrite),
    rights(
        "certificate",
        Point::CertificatesRead,
        Point::CertificatesWrite,
    ),
    rights(
        "change_request",
        Point::ChangesPropose,
        Point::ChangesPropose,
    ),
    rights(
        "credential",
        Point::CredentialsRead,
        Point::CredentialsWrite,
    ),
    open("environment", Point::EnvironmentsWrite),
    rights("group", Point::GroupsRead, Point::GroupsWrite),
    rights("invitation", Point::MembersRead, Point::MembersWrite),
    rights("issuer", Point::IssuersRead, Point::IssuersWrite),
    rights("list", Point::ListsRead, Point::ListsWrite),
    rights("member", Point::MembersRead, Point::MembersWrite),
    rights("plan", Point::PlansRead, Point::PlansWrite),
    rights("policy", Point::PoliciesRead, Point::PoliciesWrite),
    rights("role", Point::RolesRead, Point::RolesWrite),
    rights("service", Point::ServicesRead, Point::ServicesWrite),
    rights(
        "service_account",
        Point::ServiceAccountsRead,
        Point::ServiceAccountsWrite,
    ),
    rights(
        "subscription",
        Point::SubscriptionsRead,
        Point::SubscriptionsDecide,
    ),
    rights("tenant", Point::TenantsRead, Point::TenantsWrite),
    rights("tenant_default", Point::TenantsRead, Point::TenantsWrite),
    rights(
        "token",
        Point::ServiceAccountsRead,
        Point::ServiceAccountsWrite,
    ),
    // Whoever may end keys may end tokens.
    rights(
        "token_revocation",
        Point::CredentialsRead,
        Point::CredentialsWrite,
    ),
    rights("upstream", Point::UpstreamsRead, Point::UpstreamsWrite),
    rights("user", Point::UsersRead, Point::UsersWrite),
    rights("webhook", Point::WebhooksRead, Point::WebhooksWrite),
    rights(
        "identity_provider",
        Point::SettingsRead,
        Point::SettingsWrite,
    ),
    rights("mail", Point::SettingsRead, Point::SettingsWrite),
];

const SETTINGS: Rights = rights("", Point::SettingsRead, Point::SettingsWrite);

fn rights_of(kind: &str) -> &'static Rights {
    static OTHER: Rights = SETTINGS;
    static ALL: [Rights; 29] = RIGHTS;
    ALL.iter().find(|row| row.kind == kind).unwrap_or(&OTHER)
}

/// The point that changing documents of a kind takes.
pub fn writing(kind: &str) -> Point {
    rights_of(kind).write
}

/// How the documents of a tenant are found among those of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// They name the tenant.
    OverTenants,
    /// They name its apps.
    OverApps,
    /// They name its apps, or its services.
    OverBoth,
    /// By looking at each.
    Otherwise,
}

/// How the documents of a tenant are found.
pub(crate) fn spread(kind: &str) -> Spread {
    match says(kind) {
        Says::Tenant => Spread::OverTenants,
        Says::App => Spread::OverApps,
        Says::Subscription => Spread::OverBoth,
        Says::Platform | Says::Id | Says::Attached | Says::Service | Says::Issuer => {
            Spread::Otherwise
        }
    }
}

/// The tenants whose documents of a kind somebody sees; none: everybody's, and the platform's.
pub(crate) fn tenants_seen(actor: &Actor, kind: &str) -> Option<Vec<String>> {
    let Read::With(point) = rights_of(kind).read else {
        return None;
    };
    if actor.grants.allow_everywhere(point) {
        return None;
    }
    let tenants = actor.grants.tenants_with(point);
    Some(tenants.map(ToString::to_string).collect())
}

/// Finds a document by kind and id; none if there is none.
pub type Look<'a> = &'a dyn Fn(&str, &str) -> Option<Value>;

/// Whose a document is: its owner, and, of a subscription, the tenant of the service after it.
pub fn owners(kind: &str, id: &str, document: &Value, look: Look<'_>) -> (Owner, Option<Owner>) {
    let of = |belongs: Belongs<'_>| match belongs {
        Belongs::Platform => Owner::Platform,
        Belongs::Tenant(tenant) => Owner::Tenant(tenant.to_owned()),
        Belongs::With(kind, id) => {
            let found = look(kind, id);
            Owner::of(found.as_ref().and_then(|found| found.get("tenant")))
        }
    };
    let (owner, other) = belongs(kind, id, document);
    (of(owner), other.map(of))
}

/// Whether somebody may see a document.
pub fn may_see(actor: &Actor, kind: &str, id: &str, document: &Value, look: Look<'_>) -> bool {
    let point = match rights_of(kind).read {
        Read::Everybody => return true,
        Read::With(point) => point,
    };
    if actor.grants.allow_everywhere(point) {
        return true;
    }
    if !actor.grants.allow_somewhere(point) {
        return false;
    }
    let (owner, other) = owners(kind, id, document, look);
    let sees = |owner: &Owner| {
        owner
            .tenant()
            .is_some_and(|t| actor.grants.allow(point, Some(t)))
    };
    sees(&owner) || other.is_some_and(|other| sees(&other))
}
