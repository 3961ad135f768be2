//! What the store keeps of an API key: never a digest that others could have too.

use postern_model::key::Keyer;
use serde_json::Value;
use std::fmt::Write as _;

/// Puts `hmac` in the place of `sha256` in a document of a credential, or in a patch of one. A
/// value that is no digest is left for the validation to find.
pub(crate) fn keep_hmac(document: &mut Value, keyer: &Keyer) {
    let Value::Object(members) = document else {
        return;
    };
    let digest = members
        .get("sha256")
        .and_then(Value::as_str)
        .and_then(bytes);
    if let Some(digest) = digest {
        members.swap_remove("sha256");
        let kept = keyer.keyed(&digest).0;
        members.insert("hmac".to_owned(), hex(&kept).into());
    }
}

/// 64 hexadecimal digits as bytes.
pub(crate) fn bytes(hex: &str) -> Option<[u8; 32]> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes?.try_into().ok()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_digest_is_kept_under_the_installations_key_only() {
        let keyer = Keyer::new(&[7; 32]);
        let mut document = json!({"app": "a", "sha256": "AB".repeat(32)});
        keep_hmac(&mut document, &keyer);
        let expected = hex(&keyer.keyed(&[0xab; 32]).0);
        assert_eq!(document, json!({"app": "a", "hmac": expected}));
    }

    #[test]
    fn what_is_no_digest_is_left_to_be_found() {
        let mut document = json!({"sha256": "pst_x"});
        keep_hmac(&mut document, &Keyer::new(&[7; 32]));
        assert_eq!(document, json!({"sha256": "pst_x"}));
    }
}
