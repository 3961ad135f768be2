//! Revocations of tokens.

use super::Resolver;
use super::declared::{ISSUER, refer};
use crate::code::Code;
use crate::document::revocation as document;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::text::Text;
use postern_model::entity::{
    MOST_TOKEN_REVOCATIONS, Name, Revocation, RevokedTokens, TOKEN_REVOCATION_LENGTH,
    TokenRevocation,
};
use std::collections::HashMap;

/// Those of one issuer, by their tokens: id and place of each.
type Seen = HashMap<Name, HashMap<RevokedTokens, (String, usize)>>;

/// One way to say which tokens: the member, what it says, and what that means.
type Way<'a> = (
    &'static str,
    Option<&'a At<Text>>,
    fn(Name) -> RevokedTokens,
);

impl Resolver<'_, '_> {
    pub(super) fn token_revocations(
        &mut self,
        given: Map<document::TokenRevocation>,
    ) -> Vec<TokenRevocation> {
        let mut seen = Seen::new();
        let revocation = |(id, given): (At<String>, document::TokenRevocation)| {
            self.token_revocation(&id, given, &mut seen)
        };
        given.0.into_iter().filter_map(revocation).collect()
    }

    fn token_revocation(
        &mut self,
        id: &At<String>,
        given: document::TokenRevocation,
        seen: &mut Seen,
    ) -> Option<TokenRevocation> {
        let shown = format!("revocation {}", quote(&id.value));
        let issuer = given.issuer.as_ref()?;
        refer(self.findings, &ISSUER, &self.names.issuers, issuer, || {
            format!("{shown} is about tokens of an issuer that does not exist")
        });
        let tokens = self.revoked_tokens(id, &shown, &given)?;
        let at = given.revoked_at.as_ref()?.value.0;
        if let Some(until) = given.until.as_ref().filter(|until| until.value.0 <= at) {
            let message = format!("{shown} never counts");
            let label = "not later than `revoked_at`";
            self.findings
                .error(Code::Conflict, until.span, &message, label);
        }
        let issuer: Name = issuer.value.as_str().into();
        self.one_revocation(id, &issuer, &tokens, seen);
        Some(TokenRevocation {
            id: id.value.as_str().into(),
            issuer,
            tokens,
            revocation: Revocation {
                at,
                by: given.revoked_by.map(|by| by.0),
                reason: given.reason.map(|reason| reason.0),
            },
            until: (given.until).map_or(at.saturating_add(TOKEN_REVOCATION_LENGTH), |end| {
                end.value.0
            }),
        })
    }

    /// Which tokens it is about: one of three ways to say it.
    fn revoked_tokens(
        &mut self,
        id: &At<String>,
        shown: &str,
        given: &document::TokenRevocation,
    ) -> Option<RevokedTokens> {
        let ways: [Way<'_>; 3] = [
            ("jti", given.jti.as_ref(), RevokedTokens::Id),
            ("subject", given.subject.as_ref(), RevokedTokens::Subject),
            ("client", given.client.as_ref(), RevokedTokens::Client),
        ];
        let mut said = ways
            .into_iter()
            .filter_map(|(name, text, which)| Some((name, text?, which)));
        let Some((first, text, which)) = said.next() else {
            if id.intact {
                let message = format!("{shown} does not say which tokens it is about");
                let label = "it has none of `jti`, `subject` and `client`";
                self.findings
                    .error(Code::MissingField, id.span, &message, label)
                    .help("add `subject:` with what the tokens say in `sub`, say");
            }
            return None;
        };
        if let Some((second, other, _)) = said.next() {
            let message = format!("{shown} has both `{first}` and `{second}`");
            let label = "make a revocation of its own for each";
            self.findings
                .error(Code::Conflict, other.span, &message, label);
            return None;
        }
        Some(which(text.value.0.clone()))
    }

    /// Finds a second one about the same tokens, and one too many.
    fn one_revocation(
        &mut self,
        id: &At<String>,
        issuer: &Name,
        tokens: &RevokedTokens,
        seen: &mut Seen,
    ) {
        let of_issuer = seen.entry(issuer.clone()).or_default();
        if let Some((other, at)) = of_issuer.get(tokens) {
            let message = format!(
                "revocations {} and {} are about the same tokens",
                quote(other),
                quote(&id.value)
            );
            let line = self.findings.line(*at);
            self.findings
                .error(Code::Conflict, id.span, &message, "the second one")
                .note(format!("the first one is in line {line}"));
            return;
        }
        of_issuer.insert(tokens.clone(), (id.value.clone(), id.span.start));
        if of_issuer.len() == MOST_TOKEN_REVOCATIONS + 1 {
            let message = format!(
                "issuer {} has more than {MOST_TOKEN_REVOCATIONS} revocations of its tokens",
                quote(issuer)
            );
            self.findings
                .error(
                    Code::OutOfRange,
                    id.span,
                    &message,
                    "the first one too many",
                )
                .help("remove those that are over, or revoke by `client` what belongs together");
        }
    }
}
