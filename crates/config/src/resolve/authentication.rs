//! Which credentials a service accepts, and which of them each operation.

use super::Resolver;
use super::declared::{ISSUER, refer};
use crate::code::Code;
use crate::document::access::{self as document, Accepted};
use crate::document::service::Operation;
use crate::findings::quote;
use crate::located::At;
use postern_model::entity::{Authentication, CredentialKind, Dpop, Issuer, Name};
use std::time::Duration;

impl Resolver<'_, '_> {
    /// What a service accepts.
    pub(super) fn authentication(
        &mut self,
        service: &str,
        tenant: Option<&str>,
        given: &document::Authentication,
    ) -> Authentication {
        let shown = format!("service {}", quote(service));
        let mut issuers = Vec::new();
        for issuer in given.jwt.iter().flat_map(|jwt| &jwt.issuers).flatten() {
            let known = refer(self.findings, &ISSUER, &self.names.issuers, issuer, || {
                format!("{shown} accepts tokens of an issuer that does not exist")
            });
            if !known {
                continue;
            }
            self.may_be_trusted(&shown, tenant, issuer);
            self.one_is_asked(&shown, &issuers, issuer);
            let mut all = self.issuers.iter();
            let index = all.position(|one| *one.name == *issuer.value);
            if let Some(index) = index.filter(|index| !issuers.contains(index)) {
                issuers.push(index);
            }
        }
        let jwt = given.jwt.is_some();
        let session = (given.session.as_ref())
            .and_then(|given| self.session_rule(service, tenant, given))
            .map(Box::new);
        let signature = given.signature.as_ref();
        let signature = signature.map(|given| Box::new(self.signature_terms(&shown, given)));
        let hmac = given.hmac.as_ref();
        let hmac = hmac.map(|given| Box::new(self.hmac_terms(&shown, given)));
        let basic = given.basic.is_some();
        let mtls = given.mtls.is_some();
        let signed = signature.is_some() || hmac.is_some();
        let others = jwt || given.session.is_some() || signed || basic || mtls;
        let key = given.api_key.is_some() || !others;
        let accepted = |kind: &CredentialKind| match kind {
            CredentialKind::ApiKey => key,
            CredentialKind::Jwt => jwt,
            CredentialKind::Session => session.is_some(),
            CredentialKind::Signature => signature.is_some(),
            CredentialKind::Hmac => hmac.is_some(),
            CredentialKind::Basic => basic,
            CredentialKind::Mtls => mtls,
        };
        let kinds = CredentialKind::ALL.into_iter().filter(accepted).collect();
        let (headers, query) = match (key, &given.api_key) {
            (true, Some(given)) => places(given),
            (true, None) => (vec!["x-api-key".into()], Vec::new()),
            (false, _) => (Vec::new(), Vec::new()),
        };
        let asked = |&at: &usize| {
            let issuer = self.issuers.get(at);
            issuer.is_some_and(|issuer| issuer.introspects_opaque().is_some())
        };
        Authentication {
            opaque: issuers.iter().copied().find(asked),
            kinds,
            headers,
            query,
            issuers,
            session,
            signature,
            hmac,
            dpop: given.jwt.as_ref().and_then(dpop),
            resource_metadata: (given.jwt.as_ref())
                .and_then(|jwt| Some(jwt.resource_metadata.as_ref()?.0.clone())),
            forward_credential: given.forward_credential.unwrap_or(false),
            subscription: (given.subscription.as_ref()).is_none_or(|needed| needed.value),
        }
    }

    /// Only one of a service's issuers can be asked about tokens that are no JWT: they do not say
    /// whose they are, and whoever is shown somebody else's could use it.
    fn one_is_asked(&mut self, shown: &str, before: &[usize], issuer: &At<String>) {
        let asked = |issuer: &&Issuer| issuer.introspects_opaque().is_some();
        let mut earlier = before.iter().filter_map(|&at| self.issuers.get(at));
        let this = (self.issuers.iter()).find(|one| *one.name == *issuer.value);
        let (Some(this), Some(other)) = (this.filter(asked), earlier.find(asked)) else {
            return;
        };
        if this.name == other.name {
            return;
        }
        let message = format!("{shown} has two issuers to ask about tokens that are no JWT");
        let label = format!(
            "such a token does not say whether it is of this one or of {}",
            quote(&other.name)
        );
        self.findings
            .error(Code::Conflict, issuer.span, &message, &label)
            .help("write `opaque: false` into `introspection` of the one whose tokens are JWTs");
    }

    /// A tenant believes its own issuers and those of the platform.
    pub(super) fn may_be_trusted(
        &mut self,
        shown: &str,
        tenant: Option<&str>,
        issuer: &At<String>,
    ) {
        let Some(Some(owner)) = self.names.issuer_owner(&issuer.value) else {
            return;
        };
        if Some(owner) != tenant {
            let message = format!("{shown} accepts tokens of another tenant's issuer");
            let label = format!("belongs to {}", quote(owner));
            self.findings
                .error(Code::Conflict, issuer.span, &message, &label)
                .help("choose an issuer of its own tenant, or one without a tenant");
        }
    }

    /// What an operation accepts where that differs from its service, and whether callers without
    /// a credential may pass.
    pub(super) fn accepted(
        &mut self,
        name: &At<String>,
        given: &Operation,
        above: Option<&Authentication>,
    ) -> (Option<Box<Authentication>>, bool) {
        let anonymous = given.anonymous.as_ref().is_some_and(|said| said.value);
        let Some(accepts) = &given.accepts else {
            return (None, anonymous);
        };
        let shown = format!("operation {}", quote(&name.value));
        if let Some(said) = &given.anonymous {
            let message = format!("{shown} has both `accepts` and `anonymous`");
            let label = "write `anonymous` into `accepts` instead";
            self.findings
                .error(Code::Conflict, said.span, &message, label);
        }
        let mut kinds = Vec::new();
        for one in &accepts.value {
            let kind = match one.value {
                Accepted::ApiKey => CredentialKind::ApiKey,
                Accepted::Jwt => CredentialKind::Jwt,
                Accepted::Session => CredentialKind::Session,
                Accepted::Signature => CredentialKind::Signature,
                Accepted::Hmac => CredentialKind::Hmac,
                Accepted::Basic => CredentialKind::Basic,
                Accepted::Mtls => CredentialKind::Mtls,
                Accepted::Anonymous => continue,
            };
            if above.is_none_or(|above| !above.accepts(kind)) {
                let message = format!("{shown} accepts what its service does not");
                let label = format!("the service has no `authentication.{}`", kind.name());
                self.findings
                    .error(Code::Conflict, one.span, &message, &label);
            }
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let anonymous = (accepts.value.iter()).any(|one| one.value == Accepted::Anonymous);
        if accepts.value.is_empty() && accepts.intact {
            let message = format!("{shown} accepts nothing");
            let label = "nobody could call it";
            self.findings
                .error(Code::Conflict, accepts.span, &message, label)
                .help(
                    "leave `accepts` out to accept what the service does, or write `[anonymous]`",
                );
        }
        let narrowed = above.map(|above| Box::new(narrowed(above, kinds)));
        (narrowed, anonymous)
    }
}

/// What is asked of proofs that a token is its sender's, where they are accepted.
fn dpop(given: &document::Jwt) -> Option<Box<Dpop>> {
    let given = given.dpop.as_ref()?;
    Some(Box::new(Dpop {
        required: given.required.unwrap_or(false),
        max_age: given.max_age.map_or(Duration::from_mins(1), |one| one.0),
        leeway: given.leeway.map_or(Duration::from_secs(5), |one| one.0),
        nonce: given.nonce.map(|one| one.0),
    }))
}

/// Those of what a service accepts that an operation does, in its order.
fn narrowed(above: &Authentication, kinds: Vec<CredentialKind>) -> Authentication {
    let mut here = above.clone();
    if !kinds.contains(&CredentialKind::ApiKey) {
        here.headers = Vec::new();
        here.query = Vec::new();
    }
    if !kinds.contains(&CredentialKind::Jwt) {
        here.issuers = Vec::new();
        here.dpop = None;
        here.resource_metadata = None;
        here.opaque = None;
    }
    if !kinds.contains(&CredentialKind::Session) {
        here.session = None;
    }
    if !kinds.contains(&CredentialKind::Signature) {
        here.signature = None;
    }
    if !kinds.contains(&CredentialKind::Hmac) {
        here.hmac = None;
    }
    here.kinds = kinds;
    here
}

/// Headers and query parameters in which an API key may stand.
fn places(given: &document::ApiKey) -> (Vec<Name>, Vec<Name>) {
    let headers = given.header.as_ref().map_or_else(
        || vec!["x-api-key".into()],
        |headers| {
            let headers = headers.0.iter();
            headers.map(|header| header.value.0.clone()).collect()
        },
    );
    let query = given.query.as_ref().map_or_else(Vec::new, |query| {
        query.0.iter().map(|name| name.value.0.clone()).collect()
    });
    (headers, query)
}
