//! A refusal, drawn: what came, and what it met.

use crate::explanation::{Asked, Refusal, Value};
use crate::time;

/// What stands on both sides of the cross, and below the right side.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) came: String,
    pub(crate) met: String,
    pub(crate) notes: Vec<String>,
}

/// When it is shown, and where.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// The decision: Unix time in milliseconds.
    pub(crate) at: i64,
    /// Seconds east of UTC.
    pub(crate) offset: i32,
}

/// Evidence by name, in words.
struct Words<'a> {
    refusal: &'a Refusal,
    asked: &'a Asked,
    clock: Clock,
}

/// Kinds of evidence that are moments.
const MOMENTS: [&str; 12] = [
    "since",
    "until",
    "from",
    "requested_at",
    "decided_at",
    "revoked_at",
    "retired_at",
    "not_before",
    "not_after",
    "now",
    "exp",
    "nbf",
];

/// Kinds of evidence that are spans in milliseconds.
const SPANS: [&str; 2] = ["window", "reset"];

impl Words<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let value = self.refusal.evidence(name)?;
        Some(match value {
            Value::Number(number) if MOMENTS.contains(&name) => self.moment(*number),
            Value::Number(number) if SPANS.contains(&name) => time::millis(*number),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::List(items) if items.is_empty() => "nothing".to_owned(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
                items.join(", ")
            }
        })
    }

    /// A list of phrases, which need no marks around them.
    fn phrases(&self, name: &str) -> Option<String> {
        match self.refusal.evidence(name)? {
            Value::List(items) => Some(items.join(", ")),
            _ => self.value(name),
        }
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.refusal.evidence(name)? {
            Value::Number(number) => i64::try_from(*number).ok(),
            Value::Text(_) | Value::List(_) => None,
        }
    }

    fn moment(&self, unix: u64) -> String {
        time::moment(i64::try_from(unix).unwrap_or(i64::MAX), self.clock.offset)
    }

    /// `name` in back quotes, or what to say instead.
    fn quoted(&self, name: &str, otherwise: &str) -> String {
        match self.value(name) {
            Some(text) if text.starts_with('`') => text,
            Some(text) => format!("`{text}`"),
            None => otherwise.to_owned(),
        }
    }

    /// `before value`, if it is there.
    fn note(&self, before: &str, name: &str) -> Option<String> {
        Some(format!("{before}{}", self.value(name)?))
    }

    /// Seconds from a moment in the evidence to the decision.
    fn ago(&self, name: &str) -> Option<i64> {
        Some(self.clock.at.div_euclid(1000) - self.number(name)?)
    }

    /// When the database was built that says where the address is.
    fn built(&self) -> Option<String> {
        let at = u64::try_from(self.number("database")?).ok()?;
        Some(format!("as the database of {} has it", self.moment(at)))
    }

    fn address(&self) -> String {
        let address = self.quoted("address", "the address");
        match self.value("provenance") {
            Some(provenance) => format!("address {address} ({provenance})"),
            None => format!("address {address}"),
        }
    }

    fn policy(&self) -> String {
        match &self.refusal.policy {
            Some(policy) => format!("policy `{policy}`"),
            None => "this service".to_owned(),
        }
    }

    fn app(&self) -> String {
        let app = self.value("app").or_else(|| self.asked.app.clone());
        app.map_or_else(|| "the app".to_owned(), |app| format!("app `{app}`"))
    }
}

pub(crate) fn picture(refusal: &Refusal, asked: &Asked, clock: Clock) -> Picture {
    let words = Words {
        refusal,
        asked,
        clock,
    };
    let family = refusal.code.split('.').next().unwrap_or_default();
    let drawn = match family {
        "edge" | "network" => addresses(&words),
        "cors" => pages(&words),
        "csrf" => sites(&words),
        "route" | "tenant" => routes(&words),
        "headers" | "body" => demands(&words),
        "credential" => credentials(&words),
        "token" | "identity_provider" => tokens(&words),
        "session" => sessions(&words),
        "signature" => signatures(&words),
        "account" | "subscription" | "authorization" => accounts(&words),
        "limit" => Some(limits(&words)),
        _ => None,
    };
    drawn.unwrap_or_else(|| plain(&words))
}

/// Every piece of evidence on a line of its own.
fn plain(words: &Words<'_>) -> Picture {
    let names = words
        .refusal
        .evidence
        .iter()
        .map(|evidence| evidence.name.as_str());
    Picture {
        came: format!("{} {}", words.asked.method, words.asked.path),
        met: words.refusal.title.to_lowercase(),
        notes: names
            .filter_map(|name| words.note(&format!("{}: ", name.replace('_', " ")), name))
            .collect(),
    }
}

/// With those notes that there are.
fn some(came: String, met: String, notes: Vec<Option<String>>) -> Picture {
    Picture {
        came,
        met,
        notes: notes.into_iter().flatten().collect(),
    }
}

fn addresses(words: &Words<'_>) -> Option<Picture> {
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

fn routes(words: &Words<'_>) -> Option<Picture> {
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

fn pages(words: &Words<'_>) -> Option<Picture> {
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

fn sites(words: &Words<'_>) -> Option<Picture> {
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

fn demands(words: &Words<'_>) -> Option<Picture> {
    let policy = words.policy();
    Some(match words.refusal.code.as_str() {
        "headers.required_missing" => some(
            format!("no header {}", words.quoted("name", "of that name")),
            format!("{policy} requires it"),
            Vec::new(),
        ),
        "headers.value_not_allowed" => some(
            format!("header {}", words.quoted("name", "sent")),
            policy,
            vec![words.note("accepted: ", "rule")],
        ),
        "headers.content_type_missing" => some(
            "a body without `Content-Type`".to_owned(),
            policy,
            vec![
                words.note("accepted: ", "accepted"),
                words.note("looks like: ", "looks_like"),
            ],
        ),
        "headers.content_type_unsupported" => some(
            format!(
                "`Content-Type: {}`",
                words.value("sent").unwrap_or_default()
            ),
            policy,
            vec![
                words.note("accepted: ", "accepted"),
                words.note("looks like: ", "looks_like"),
            ],
        ),
        "headers.length_required" => some(
            "a body without `Content-Length`".to_owned(),
            format!("{policy} requires it"),
            Vec::new(),
        ),
        "body.too_large" => some(
            format!("a body of {} bytes", words.value("seen")?),
            format!("{policy}: {} bytes at most", words.value("limit")?),
            Vec::new(),
        ),
        _ => return None,
    })
}

/// Somebody at a browser, and what was looked for.
fn sessions(words: &Words<'_>) -> Option<Picture> {
    let cookie = match words.value("cookie") {
        Some(cookie) => format!("cookie `{cookie}`"),
        None => "the cookie".to_owned(),
    };
    Some(match words.refusal.code.as_str() {
        "session.missing" => some(
            format!("a request without {cookie}"),
            "somebody who is signed in".to_owned(),
            vec![words.value("why")],
        ),
        "session.expired" => some(
            format!("{cookie} of a session"),
            format!(
                "a session that is good; this one was until {}",
                words.value("since")?
            ),
            vec![words.note("it ", "why")],
        ),
        "session.invalid" => some(
            cookie,
            "somebody who is signed in".to_owned(),
            vec![words.value("error")],
        ),
        _ => return None,
    })
}

/// A token, and what it met.
fn tokens(words: &Words<'_>) -> Option<Picture> {
    let token = match words.value("subject") {
        Some(subject) => format!("token of `{subject}`"),
        None => "the token".to_owned(),
    };
    let signed = || words.note("signed with ", "alg");
    let key = || words.note("its key: ", "kid");
    let issuer = words.quoted("issuer", "its issuer");
    let clock = || {
        let allowed = words.number("leeway")?;
        Some(format!("clocks may be {allowed} s apart"))
    };
    let apart = |name: &str| words.number(name).zip(words.number("now"));
    Some(match words.refusal.code.as_str() {
        "token.malformed" => some(
            "what came as a token".to_owned(),
            "the form of a signed JWT".to_owned(),
            vec![words.note("it ", "error")],
        ),
        "token.issuer_not_trusted" => some(
            match words.value("iss") {
                Some(iss) => format!("a token of `{iss}`"),
                None => "a token without `iss`".to_owned(),
            },
            format!("issuers: {}", words.value("trusted")?),
            Vec::new(),
        ),
        "token.key_unknown" => some(
            match words.value("kid") {
                Some(kid) => format!("a token signed by key `{kid}`"),
                None => "a token that names no key".to_owned(),
            },
            format!("the {} keys of issuer {issuer}", words.value("known")?),
            vec![signed()],
        ),
        "token.signature_invalid" => some(
            format!("a token of issuer {issuer}"),
            "the keys of that issuer".to_owned(),
            vec![words.value("error"), signed(), key()],
        ),
        "token.expired" => some(
            token,
            format!("good until {}", words.value("exp")?),
            vec![
                apart("exp").map(|(end, now)| format!("{} too late", time::span(now - end))),
                clock(),
                words.note("issuer ", "issuer"),
            ],
        ),
        "token.not_yet_valid" => some(
            token,
            format!("good from {}", words.value("nbf")?),
            vec![
                apart("nbf").map(|(begin, now)| format!("{} too early", time::span(begin - now))),
                clock(),
                words.note("issuer ", "issuer"),
            ],
        ),
        "token.audience_mismatch" => some(
            format!("{token} for {}", words.value("aud")?),
            format!("audiences of issuer {issuer}: {}", words.value("expected")?),
            Vec::new(),
        ),
        "token.claim_missing" => some(
            match words.value("value") {
                Some(client) => format!("{token} for client `{client}`"),
                None => format!("{token} without {}", words.value("claim")?),
            },
            format!("the clients of issuer {issuer} that are apps"),
            Vec::new(),
        ),
        "token.revoked" => some(
            match (words.value("tokens")?.as_str(), words.value("client")) {
                ("jti", _) => token,
                ("client", Some(client)) => format!("{token}, for client `{client}`"),
                _ => format!("{token}, made by then"),
            },
            format!("revoked {}", words.value("revoked_at")?),
            vec![
                words.note("by ", "revoked_by"),
                words.note("reason: ", "reason"),
                words.note("issuer ", "issuer"),
                words.note("revocation ", "revocation"),
            ],
        ),
        "token.inactive" => some(
            token,
            format!("not good, as issuer {issuer} says"),
            vec![words.note("asked at ", "at")],
        ),
        "identity_provider.unreachable" => some(
            "the token".to_owned(),
            match words.value("asked") {
                Some(_) => format!("the word of issuer {issuer}, which cannot be had"),
                None => format!("the keys of issuer {issuer}, which cannot be had"),
            },
            vec![words.value("error"), words.note("since ", "since")],
        ),
        _ => return None,
    })
}

/// A signature of the request, and what it met.
fn signatures(words: &Words<'_>) -> Option<Picture> {
    let key = || words.note("key ", "key");
    let covered = || words.note("it covers ", "components");
    let seen = || words.note("the request as it came: ", "seen");
    let apart = |name: &str| words.number(name).zip(words.number("now"));
    let clock = || {
        let allowed = words.number("leeway")?;
        Some(format!("clocks may be {allowed} s apart"))
    };
    Some(match words.refusal.code.as_str() {
        "signature.invalid" => match words.value("error") {
            Some(error) => some(
                "what came as a signature".to_owned(),
                "the form of RFC 9421".to_owned(),
                vec![Some(error)],
            ),
            None => some(
                "a signature of the request".to_owned(),
                match words.value("key") {
                    Some(key) => format!("the signing key of `{key}`"),
                    None => "the key that it names".to_owned(),
                },
                vec![words.value("reason"), seen(), covered()],
            ),
        },
        "signature.key_unknown" => some(
            match words.value("keyid") {
                Some(keyid) => format!("a signature by key `{keyid}`"),
                None => "a signature of the request".to_owned(),
            },
            "the signing keys of credentials".to_owned(),
            vec![seen(), covered()],
        ),
        "signature.stale" => match (words.value("expires"), apart("expires")) {
            (Some(expires), Some((end, now))) => some(
                "the signature".to_owned(),
                format!("good until {expires}"),
                vec![
                    Some(format!("{} too late", time::span(now - end))),
                    clock(),
                    key(),
                ],
            ),
            _ => some(
                format!("a signature made at {}", words.value("created")?),
                format!("good for {} s", words.value("max_age")?),
                vec![
                    apart("created").map(|(at, now)| match now - at {
                        late @ 0.. => format!("{} old", time::span(late)),
                        early => format!("{} in the future", time::span(-early)),
                    }),
                    clock(),
                    key(),
                ],
            ),
        },
        "signature.replayed" => some(
            match words.value("nonce") {
                Some(nonce) => format!("a signature with the nonce `{nonce}`"),
                None => "a signature without a nonce".to_owned(),
            },
            "the same, which was used before".to_owned(),
            vec![words.note("made at ", "created"), key()],
        ),
        "signature.component_missing" => match words.value("absent") {
            Some(absent) => some(
                format!("a signature that covers {absent}"),
                "a request that has it not, or more than once".to_owned(),
                vec![covered()],
            ),
            None => some(
                "a signature that covers too little".to_owned(),
                format!("missing: {}", words.value("missing")?),
                vec![covered(), key()],
            ),
        },
        "signature.digest_mismatch" => some(
            match words.value("length") {
                Some(length) => format!("a body of {length} bytes"),
                None => "a body".to_owned(),
            },
            match words.value("algorithms") {
                Some(by) => format!("its signed digest, by {by}"),
                None => "its signed digest".to_owned(),
            },
            vec![words.note("the field ", "error"), key()],
        ),
        _ => return None,
    })
}

fn credentials(words: &Words<'_>) -> Option<Picture> {
    let key = match (words.value("user"), words.value("certificate")) {
        (Some(user), _) => format!("user name `{user}`"),
        (None, Some(name)) => format!("certificate `{name}`"),
        (None, None) => format!("{} {}", words.asked.noun(), words.quoted("key", "sent")),
    };
    let reason = || words.note("reason: ", "reason");
    Some(match words.refusal.code.as_str() {
        "credential.missing" => some(
            match words.phrases("accepted") {
                Some(_) => "no credential".to_owned(),
                None => "no API key".to_owned(),
            },
            format!("expected in {}", words.value("looked")?),
            vec![words.note("came, and is not looked at: ", "came")],
        ),
        "credential.malformed" => some(
            format!("what came in {}", words.quoted("place", "the request")),
            match words.value("kind") {
                Some(kind) => format!("the form of {kind}"),
                None => "the form of a key".to_owned(),
            },
            vec![words.value("error")],
        ),
        "credential.kind_not_accepted" => some(
            words.value("sent")?,
            format!("accepted: {}", words.phrases("accepted")?),
            vec![words.value("siblings")],
        ),
        "credential.unknown" if words.value("subject").is_some() => some(
            format!("certificate {}", words.quoted("subject", "sent")),
            "trusted, and no credential is for it".to_owned(),
            vec![words.note("SHA-256: ", "fingerprint")],
        ),
        "credential.unknown" if words.value("kind").is_some() => some(
            words.value("kind")?,
            "no credential has this user name".to_owned(),
            vec![words.note(
                "not shown, as it may be anything that somebody typed: ",
                "mark",
            )],
        ),
        "credential.wrong_secret" if words.value("user").is_some() => some(
            key,
            format!("the password of {}", words.quoted("key", "that user")),
            vec![words.value("app").map(|app| format!("of app `{app}`"))],
        ),
        "credential.unknown" => some(
            format!("key {}", words.quoted("prefix", "sent")),
            "no key has this id".to_owned(),
            vec![words.note("similar: ", "similar")],
        ),
        "credential.wrong_secret" => some(
            format!("key {}", words.quoted("prefix", "sent")),
            format!("the secret of {}", words.quoted("key", "that key")),
            vec![words.value("app").map(|app| format!("of app `{app}`"))],
        ),
        "credential.not_yet_valid" => some(
            key,
            format!("good from {}", words.value("from")?),
            Vec::new(),
        ),
        "credential.expired" => some(
            key,
            format!("good until {}", words.value("until")?),
            vec![
                words
                    .ago("until")
                    .map(|ago| format!("{} too late", time::span(ago))),
            ],
        ),
        "credential.revoked" => some(
            key,
            format!("revoked {}", words.value("revoked_at")?),
            vec![words.note("by ", "revoked_by"), reason()],
        ),
        "credential.wrong_environment" => some(
            format!("{key} for `{}`", words.value("key_environment")?),
            format!("environment `{}`", words.value("service_environment")?),
            Vec::new(),
        ),
        "credential.restricted" => some(
            key,
            format!("restricted to {}", words.value("restriction")?),
            vec![words.note("seen: ", "seen")],
        ),
        _ => return None,
    })
}

fn accounts(words: &Words<'_>) -> Option<Picture> {
    let reason = || words.note("reason: ", "reason");
    let since = || words.note("since ", "since");
    let not_carried = || {
        words.note(
            &format!("the {} does not carry ", words.asked.noun()),
            "not_carried",
        )
    };
    Some(match words.refusal.code.as_str() {
        "account.tenant_suspended" => some(
            format!("tenant {}", words.quoted("tenant", "of the app")),
            "suspended".to_owned(),
            vec![since(), reason()],
        ),
        "account.app_suspended" => {
            some(words.app(), "suspended".to_owned(), vec![since(), reason()])
        }
        "authorization.scope_missing" => some(
            match words.value("granted") {
                Some(granted) => format!("{} with {granted}", words.app()),
                None => words.app(),
            },
            format!("requires {}", words.value("required")?),
            vec![
                words.note("the subscription does not grant ", "not_granted"),
                words.note("the token does not carry ", "not_in_token"),
                not_carried(),
            ],
        ),
        "authorization.role_missing" => some(
            match words.value("has") {
                Some(has) => format!("{} with {has}", words.app()),
                None => words.app(),
            },
            match words.value("required") {
                Some(required) => format!("requires one of {required}"),
                None => "requires an access role that allows this".to_owned(),
            },
            vec![
                not_carried(),
                words.note("not for this method or operation: ", "not_allowing"),
            ],
        ),
        code => {
            let service = format!("service {}", words.quoted("service", "asked for"));
            let met = match words.value("plan") {
                Some(plan) => format!("{service}, plan `{plan}`"),
                None => service,
            };
            some(words.app(), met, subscription(words, code))
        }
    })
}

fn subscription(words: &Words<'_>, code: &str) -> Vec<Option<String>> {
    let by = |at: &str, moment: &str, who: &str| {
        let when = words.value(moment)?;
        Some(match words.value(who) {
            Some(who) => format!("{at} {when} by {who}"),
            None => format!("{at} {when}"),
        })
    };
    match code {
        "subscription.missing" => vec![Some("no subscription".to_owned())],
        "subscription.pending" => vec![
            by("requested", "requested_at", "requested_by"),
            Some(waiting(words)),
        ],
        "subscription.rejected" => vec![
            by("rejected", "decided_at", "decided_by"),
            words.note("comment: ", "comment"),
        ],
        "subscription.not_covered" => vec![
            words.note("asked for: ", "operation"),
            words.note("covered: ", "covers"),
        ],
        other => {
            let state = other.rsplit('.').next().unwrap_or_default();
            vec![
                Some(match words.value("since") {
                    Some(since) => format!("{state} since {since}"),
                    None => state.to_owned(),
                }),
                words.note("reason: ", "reason"),
            ]
        }
    }
}

fn waiting(words: &Words<'_>) -> String {
    let mut text = "waiting ".to_owned();
    if let Some(ago) = words.ago("requested_at") {
        text.push_str(&time::span(ago));
        text.push(' ');
    }
    text.push_str("for approval");
    if let Some(tenant) = &words.asked.tenant {
        text.push_str(" by tenant `");
        text.push_str(tenant);
        text.push('`');
    }
    text
}

fn limits(words: &Words<'_>) -> Picture {
    let limit = words.value("limit").unwrap_or_default();
    let met = match words.value("window") {
        Some(window) => format!("{limit} in {window}"),
        None => format!("{limit} at once"),
    };
    let by = words
        .value("by")
        .map(|by| format!("counted by {}", by.replace('`', "")));
    let wait = words.note("one more passes in ", "reset");
    Picture {
        came: format!("limit {}", words.quoted("name", "of the plan")),
        met,
        notes: by.into_iter().chain(wait).collect(),
    }
}
