//! The identity provider of bench/ways.yaml. It knows one person, remembers nothing, and takes
//! everybody's word for everything: what is measured is who asks it.

use anyhow::Result;

use crate::signer::{Signer, seconds};

/// What its paths begin with.
const PLACE: &str = "/provider/";

/// Whether that is a path of its.
pub(super) fn has(path: &str) -> bool {
    path.starts_with(PLACE)
}

/// What it answers, in JSON, to a request's head and form.
pub(super) fn answer(head: &str, form: &str) -> Result<String> {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let host = fields.find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = host.map_or("", |(_, value)| value.trim());
    let issuer = format!("http://{host}{}", PLACE.trim_end_matches('/'));
    Ok(match path.strip_prefix(PLACE).unwrap_or(path) {
        // OpenID Connect Discovery 1.0 §3.
        ".well-known/openid-configuration" => format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/authorize","token_endpoint":"{issuer}/token","jwks_uri":"{issuer}/keys","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["EdDSA"],"code_challenge_methods_supported":["S256"]}}"#
        ),
        "keys" => include_str!("../../ways/keys.json").to_owned(),
        // Its codes are nonces.
        "token" => {
            let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
            let code = pairs.find(|(name, _)| *name == "code");
            let nonce = code.map_or("", |(_, value)| value);
            let token = Signer::new()?.id_token(&issuer, "bench-web", nonce);
            format!(
                r#"{{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"id_token":"{token}"}}"#
            )
        }
        // RFC 7662 §2.2.
        _ => format!(
            r#"{{"active":true,"iss":"{issuer}","aud":"https://api.example.com","client_id":"bench","sub":"lin","exp":{}}}"#,
            seconds() + 3600
        ),
    })
}
