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

pub(crate) use change::{authorize, stored};
pub(crate) use publishing::APPROVAL_NEEDED;
pub(crate) use telling::told;

use crate::Actor;
use postern_model::permission::Point;
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

/// How a document says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It is the platform's; every one of its kind is.
    Platform,
    /// By its id: it is the tenant.
    Id,
    /// By its member `tenant`; without it, it is the platform's.
    Tenant,
    /// By its app.
    App,
    /// By its app, and by its service: both sides see it.
    Subscription,
    /// By what it is attached to.
    Attached,
    /// By the service in the first part of its id.
    Service,
}

/// What it takes to see and to change documents of a kind.
#[derive(Debug, Clone, Copy)]
struct Rights {
    kind: &'static str,
    read: Read,
    write: Point,
    says: Says,
}

/// Who sees documents of a kind.
#[derive(Debug, Clone, Copy)]
enum Read {
    /// Whoever signed in.
    Everybody,
    /// Who has this point where the document is.
    With(Point),
}

const fn rights(kind: &'static str, read: Point, write: Point, says: Says) -> Rights {
    Rights {
        kind,
        read: Read::With(read),
        write,
        says,
    }
}

const fn open(kind: &'static str, write: Point, says: Says) -> Rights {
    Rights {
        kind,
        read: Read::Everybody,
        write,
        says,
    }
}

/// Kinds that are not here are settings of the platform.
const RIGHTS: [Rights; 27] = [
    rights(
        "access_role",
        Point::AccessRolesRead,
        Point::AccessRolesWrite,
        Says::Tenant,
    ),
    rights(
        "api_document",
        Point::ServicesRead,
        Point::ServicesWrite,
        Says::Service,
    ),
    // A tenant sees what it was assigned; only the platform assigns.
    rights(
        "assignment",
        Point::TenantsRead,
        Point::SettingsWrite,
        Says::Tenant,
    ),
    rights("app", Point::AppsRead, Point::AppsWrite, Says::Tenant),
    open("category", Point::CategoriesWrite, Says::Platform),
    rights(
        "certificate",
        Point::CertificatesRead,
        Point::CertificatesWrite,
        Says::Tenant,
    ),
    rights(
        "change_request",
        Point::ChangesPropose,
        Point::ChangesPropose,
        Says::Tenant,
    ),
    rights(
        "credential",
        Point::CredentialsRead,
        Point::CredentialsWrite,
        Says::App,
    ),
    open("environment", Point::EnvironmentsWrite, Says::Platform),
    rights("group", Point::GroupsRead, Point::GroupsWrite, Says::Tenant),
    rights(
        "invitation",
        Point::MembersRead,
        Point::MembersWrite,
        Says::Tenant,
    ),
    rights("list", Point::ListsRead, Point::ListsWrite, Says::Tenant),
    rights(
        "member",
        Point::MembersRead,
        Point::MembersWrite,
        Says::Tenant,
    ),
    rights("plan", Point::PlansRead, Point::PlansWrite, Says::Tenant),
    rights(
        "policy",
        Point::PoliciesRead,
        Point::PoliciesWrite,
        Says::Attached,
    ),
    rights("role", Point::RolesRead, Point::RolesWrite, Says::Tenant),
    rights(
        "service",
        Point::ServicesRead,
        Point::ServicesWrite,
        Says::Tenant,
    ),
    rights(
        "service_account",
        Point::ServiceAccountsRead,
        Point::ServiceAccountsWrite,
        Says::Tenant,
    ),
    rights(
        "subscription",
        Point::SubscriptionsRead,
        Point::SubscriptionsDecide,
        Says::Subscription,
    ),
    rights("tenant", Point::TenantsRead, Point::TenantsWrite, Says::Id),
    rights(
        "tenant_default",
        Point::TenantsRead,
        Point::TenantsWrite,
        Says::Id,
    ),
    rights(
        "token",
        Point::ServiceAccountsRead,
        Point::ServiceAccountsWrite,
        Says::Tenant,
    ),
    rights(
        "upstream",
        Point::UpstreamsRead,
        Point::UpstreamsWrite,
        Says::Tenant,
    ),
    rights("user", Point::UsersRead, Point::UsersWrite, Says::Platform),
    rights(
        "webhook",
        Point::WebhooksRead,
        Point::WebhooksWrite,
        Says::Tenant,
    ),
    rights(
        "identity_provider",
        Point::SettingsRead,
        Point::SettingsWrite,
        Says::Tenant,
    ),
    rights(
        "mail",
        Point::SettingsRead,
        Point::SettingsWrite,
        Says::Platform,
    ),
];

const SETTINGS: Rights = rights(
    "",
    Point::SettingsRead,
    Point::SettingsWrite,
    Says::Platform,
);

fn rights_of(kind: &str) -> &'static Rights {
    static OTHER: Rights = SETTINGS;
    static ALL: [Rights; 27] = RIGHTS;
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
    match rights_of(kind).says {
        Says::Tenant => Spread::OverTenants,
        Says::App => Spread::OverApps,
        Says::Subscription => Spread::OverBoth,
        Says::Platform | Says::Id | Says::Attached | Says::Service => Spread::Otherwise,
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
    let named = |member: &str| document.get(member).and_then(Value::as_str);
    let of = |kind: &str, id: Option<&str>| {
        let found = id.and_then(|id| look(kind, id));
        Owner::of(found.as_ref().and_then(|found| found.get("tenant")))
    };
    match rights_of(kind).says {
        Says::Platform => (Owner::Platform, None),
        Says::Id => (Owner::Tenant(id.to_owned()), None),
        Says::Tenant => (Owner::of(document.get("tenant")), None),
        Says::App => (of("app", named("app")), None),
        Says::Service => (of("service", id.split('/').next()), None),
        Says::Subscription => (
            of("app", named("app")),
            Some(of("service", named("service"))),
        ),
        Says::Attached => {
            let on = document.get("on").unwrap_or(&Value::Null);
            let service = on.get("service").and_then(Value::as_str);
            let owner = match service {
                Some(service) => of("service", Some(service)),
                None => Owner::of(on.get("tenant")),
            };
            (owner, None)
        }
    }
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
