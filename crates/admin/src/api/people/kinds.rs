//! Documents of people that are resources like others.

use super::TAG;
use crate::api::describe::Describer;
use crate::api::resource::{Delete, Get, List, Patch, Replace, add_kind, resources};
use crate::api::table::Table;
use postern_control::management;
use schemars::JsonSchema;
use serde_json::Value;

/// The schema of documents of a type.
fn of<T: JsonSchema>(describer: &mut Describer, name: &str) -> Value {
    let schema = describer.schema_of::<T>();
    describer.named(name, schema)
}

resources! {
    IdentityProvider "identity_provider" "identity provider" "identity_providers" "identity-providers" TAG, SettingsRead SettingsWrite of::<management::identity_provider::IdentityProvider>;
    Invitation "invitation" "invitation" "invitations" "invitations" TAG, MembersRead MembersWrite of::<management::invitation::Invitation>;
    Member "member" "member" "members" "members" TAG, MembersRead MembersWrite of::<management::member::Member>;
    Role "role" "role" "roles" "roles" TAG, RolesRead RolesWrite of::<management::role::Role>;
    ServiceAccount "service_account" "service account" "service_accounts" "service-accounts" TAG, ServiceAccountsRead ServiceAccountsWrite of::<management::service_account::ServiceAccount>;
    Token "token" "token" "tokens" "tokens" TAG, ServiceAccountsRead ServiceAccountsWrite of::<management::token::Token>;
    User "user" "user" "users" "users" TAG, UsersRead UsersWrite of::<management::user::User>;
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
