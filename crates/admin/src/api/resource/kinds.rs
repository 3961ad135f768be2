//! The kinds of documents that are resources.

use super::{Resource, add_kind};
use crate::api::describe::Describer;
use crate::api::permission as needs;
use crate::api::table::Table;
use serde_json::Value;

/// Declares resources: type, kind, what it is called, section (which is its path, too), the room
/// of the reference, and what reading and writing take.
macro_rules! resources {
    ($($name:ident $kind:literal $called:literal $section:literal $path:literal $tag:literal $read:ident $write:ident;)*) => {
        $(
            #[doc = concat!("Documents of kind `", $kind, "`.")]
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $name;

            impl Resource for $name {
                type Read = needs::$read;
                type Write = needs::$write;

                const KIND: &'static str = $kind;
                const CALLED: &'static str = $called;
                const ALL: &'static str = concat!("/", $path);
                const ONE: &'static str = concat!("/", $path, "/{id}");
                const IDS: [&'static str; 6] = [
                    concat!("list_", $section),
                    concat!("get_", $kind),
                    concat!("create_", $kind),
                    concat!("replace_", $kind),
                    concat!("patch_", $kind),
                    concat!("delete_", $kind),
                ];
                const SUMMARIES: [&'static str; 6] = [
                    concat!("List ", $path),
                    concat!("Show one ", $called),
                    concat!("Make one ", $called),
                    concat!("Make or replace one ", $called),
                    concat!("Change one ", $called),
                    concat!("Remove one ", $called),
                ];
                const TAG: &'static str = $tag;

                fn schema(describer: &mut Describer) -> Value {
                    describer.document(concat!(stringify!($name), "Document"), $section)
                }
            }
        )*

        /// Adds the endpoints of every kind.
        pub(super) fn add(table: &mut Table) {
            $(add_kind::<$name>(table);)*
        }
    };
}

resources! {
    AccessRole "access_role" "access role" "access_roles" "access-roles" "Policies" AccessRolesRead AccessRolesWrite;
    App "app" "app" "apps" "apps" "Apps" AppsRead AppsWrite;
    Assignment "assignment" "assignment of hosts and paths" "assignments" "assignments" "Tenants" TenantsRead SettingsWrite;
    Category "category" "category" "categories" "categories" "Services" SignedIn CategoriesWrite;
    Certificate "certificate" "certificate" "certificates" "certificates" "Platform" CertificatesRead CertificatesWrite;
    Credential "credential" "credential" "credentials" "credentials" "Apps" CredentialsRead CredentialsWrite;
    Environment "environment" "environment" "environments" "environments" "Platform" SignedIn EnvironmentsWrite;
    Group "group" "group of apps" "groups" "groups" "Apps" GroupsRead GroupsWrite;
    List "list" "list of addresses" "lists" "lists" "Policies" ListsRead ListsWrite;
    Listener "listener" "listener" "listeners" "listeners" "Platform" SettingsRead SettingsWrite;
    Plan "plan" "plan" "plans" "plans" "Services" PlansRead PlansWrite;
    Policy "policy" "policy" "policies" "policies" "Policies" PoliciesRead PoliciesWrite;
    Service "service" "service" "services" "services" "Services" ServicesRead ServicesWrite;
    Subscription "subscription" "subscription" "subscriptions" "subscriptions" "Subscriptions" SubscriptionsRead SubscriptionsRequest;
    Tenant "tenant" "tenant" "tenants" "tenants" "Tenants" TenantsRead TenantsWrite;
    TenantDefault "tenant_default" "default of a tenant" "tenant_defaults" "tenant-defaults" "Tenants" TenantsRead SettingsWrite;
    Upstream "upstream" "upstream" "upstreams" "upstreams" "Services" UpstreamsRead UpstreamsWrite;
}
