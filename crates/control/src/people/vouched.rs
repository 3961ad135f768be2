//! People for whom an identity provider vouches.

use super::{NotSignedIn, People, SignedIn, Visitor, created, kept_email, new_id};
use crate::Refusal;
use crate::management::check::is_email;
use crate::management::identity_provider::{self, IdentityProvider, LOCAL, SignUp};
use crate::management::member::{self, Member as Membership};
use crate::management::token;
use crate::management::user::{KIND, User, UserState};
use crate::people::signing_in::nobody;
use crate::shorthand::Change;
use postern_store::{Kind, Member, Scope};
use serde_json::json;

/// The notes with sign-ins that were begun, by their states.
const SPACE: &str = "sign_on";
/// How long a sign-in may take.
const SIGN_ON_MS: i64 = 10 * 60 * 1000;

/// A person, as a provider vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Who they are there.
    pub subject: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether the provider knows that it is theirs.
    pub email_verified: bool,
    /// Their name.
    pub name: Option<String>,
}

impl People<'_> {
    /// The providers that people sign in with, by their ids.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn providers(&self) -> Result<Vec<(String, IdentityProvider)>, Refusal> {
        let scope = Scope::Kind(Kind::new(identity_provider::KIND)?);
        let (_, found) = self.store.documents_now(scope).await?;
        let mut providers = Vec::new();
        for document in &found {
            let provider: IdentityProvider = super::typed(document)?;
            if provider.enabled && *document.id != *LOCAL {
                providers.push((document.id.to_string(), provider));
            }
        }
        let local = self.local().await?;
        if local.enabled {
            providers.push((LOCAL.to_owned(), local));
        }
        Ok(providers)
    }

    /// A provider of OpenID Connect that people sign in with.
    ///
    /// # Errors
    /// There is none.
    pub async fn provider(&self, id: &str) -> Result<IdentityProvider, Refusal> {
        let found: Option<IdentityProvider> = self.read(identity_provider::KIND, id).await?;
        let found = found.filter(|found| found.enabled && id != LOCAL);
        found.ok_or_else(|| {
            let id: String = id.chars().take(80).flat_map(char::escape_debug).collect();
            Refusal::new("not_found", format!("there is no identity provider `{id}`"))
        })
    }

    /// Keeps what a sign-in with a provider needs when the browser is back, for ten minutes.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn keep_sign_on(&self, state: &str, value: serde_json::Value) -> Result<(), Refusal> {
        let note = postern_store::Note {
            key: state.into(),
            value,
            expires_at_ms: self.now_ms.saturating_add(SIGN_ON_MS),
        };
        Ok(self.store.note_put(SPACE, note, self.now_ms).await?)
    }

    /// Takes what was kept: once.
    ///
    /// # Errors
    /// There is nothing (any more).
    pub async fn take_sign_on(&self, state: &str) -> Result<serde_json::Value, Refusal> {
        let gone = || {
            Refusal::new(
                "not_found",
                "this sign-in took too long, or was ended before",
            )
            .help("begin again")
        };
        if state.is_empty() || state.len() > 256 || state.chars().any(char::is_control) {
            return Err(gone());
        }
        let taken = self.store.note_take(SPACE, state, self.now_ms).await?;
        Ok(taken.ok_or_else(gone)?.value)
    }

    /// Signs in somebody for whom a provider vouches: whom it knew before by their subject there,
    /// then by a verified e-mail address, then as somebody new. A tenant's provider does not get to
    /// say who people of the platform, or of other tenants, are: whatever somebody has beside it,
    /// their session is good for that tenant only.
    ///
    /// # Errors
    /// There is no account for them.
    pub async fn sign_in_vouched(
        &self,
        visitor: &Visitor,
        (provider_id, provider): (&str, &IdentityProvider),
        vouched: Vouched,
    ) -> Result<SignedIn, NotSignedIn> {
        // A provider that is set up anew with another issuer knows nobody.
        let issuer = provider.issuer.as_deref().unwrap_or_default();
        let subject = format!("{issuer}#{}", vouched.subject);
        let known: Option<(String, User)> =
            self.having(KIND, Member::Subject, &subject).await?.pop();
        let (id, user) = match known {
            Some(found) => found,
            None => {
                self.linked(visitor, (provider_id, provider), &subject, vouched)
                    .await?
            }
        };
        match user.state {
            UserState::Active => {
                let how = (provider_id, provider.tenant.as_deref());
                self.let_in(&id, &user, visitor, how).await
            }
            UserState::Pending => {
                let refusal = Refusal::new("forbidden", "this account waits to be let in");
                Err(refusal.help("an administrator decides about it").into())
            }
            UserState::Deactivated => {
                self.failed(visitor, &user.email).await?;
                Err(NotSignedIn::Failed)
            }
        }
    }

    async fn linked(
        &self,
        visitor: &Visitor,
        (provider_id, provider): (&str, &IdentityProvider),
        subject: &str,
        vouched: Vouched,
    ) -> Result<(String, User), NotSignedIn> {
        let email = vouched.email.as_deref().map(kept_email);
        let email = email.filter(|email| vouched.email_verified && is_email(email));
        let Some(email) = email else {
            let message =
                format!("`{provider_id}` gives no verified e-mail address, and does not know you");
            return Err(Refusal::new("forbidden", message).into());
        };
        let actor = nobody(&email, visitor.from);
        if let Some((id, mut user)) = self.by_email(&email).await? {
            // Nor does it take their accounts over.
            let theirs = match &provider.tenant {
                None => true,
                Some(tenant) => self.is_of(&id, &user, tenant).await?,
            };
            if !theirs || user.subject.is_some() {
                let message = format!("`{provider_id}` does not vouch for this account");
                return Err(Refusal::new("forbidden", message)
                    .help("sign in as you did before")
                    .into());
            }
            // Until now nobody has shown that the address is theirs: whoever came in by an
            // invitation to it may be somebody else, and has nothing of the account from now on.
            self.forget_password(&id).await?;
            self.end_sessions(&id).await?;
            let mut changes = vec![Change::patch(KIND, &id, json!({ "subject": subject }))];
            for (token, _) in self.tokens_of(&id).await? {
                changes.push(Change::delete(token::KIND, &token));
            }
            self.make(&actor, changes, "identity_provider").await?;
            user.subject = Some(subject.to_owned());
            return Ok((id, user));
        }
        let state = match provider.sign_up {
            SignUp::Open => UserState::Active,
            SignUp::Approval => UserState::Pending,
            SignUp::Closed => {
                let refusal = Refusal::new("forbidden", "there is no account for you here");
                return Err(refusal
                    .help("ask an administrator for an invitation")
                    .into());
            }
        };
        let id = new_id("usr_")?;
        let name = vouched.name.filter(|name| !name.trim().is_empty());
        let user = User {
            email,
            name,
            state,
            platform_roles: Vec::new(),
            subject: Some(subject.to_owned()),
            created_at: Some(self.at(0)),
            reason: None,
        };
        let mut changes = vec![created(KIND, &id, &user)?];
        if let Some(tenant) = provider
            .tenant
            .as_ref()
            .filter(|_| !provider.roles.is_empty())
        {
            let member = Membership {
                user: id.clone(),
                tenant: tenant.clone(),
                roles: provider.roles.clone(),
                since: Some(self.at(0)),
            };
            let key = member::id(&id, tenant);
            changes.push(created(member::KIND, &key, &member)?);
        }
        self.make(&actor, changes, "identity_provider").await?;
        Ok((id, user))
    }

    /// Whether somebody belongs to this tenant and to nothing else.
    async fn is_of(&self, id: &str, user: &User, tenant: &str) -> Result<bool, Refusal> {
        let members: Vec<(String, Membership)> =
            self.having(member::KIND, Member::User, id).await?;
        let only = members.iter().all(|(_, member)| member.tenant == tenant);
        Ok(user.platform_roles.is_empty() && only && !members.is_empty())
    }
}
