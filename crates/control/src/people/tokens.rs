//! Tokens of users and service accounts.

use super::{People, created, new_pass, timestamp};
use crate::management::service_account::{self, AccountState, ServiceAccount};
use crate::management::token::{KIND, Token};
use crate::shorthand::Change;
use crate::{Actor, ActorKind, Bounds, Refusal};
use postern_model::Secret;
use postern_model::key::{Opens, Pass};
use postern_model::permission::{Point, Points};
use postern_store::{Member, Note};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

/// Notes of when tokens were last used, by their ids.
const SPACE: &str = "token_used";
/// How often that is written down.
const USED_EVERY_MS: i64 = 60 * 1000;
/// How long it is known.
const USED_KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1000;
/// Tokens of one somebody at most.
const MOST: usize = 100;

/// A token that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What people call it.
    pub title: String,
    /// The only permission points that it is good for; all that its owner has if this is not said.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// The only tenant that it is good for.
    #[serde(default)]
    pub only_in: Option<String>,
    /// When it ends, as RFC 3339 has it; never if this is not said.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// A token that was made.
#[derive(Debug, Clone)]
pub struct TokenMade {
    /// Its id.
    pub id: String,
    /// The token: shown once.
    pub secret: Secret<String>,
    /// Its document, without what is kept of it.
    pub document: Token,
}

/// Whose a token is.
enum Of<'a> {
    User(&'a str),
    Account(&'a str, Option<String>),
}

/// Refuses what opens an account for longer to whoever shows a token that is restricted or ends: if
/// it leaked, what it made would outdo and outlive it.
pub(super) fn lasting(actor: &Actor) -> Result<(), Refusal> {
    if actor.bounds != Bounds::Token {
        return Ok(());
    }
    let message = "a token that is restricted or ends makes no tokens, links or invitations";
    Err(Refusal::new("forbidden", message).help("sign in with a password or an identity provider"))
}

fn id(pass: &Pass) -> String {
    format!("tok_{}", pass.id())
}

impl People<'_> {
    /// Who shows a token; none if it is not good.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn by_token(&self, shown: &str, from: IpAddr) -> Result<Option<Actor>, Refusal> {
        let Some(pass) = Pass::parse(Opens::Token, shown) else {
            return Ok(None);
        };
        let id = id(&pass);
        let Some(token) = self.read::<Token>(KIND, &id).await? else {
            return Ok(None);
        };
        let over = token
            .expires_at
            .as_deref()
            .is_some_and(|at| self.is_over(at));
        if !self.is_kept(&pass, &token.hmac) || over {
            return Ok(None);
        }
        let found = match (&token.user, &token.service_account) {
            (Some(user), _) => self
                .grants_of_user(user)
                .await?
                .map(|(document, grants)| Actor {
                    who: document.email,
                    kind: ActorKind::User,
                    id: Some(user.clone()),
                    from: Some(from),
                    grants,
                    bounds: Bounds::None,
                }),
            (None, Some(account)) => self.account(account, from).await?,
            (None, None) => None,
        };
        let Some(mut actor) = found else {
            return Ok(None);
        };
        if token.is_restricted() {
            actor.bounds = Bounds::Token;
        }
        if let Some(scopes) = &token.scopes {
            let points = scopes.iter().filter_map(|name| Point::parse(name));
            actor.grants.narrow(points.collect::<Points>());
        }
        if let Some(tenant) = &token.only_in {
            actor.grants.narrow_to_tenant(tenant);
        }
        self.used(&id).await?;
        Ok(Some(actor))
    }

    async fn account(&self, id: &str, from: IpAddr) -> Result<Option<Actor>, Refusal> {
        let found: Option<ServiceAccount> = self.read(service_account::KIND, id).await?;
        let Some(account) = found.filter(|found| found.state == AccountState::Active) else {
            return Ok(None);
        };
        let tenant = account.tenant.as_deref();
        Ok(Some(Actor {
            who: id.to_owned(),
            kind: ActorKind::ServiceAccount,
            id: Some(id.to_owned()),
            from: Some(from),
            grants: self.grants_of_roles(&account.roles, tenant).await?,
            bounds: Bounds::None,
        }))
    }

    /// Writes down that a token is used, once a minute.
    async fn used(&self, id: &str) -> Result<(), Refusal> {
        let known = self.store.note_get(SPACE, id, self.now_ms).await?;
        let at = known.and_then(|note| note.value.get("at_ms")?.as_i64());
        if at.is_none_or(|at| self.now_ms.saturating_sub(at) >= USED_EVERY_MS) {
            let note = Note {
                key: id.into(),
                value: json!({"at_ms": self.now_ms}),
                expires_at_ms: self.now_ms.saturating_add(USED_KEPT_MS),
            };
            self.store.note_put(SPACE, note, self.now_ms).await?;
        }
        Ok(())
    }

    /// When a token was last used, to a minute, as RFC 3339 has it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn last_used(&self, token: &str) -> Result<Option<String>, Refusal> {
        let known = self.store.note_get(SPACE, token, self.now_ms).await?;
        let at = known.and_then(|note| note.value.get("at_ms")?.as_i64());
        Ok(at.map(timestamp))
    }

    /// Makes a token of the actor's own.
    ///
    /// # Errors
    /// They are no user, or what is wanted cannot be had.
    pub async fn new_own_token(&self, actor: &Actor, new: NewToken) -> Result<TokenMade, Refusal> {
        let user = super::accounts::own_id(actor)?;
        lasting(actor)?;
        if let Bounds::Tenant(tenant) = &actor.bounds
            && new.only_in.as_ref() != Some(tenant)
        {
            let message = format!("you are signed in to the tenant `{tenant}` only");
            let help = format!("say `only_in`: `{tenant}`, or sign in with a password");
            return Err(Refusal::new("forbidden", message).help(help));
        }
        self.new_token(actor, Of::User(user), new).await
    }

    /// Makes a token of a service account; the actor must be able to give what it has.
    ///
    /// # Errors
    /// There is no such account for them, or they may not.
    pub async fn new_account_token(
        &self,
        actor: &Actor,
        account: &str,
        new: NewToken,
    ) -> Result<TokenMade, Refusal> {
        lasting(actor)?;
        let seen = self
            .service
            .see(actor, service_account::KIND, account)
            .await?;
        let tenant = seen.document.get("tenant").and_then(Value::as_str);
        let of = Of::Account(account, tenant.map(str::to_owned));
        self.new_token(actor, of, new).await
    }

    async fn new_token(
        &self,
        actor: &Actor,
        of: Of<'_>,
        new: NewToken,
    ) -> Result<TokenMade, Refusal> {
        let (by, owner) = match &of {
            Of::User(user) => (Member::User, *user),
            Of::Account(account, _) => (Member::ServiceAccount, *account),
        };
        let there: Vec<(String, Token)> = self.having(KIND, by, owner).await?;
        if there.len() >= MOST {
            let message = format!("there are {MOST} tokens already");
            return Err(Refusal::new("conflict", message).help("remove those that are not used"));
        }
        let expires_at = new.expires_at.as_deref();
        if expires_at.is_some_and(|at| self.is_over(at)) {
            return Err(Refusal::invalid("`expires_at` is no time that is to come")
                .help("RFC 3339, such as `2027-01-01T00:00:00Z`"));
        }
        let pass = new_pass(Opens::Token)?;
        let mut document = Token {
            user: None,
            service_account: None,
            tenant: None,
            title: new.title,
            hmac: self.kept(&pass),
            scopes: new.scopes,
            only_in: new.only_in,
            created_at: self.at(0),
            expires_at: new.expires_at,
        };
        let id = id(&pass);
        match of {
            Of::User(user) => {
                document.user = Some(user.to_owned());
                let change = created(KIND, &id, &document)?;
                self.make(actor, vec![change], "token").await?;
            }
            Of::Account(account, tenant) => {
                document.service_account = Some(account.to_owned());
                document.tenant = tenant;
                let set = crate::ChangeSet {
                    changes: vec![created(KIND, &id, &document)?],
                    comment: String::new(),
                    source: Some("token".to_owned()),
                };
                self.service.change(actor, set).await?;
            }
        }
        document.hmac.clear();
        let secret = Secret::new((*pass.reveal().expose()).to_owned());
        Ok(TokenMade {
            id,
            secret,
            document,
        })
    }

    /// The tokens of a user, or of a service account.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn tokens_of(&self, owner: &str) -> Result<Vec<(String, Token)>, Refusal> {
        let by = if owner.starts_with("sa_") {
            Member::ServiceAccount
        } else {
            Member::User
        };
        let mut found: Vec<(String, Token)> = self.having(KIND, by, owner).await?;
        for (_, token) in &mut found {
            token.hmac.clear();
        }
        Ok(found)
    }

    /// Ends a token of the actor's own.
    ///
    /// # Errors
    /// They have no such token.
    pub async fn end_own_token(&self, actor: &Actor, token: &str) -> Result<(), Refusal> {
        let user = super::accounts::own_id(actor)?;
        let found: Option<Token> = self.read(KIND, token).await?;
        if found.is_none_or(|found| found.user.as_deref() != Some(user)) {
            return Err(Refusal::new("not_found", "you have no such token"));
        }
        self.make(actor, vec![removed(KIND, token)], "token").await
    }
}

/// A document that goes.
pub(super) fn removed(kind: &str, id: &str) -> Change {
    Change {
        patch: None,
        delete: true,
        ..Change::patch(kind, id, Value::Null)
    }
}
