//! Keys of nobody: what a token is checked with that no key is known for, so that it takes as long
//! as one whose signature is wrong.

use crate::jwk::KeySet;
use std::sync::LazyLock;

/// One key of each kind: an odd number of 2048 bits, the base points of the curves (SEC 2 §2.4 to
/// §2.6, RFC 8032 §5.1), and zeros. Nobody needs to know a secret for them: what they say is thrown
/// away.
static NOBODY: LazyLock<KeySet> = LazyLock::new(|| {
    let modulus = "w8PD".repeat(85);
    let text = format!(
        r#"{{"keys": [
        {{"kty": "RSA", "n": "{modulus}ww", "e": "AQAB"}},
        {{"kty": "EC", "crv": "P-256",
          "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
          "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}},
        {{"kty": "EC", "crv": "P-384",
          "x": "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
          "y": "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f"}},
        {{"kty": "EC", "crv": "P-521",
          "x": "AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko_h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m",
          "y": "ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZAxVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ"}},
        {{"kty": "OKP", "crv": "Ed25519", "x": "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY"}}
        ]}}"#
    );
    let mut keys = KeySet::parse(text.as_bytes()).unwrap_or_default();
    keys.join(KeySet::shared(&[0; 32]).unwrap_or_default());
    keys
});

/// The keys.
pub(crate) fn keys() -> &'static KeySet {
    &NOBODY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_for_every_algorithm() {
        for algorithm in postern_model::entity::Algorithm::ALL {
            let checked = keys().check(None, algorithm, b"a", &[1; 64]);
            assert_eq!(checked, crate::jwk::Checked::Wrong, "{algorithm:?}");
        }
    }
}
