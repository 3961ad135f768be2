//! Requests without a credential of a kind that is accepted.

use crate::facts::{CredentialVerdict, Facts, OtherKind, Place};
use crate::router::Route;
use crate::snapshot::Snapshot;
use postern_model::denial::{Code, Denial, Fault};
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
            CredentialKind::Jwt => {
                let dpop = accepted.dpop.as_deref();
                let form = if accepted.opaque.is_some() {
                    ""
                } else {
                    " (JWT)"
                };
                if dpop.is_none_or(|asked| !asked.required) {
                    kinds.push(format!("a bearer token{form} in `Authorization`").into());
                }
                if dpop.is_some() {
                    let proved = format!("a token{form} with a proof of possession in `DPoP`");
                    kinds.push(proved.into());
                }
            }
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
        accepting += usize::from(takes(sent, here));
    }
    // Where most others accept it, the publisher has left this one out.
    let siblings = format!(
        "{accepting} of {operations} sibling operations accept {}",
        sent.describe()
    );
    let denial = denial.saw("siblings", siblings);
    if accepting * 2 > operations {
        denial.blame(Fault::Publisher)
    } else {
        denial
    }
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

/// Whether something is taken where that is accepted.
fn takes(sent: OtherKind, accepted: Option<&Authentication>) -> bool {
    if sent == OtherKind::Dpop {
        return accepted.is_none_or(|accepted| accepted.dpop.is_some());
    }
    kind(sent).is_some_and(|kind| accepted.is_none_or(|accepted| accepted.accepts(kind)))
}

/// Whether something was sent that was not accepted then, and is now: what it was worth, nobody has
/// looked at. Of a live request it never is.
pub(super) fn is_accepted_since(verdict: &CredentialVerdict, accepted: &Authentication) -> bool {
    let sent = CredentialVerdict::KindNotAccepted {
        sent: OtherKind::Dpop,
    };
    *verdict == sent && accepted.dpop.is_some()
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
        OtherKind::KeyAsBearer | OtherKind::Dpop => None,
    }
}
