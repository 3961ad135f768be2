//! Who sends a request: by the token or the session that it shows.

use super::{cookies, now, said};
use crate::api::identity::{Identities, Presented};
use crate::api::problem::{Code, Problem};
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use postern_control::{Actor, Answer, Service};
use std::sync::Arc;

/// Knows people and programs by their accounts.
#[derive(Debug)]
pub struct Accounts(Arc<Service>);

impl Accounts {
    /// The accounts of what runs.
    pub const fn new(service: Arc<Service>) -> Self {
        Self(service)
    }

    async fn who(&self, presented: Presented<'_>) -> Result<Option<Actor>, Problem> {
        let mut fields = presented.headers.get_all(AUTHORIZATION).iter();
        if let Some(field) = fields.next() {
            // A token counts before a session: whoever sends one means it.
            let token = field.to_str().unwrap_or("");
            let token = token.split_once(' ').filter(|(scheme, _)| {
                scheme.eq_ignore_ascii_case("bearer") && fields.next().is_none()
            });
            let Some((_, token)) = token else {
                return Err(invalid("`Authorization` is not `Bearer` and a token."));
            };
            let people = self.0.people(now()).map_err(said)?;
            let found = people.by_token(token.trim(), presented.from).await;
            return match found.map_err(said)? {
                Some(actor) => Ok(Some(actor)),
                None => Err(invalid("The token is unknown, has ended, or was removed.")),
            };
        }
        let Some(shown) = cookies::session(presented.headers) else {
            return Ok(None);
        };
        if !is_safe(presented.method) {
            cookies::ours(presented.headers, true)?;
        }
        let people = self.0.people(now()).map_err(said)?;
        people.by_session(shown, presented.from).await.map_err(said)
    }
}

impl Identities for Accounts {
    fn identify<'a>(
        &'a self,
        presented: Presented<'a>,
    ) -> Answer<'a, Result<Option<Actor>, Problem>> {
        Box::pin(self.who(presented))
    }
}

/// Whether a method changes nothing (RFC 9110, section 9.2.1).
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn invalid(detail: &str) -> Problem {
    Problem::new(Code::CredentialInvalid, detail).header(
        WWW_AUTHENTICATE,
        "Bearer realm=\"postern\", error=\"invalid_token\"",
    )
}
