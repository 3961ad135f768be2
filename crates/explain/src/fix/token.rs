//! Fixes for refused tokens, and for sessions that were revoked with tokens.

use super::Candidate;
use super::case::{Case, text};
use crate::document::Change;
use crate::explanation::Step;
use postern_model::denial::{Code, Denial};
use serde_json::{Value as Json, json};

pub(super) fn candidates(case: &Case<'_>, denial: &Denial) -> Vec<Candidate> {
    match denial.code {
        Code::TokenAudienceMismatch => audience(case).into_iter().collect(),
        Code::TokenNotYetValid | Code::TokenExpired => leeway(case, denial).into_iter().collect(),
        Code::TokenRevoked | Code::SessionInvalid => restored(case, denial).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Tokens for the first audience of this one are accepted, too.
fn audience(case: &Case<'_>) -> Option<Candidate> {
    let token = case.decided.identity.as_ref()?.token.as_ref()?;
    let audience = token.audience.first()?;
    let issuer = case.document("issuer", &token.issuer)?;
    let mut list = issuer.get("audiences").and_then(Json::as_array).cloned()?;
    list.push(json!(audience));
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
