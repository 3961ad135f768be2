//! Fixes for refused tokens, and for sessions that were revoked with tokens.

use super::Candidate;
use super::case::{Case, plain, strings, text};
use crate::blame::near;
use crate::document::Change;
use crate::explanation::{Audience, Step};
use crate::time;
use postern_model::denial::{Code, Denial};
use postern_model::entity::{Issuer, IssuerKeys, PRODUCTION};
use postern_proof::Fault as TokenFault;
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::TokenAudienceMismatch => audience(case).into_iter().collect(),
        Code::TokenNotYetValid | Code::TokenExpired => leeway(case, denial).into_iter().collect(),
        Code::TokenIssuerNotTrusted => trusted(case, denial),
        Code::TokenKeyUnknown | Code::IdentityProviderUnreachable => {
            refreshed(case, denial).into_iter().collect()
        }
        Code::TokenSignatureInvalid if text(denial, "error") == Some(TokenFault::OTHER_KEY) => {
            refreshed(case, denial).into_iter().collect()
        }
        Code::TokenClaimMissing => mapped(case, denial).into_iter().collect(),
        Code::TokenRevoked | Code::SessionInvalid => restored(case, denial).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Tokens for an audience of this one are accepted, too: for one that seems to be meant, or else for
/// the first.
fn audience(case: &Case<'_>) -> Option<Candidate> {
    let token = case.decided.identity.as_ref()?.token.as_ref()?;
    let issuer = case.document("issuer", &token.issuer)?;
    let mut list = strings(issuer, "audiences");
    let meant = |aud: &&Arc<str>| list.iter().any(|known| near(aud, known).is_some());
    let mut named = token.audience.iter();
    let audience = named.find(meant).or_else(|| token.audience.first())?;
    list.push(audience.to_string());
    let change = Change::new("issuer", &token.issuer, json!({ "audiences": list }));
    let sentence = format!("accept tokens of `{}` for `{audience}`, too", token.issuer);
    let reach = format!("whoever has a token of `{}` for `{audience}`", token.issuer);
    let code = Code::TokenAudienceMismatch;
    Some(
        Candidate::new(code, sentence, Step::Change(change))
            .reach(reach)
            .weight(3),
    )
}

/// Why no record tells whether a token is genuine.
const NOT_KEPT: &str =
    "a record does not hold the token, so that its signature cannot be looked at";

/// The issuer's keys are had again.
fn refreshed(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    if text(denial, "asked").is_some() {
        // It has no keys to be had: it is asked about tokens.
        return None;
    }
    let name = text(denial, "issuer")?;
    let mut issuers = case.rules().configuration().issuers.iter();
    let sentence = match &issuers.find(|issuer| *issuer.name == *name)?.keys {
        IssuerKeys::File(_) => format!("read the file with the keys of `{name}` again"),
        IssuerKeys::Url(from) | IssuerKeys::Discovery(from) => {
            let every = i64::try_from(from.every.as_secs()).unwrap_or(i64::MAX);
            let every = time::span(every);
            format!("fetch the keys of `{name}` now: by itself that happens every {every}")
        }
        IssuerKeys::Shared(_) | IssuerKeys::BuiltIn(_) | IssuerKeys::Untold => return None,
    };
    let candidate = Candidate::by_hand(denial.code, sentence);
    let command = format!("postern issuers refresh {name}");
    let reach = format!("whoever has a token that a new key of `{name}` signed");
    Some(candidate.command(command).reach(reach).unproved(NOT_KEPT))
}

/// The issuer is trusted: as it is written in the token, for this service, too, or at all.
fn trusted(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    let (Some(iss), Some(service)) = (text(denial, "iss"), case.service()) else {
        return Vec::new();
    };
    let accepted = service.authentication.as_ref();
    let accepted = accepted.map_or(&[][..], |accepted| &*accepted.issuers);
    let issuers = &case.rules().configuration().issuers;
    let of = |index: &usize| issuers.get(*index);
    let changed = accepted
        .iter()
        .filter_map(of)
        .find(|known| near(iss, &known.iss).is_some());
    let known = issuers.iter().find(|known| *known.iss == *iss);
    let found = match (changed, known) {
        (Some(issuer), _) => Some(renamed(denial.code, issuer, iss)),
        (None, Some(issuer)) => accepted_too(case, denial.code, &service.name, &issuer.name),
        (None, None) => {
            let first = accepted.iter().find_map(of);
            first.and_then(|first| added(case, iss, &service.name, first))
        }
    };
    found.into_iter().collect()
}

/// What its tokens say it is called.
fn renamed(code: Code, issuer: &Issuer, iss: &str) -> Candidate {
    let name = &issuer.name;
    let change = Change::new("issuer", name, json!({ "issuer": iss }));
    let sentence = format!("let tokens of `{name}` say `{iss}`");
    let why = format!(
        "{NOT_KEPT}; tokens that say `{}` would be refused",
        issuer.iss
    );
    let reach = format!("whoever has a token of `{name}` that says so");
    Candidate::new(code, sentence, Step::Change(change))
        .reach(reach)
        .unproved(why)
}

/// An issuer that is trusted elsewhere.
fn accepted_too(case: &Case<'_>, code: Code, service: &str, issuer: &str) -> Option<Candidate> {
    let document = case.document("service", service)?;
    let mut list = strings(document.pointer("/authentication/jwt")?, "issuers");
    list.push(issuer.to_owned());
    let patch = json!({"authentication": {"jwt": {"issuers": list}}});
    let sentence = format!("accept tokens of `{issuer}` for `{service}`, too");
    let reach = format!("whoever has a token of `{issuer}` for an app that may call `{service}`");
    let step = Step::Change(Change::new("service", service, patch));
    let candidate = Candidate::new(code, sentence, step);
    let candidate = candidate.audience(Audience::Publisher);
    Some(candidate.reach(reach).unproved(NOT_KEPT).if_wrong())
}

/// An issuer more, for the audience of another one.
fn added(case: &Case<'_>, iss: &str, service: &str, like: &Issuer) -> Option<Candidate> {
    let host = iss.split_once("://")?.1.split('/').next()?;
    let name = host
        .to_ascii_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = name.trim_matches('-');
    if name.is_empty() || case.document("issuer", name).is_some() {
        return None;
    }
    let audience = plain(like.audiences.first()?)?;
    let command = format!(
        "postern issuers add {name} --issuer {} --audience {audience} --service {service}",
        plain(iss)?
    );
    let sentence = format!("trust `{iss}` for `{service}`");
    let reach = format!("whoever has a token of `{iss}` for a client that an app is given");
    let candidate = Candidate::by_hand(Code::TokenIssuerNotTrusted, sentence);
    let candidate = candidate.command(command).reach(reach);
    Some(candidate.unproved(NOT_KEPT).if_wrong())
}

/// The client is an app's.
fn mapped(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let (issuer, client) = (text(denial, "issuer")?, text(denial, "value")?);
    let mut command = format!(
        "postern issuers client {issuer} {} --app APP",
        plain(client)?
    );
    let environment = case.decided.environment.as_deref().unwrap_or(PRODUCTION);
    if environment != PRODUCTION {
        command.push_str(" --environment ");
        command.push_str(environment);
    }
    let sentence = format!("say which app client `{client}` of `{issuer}` is: APP");
    let reach = format!("whoever has a token of `{issuer}` for client `{client}`, as that app");
    let candidate = Candidate::by_hand(denial.code, sentence);
    let why = "which app it is, and what that may call, nothing says";
    Some(candidate.command(command).reach(reach).unproved(why))
}

/// The revocation is taken back.
fn restored(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let id = text(denial, "revocation")?;
    let document = case.document("token_revocation", id)?;
    let said = |member: &str| document.get(member).and_then(Json::as_str);
    let issuer = said("issuer")?;
    let what = match denial.code {
        Code::SessionInvalid => "was signed in before, or holds an older token,",
        _ => "holds an older token",
    };
    let whose = match (said("jti"), said("subject"), said("client")) {
        (Some(_), ..) => "whoever holds the token".to_owned(),
        (_, Some(subject), _) => format!("whoever {what} of `{subject}`"),
        (.., Some(client)) => format!("whoever {what} for client `{client}`"),
        _ => return None,
    };
    let change = Change::new("token_revocation", id, Json::Null);
    let sentence = format!("take back revocation `{id}` of tokens of `{issuer}`");
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    let command = format!("postern tokens restore {id}");
    Some(candidate.command(command).reach(whose).if_wrong())
}

/// The most that clocks may be apart, in seconds.
const MOST_LEEWAY: u64 = 300;

/// Clocks may be a little further apart.
fn leeway(case: &Case<'_>, denial: &Denial) -> Option<Candidate> {
    let token = case.decided.identity.as_ref()?.token.as_ref()?;
    let at = match denial.code {
        Code::TokenExpired => token.expires_at?,
        _ => token.not_before?,
    };
    let apart = case.now.abs_diff(at) + 1;
    if apart > MOST_LEEWAY {
        return None;
    }
    let patch = json!({ "leeway": format!("{apart}s") });
    let change = Change::new("issuer", &token.issuer, patch);
    let sentence = format!(
        "let the clock of `{}` be {apart} s apart from the gateway's",
        token.issuer
    );
    let reach = format!(
        "tokens of `{}` up to {apart} s out of their time",
        token.issuer
    );
    let candidate = Candidate::new(denial.code, sentence, Step::Change(change));
    Some(candidate.reach(reach).weight(3))
}
