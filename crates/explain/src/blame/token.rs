//! Tokens: what their issuers and those who trust these have left out.

use super::Blame;
use super::near::near;
use crate::decide::Decided;
use crate::fix::Others;
use crate::fix::case::{Case, text, texts};
use postern_model::denial::{Denial, Fault};
use postern_model::entity::{Issuer, IssuerKeys};
use postern_policy::facts::CredentialVerdict;
use postern_policy::{Facts, Snapshot};
use postern_proof::{Fault as TokenFault, Token};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// From so many other addresses a thing comes that is no single caller's doing.
const MANY: usize = 3;
/// Fewer services than this are no rule.
const FEW: usize = 2;
/// Most other refusals that are decided again for their addresses.
const MOST: usize = 64;

/// The issuers whose tokens the operation accepts.
fn accepted<'a>(case: &Case<'a>) -> Option<impl Iterator<Item = &'a Issuer>> {
    let accepted = case.rules().authentication(case.decided.route.as_ref()?)?;
    let all = &case.rules().configuration().issuers;
    Some(accepted.issuers.iter().filter_map(|&at| all.get(at)))
}

/// `iss` is that of an issuer that is accepted, but for something small.
pub(super) fn nearly_trusted(case: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let iss = text(denial, "iss")?;
    accepted(case)?.find_map(|issuer| {
        let what = near(iss, &issuer.iss)?;
        let because = format!(
            "issuer `{}` is trusted as `{}`, which differs in {what} alone",
            issuer.name, issuer.iss
        );
        Some(Blame::of(Fault::Operator, because))
    })
}

/// Most other services of the same tenant that accept tokens accept those of that issuer.
pub(super) fn trusted_beside(case: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let iss = text(denial, "iss")?;
    let (configuration, own) = (case.rules().configuration(), case.service()?);
    let tenant = own.tenant.as_deref()?;
    let siblings = configuration
        .services
        .iter()
        .filter(|service| service.tenant.as_deref() == Some(tenant) && service.name != own.name);
    let trusted: Vec<&[usize]> = siblings
        .filter_map(|service| Some(&*service.authentication.as_ref()?.issuers))
        .filter(|issuers| !issuers.is_empty())
        .collect();
    let issuers = configuration.issuers.iter().enumerate();
    let named = issuers.filter(|(_, issuer)| *issuer.iss == *iss);
    named.into_iter().find_map(|(at, issuer)| {
        let taking = trusted
            .iter()
            .filter(|issuers| issuers.contains(&at))
            .count();
        let because = format!(
            "{taking} of {} other services of tenant `{tenant}` accept tokens of `{}`",
            trusted.len(),
            issuer.name
        );
        let most = trusted.len() >= FEW && taking * 2 > trusted.len();
        most.then(|| Blame::of_publisher(because))
    })
}

/// The key that a token names which is not genuine, and whose key that would be.
fn key(facts: &dyn Facts) -> Option<(&str, &str)> {
    match facts.credential()? {
        CredentialVerdict::TokenFault(
            TokenFault::KeyUnknown { issuer, kid, .. } | TokenFault::Signature { issuer, kid, .. },
        ) => Some((&**issuer, kid.as_deref()?)),
        _ => None,
    }
}

/// Tokens with the same key came from several addresses: one caller may make something up, and
/// many alike hold what their issuer gave them.
pub(super) fn signed_alike_elsewhere(
    case: &Case<'_>,
    _: &Denial,
    others: Others<'_>,
) -> Option<Blame> {
    let (issuer, kid) = key(case.facts)?;
    let rules = case.rules();
    let mut issuers = rules.configuration().issuers.iter();
    let fault = match issuers.find(|known| *known.name == *issuer)?.keys {
        IssuerKeys::File(_) | IssuerKeys::Shared(_) => Fault::Operator,
        IssuerKeys::Url(_) | IssuerKeys::Discovery(_) => Fault::IdentityProvider,
        IssuerKeys::BuiltIn(_) | IssuerKeys::Untold => return None,
    };
    let alike = others.refusals.iter();
    let alike = alike.filter(|other| key(other.facts) == Some((issuer, kid)));
    let addresses: BTreeSet<IpAddr> = alike
        .take(MOST)
        .filter_map(|other| {
            let snapshot = Snapshot {
                rules,
                directory: other.directory,
            };
            Some(Decided::of(&snapshot, other.facts).client?.address)
        })
        .filter(|address| {
            case.decided
                .client
                .is_none_or(|own| own.address != *address)
        })
        .collect();
    let because = format!(
        "tokens with key `{kid}` came from {} other addresses in {}: `{issuer}` seems to sign with a key that is not known here",
        addresses.len(),
        others.over
    );
    (addresses.len() >= MANY).then(|| Blame::of(fault, because))
}

/// One of its audiences is one that is expected, but for something small.
pub(super) fn nearly_for_us(_: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let expected = texts(denial, "expected");
    texts(denial, "aud").into_iter().find_map(|aud| {
        let near = |expected: &&str| Some((near(aud, expected)?, (*expected).to_owned()));
        let (what, expected) = expected.iter().find_map(near)?;
        let because = format!("`{expected}` is expected, which differs in {what} alone");
        Some(Blame::of(Fault::Operator, because))
    })
}

/// One of its audiences is the address that was called (RFC 8707 §2): it was made for this very
/// service.
pub(super) fn for_this_address(case: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let host = case.decided.host.as_deref()?;
    let service = case.service()?;
    let is_ours = |aud: &str| {
        let Some((_, rest)) = aud.split_once("://") else {
            return false;
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let named = authority.split(':').next().unwrap_or_default();
        named.eq_ignore_ascii_case(host) && *path.trim_end_matches('/') == *service.base_path
    };
    let aud = texts(denial, "aud").into_iter().find(|aud| is_ours(aud))?;
    let because = format!("`{aud}` is the address of `{}` itself", service.name);
    Some(Blame::of(Fault::Operator, because))
}

fn token(facts: &dyn Facts) -> Option<&Token> {
    match facts.credential()? {
        CredentialVerdict::Token(token) => Some(token),
        CredentialVerdict::Possession(possession) => Some(&possession.token),
        _ => None,
    }
}

/// A genuine token does not say it, and no other token of its issuer that came is known to: nobody
/// but the issuer can put it in.
pub(super) fn says_less(case: &Case<'_>, denial: &Denial, others: Others<'_>) -> Option<Blame> {
    if text(denial, "value").is_some() {
        return None;
    }
    let (issuer, claims) = (text(denial, "issuer")?, texts(denial, "claim"));
    let names_client = |token: &Token| *token.issuer == *issuer && token.client.is_some();
    let own = token(case.facts)?;
    let mut others = others
        .refusals
        .iter()
        .filter_map(|other| token(other.facts));
    if own.client.is_none() && others.any(names_client) {
        return None;
    }
    let because = format!(
        "a genuine token of `{issuer}` says nothing in `{}`, and its issuer alone can have it say that",
        claims.join("` or `")
    );
    Some(Blame::of(Fault::IdentityProvider, because))
}
