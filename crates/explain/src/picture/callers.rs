//! Callers: what they have to bring, their credentials, sessions and tokens.

use super::{Picture, Words, some};
use crate::time;

pub(super) fn demands(words: &Words<'_>) -> Option<Picture> {
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
        "headers.encoding_unsupported" => some(
            format!(
                "`Content-Encoding: {}`",
                words.value("sent").unwrap_or_default()
            ),
            policy,
            vec![words.note("understood: ", "accepted")],
        ),
        "headers.not_acceptable" => some(
            format!("`Accept: {}`", words.value("sent").unwrap_or_default()),
            policy,
            vec![words.note("there is: ", "available")],
        ),
        "parameter.missing" | "parameter.invalid" => some(
            format!(
                "{} {}",
                words.value("in").unwrap_or_default(),
                words.quoted("name", "parameter")
            ),
            policy,
            schema_notes(words),
        ),
        "body.schema_mismatch" => some("the body".to_owned(), policy, schema_notes(words)),
        "body.unreadable" => some(
            format!(
                "a body read as {}",
                words.value("format").unwrap_or_default()
            ),
            policy,
            vec![
                words.note("line: ", "line"),
                words.note("column: ", "column"),
                words.note("expected: ", "expected"),
            ],
        ),
        "body.file_not_allowed" => some(
            format!("a file in {}", words.quoted("part", "the body")),
            policy,
            vec![
                words.note("by its content: ", "detected"),
                words.note("allowed: ", "allowed"),
            ],
        ),
        "body.too_large" => some(
            format!("a body of {} bytes", words.value("seen")?),
            format!("{policy}: {} bytes at most", words.value("limit")?),
            Vec::new(),
        ),
        _ => return None,
    })
}

/// Where something is not as a schema has it, and what else is not.
fn schema_notes(words: &Words<'_>) -> Vec<Option<String>> {
    vec![
        words.note("at: ", "pointer"),
        words.note("rule: ", "rule"),
        words.note("expected: ", "expected"),
        words.note("came: ", "seen"),
        words.note("also: ", "also"),
    ]
}

/// Somebody at a browser, and what was looked for.
pub(super) fn sessions(words: &Words<'_>) -> Option<Picture> {
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
            vec![
                words.value("error"),
                words.note("at ", "ended_at"),
                words.note("by ", "ended_by"),
                words.note("reason: ", "reason"),
                words.note("revocation ", "revocation"),
            ],
        ),
        _ => return None,
    })
}

/// A token, and what it met.
pub(super) fn tokens(words: &Words<'_>) -> Option<Picture> {
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

pub(super) fn credentials(words: &Words<'_>) -> Option<Picture> {
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
