//! Tokens that nobody has shown to be theirs.

use super::{Picture, Words, some};
use crate::time;

pub(super) fn possession(words: &Words<'_>) -> Option<Picture> {
    let token = match words.value("subject") {
        Some(subject) => format!("token of `{subject}`"),
        None => "the token".to_owned(),
    };
    let proof = || "a proof in `DPoP`".to_owned();
    let issuer = || words.note("issuer ", "issuer");
    Some(match words.refusal.code.as_str() {
        "dpop.proof_missing" => match words.value("sent").as_deref() {
            Some("unbound") => some(
                format!("{token}, which is bound to no key"),
                "tokens with a proof of possession, and no others".to_owned(),
                vec![issuer()],
            ),
            Some("bearer") => some(
                format!("{token}, which is bound to a key, as `Bearer`"),
                "a proof that its sender has that key".to_owned(),
                vec![issuer()],
            ),
            _ => some(
                format!("{token} without a header `DPoP`"),
                "a proof that its sender has the key that it is bound to".to_owned(),
                vec![issuer()],
            ),
        },
        "dpop.proof_invalid" => {
            let apart = words.number("seen").zip(words.number("now"));
            let told = match apart {
                Some((made, now)) => Some(format!("{} apart", time::span((now - made).abs()))),
                None => words
                    .value("seen")
                    .zip(words.value("expected"))
                    .map(|(seen, expected)| format!("expected `{expected}`, seen `{seen}`")),
            };
            some(
                proof(),
                "this request, its token and its time".to_owned(),
                vec![words.note("it ", "error"), told, issuer()],
            )
        }
        "dpop.replayed" => some(
            proof(),
            "the proofs that were used before".to_owned(),
            vec![issuer()],
        ),
        "dpop.nonce_required" => some(
            proof(),
            "the nonces that this gateway has given out".to_owned(),
            vec![words.note("it ", "error"), issuer()],
        ),
        "dpop.key_mismatch" => some(
            format!("a proof by the key {}", words.quoted("seen", "of somebody")),
            match words.value("expected") {
                Some(key) => format!("{token}, which is bound to the key `{key}`"),
                None => format!("{token}, which is bound to no key"),
            },
            vec![issuer()],
        ),
        _ => return None,
    })
}
