//! What no bytes may do.

use crate::introspection::Answer;
use crate::{KeySet, Trusted, Unverified, dpop};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::Secret;
use postern_model::entity::{ClaimNames, Issuer, IssuerKeys};
use std::time::Duration;

/// Reads arbitrary bytes as everything that callers and issuers send: the entry for a fuzzer. Says
/// what does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let coded = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let nobody = KeySet::default();
    let keys = KeySet::parse(data).unwrap_or_default();
    let _ = KeySet::from_pem(&String::from_utf8_lossy(data));
    let issuer = Issuer {
        name: "fuzz".into(),
        tenant: None,
        iss: "https://login.example.com".into(),
        keys: IssuerKeys::Shared(Secret::new([0; 32].into())),
        introspection: None,
        algorithms: Vec::new(),
        audiences: Vec::new(),
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
    };
    if let Ok(Answer::Active(token)) = Answer::read(data, &issuer)
        && !token.introspected
    {
        return Err("what was told of a token is taken for what it says".to_owned());
    }
    // As it came, and as header, payload and signature on lines of their own.
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let parts = [(); 3].map(|()| coded(lines.next().unwrap_or_default()));
    for proof in [data, parts.join(".").as_bytes()] {
        if dpop::Proof::read(proof, b"").is_ok_and(|proof| proof.id().is_empty()) {
            return Err("a proof counts that cannot be told from others".to_owned());
        }
    }
    for token in [data, parts.join(".").as_bytes()] {
        let Ok(token) = Unverified::parse(token) else {
            continue;
        };
        let _ = token.of_nobody();
        for keys in [&nobody, &keys] {
            let issuer = &issuer;
            if token.verify(&Trusted { issuer, keys }).is_ok() {
                return Err("a token is believed that nobody has signed".to_owned());
            }
        }
    }
    Ok(())
}
