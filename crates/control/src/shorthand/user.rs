//! User names and passwords (HTTP Basic), made here: the password is shown once, and a slow hash of
//! it is kept.

use super::{Change, NewKey, known_by, random_letters};
use crate::Refusal;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use postern_model::Secret;
use postern_model::entity::Password;
use postern_model::key::password::Cost;
use postern_proof::password::kept;
use serde_json::json;

/// Letters and digits of a password: 130 bits, which nobody guesses.
const LETTERS: usize = 26;

/// Makes a password for a user name, and the document of its credential. Takes tens of
/// milliseconds.
///
/// # Errors
/// It is no user name, or the system gave no random bytes.
pub fn new_user(user: &str, new: NewKey) -> Result<(Secret<String>, Change), Refusal> {
    if !Password::is_user(user) {
        let message = "that cannot be a user name";
        let help = "1 to 255 bytes, without colons and control characters";
        return Err(Refusal::invalid(message).help(help));
    }
    let failed = || Refusal::new("failed", "the system gave no random bytes for a password");
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| failed())?;
    let password = random_letters(LETTERS)?;
    let hash = kept(password.as_bytes(), salt, Cost::USUAL);
    let hash = hash.ok_or_else(|| Refusal::new("failed", "there is no memory for a password"))?;
    let proof = json!({"user": user, "hash": hash.written()});
    Ok((Secret::new(password), known_by(("password", proof), new)?))
}
