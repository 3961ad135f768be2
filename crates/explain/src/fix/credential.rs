//! Fixes for refused credentials.

use super::case::{Case, strings, text};
use super::{Candidate, create_key};
use crate::document::Change;
use crate::explanation::{Audience, NewKey, Step};
use crate::time;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Credential, CredentialKind, Proof, Restriction};
use postern_policy::facts::{CredentialVerdict, OtherKind};
use serde_json::{Value as Json, json};

/// For how long an expired key is good once more: 30 days, and to the end of the last one. Whoever
/// makes the fix a moment later gets the same.
const EXTENSION: i64 = 30 * 86_400;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let code = denial.code;
    match code {
        Code::CredentialMissing => anonymous(case, code).into_iter().collect(),
        Code::CredentialKindNotAccepted => anonymous(case, code)
            .into_iter()
            .chain(accepted(case, code))
            .collect(),
        Code::CredentialWrongEnvironment => {
            let environment = text(denial, "service_environment");
            environment
                .and_then(|environment| another_key(case, environment))
                .into_iter()
                .collect()
        }
        Code::CredentialNotYetValid => {
            let patch = json!({"not_before": null});
            changed(case, code, "let {key} be good at once", &patch)
                .into_iter()
                .collect()
        }
        Code::CredentialExpired => {
            let until = time::rfc3339(time::end_of_day(case.now + EXTENSION));
            let patch = json!({ "expires_at": until });
            let sentence = format!("let {{key}} be good until {until}");
            changed(case, code, &sentence, &patch).into_iter().collect()
        }
        Code::CredentialRevoked => {
            let patch = json!({"revoked_at": null, "revoked_by": null, "reason": null});
            let restored = changed(case, code, "restore {key}", &patch);
            restored.into_iter().map(Candidate::if_wrong).collect()
        }
        Code::CredentialRestricted => widened(case).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A change of the credential that was sent; `{key}` in the sentence stands for it.
fn changed(case: &Case<'_>, code: Code, sentence: &str, patch: &Json) -> Option<Candidate> {
    let row = &case.decided.identity.as_ref()?.credential;
    let change = Change::new("credential", &row.id, patch.clone());
    let sentence = sentence.replace("{key}", &named(row));
    let candidate = Candidate::new(code, sentence, Step::Change(change));
    Some(candidate.reach(held(row)))
}

/// A credential as people call it: key `key_7q4m…`.
pub(super) fn named(row: &Credential) -> String {
    format!("{} `{}`", row.proof.kind().noun(), row.id)
}

/// Whom a change of it reaches.
pub(super) fn held(row: &Credential) -> String {
    match row.proof {
        Proof::Client(_) => format!("whoever brings a token for {}", named(row)),
        _ => format!("whoever holds {}", named(row)),
    }
}

/// Another key of the same app, for the environment, with the scopes that the operation requires.
pub(super) fn another_key(case: &Case<'_>, environment: &str) -> Option<Candidate> {
    let identity = case.decided.identity.as_ref()?;
    let names = |names: &[postern_model::entity::Name]| {
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let required = names(&case.operation()?.scopes);
    let carried = identity.credential.scopes.as_deref();
    let key = NewKey {
        app: identity.app.name.to_string(),
        environment: environment.to_owned(),
        scopes: if required.is_empty() {
            carried.map(names)
        } else {
            Some(required)
        },
    };
    let mut sentence = format!("create a key of app `{}` for `{environment}`", key.app);
    if let Some(scopes) = key.scopes.as_ref().filter(|scopes| !scopes.is_empty()) {
        sentence.push_str(" with ");
        sentence.push_str(&scopes.join(", "));
    }
    let command = create_key(&key);
    let reach = format!("app `{}` in `{environment}`, with the new key", key.app);
    let code = Code::CredentialWrongEnvironment;
    let mut candidate = Candidate::new(code, sentence, Step::CreateKey(key));
    candidate.against.extend([
        Code::CredentialNotYetValid,
        Code::CredentialExpired,
        Code::CredentialRestricted,
        Code::ScopeMissing,
        Code::RoleMissing,
    ]);
    Some(candidate.command(command).reach(reach).weight(2))
}

/// The key's own restriction, wider by this request.
fn widened(case: &Case<'_>) -> Option<Candidate> {
    let identity = case.decided.identity.as_ref()?;
    let id = &identity.credential.id;
    let only = case.document("credential", id)?.get("restricted_to")?;
    let restriction = identity.credential.restriction.as_deref()?;
    let (field, add) = outside(case, restriction)?;
    let mut list = only
        .get(field)
        .and_then(Json::as_array)
        .cloned()
        .unwrap_or_default();
    list.push(json!(add));
    let patch = json!({"restricted_to": {field: list}});
    let sentence = format!("let {{key}} be used for `{add}` too");
    changed(case, Code::CredentialRestricted, &sentence, &patch)
}

/// The first part of a restriction that the request is outside of, and what it would take.
fn outside(case: &Case<'_>, only: &Restriction) -> Option<(&'static str, String)> {
    let address = case.decided.client?.address;
    let held = only
        .networks
        .iter()
        .any(|network| network.contains(&address));
    if !only.networks.is_empty() && !held {
        return Some(("addresses", ipnet::IpNet::from(address).to_string()));
    }
    let service = &case.service()?.name;
    if !only.services.is_empty() && !only.services.contains(service) {
        return Some(("services", service.to_string()));
    }
    let method = std::str::from_utf8(case.facts.method()).ok()?;
    if !only.methods.is_empty() && !only.methods.iter().any(|known| known.as_str() == method) {
        return Some(("methods", method.to_owned()));
    }
    None
}

/// What was sent is accepted: where the service does, by the operation as well, and else by the
/// service.
fn accepted(case: &Case<'_>, code: Code) -> Option<Candidate> {
    let CredentialVerdict::KindNotAccepted { sent } = case.facts.credential()? else {
        return None;
    };
    let kind = match sent {
        OtherKind::ApiKey => CredentialKind::ApiKey,
        OtherKind::Bearer => CredentialKind::Jwt,
        OtherKind::Basic => CredentialKind::Basic,
        OtherKind::Hmac => CredentialKind::Hmac,
        OtherKind::Signature => CredentialKind::Signature,
        OtherKind::Session => CredentialKind::Session,
        OtherKind::Certificate => CredentialKind::Mtls,
        OtherKind::KeyAsBearer | OtherKind::Dpop => return None,
    };
    let (service, version, operation) = case.place()?;
    let whole = case.service()?.authentication.as_ref()?.accepts(kind);
    let document = case.document("service", service)?;
    let (patch, place, on_purpose) = if whole {
        let own = document.pointer(&format!("/versions/{version}/operations/{operation}"))?;
        let mut accepts = strings(own, "accepts");
        accepts.push(kind.name().to_owned());
        let patch = json!({"versions": {&**version: {"operations": {&**operation: {
            "accepts": accepts,
        }}}}});
        (
            patch,
            format!("operation `{operation}` of `{service}`"),
            false,
        )
    } else if matches!(kind, CredentialKind::Jwt | CredentialKind::Session) {
        // Whose, nobody could tell.
        return None;
    } else {
        let patch = json!({"authentication": {kind.name(): {}}});
        (patch, format!("`{service}`"), true)
    };
    let sentence = format!("accept {} for {place}", sent.describe());
    let candidate = Candidate::new(
        code,
        sentence,
        Step::Change(Change::new("service", service, patch)),
    )
    .reach(format!(
        "whoever has {} of an app that may call it",
        sent.describe()
    ))
    .audience(Audience::Publisher)
    .unproved("what was sent was not looked at, since its kind is not accepted");
    Some(if on_purpose {
        candidate.if_wrong()
    } else {
        candidate
    })
}

/// The operation opens to everybody.
fn anonymous(case: &Case<'_>, code: Code) -> Option<Candidate> {
    let (service, version, operation) = case.place()?;
    // Where nobody is known, nobody has scopes and access roles.
    let open = json!({"anonymous": true, "scopes": null, "access_roles": null});
    let patch = json!({"versions": {&**version: {"operations": {&**operation: open}}}});
    let sentence = format!("let anybody call operation `{operation}` of `{service}`");
    let change = Change::new("service", service, patch);
    Some(
        Candidate::new(code, sentence, Step::Change(change))
            .reach(format!("everybody, on operation `{operation}`"))
            .audience(Audience::Publisher)
            .if_wrong(),
    )
}
