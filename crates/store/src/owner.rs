//! Whose documents are: said by themselves, or by what they name. The one table of it, by which
//! rights are judged, the audit trail is told apart, and parts of a configuration are cut out.

use serde_json::Value;

#[cfg(test)]
mod tests;

/// How documents of a kind say whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// They are the platform's; every one of their kind is.
    Platform,
    /// By their id: it is the tenant.
    Id,
    /// By their member `tenant`; without it, they are the platform's.
    Tenant,
    /// By their app.
    App,
    /// By their issuer.
    Issuer,
    /// By their app, and by their service: both sides see them.
    Subscription,
    /// By what they are attached to.
    Attached,
    /// By the service in the first part of their id.
    Service,
}

/// Kinds that are not here are the platform's.
const SAYS: [(&str, Says); 26] = [
    ("access_role", Says::Tenant),
    ("api_document", Says::Service),
    ("app", Says::Tenant),
    ("assignment", Says::Tenant),
    ("certificate", Says::Tenant),
    ("change_request", Says::Tenant),
    ("credential", Says::App),
    ("group", Says::Tenant),
    ("identity_provider", Says::Tenant),
    ("invitation", Says::Tenant),
    ("issuer", Says::Tenant),
    ("list", Says::Tenant),
    ("member", Says::Tenant),
    ("plan", Says::Tenant),
    ("policy", Says::Attached),
    ("role", Says::Tenant),
    ("service", Says::Tenant),
    ("service_account", Says::Tenant),
    ("subscription", Says::Subscription),
    ("tenant", Says::Id),
    ("tenant_default", Says::Id),
    ("token", Says::Tenant),
    ("token_revocation", Says::Issuer),
    ("upstream", Says::Tenant),
    ("user", Says::Platform),
    ("webhook", Says::Tenant),
];

/// How documents of a kind say whose they are.
pub fn says(kind: &str) -> Says {
    let row = SAYS.iter().find(|(name, _)| *name == kind);
    row.map_or(Says::Platform, |(_, says)| *says)
}

/// Whose a document is, as far as it says so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs<'a> {
    /// To the platform.
    Platform,
    /// To a tenant.
    Tenant(&'a str),
    /// To whom the document of this kind and id belongs, which says it in its member `tenant`.
    With(&'static str, &'a str),
}

/// Whose a document is, and, of a subscription, whose its service is after it.
pub fn belongs<'a>(
    kind: &str,
    id: &'a str,
    document: &'a Value,
) -> (Belongs<'a>, Option<Belongs<'a>>) {
    fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
        value.get(member)?.as_str()
    }
    let with = |kind, name: Option<&'a str>| match name {
        Some(name) => Belongs::With(kind, name),
        None => Belongs::Platform,
    };
    let tenant = |value| match text(value, "tenant") {
        Some(tenant) => Belongs::Tenant(tenant),
        None => Belongs::Platform,
    };
    let one = match says(kind) {
        Says::Platform => Belongs::Platform,
        Says::Id => Belongs::Tenant(id),
        Says::Tenant => tenant(document),
        Says::App => with("app", text(document, "app")),
        Says::Issuer => with("issuer", text(document, "issuer")),
        Says::Service => with("service", id.split('/').next()),
        Says::Subscription => {
            let service = with("service", text(document, "service"));
            return (with("app", text(document, "app")), Some(service));
        }
        Says::Attached => match document.get("on") {
            Some(on) if on.get("service").is_some() => with("service", text(on, "service")),
            Some(on) => tenant(on),
            None => Belongs::Platform,
        },
    };
    (one, None)
}
