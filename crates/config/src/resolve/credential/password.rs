//! Credentials that a user name and a password prove.

use super::{Resolver, Seen};
use crate::code::Code;
use crate::document::account as document;
use crate::findings::quote;
use crate::located::At;
use postern_model::entity::{Name, Password, Proof};
use std::sync::Arc;

impl Resolver<'_, '_> {
    /// The user name and password that prove a credential.
    pub(super) fn password_proof(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::Credential,
        password: &At<document::Password>,
        seen: &mut Seen,
    ) -> Option<Proof> {
        let whole = id.intact && password.intact;
        self.no_key(id, shown, given, whole, "a credential with `password`");
        let (user, hash) = (password.value.user.as_ref()?, password.value.hash.as_ref()?);
        let name: Name = user.value.0.as_str().into();
        if let Some((other, at)) = seen.users.get(&name) {
            let message = format!(
                "credentials {} and {} have the same user name",
                quote(other),
                quote(&id.value)
            );
            let line = self.findings.line(*at);
            self.findings
                .error(
                    Code::DuplicateCredential,
                    user.span,
                    &message,
                    "the second one",
                )
                .note(format!("the first one is in line {line}"))
                .help("the name alone finds the credential: choose another one");
            return None;
        }
        let place = (id.value.clone(), user.span.start);
        seen.users.insert(name.clone(), place);
        Some(Proof::Password(Box::new(Password {
            user: name,
            hash: Arc::new(hash.value.0.clone()),
        })))
    }
}
