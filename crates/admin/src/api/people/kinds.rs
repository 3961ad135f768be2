//! Documents of people that are resources like others.

use super::TAG;
use crate::api::describe::Describer;
use crate::api::permission as needs;
use crate::api::resource::{Delete, Get, List, Patch, Replace, Resource, add_kind};
use crate::api::table::Table;
use postern_control::management;
use serde_json::Value;

/// Declares resources: type, the type of its documents, kind, what it is called, the names of its
/// list in operations and in paths, and what reading and writing take.
macro_rules! resources {
    ($($name:ident $document:ty, $kind:literal $called:literal $section:literal $path:literal $read:ident $write:ident;)*) => {
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
                const TAG: &'static str = TAG;

                fn schema(describer: &mut Describer) -> Value {
                    let schema = describer.schema_of::<$document>();
                    describer.named(concat!(stringify!($name), "Document"), schema)
                }
            }
        )*
    };
}

resources! {
    IdentityProvider management::identity_provider::IdentityProvider, "identity_provider" "identity provider" "identity_providers" "identity-providers" SettingsRead SettingsWrite;
    Invitation management::invitation::Invitation, "invitation" "invitation" "invitations" "invitations" MembersRead MembersWrite;
    Member management::member::Member, "member" "member" "members" "members" MembersRead MembersWrite;
    Role management::role::Role, "role" "role" "roles" "roles" RolesRead RolesWrite;
    ServiceAccount management::service_account::ServiceAccount, "service_account" "service account" "service_accounts" "service-accounts" ServiceAccountsRead ServiceAccountsWrite;
    Token management::token::Token, "token" "token" "tokens" "tokens" ServiceAccountsRead ServiceAccountsWrite;
    User management::user::User, "user" "user" "users" "users" UsersRead UsersWrite;
}

/// Adds the endpoints that are like those of other kinds; the rest is beside this.
pub(super) fn add(table: &mut Table) {
    add_kind::<IdentityProvider>(table);
    add_kind::<Role>(table);
    table.add::<List<Invitation>>();
    table.add::<Get<Invitation>>();
    table.add::<Delete<Invitation>>();
    table.add::<Replace<Member>>();
    table.add::<Patch<Member>>();
    table.add::<Delete<Member>>();
    table.add::<List<ServiceAccount>>();
    table.add::<Get<ServiceAccount>>();
    table.add::<Patch<ServiceAccount>>();
    table.add::<List<Token>>();
    table.add::<Get<Token>>();
    table.add::<Delete<Token>>();
    table.add::<List<User>>();
    table.add::<Get<User>>();
    table.add::<Patch<User>>();
}
