//! Proofs of a key: signed requests, and tokens that are bound to one.

use super::*;

/// The service accepts signed requests, too.
fn signatures_accepted() -> Value {
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}"#;
    json!({
        "services": {"partners": {"authentication": {"signature": {}}}},
        "credentials": {"key_5s5n5s5n5s5n5s5n": {
            "app": "fieldforce", "signing_key": {"public_key": key, "key_id": "fieldforce-1"},
        }},
    })
}

/// A genuine signature, good in every respect.
fn signed() -> Signed {
    let covered = ["@method", "@authority", "@path", "@query", "content-digest"];
    Signed {
        id: "key_5s5n5s5n5s5n5s5n".into(),
        older: false,
        covered: covered.map(Into::into).into(),
        created: Some(NOW - 2),
        expires: None,
        nonce: Some("b3k2pp5k7z".into()),
        used: Used::First,
        once: None,
        digests: None,
    }
}

pub(super) fn signatures() -> Vec<Case> {
    let covered = || ["@method".into(), "@path".into()].into();
    let seen = || "`POST` by `http` for `api.example.com`".into();
    let fault = |code: Code, fault: SignatureFault| {
        let verdict = CredentialVerdict::SignatureFault(Box::new(fault));
        case(code, signatures_accepted(), with(verdict)).fixes(0)
    };
    let said = |code: Code, content: Option<ContentVerdict>, change: fn(&mut Signed)| {
        let mut signed = signed();
        change(&mut signed);
        let request = Request {
            credential: Some(CredentialVerdict::Signed(Box::new(signed))),
            content: content.or(Some(ContentVerdict::Matches)),
            ..post()
        };
        case(code, signatures_accepted(), request)
    };
    let differs = ContentVerdict::Differs {
        length: 18,
        algorithms: vec!["sha-256".into()],
    };
    vec![
        fault(
            Code::SignatureInvalid,
            SignatureFault::Malformed("`Signature-Input` ends with a comma".into()),
        ),
        fault(
            Code::SignatureInvalid,
            SignatureFault::Wrong {
                id: "key_5s5n5s5n5s5n5s5n".into(),
                covered: covered(),
                seen: seen(),
                why: "what was signed is not this request, or another key signed it".into(),
            },
        ),
        fault(
            Code::SignatureKeyUnknown,
            SignatureFault::KeyUnknown {
                keyid: "till-3".into(),
                covered: covered(),
                seen: seen(),
            },
        ),
        fault(
            Code::SignatureComponentMissing,
            SignatureFault::Absent {
                covered: ["@method".into(), "x-order".into()].into(),
                absent: ["x-order".into()].into(),
            },
        ),
        said(Code::SignatureComponentMissing, None, |signed| {
            let covered = ["@method", "@authority", "@path", "content-digest"];
            signed.covered = covered.map(Into::into).into();
        }),
        said(Code::SignatureStale, None, |signed| {
            signed.created = Some(NOW - 360);
        }),
        said(Code::SignatureStale, None, |signed| {
            signed.created = Some(NOW + 86_400);
        })
        .fixes(0),
        said(Code::SignatureStale, None, |signed| {
            signed.expires = Some(NOW - 40);
        }),
        said(Code::SignatureReplayed, None, |signed| {
            signed.used = Used::Again;
        })
        .fixes(0),
        said(Code::SignatureDigestMismatch, Some(differs), |_| {}).fixes(0),
    ]
}

/// Tokens that are bound to a key, and proofs of having it.
pub(super) fn possession() -> Vec<Case> {
    const MINE: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let sent = |code: Code, proof: ProofVerdict| {
        let token = Arc::new(Token {
            bound_to: Some(MINE.into()),
            ..token()
        });
        let mut patch = tokens_accepted();
        let dpop = json!({"issuers": ["corp"], "dpop": {"nonce": "5m"}});
        patch["services"]["partners"]["authentication"]["jwt"] = dpop;
        let verdict = CredentialVerdict::Possession(Box::new(Possession { token, proof }));
        case(code, patch, with(verdict)).fixes(0)
    };
    let genuine = |key: &str, nonce: NonceVerdict, used: Used| {
        ProofVerdict::Genuine(GenuineProof::known(key.into(), NOW - 1, nonce, used))
    };
    vec![
        sent(Code::DpopProofMissing, ProofVerdict::Missing),
        sent(
            Code::DpopProofInvalid,
            ProofVerdict::Fault(
                dpop::Fault::of("htm", "is for another method").other("GET", "POST"),
            ),
        ),
        sent(
            Code::DpopReplayed,
            genuine(MINE, NonceVerdict::Good, Used::Again),
        ),
        sent(
            Code::DpopNonceRequired,
            genuine(MINE, NonceVerdict::Over, Used::Unasked),
        ),
        sent(
            Code::DpopKeyMismatch,
            genuine("another", NonceVerdict::Good, Used::Unasked),
        ),
    ]
}
