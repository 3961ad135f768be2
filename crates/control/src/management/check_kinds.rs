//! What documents of each kind may say.

use super::check::{Check, is_owner};
use super::identity_provider::{IdentityProvider, LOCAL, SignUp};
use super::invitation::Invitation;
use super::member::{self, Member};
use super::role::Role;
use super::service_account::ServiceAccount;
use super::token::Token;
use super::user::User;
use crate::Refusal;
use postern_model::permission::{BuiltIn, Point};
use postern_store::{Entry, Kind, Member as Index, Scope};

impl Check<'_> {
    pub(super) fn user(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(user) = self.typed::<User>(entry) else {
            return Ok(());
        };
        self.id(entry, "usr_");
        self.email(entry, &user.email);
        self.texts(entry, &[("name", user.name.as_deref())]);
        self.texts(entry, &[("reason", user.reason.as_deref())]);
        self.unique(entry, Index::Email, "/email", &user.email)?;
        if let Some(subject) = &user.subject {
            self.texts(entry, &[("subject", Some(subject))]);
            self.unique(entry, Index::Subject, "/subject", subject)?;
        }
        self.roles(entry, "/platform_roles", &user.platform_roles, None)?;
        self.an_owner_stays(entry)
    }

    /// Somebody has to be left who can let others in.
    pub(super) fn an_owner_stays(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let owns = |json: Option<&str>| {
            let user: Option<User> = json.and_then(|json| serde_json::from_str(json).ok());
            user.is_some_and(|user| is_owner(&user))
        };
        if !owns(entry.before.as_deref()) || owns(entry.after.as_deref()) {
            return Ok(());
        }
        let mut another = false;
        let scope = Scope::Kind(Kind::new(super::user::KIND)?);
        self.proposal.documents(&scope, |document| {
            another |= owns(Some(&document.json));
        })?;
        if !another {
            let message = "this is the last active user with the role `owner`".to_owned();
            let help = "give somebody else the role `owner` first";
            self.wrong(entry, "/platform_roles", message, help);
        }
        Ok(())
    }

    pub(super) fn member(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(member) = self.typed::<Member>(entry) else {
            return Ok(());
        };
        if *entry.id != *member::id(&member.user, &member.tenant) {
            let right = member::id(&member.user, &member.tenant);
            let message = "the id is not that of the user in the tenant".to_owned();
            self.wrong(entry, "", message, &format!("it is `{right}`"));
        }
        self.refers(entry, "/user", super::user::KIND, &member.user)?;
        self.refers(entry, "/tenant", "tenant", &member.tenant)?;
        if member.roles.is_empty() {
            let message = "a member has at least one role".to_owned();
            self.wrong(entry, "/roles", message, "remove the member instead");
        }
        self.roles(entry, "/roles", &member.roles, Some(&member.tenant))
    }

    pub(super) fn role(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(role) = self.typed::<Role>(entry) else {
            return Ok(());
        };
        self.texts(entry, &[("title", role.title.as_deref())]);
        let name = match &role.tenant {
            Some(tenant) => {
                self.refers(entry, "/tenant", "tenant", tenant)?;
                let begin = format!("{tenant}:");
                entry.id.strip_prefix(&begin).unwrap_or_default()
            }
            None => &entry.id,
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let message = format!("`{}` cannot name this role", entry.id.escape_debug());
            let help = "lower-case letters, digits, `-` and `_`, at most 64; of a tenant's, the tenant and a colon before: `commerce:release-managers`";
            self.wrong(entry, "", message, help);
        } else if BuiltIn::parse(name).is_some() {
            let message = format!("`{name}` is the name of a role that every Postern has");
            self.wrong(entry, "", message, "choose another name");
        }
        if role.permissions.is_empty() {
            let message = "a role has at least one permission".to_owned();
            self.wrong(entry, "/permissions", message, "such as `services.read`");
        }
        for (at, name) in role.permissions.iter().enumerate() {
            let pointer = format!("/permissions/{at}");
            let shown = name.escape_debug();
            match Point::parse(name) {
                None => {
                    let help = "GET /api/v1/permissions lists them";
                    self.wrong(entry, &pointer, format!("no permission `{shown}`"), help);
                }
                Some(point) if role.tenant.is_some() && !point.is_of_tenants() => {
                    let message = format!("`{shown}` can only be held on the platform");
                    self.wrong(entry, &pointer, message, "leave `tenant` out, or this");
                }
                Some(_) => {}
            }
        }
        self.tenant_stays(entry, role.tenant.as_deref());
        Ok(())
    }

    pub(super) fn service_account(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(account) = self.typed::<ServiceAccount>(entry) else {
            return Ok(());
        };
        self.id(entry, "sa_");
        self.texts(entry, &[("title", Some(&account.title))]);
        self.texts(entry, &[("description", account.description.as_deref())]);
        if let Some(tenant) = &account.tenant {
            self.refers(entry, "/tenant", "tenant", tenant)?;
        }
        self.tenant_stays(entry, account.tenant.as_deref());
        self.roles(entry, "/roles", &account.roles, account.tenant.as_deref())
    }

    pub(super) fn token(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(token) = self.typed::<Token>(entry) else {
            return Ok(());
        };
        self.id(entry, "tok_");
        if entry.before.is_some() {
            // Or whoever has it could lift what it is restricted to.
            let message = "a token does not change".to_owned();
            self.wrong(entry, "", message, "remove it, and make another");
        }
        self.texts(entry, &[("title", Some(&token.title))]);
        match (&token.user, &token.service_account) {
            (Some(user), None) => {
                self.refers(entry, "/user", super::user::KIND, user)?;
                if token.tenant.is_some() {
                    let message = "a user's token belongs to no tenant".to_owned();
                    self.wrong(entry, "/tenant", message, "say `only_in` to restrict it");
                }
            }
            (None, Some(account)) => {
                let found = self.found(super::service_account::KIND, account)?;
                let owner: Option<ServiceAccount> =
                    found.and_then(|json| serde_json::from_str(&json).ok());
                if owner.is_none_or(|owner| owner.tenant != token.tenant) {
                    let message = format!("no service account `{}` there", account.escape_debug());
                    self.wrong(entry, "/service_account", message, "");
                }
            }
            _ => {
                let message = "a token is either a user's or a service account's".to_owned();
                self.wrong(entry, "/user", message, "");
            }
        }
        if let Some(tenant) = &token.only_in {
            self.refers(entry, "/only_in", "tenant", tenant)?;
        }
        for (at, name) in token.scopes.iter().flatten().enumerate() {
            if Point::parse(name).is_none() {
                let message = format!("no permission `{}`", name.escape_debug());
                let help = "GET /api/v1/permissions lists them";
                self.wrong(entry, &format!("/scopes/{at}"), message, help);
            }
        }
        self.time(entry, "/expires_at", token.expires_at.as_deref());
        if crate::credential::bytes(&token.hmac).is_none() {
            self.wrong(entry, "/hmac", "it is no HMAC".to_owned(), "");
        }
        Ok(())
    }

    pub(super) fn invitation(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(invitation) = self.typed::<Invitation>(entry) else {
            return Ok(());
        };
        self.id(entry, "inv_");
        self.email(entry, &invitation.email);
        self.time(entry, "/expires_at", Some(&invitation.expires_at));
        let tenant = invitation.tenant.as_deref();
        if let Some(tenant) = tenant {
            self.refers(entry, "/tenant", "tenant", tenant)?;
            if invitation.roles.is_empty() {
                let message = "a member has at least one role".to_owned();
                self.wrong(entry, "/roles", message, "such as `developer`");
            }
        }
        self.roles(entry, "/roles", &invitation.roles, tenant)
    }

    pub(super) fn provider(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let Some(provider) = self.typed::<IdentityProvider>(entry) else {
            return Ok(());
        };
        let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if entry.id.len() > 64 || !entry.id.chars().all(simple) {
            let message = format!("`{}` cannot name a provider", entry.id.escape_debug());
            let help = "lower-case letters, digits and `-`, at most 64: it stands in paths";
            self.wrong(entry, "", message, help);
        }
        self.texts(entry, &[("title", Some(&provider.title))]);
        let names = [
            ("issuer", &provider.issuer),
            ("client_id", &provider.client_id),
        ];
        let local = *entry.id == *LOCAL;
        for (name, value) in names {
            if local == value.is_some() {
                let message = if local {
                    format!("`local` stands for own accounts, and has no `{name}`")
                } else {
                    format!("an OpenID Connect provider has `{name}`")
                };
                self.wrong(entry, &format!("/{name}"), message, "");
            }
        }
        if local && provider.sign_up == SignUp::Open {
            let message = "nobody vouches for whoever signs up by themselves".to_owned();
            self.wrong(entry, "/sign_up", message, "`closed` or `approval`");
        }
        let secret = provider.client_secret.as_deref();
        let known = ["env:", "file:", "sealed:"];
        if secret.is_some_and(|secret| !known.iter().any(|begin| secret.starts_with(begin))) {
            let message = "a secret is not written here, but where it is found".to_owned();
            self.wrong(
                entry,
                "/client_secret",
                message,
                "`env:NAME`, `file:PATH`, or what `postern secrets seal` prints",
            );
        }
        match &provider.tenant {
            Some(tenant) => {
                self.refers(entry, "/tenant", "tenant", tenant)?;
                self.roles(entry, "/roles", &provider.roles, Some(tenant))
            }
            None if provider.roles.is_empty() => Ok(()),
            None => {
                let message = "new people get no roles of the platform by themselves".to_owned();
                self.wrong(entry, "/roles", message, "name a tenant, or leave them out");
                Ok(())
            }
        }
    }
}
