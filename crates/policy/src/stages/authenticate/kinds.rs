//! Requests without a credential of a kind that is accepted.

use crate::facts::{Facts, OtherKind, Place};
use crate::router::Route;
use crate::snapshot::Snapshot;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Authentication, CredentialKind};
use std::borrow::Cow;

/// Headers that callers put credentials in, besides where a service looks for them.
const USUAL: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-api-token",
    "x-auth-token",
    "x-access-token",
    "x-token",
    "x-authorization",
];

/// Where keys are looked for.
fn places(accepted: &Authentication) -> impl Iterator<Item = Place> {
    let headers = accepted.headers.iter().cloned().map(Place::Header);
    headers.chain(accepted.query.iter().cloned().map(Place::Query))
}

pub(super) fn written<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<Cow<'static, str>> {
    places.map(|place| place.to_string().into()).collect()
}

/// What is accepted, in the order in which callers are asked for it.
fn accepted_kinds(accepted: &Authentication) -> Vec<Cow<'static, str>> {
    let mut kinds = Vec::new();
    for kind in &accepted.kinds {
        match kind {
            CredentialKind::ApiKey => {
                kinds.extend(
                    places(accepted).map(|place| format!("an API key in `{place}`").into()),
                );
            }
            CredentialKind::Jwt if accepted.opaque.is_some() => {
                kinds.push("a bearer token in `Authorization`".into());
            }
            CredentialKind::Jwt => kinds.push("a bearer token (JWT) in `Authorization`".into()),
            CredentialKind::Session => kinds.push("the session of a browser (cookie)".into()),
            CredentialKind::Signature => {
                kinds.push("a signature of the request (RFC 9421) in `Signature`".into());
            }
            CredentialKind::Hmac => {
                kinds.push("a signature of the request (HMAC) in `Authorization`".into());
            }
            CredentialKind::Basic => {
                kinds.push("a user name and password (Basic) in `Authorization`".into());
            }
            CredentialKind::Mtls => {
                kinds.push("a client certificate of the connection (mTLS)".into());
            }
        }
    }
    kinds
}

pub(super) fn missing(accepted: &Authentication, facts: &dyn Facts) -> Denial {
    let schemes = [
        CredentialKind::Jwt,
        CredentialKind::Hmac,
        CredentialKind::Basic,
    ];
    let any = schemes.into_iter().any(|kind| accepted.accepts(kind));
    let authorization = any.then(|| Place::Header("authorization".into()));
    let signed = accepted.accepts(CredentialKind::Signature);
    let signature = signed.then(|| Place::Header("signature".into()));
    let certificate = accepted.accepts(CredentialKind::Mtls);
    let certificate = certificate.then_some(Place::Certificate);
    let looked: Vec<Place> = places(accepted)
        .chain(authorization)
        .chain(signature)
        .chain(certificate)
        .collect();
    let came: Vec<Cow<'static, str>> = USUAL
        .iter()
        .filter(|name| facts.has_header(name))
        .map(|name| Place::Header((*name).into()).to_string().into())
        .collect();
    let mut denial = Denial::new(Code::CredentialMissing).saw("looked", written(looked.iter()));
    if accepted.kinds != [CredentialKind::ApiKey] {
        denial = denial.saw("accepted", accepted_kinds(accepted));
    }
    if came.is_empty() {
        denial
    } else {
        denial.saw("came", came)
    }
}

pub(super) fn not_accepted(
    sent: OtherKind,
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
    route: Option<&Route>,
) -> Denial {
    let denial = Denial::new(Code::CredentialKindNotAccepted)
        .saw("sent", sent.describe())
        .saw("accepted", accepted_kinds(accepted));
    let Some(route) = route else {
        return denial;
    };
    let service = snapshot.rules.service(route);
    let (mut accepting, mut operations) = (0, 0);
    for operation in service.versions.iter().flat_map(|v| &v.operations) {
        let here = operation.authentication.as_deref();
        let here = here.or(service.authentication.as_ref());
        operations += 1;
        let kind = kind(sent);
        accepting += usize::from(
            kind.is_some_and(|kind| here.is_none_or(|accepted| accepted.accepts(kind))),
        );
    }
    // Where others accept it, the publisher may have left this one out.
    let siblings = format!(
        "{accepting} of {operations} sibling operations accept {}",
        sent.describe()
    );
    denial.saw("siblings", siblings)
}

/// What somebody sent whose credential is of that kind.
pub(super) const fn sent(kind: CredentialKind) -> OtherKind {
    match kind {
        CredentialKind::ApiKey => OtherKind::ApiKey,
        CredentialKind::Jwt => OtherKind::Bearer,
        CredentialKind::Session => OtherKind::Session,
        CredentialKind::Signature => OtherKind::Signature,
        CredentialKind::Hmac => OtherKind::Hmac,
        CredentialKind::Basic => OtherKind::Basic,
        CredentialKind::Mtls => OtherKind::Certificate,
    }
}

/// The kind of something that was sent, if an operation could accept it as it was.
const fn kind(sent: OtherKind) -> Option<CredentialKind> {
    match sent {
        OtherKind::Bearer => Some(CredentialKind::Jwt),
        OtherKind::ApiKey => Some(CredentialKind::ApiKey),
        OtherKind::Session => Some(CredentialKind::Session),
        OtherKind::Signature => Some(CredentialKind::Signature),
        OtherKind::Hmac => Some(CredentialKind::Hmac),
        OtherKind::Basic => Some(CredentialKind::Basic),
        OtherKind::Certificate => Some(CredentialKind::Mtls),
        OtherKind::KeyAsBearer => None,
    }
}
