//! Tokens: why one is not genuine, whom one proves, and whether it is still good.

use super::super::{Outcome, connection::moment};
use super::{identity_of, judge_token, seconds};
use crate::facts::{CredentialVerdict, Facts};
use crate::identity::Identity;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial, Fault as Blame, printable};
use postern_model::entity::{Authentication, Issuer, IssuerKeys, Name, RevokedTokens};
use postern_proof::{Fault, Token};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::Arc;

/// Most bytes of a claim that are shown.
const SHOWN: usize = 256;

/// Why a token proves nothing.
pub(super) fn not_genuine(
    fault: &Fault,
    accepted: &Authentication,
    snapshot: &Snapshot<'_>,
) -> Denial {
    let named = |denial: Denial, issuer: &Arc<str>, alg: &str, kid: Option<&str>| {
        let denial = denial.saw("issuer", issuer.to_string());
        let denial = denial.saw("alg", alg.to_owned());
        match kid {
            Some(kid) => denial.saw("kid", kid.to_owned()),
            None => denial,
        }
    };
    match fault {
        Fault::Malformed(what) => {
            Denial::new(Code::TokenMalformed).saw("error", what.clone().into_owned())
        }
        Fault::Issuer { iss } => {
            let all = &snapshot.rules.configuration().issuers;
            let trusted = accepted.issuers.iter().filter_map(|&at| all.get(at));
            let trusted: Vec<Cow<'static, str>> = trusted
                .map(|issuer| issuer.iss.to_string().into())
                .collect();
            let denial = Denial::new(Code::TokenIssuerNotTrusted).saw("trusted", trusted);
            match iss {
                Some(iss) => denial.saw("iss", iss.to_string()),
                None => denial,
            }
        }
        Fault::KeyUnknown {
            issuer,
            alg,
            kid,
            known,
        } => named(
            Denial::new(Code::TokenKeyUnknown),
            issuer,
            alg,
            kid.as_deref(),
        )
        .saw("known", *known as u64),
        Fault::Signature {
            issuer,
            alg,
            kid,
            why,
        } => named(
            Denial::new(Code::TokenSignatureInvalid),
            issuer,
            alg,
            kid.as_deref(),
        )
        .saw("error", why.clone().into_owned()),
    }
}

/// No keys of the issuer are known. `since` is Unix time in milliseconds.
pub(super) fn unreachable(issuer: &Name, since: Option<i64>, error: Option<&str>) -> Denial {
    let mut denial =
        Denial::new(Code::IdentityProviderUnreachable).saw("issuer", issuer.to_string());
    if let Some(error) = error {
        denial = denial.saw("error", printable(error.as_bytes(), SHOWN));
    }
    match since {
        Some(since) => denial.saw("since", moment(since.div_euclid(1000))),
        None => denial,
    }
}

/// The issuer says nothing of the token. `since` is Unix time in milliseconds. Where it does not know
/// the gateway, whoever runs that is to blame.
pub(super) fn silent(
    issuer: &Name,
    since: Option<i64>,
    error: Option<&str>,
    rejects_us: bool,
) -> Denial {
    let denial = unreachable(issuer, since, error).saw("asked", "introspection");
    if rejects_us {
        denial.blame(Blame::Operator)
    } else {
        denial
    }
}

/// The issuer says that the token is not good. `at` is Unix time in milliseconds.
pub(super) fn ended(issuer: &Name, at: i64) -> Denial {
    let denial = Denial::new(Code::TokenInactive).saw("issuer", issuer.to_string());
    denial.saw("at", moment(at.div_euclid(1000)))
}

/// Whom a genuine token proves. One that proves nobody is refused for its time or its audience, if
/// these are wrong, or because it was revoked, too: that is what its holder can see.
pub(super) fn identify(
    token: &Arc<Token>,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Result<Identity, Denial> {
    if let Some(identity) = of_client(token, snapshot) {
        return Ok(identity);
    }
    let issuer = issuer(token, snapshot);
    let now = seconds(facts);
    Err(out_of_time(token, issuer, now)
        .or_else(|| for_others(token, issuer))
        .or_else(|| revoked(token, snapshot, now))
        .unwrap_or_else(|| of_no_app(token, issuer)))
}

/// The app that a token's client is, with the groups that the token names.
pub(super) fn of_client(token: &Arc<Token>, snapshot: &Snapshot<'_>) -> Option<Identity> {
    let (client, issuer) = (token.client.as_ref()?, issuer(token, snapshot));
    let credential = match issuer.map(|issuer| &issuer.keys) {
        // Made here, for whoever has a key: its client is the key's credential.
        Some(IssuerKeys::BuiltIn(_)) => snapshot.directory.credential(client),
        _ => snapshot.directory.client(&token.issuer, client),
    };
    let mut identity = identity_of(credential?, snapshot)?;
    add_groups(&mut identity, token, issuer, snapshot);
    add_roles(&mut identity, token, issuer, snapshot);
    identity.token = Some(token.clone());
    Some(identity)
}

pub(super) fn issuer<'a>(token: &Token, snapshot: &Snapshot<'a>) -> Option<&'a Issuer> {
    let mut issuers = snapshot.rules.configuration().issuers.iter();
    issuers.find(|issuer| issuer.name == token.issuer)
}

/// The groups that the token names count as those of the app do. The issuer of a tenant speaks for
/// that tenant's groups alone.
fn add_groups(
    identity: &mut Identity,
    token: &Token,
    issuer: Option<&Issuer>,
    snapshot: &Snapshot<'_>,
) {
    let Some(issuer) = issuer else { return };
    let named = token.groups.iter();
    let groups = named.filter_map(|name| snapshot.directory.group(name));
    let counts = |group: &&Arc<_>| {
        let group: &postern_model::entity::Group = group;
        group.is_for(&identity.tenant.name)
            && (issuer.tenant.is_none() || issuer.tenant == group.tenant)
    };
    let more: SmallVec<[_; 2]> = groups.filter(counts).cloned().collect();
    for group in more {
        if !identity.groups.iter().any(|own| own.name == group.name) {
            identity.groups.push(group);
        }
    }
}

/// The access roles that the token names count as those of the app do. The issuer of a tenant speaks
/// for that tenant's access roles alone.
fn add_roles(
    identity: &mut Identity,
    token: &Token,
    issuer: Option<&Issuer>,
    snapshot: &Snapshot<'_>,
) {
    let Some(issuer) = issuer else { return };
    let named = token.roles.iter();
    let roles = named.filter_map(|name| snapshot.rules.access_role(name));
    let may = roles.filter(|role| issuer.tenant.is_none() || issuer.tenant == role.tenant);
    let more: SmallVec<[Name; 2]> = may
        .filter(|role| !identity.given_roles().any(|given| *given == role.name))
        .map(|role| role.name.clone())
        .collect();
    identity.token_roles = more;
}

pub(super) fn about(code: Code, token: &Token) -> Denial {
    let mut denial = Denial::new(code).saw("issuer", token.issuer.to_string());
    if let Some(subject) = &token.subject {
        denial = denial.saw("subject", printable(subject.as_bytes(), SHOWN));
    }
    match &token.kid {
        Some(kid) => denial.saw("kid", printable(kid.as_bytes(), SHOWN)),
        None => denial,
    }
}

/// It has no end, its end is over, or its beginning is not there yet (RFC 7519 §4.1.4 and §4.1.5).
fn out_of_time(token: &Token, issuer: Option<&Issuer>, now: i64) -> Option<Denial> {
    let leeway = issuer.map_or(0, |issuer| issuer.leeway.as_secs());
    let allowed = i64::try_from(leeway).unwrap_or(i64::MAX);
    let clock = |denial: Denial| {
        let denial = denial.saw("now", moment(now));
        denial.saw("leeway", leeway)
    };
    let Some(end) = token.expires_at else {
        // Whoever was asked has said that it is good.
        if token.introspected {
            return early(token, now, allowed, clock);
        }
        let claim: Vec<Cow<'static, str>> = vec!["exp".into()];
        return Some(about(Code::TokenClaimMissing, token).saw("claim", claim));
    };
    if now >= end.saturating_add(allowed) {
        let denial = about(Code::TokenExpired, token).saw("exp", moment(end));
        return Some(clock(denial));
    }
    early(token, now, allowed, clock)
}

/// Its beginning is not there yet.
fn early(
    token: &Token,
    now: i64,
    allowed: i64,
    clock: impl FnOnce(Denial) -> Denial,
) -> Option<Denial> {
    let begin = token.not_before?;
    if now >= begin.saturating_sub(allowed) {
        return None;
    }
    let denial = about(Code::TokenNotYetValid, token).saw("nbf", moment(begin));
    Some(clock(denial))
}

/// None of its audiences is one that the issuer's tokens have to name here (RFC 7519 §4.1.3). Of a
/// token that it is asked about, an issuer need not say whom it is for (RFC 7662 §2.2): it has told
/// us of it.
fn for_others(token: &Token, issuer: Option<&Issuer>) -> Option<Denial> {
    if token.introspected && token.audience.is_empty() {
        return None;
    }
    let expected = issuer.map_or(&[][..], |issuer| &issuer.audiences);
    if token.audience.iter().any(|aud| expected.contains(aud)) {
        return None;
    }
    let list = |names: &[Arc<str>]| -> Vec<Cow<'static, str>> {
        let shown = names.iter().take(8);
        shown
            .map(|name| printable(name.as_bytes(), SHOWN).into())
            .collect()
    };
    Some(
        about(Code::TokenAudienceMismatch, token)
            .saw("aud", list(&token.audience))
            .saw("expected", list(expected)),
    )
}

/// Somebody here revoked it, or all tokens of its subject or client that were made up to then.
fn revoked(token: &Token, snapshot: &Snapshot<'_>, now: i64) -> Option<Denial> {
    let row = snapshot.directory.revocation_of(token, now)?;
    let mut denial = about(Code::TokenRevoked, token)
        .saw("revocation", row.id.to_string())
        .saw("tokens", row.tokens.by())
        .saw("revoked_at", moment(row.revocation.at));
    if let RevokedTokens::Client(client) = &row.tokens {
        denial = denial.saw("client", client.to_string());
    }
    if let Some(reason) = &row.revocation.reason {
        denial = denial.saw("reason", reason.to_string());
    }
    match &row.revocation.by {
        Some(by) => Some(denial.saw("revoked_by", by.to_string())),
        None => Some(denial),
    }
}

/// The client is no app's, or none is named.
pub(super) fn of_no_app(token: &Token, issuer: Option<&Issuer>) -> Denial {
    let names = issuer.map_or(&[][..], |issuer| &issuer.claims.client);
    let names: Vec<Cow<'static, str>> = names.iter().map(|name| name.to_string().into()).collect();
    let denial = about(Code::TokenClaimMissing, token).saw("claim", names);
    match &token.client {
        Some(client) => denial.saw("value", printable(client.as_bytes(), SHOWN)),
        None => denial,
    }
}

pub(super) fn lifetime(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    judge_token(progress, |token| {
        out_of_time(token, issuer(token, snapshot), seconds(facts))
    })
}

pub(super) fn audience(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let mut unknown = false;
    let outcome = judge_token(progress, |token| {
        let issuer = issuer(token, snapshot);
        let denial = for_others(token, issuer)?;
        let expected = issuer.map_or(&[][..], |issuer| &issuer.audiences);
        unknown = !expected.iter().all(|name| facts.knows_token_audience(name));
        Some(denial)
    });
    if unknown {
        return Outcome::NotKept("token_audience");
    }
    outcome
}

pub(super) fn revocation(
    progress: &mut Progress,
    snapshot: &Snapshot<'_>,
    facts: &dyn Facts,
) -> Outcome {
    let token = progress.caller.identity().and_then(|i| i.token.as_ref());
    if token.is_some() && !facts.knows_whole_token() && snapshot.directory.revokes_tokens() {
        return Outcome::NotKept("token");
    }
    judge_token(progress, |token| revoked(token, snapshot, seconds(facts)))
}

/// A token that is signed, and that its issuer does not call good any more.
pub(super) fn activity(progress: &mut Progress, _: &Snapshot<'_>, facts: &dyn Facts) -> Outcome {
    judge_token(progress, |token| {
        let Some(CredentialVerdict::Inactive { at, .. }) = facts.credential() else {
            return None;
        };
        let denial = about(Code::TokenInactive, token);
        Some(denial.saw("at", moment(at.div_euclid(1000))))
    })
}
