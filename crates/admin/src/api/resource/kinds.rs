//! The kinds of documents of a configuration that are resources.

use super::{add_kind, resources};
use crate::api::describe::Describer;
use crate::api::table::Table;

resources! {
    AccessRole "access_role" "access role" "access_roles" "access-roles" "Policies", AccessRolesRead AccessRolesWrite |d: &mut Describer, name| d.document(name, "access_roles");
    App "app" "app" "apps" "apps" "Apps", AppsRead AppsWrite |d: &mut Describer, name| d.document(name, "apps");
    Assignment "assignment" "assignment of hosts and paths" "assignments" "assignments" "Tenants", TenantsRead SettingsWrite |d: &mut Describer, name| d.document(name, "assignments");
    Category "category" "category" "categories" "categories" "Services", SignedIn CategoriesWrite |d: &mut Describer, name| d.document(name, "categories");
    Certificate "certificate" "certificate" "certificates" "certificates" "Platform", CertificatesRead CertificatesWrite |d: &mut Describer, name| d.document(name, "certificates");
    Credential "credential" "credential" "credentials" "credentials" "Apps", CredentialsRead CredentialsWrite |d: &mut Describer, name| d.document(name, "credentials");
    Environment "environment" "environment" "environments" "environments" "Platform", SignedIn EnvironmentsWrite |d: &mut Describer, name| d.document(name, "environments");
    Group "group" "group of apps" "groups" "groups" "Apps", GroupsRead GroupsWrite |d: &mut Describer, name| d.document(name, "groups");
    Issuer "issuer" "issuer of tokens" "issuers" "issuers" "Apps", IssuersRead IssuersWrite |d: &mut Describer, name| d.document(name, "issuers");
    List "list" "list of addresses" "lists" "lists" "Policies", ListsRead ListsWrite |d: &mut Describer, name| d.document(name, "lists");
    Listener "listener" "listener" "listeners" "listeners" "Platform", SettingsRead SettingsWrite |d: &mut Describer, name| d.document(name, "listeners");
    Plan "plan" "plan" "plans" "plans" "Services", PlansRead PlansWrite |d: &mut Describer, name| d.document(name, "plans");
    Policy "policy" "policy" "policies" "policies" "Policies", PoliciesRead PoliciesWrite |d: &mut Describer, name| d.document(name, "policies");
    Service "service" "service" "services" "services" "Services", ServicesRead ServicesWrite |d: &mut Describer, name| d.document(name, "services");
    Subscription "subscription" "subscription" "subscriptions" "subscriptions" "Subscriptions", SubscriptionsRead SubscriptionsRequest |d: &mut Describer, name| d.document(name, "subscriptions");
    Tenant "tenant" "tenant" "tenants" "tenants" "Tenants", TenantsRead TenantsWrite |d: &mut Describer, name| d.document(name, "tenants");
    TenantDefault "tenant_default" "default of a tenant" "tenant_defaults" "tenant-defaults" "Tenants", TenantsRead SettingsWrite |d: &mut Describer, name| d.document(name, "tenant_defaults");
    TokenRevocation "token_revocation" "revocation of tokens" "token_revocations" "token-revocations" "Apps", CredentialsRead CredentialsWrite |d: &mut Describer, name| d.document(name, "token_revocations");
    Upstream "upstream" "upstream" "upstreams" "upstreams" "Services", UpstreamsRead UpstreamsWrite |d: &mut Describer, name| d.document(name, "upstreams");
}

/// Adds the endpoints of every kind.
pub(super) fn add(table: &mut Table) {
    add_kind::<AccessRole>(table);
    add_kind::<App>(table);
    add_kind::<Assignment>(table);
    add_kind::<Category>(table);
    add_kind::<Certificate>(table);
    add_kind::<Credential>(table);
    add_kind::<Environment>(table);
    add_kind::<Group>(table);
    add_kind::<Issuer>(table);
    add_kind::<List>(table);
    add_kind::<Listener>(table);
    add_kind::<Plan>(table);
    add_kind::<Policy>(table);
    add_kind::<Service>(table);
    add_kind::<Subscription>(table);
    add_kind::<Tenant>(table);
    add_kind::<TenantDefault>(table);
    add_kind::<TokenRevocation>(table);
    add_kind::<Upstream>(table);
}
