//! Addresses and networks, routes, and which pages of browsers asked.

use super::{Picture, Words, some};

pub(super) fn addresses(words: &Words<'_>) -> Option<Picture> {
    let since = || words.note("since ", "since");
    let reason = || words.note("reason: ", "reason");
    Some(match words.refusal.code.as_str() {
        "network.country_not_allowed" => some(
            words.address(),
            match (
                words.value("rule").as_deref(),
                words.quoted("country", "it"),
            ) {
                (Some("deny_countries"), country) => format!("denied country {country}"),
                (Some(_), country) => format!("allowed countries, of which {country} is none"),
                (None, country) => format!("country {country}, which may not call"),
            },
            vec![
                words.note("autonomous system: ", "asn"),
                words.note("nor is it on allowlist ", "list"),
                words.note("expired, so that nobody is on it: ", "expired_list"),
                words.note("from ", "source"),
                words.built(),
            ],
        ),
        "network.address_not_allowed" => some(
            words.address(),
            match words.value("list") {
                Some(list) => format!("allowlist {list}"),
                None => "the allowed addresses".to_owned(),
            },
            vec![
                words.note("expired, so that nobody is on it: ", "expired_list"),
                words.note("from ", "source"),
                words.note("autonomous system: ", "asn"),
                words.built(),
                words
                    .value("nearest_range")
                    .zip(words.value("address"))
                    .map(|(range, address)| {
                        format!("nearest entry: expected one in `{range}`, seen `{address}`")
                    }),
            ],
        ),
        "network.address_denied" if words.value("asn").is_some() => some(
            words.address(),
            format!("denied autonomous system {}", words.quoted("asn", "")),
            vec![words.built()],
        ),
        "network.address_denied" | "edge.address_denied" => some(
            words.address(),
            format!("deny-list {}", words.quoted("list", "of this gateway")),
            vec![
                words.note("entry: ", "entry"),
                since(),
                reason(),
                words.note("from ", "source"),
            ],
        ),
        "edge.address_blocked" => some(
            words.address(),
            "temporary block".to_owned(),
            vec![
                words.note("until ", "until"),
                words.note("after too many refusals: ", "trigger"),
            ],
        ),
        "edge.rate_exceeded" => some(
            words.address(),
            format!(
                "{} requests in {} for each address",
                words.value("limit")?,
                words.value("window")?
            ),
            vec![words.note("one more passes in ", "reset")],
        ),
        _ => return None,
    })
}

pub(super) fn routes(words: &Words<'_>) -> Option<Picture> {
    let asked = format!("`{} {}`", words.asked.method, words.asked.path);
    Some(match words.refusal.code.as_str() {
        "route.not_found" | "route.not_published" => some(
            asked,
            format!(
                "the operations on host {}",
                words.quoted("host", "asked for")
            ),
            vec![
                words.note("nearest: ", "nearest"),
                words.note("the version is a ", "state"),
            ],
        ),
        "route.method_not_allowed" => some(
            format!("method {}", words.quoted("method", "asked for")),
            format!("methods {}", words.value("allowed")?),
            Vec::new(),
        ),
        "route.version_retired" => some(
            asked,
            format!("version {}", words.quoted("version", "asked for")),
            vec![
                words.note("retired since ", "retired_at"),
                words.note("successor: ", "successor"),
            ],
        ),
        "tenant.isolated" => some(
            match words.value("tenant") {
                Some(tenant) => format!("{} of tenant `{tenant}`", words.app()),
                None => "a caller of another tenant".to_owned(),
            },
            format!(
                "private service {}",
                words.quoted("service", "of another tenant")
            ),
            Vec::new(),
        ),
        _ => return None,
    })
}

pub(super) fn pages(words: &Words<'_>) -> Option<Picture> {
    let origin = format!("a page of {}", words.quoted("origin", "another origin"));
    let policy = words.policy();
    let allowed = || words.note("allowed: ", "allowed");
    Some(match words.refusal.code.as_str() {
        "cors.origin_not_allowed" => some(origin, policy, vec![allowed()]),
        "cors.method_not_allowed" => some(
            format!("{origin} that asks for method `{}`", words.value("asked")?),
            policy,
            vec![allowed()],
        ),
        "cors.header_not_allowed" => some(
            format!("{origin} that asks for header {}", words.value("asked")?),
            policy,
            vec![allowed()],
        ),
        "cors.credentials_not_allowed" => some(
            format!("{origin}, with {}", words.quoted("asked", "credentials")),
            format!("{policy}: without credentials only"),
            Vec::new(),
        ),
        _ => return None,
    })
}

pub(super) fn sites(words: &Words<'_>) -> Option<Picture> {
    let host = words.quoted("host", "the host itself");
    let met = format!("{}: pages of {host} only", words.policy());
    let ambient = || {
        words.note(
            "what proves who calls, browsers send on their own: ",
            "ambient",
        )
    };
    Some(match words.refusal.code.as_str() {
        "csrf.cross_site" => some(
            match words.value("origin") {
                Some(origin) => format!("a page of `{origin}`"),
                None => "a page of another site".to_owned(),
            },
            met,
            vec![
                words.value("header").map(|header| format!("`{header}`")),
                ambient(),
            ],
        ),
        "csrf.token_missing" | "csrf.token_invalid" | "csrf.token_expired" => some(
            match (words.value("missing"), words.value("until")) {
                (Some(missing), _) => format!("no token in the {missing}"),
                (None, Some(until)) => format!("a token that was good until {until}"),
                (None, None) => "a token that is not good".to_owned(),
            },
            {
                let header = words.quoted("header", "a header");
                let field = words.note(" or the field ", "field");
                let field = field.unwrap_or_default();
                format!("{}: a token in {header}{field}", words.policy())
            },
            vec![
                words.note("cookie: ", "cookie"),
                words.value("error"),
                ambient(),
            ],
        ),
        "csrf.origin_mismatch" => some(
            format!("a page of {}", words.quoted("origin", "another host")),
            met,
            vec![ambient()],
        ),
        "csrf.referer_not_allowed" => some(
            match words.value("referer") {
                Some(referer) => format!("`Referer` of `{referer}`"),
                None => "no `Referer`".to_owned(),
            },
            met,
            vec![ambient()],
        ),
        _ => return None,
    })
}
