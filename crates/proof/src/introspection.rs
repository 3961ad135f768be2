//! What an issuer says of a token that it is asked about (RFC 7662).

use crate::json;
use crate::token::{Token, shown};
use postern_model::entity::Issuer;
use serde_json::Value;

/// Most bytes of an answer.
pub const MOST_BYTES: usize = 64 * 1024;

/// Most bytes of a token that is asked about, which is no JWT.
pub const MOST_OPAQUE: usize = 4 * 1024;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The token is good, and says this.
    Active(Box<Token>),
    /// It is not good, or none (§2.2).
    Inactive,
    /// It is good, and another issuer made it: the same endpoint may speak for several.
    Foreign {
        /// `iss`.
        iss: Box<str>,
    },
}

impl Answer {
    /// Reads an answer of an issuer; what is wrong with it, in words that follow "it".
    ///
    /// # Errors
    /// It is none.
    pub fn read(body: &[u8], issuer: &Issuer) -> Result<Self, String> {
        if body.len() > MOST_BYTES {
            return Err(format!("is longer than {MOST_BYTES} bytes"));
        }
        let said = json::object(body)?;
        match said.get("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Ok(Self::Inactive),
            Some(_) => return Err("has an `active` that is neither true nor false".to_owned()),
            None => return Err("does not say whether the token is `active`".to_owned()),
        }
        match said.get("iss") {
            None => {}
            Some(Value::String(iss)) if **iss == *issuer.iss => {}
            Some(Value::String(iss)) => return Ok(Self::Foreign { iss: shown(iss) }),
            Some(_) => return Err("has an `iss` that is not a text".to_owned()),
        }
        let token = Token::told(issuer, &said)?;
        // Whatever is not to be sent as it was opens nothing here. The type need not be said (§2.2);
        // one that needs a proof says what it is bound to (RFC 9449 §6.2).
        if let Some(kind) = said.get("token_type").and_then(Value::as_str) {
            let is_bound = token.bound_to.is_some();
            let is_ours = kind.eq_ignore_ascii_case("bearer")
                || is_bound && kind.eq_ignore_ascii_case("dpop");
            if !is_ours {
                return Ok(Self::Inactive);
            }
        }
        Ok(Self::Active(Box::new(token)))
    }
}

/// Whether bytes may be a token that says nothing by itself (`b64token`, RFC 6750 §2.1). What has
/// the form of a JWT is one, and its faults are those of a JWT.
pub fn may_be_opaque(token: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    let parts = token.split(|byte| *byte == b'.').count();
    // `{"` in base64url.
    let is_jwt = parts == 3 && token.starts_with(b"eyJ");
    (1..=MOST_OPAQUE).contains(&token.len()) && token.iter().all(is_part) && !is_jwt
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::entity::{ClaimNames, IssuerKeys};
    use serde_json::json;
    use std::time::Duration;

    fn issuer() -> Issuer {
        Issuer {
            name: "corp".into(),
            tenant: None,
            iss: "https://login.example.com".into(),
            keys: IssuerKeys::Untold,
            introspection: None,
            algorithms: Vec::new(),
            audiences: vec!["orders".into()],
            leeway: Duration::ZERO,
            claims: ClaimNames::default(),
        }
    }

    fn read(said: &Value) -> Result<Answer, String> {
        Answer::read(said.to_string().as_bytes(), &issuer())
    }

    fn token(said: &Value) -> Token {
        match read(said) {
            Ok(Answer::Active(token)) => *token,
            other => panic!("{said}: {other:?}"),
        }
    }

    #[test]
    fn what_is_said_counts_as_the_claims_of_a_token() {
        let said = token(&json!({
            "active": true, "client_id": "till", "sub": "lin", "scope": "read write", "aud": "orders",
            "exp": 2_000, "nbf": 1_000, "iat": 900, "iss": "https://login.example.com", "jti": "t-1",
            "token_type": "Bearer", "username": "Lin",
        }));
        assert!(said.introspected);
        assert_eq!(
            (said.client.as_deref(), said.user.as_deref()),
            (Some("till"), Some("lin"))
        );
        assert_eq!(said.scopes.as_deref().map(<[_]>::len), Some(2));
        assert_eq!(
            (said.issued_at, said.not_before, said.expires_at),
            (Some(900), Some(1_000), Some(2_000))
        );
        assert_eq!(
            (said.id.as_deref(), &*said.audience),
            (Some("t-1"), &["orders".into()][..])
        );
        let said = token(&json!({"active": true, "client_id": "till", "username": "Lin"}));
        assert_eq!(said.user.as_deref(), Some("Lin"));
        let machine = token(&json!({"active": true, "client_id": "till", "sub": "till"}));
        assert_eq!(machine.user, None);
    }

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        for said in [
            json!({}),
            json!({"active": "true"}),
            json!({"active": 1, "client_id": "till"}),
            json!([true]),
            json!({"active": true, "iss": 7}),
            json!({"active": true, "exp": "tomorrow"}),
        ] {
            assert!(read(&said).is_err(), "{said}");
        }
        for bytes in [&b""[..], b"<html>", br#"{"active":false,"active":true}"#] {
            assert!(Answer::read(bytes, &issuer()).is_err());
        }
        let long = format!(r#"{{"active":true,"a":"{}"}}"#, "x".repeat(MOST_BYTES));
        assert!(Answer::read(long.as_bytes(), &issuer()).is_err());
    }

    #[test]
    fn tokens_of_others_and_refresh_tokens_open_nothing() {
        assert_eq!(
            read(&json!({"active": false, "sub": "lin"})),
            Ok(Answer::Inactive)
        );
        let other = json!({"active": true, "iss": "https://login.example.com/"});
        assert!(matches!(read(&other), Ok(Answer::Foreign { .. })));
        let refresh = json!({"active": true, "token_type": "refresh_token"});
        assert_eq!(read(&refresh), Ok(Answer::Inactive));
    }

    #[test]
    fn a_token_that_needs_a_proof_says_which() {
        let bound = json!({"active": true, "token_type": "DPoP", "cnf": {"jkt": "abc"}});
        let Ok(Answer::Active(token)) = read(&bound) else {
            panic!("{:?}", read(&bound));
        };
        assert_eq!(token.bound_to.as_deref(), Some("abc"));
        let loose = json!({"active": true, "token_type": "DPoP"});
        assert_eq!(read(&loose), Ok(Answer::Inactive));
    }

    #[test]
    fn a_jwt_is_not_opaque_whatever_is_wrong_with_it() {
        assert!(may_be_opaque(b"mF_9.B5f-4.1JqM") && may_be_opaque(b"a+b/c=="));
        for token in [
            &b"eyJhbGciOiJub25lIn0.e30."[..],
            b"",
            b"a b",
            b"a\"b",
            b"a\n",
        ] {
            assert!(!may_be_opaque(token), "{token:?}");
        }
        assert!(!may_be_opaque(&[b'a'; MOST_OPAQUE + 1]));
    }
}
