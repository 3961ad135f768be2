//! Signatures of requests.

use super::{Picture, Words, some};
use crate::time;

/// A signature of the request, and what it met.
pub(super) fn signatures(words: &Words<'_>) -> Option<Picture> {
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
