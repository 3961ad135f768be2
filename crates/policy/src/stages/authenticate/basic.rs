//! User names and passwords: why one proves nothing.

use crate::facts::BasicFault;
use postern_model::denial::{Code, Denial};
use postern_model::entity::Credential;

/// What a user name and password are called.
const KIND: &str = "a user name and password";

pub(super) fn malformed(fault: BasicFault) -> Denial {
    Denial::new(Code::CredentialMalformed)
        .saw("place", "Authorization")
        .saw("kind", KIND)
        .saw("error", format!("it {}", fault.what()))
}

/// Nobody has that name. It may be anything that somebody typed, a password say, and is not shown.
pub(super) fn unknown(mark: &str) -> Denial {
    Denial::new(Code::CredentialUnknown)
        .saw("kind", KIND)
        .saw("mark", mark.to_owned())
}

/// Somebody has that name, and another password.
pub(super) fn wrong_password(row: &Credential) -> Denial {
    let denial = Denial::new(Code::CredentialWrongSecret).saw("kind", KIND);
    let denial = match row.proof.password() {
        Some(password) => denial.saw("user", password.user.to_string()),
        None => denial,
    };
    denial
        .saw("key", row.id.to_string())
        .saw("app", row.app.to_string())
}

/// Too many passwords are being checked.
pub(super) fn unchecked() -> Denial {
    Denial::new(Code::Overloaded).saw("which", "passwords that wait to be checked")
}
