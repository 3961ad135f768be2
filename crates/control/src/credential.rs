//! What the store keeps of an API key or a password: never a digest that others could have too, and
//! nothing that a guess could be tried against is shown.

use postern_model::key::{Keyer, imported};
use serde_json::Value;
use std::fmt::Write as _;

/// Puts `hmac` in the place of `sha256` or `imported.digest` in a document of a credential, or in a
/// patch of one. A value that is no digest is left for the validation to find.
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
    if let Some(Value::Object(imported)) = members.get_mut("imported") {
        let digest = imported.get("digest").and_then(Value::as_str);
        if let Some(digest) = digest.and_then(imported::read) {
            imported.shift_remove("digest");
            let kept = keyer.keyed(&imported::kept(&digest)).0;
            members.insert("hmac".to_owned(), hex(&kept).into());
        }
    }
}

/// Leaves out of a document what a guessed key could be tried against.
pub(crate) fn conceal(document: &mut Value) {
    if let Value::Object(members) = document {
        members.shift_remove("hmac");
        members.shift_remove("sha256");
        if let Some(Value::Object(password)) = members.get_mut("password") {
            password.shift_remove("hash");
        }
        if let Some(Value::Object(imported)) = members.get_mut("imported") {
            for secret in ["digest", "salt_prefix", "salt_suffix"] {
                imported.shift_remove(secret);
            }
        }
        // Of documents that a change request would make.
        if let Some(Value::Array(changes)) = members.get_mut("changes") {
            for change in changes {
                for made in ["put", "patch"] {
                    change.get_mut(made).into_iter().for_each(conceal);
                }
            }
        }
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
    fn the_digest_of_another_gateway_is_kept_so_too_and_its_algorithm_beside_it() {
        let keyer = Keyer::new(&[7; 32]);
        let imported = json!({"algorithm": "sha1", "digest": "AB".repeat(20), "salt_prefix": "x"});
        let mut document = json!({"app": "a", "imported": imported});
        keep_hmac(&mut document, &keyer);
        let expected = hex(&keyer.keyed(&imported::kept(&[0xab; 20])).0);
        let imported = json!({"algorithm": "sha1", "salt_prefix": "x"});
        assert_eq!(
            document,
            json!({"app": "a", "hmac": expected, "imported": imported})
        );
        conceal(&mut document);
        assert_eq!(
            document,
            json!({"app": "a", "imported": {"algorithm": "sha1"}})
        );
    }

    #[test]
    fn what_is_kept_of_a_password_is_not_shown() {
        let mut document = json!({"password": {"user": "anna", "hash": "$argon2id$…"}});
        conceal(&mut document);
        assert_eq!(document, json!({"password": {"user": "anna"}}));
    }

    #[test]
    fn what_is_no_digest_is_left_to_be_found() {
        let mut document = json!({"sha256": "pst_x"});
        keep_hmac(&mut document, &Keyer::new(&[7; 32]));
        assert_eq!(document, json!({"sha256": "pst_x"}));
    }
}
