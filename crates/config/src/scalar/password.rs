//! User names, and what is kept of passwords.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::Password;
use postern_model::key::password::PasswordHash;

/// A user name of HTTP Basic (RFC 7617 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserName(pub(crate) String);

scalar!(UserName, {
    "description": "A user name: 1 to 255 bytes, without colons and control characters.",
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[^:\\u0000-\\u001f\\u007f-\\u009f]+$"
});

impl Scalar for UserName {
    const KIND: &'static str = "user_name";
    const CODE: Code = Code::InvalidText;
    const WHAT: &'static str = "a user name";
    const EXAMPLE: &'static str = "anna";

    fn read(text: &str) -> Result<Self, Problem> {
        if Password::is_user(text) {
            Ok(Self(text.to_owned()))
        } else {
            let problem = "expected 1 to 255 bytes without colons and control characters";
            Err(Problem::new(problem))
        }
    }
}

/// What is kept of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Argon2id(pub(crate) PasswordHash);

scalar!(Argon2id, {
    "description": "What is kept of a password: Argon2id as a PHC string.",
    "type": "string",
    "pattern": "^\\$argon2id\\$v=19\\$m=[0-9]+,t=[0-9]+,p=[0-9]+\\$[A-Za-z0-9+/]+\\$[A-Za-z0-9+/]+$",
    "x-secret": true
});

impl Scalar for Argon2id {
    const KIND: &'static str = "argon2id";
    const CODE: Code = Code::InvalidDigest;
    const WHAT: &'static str = "what is kept of a password";
    const EXAMPLE: &'static str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$PL01amPyeUuxG7H0vIr5X+qHkZvWnHmGBGXFYvh8z2E";

    fn read(text: &str) -> Result<Self, Problem> {
        if !text.starts_with('$') {
            return Err(Problem::new(
                "a password is never written here: take what `argon2 SALT -id -e` or \
                 `postern keys create --basic USER --offline` makes of it",
            ));
        }
        PasswordHash::parse(text)
            .map(Self)
            .map_err(|error| Problem::new(error.to_string()))
    }
}
