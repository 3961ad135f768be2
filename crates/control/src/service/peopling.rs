//! What commands ask of people's accounts.

use super::{Service, encode};
use crate::notify::Mailed;
use crate::people::{Invited, Link, NewToken};
use crate::remembered::now;
use crate::{Actor, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfUser {
    user: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenFor {
    service_account: String,
    title: String,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    expires_at: Option<String>,
}

impl Service {
    /// Where people reach the management, without a slash at the end: what the setting `admin.url`
    /// says; without it, where they asked, or where this process listens.
    pub fn base(&self, asked_at: Option<&str>) -> String {
        let said = self.running.configuration().admin.url.clone();
        let said = said.map(|url| url.to_string());
        let said = said.or_else(|| asked_at.map(str::to_owned));
        said.unwrap_or_else(|| self.running.status().admin)
    }

    /// Where whoever gets a link goes.
    pub fn address_of(&self, link: &Link, asked_at: Option<&str>) -> String {
        link.below(&self.base(asked_at))
    }

    fn linked(&self, link: &Link) -> Value {
        json!({
            "link": self.address_of(link, None),
            "token": link.secret.expose(),
            "expires_at": link.expires_at,
        })
    }

    /// A link that makes an owner of whoever uses it.
    pub(super) async fn admin_link(&self, actor: &Actor) -> Result<Value, Refusal> {
        let link = self.people(now())?.first_administrator(actor).await?;
        Ok(self.linked(&link))
    }

    pub(super) async fn password_link(&self, actor: &Actor, of: OfUser) -> Result<Value, Refusal> {
        let people = self.people(now())?;
        let link = people.password_link(actor, &of.user).await?;
        let base = self.base(None);
        let mailed = self.mail_password_link(actor, &of.user, &link, &base);
        with(self.linked(&link), &mailed.await?)
    }

    pub(super) async fn invite(&self, actor: &Actor, invited: Invited) -> Result<Value, Refusal> {
        let (id, invitation, link) = self.people(now())?.invite(actor, invited).await?;
        let base = self.base(None);
        let mailed = self.mail_invitation(&invitation, &link, &base).await;
        let mut answer = with(self.linked(&link), &mailed)?;
        if let Value::Object(members) = &mut answer {
            members.insert("id".to_owned(), id.into());
        }
        Ok(answer)
    }

    pub(super) async fn new_token(
        &self,
        actor: &Actor,
        wanted: TokenFor,
    ) -> Result<Value, Refusal> {
        let new = NewToken {
            title: wanted.title,
            scopes: wanted.scopes,
            only_in: None,
            expires_at: wanted.expires_at,
        };
        let people = self.people(now())?;
        let made = people
            .new_account_token(actor, &wanted.service_account, new)
            .await?;
        Ok(json!({"id": made.id, "token": made.secret.expose()}))
    }
}

/// An answer with whether it was mailed.
fn with(mut answer: Value, mailed: &Mailed) -> Result<Value, Refusal> {
    if let (Value::Object(members), Value::Object(more)) = (&mut answer, encode(mailed)?) {
        members.extend(more);
    }
    Ok(answer)
}
