//! Pages of other origins: what the owners of a service have left out.

use super::Blame;
use super::near::near_origin;
use crate::fix::Others;
use crate::fix::case::{Case, text, texts};
use postern_model::denial::Denial;
use postern_policy::fields::Known;

/// The host of an origin (RFC 6454 §6.2).
fn host(origin: &str) -> Option<&str> {
    let (_, authority) = origin.split_once("://")?;
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    Some(host).filter(|host| !host.is_empty())
}

/// The policy allows it, but for something small.
pub(super) fn nearly_allowed(_: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let origin = text(denial, "origin")?;
    let mut allowed = texts(denial, "allowed").into_iter();
    allowed.find_map(|allowed| {
        let what = near_origin(origin, allowed)?;
        let because = format!("pages of `{allowed}` may call, which differs in {what} alone");
        Some(Blame::of_publisher(because))
    })
}

/// The page is of a host on which the service itself is.
pub(super) fn of_the_service_itself(
    case: &Case<'_>,
    denial: &Denial,
    _: Others<'_>,
) -> Option<Blame> {
    let host = host(text(denial, "origin")?)?;
    let service = case.service()?;
    let asked = case.decided.host.as_deref();
    if asked != Some(host) && !service.hosts.iter().any(|own| **own == *host) {
        return None;
    }
    let because = format!(
        "the page is of `{host}`, where `{}` itself is",
        service.name
    );
    Some(Blame::of_publisher(because))
}

/// Pages of the origin may call, and not with what they ask for.
pub(super) fn allowed_otherwise(_: &Case<'_>, denial: &Denial, _: Others<'_>) -> Option<Blame> {
    let origin = text(denial, "origin")?;
    let policy = denial.policy.as_deref()?;
    let because = format!("policy `{policy}` lets pages of `{origin}` call, but not with this");
    Some(Blame::of_publisher(because))
}

/// A browser asks for a page (Fetch Standard §3.3.2), and no policy answers it.
pub(super) fn nobody_answers_browsers(
    case: &Case<'_>,
    denial: &Denial,
    _: Others<'_>,
) -> Option<Blame> {
    let asks = [Known::Origin, Known::AccessControlRequestMethod];
    if text(denial, "method") != Some("OPTIONS")
        || !asks.into_iter().all(|name| case.facts.came(name))
    {
        return None;
    }
    let because = "a browser asks here for a page of another origin, and no policy of the kind `cors` answers it";
    Some(Blame::of_publisher(because.to_owned()))
}
