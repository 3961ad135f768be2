//! User names and passwords (HTTP Basic, RFC 7617).

use super::passwords::Question;
use super::{Found, Presented, Verifier, scheme};
use crate::facts::{BasicFault, CredentialVerdict, Facts, values};
use crate::fields::Known;
use crate::snapshot::Snapshot;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_model::entity::{Credential, Password};
use postern_model::key::password::PasswordHash;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

#[cfg(test)]
mod tests;

const SCHEME: &str = "basic";

/// Most bytes of a name, a colon and a password.
const MOST: usize = Password::LONGEST_USER + 1 + Password::LONGEST;

/// The name and password of a request. `Authorization` stands once (RFC 9110 §5.3): where it is
/// there again, each is taken for a credential.
pub(super) fn find<'a>(facts: &'a dyn Facts, found: &mut Found<'a>) {
    if !values(facts, Known::Authorization).any(|value| scheme::after(value, SCHEME).is_some()) {
        return;
    }
    for value in values(facts, Known::Authorization) {
        found.add(Presented::Basic(
            scheme::after(value, SCHEME).unwrap_or(value),
        ));
    }
}

/// Whether the password is that of the user.
pub(super) fn verify(
    sent: &[u8],
    snapshot: &Snapshot<'_>,
    by: Verifier<'_>,
    now: i64,
) -> CredentialVerdict {
    let mut room = [0; MOST + 3];
    let pair = match Pair::read(sent, &mut room) {
        Ok(pair) => pair,
        Err(fault) => return CredentialVerdict::BasicFault(fault),
    };
    let Some(passwords) = by.passwords else {
        return CredentialVerdict::PasswordUnchecked;
    };
    let (row, hash) = pair.looked_up(snapshot);
    let genuine = passwords.get(&passwords.name(pair.whole, &hash), now);
    match (row, genuine) {
        (_, None) => CredentialVerdict::PasswordUnchecked,
        (Some(row), Some(true)) => CredentialVerdict::Verified { id: row.id.clone() },
        (Some(row), Some(false)) => CredentialVerdict::WrongSecret { id: row.id.clone() },
        // Whatever is found of nobody's password.
        (None, Some(_)) => {
            let mark = passwords.mark(pair.user);
            let digits = mark.0.iter().take(8).fold(String::new(), |mut out, byte| {
                // Writing to a String cannot fail.
                let _ = write!(out, "{byte:02x}");
                out
            });
            CredentialVerdict::UnknownUser {
                mark: digits.into(),
            }
        }
    }
}

/// What has to be worked out for [`CredentialVerdict::PasswordUnchecked`] to become another verdict.
/// It is as much for a user that nobody is as for any other.
pub(super) fn question(sent: &[u8], snapshot: &Snapshot<'_>, by: Verifier<'_>) -> Option<Question> {
    let mut room = [0; MOST + 3];
    let pair = Pair::read(sent, &mut room).ok()?;
    let (_, hash) = pair.looked_up(snapshot);
    let passwords = by.passwords?;
    Some(passwords.question(pair.whole, pair.password, hash.into_owned()))
}

/// What was sent, read.
struct Pair<'a> {
    /// Name, colon and password.
    whole: &'a [u8],
    user: &'a str,
    password: &'a [u8],
}

impl<'a> Pair<'a> {
    /// RFC 7617 §2: Base64 of a name without a colon, a colon, and a password; no control
    /// characters; UTF-8, as the challenge asks for (§2.1).
    fn read(sent: &[u8], room: &'a mut [u8; MOST + 3]) -> Result<Self, BasicFault> {
        if sent.is_empty() {
            return Err(BasicFault::Empty);
        }
        if sent.len() > MOST.div_ceil(3) * 4 {
            return Err(BasicFault::TooLong);
        }
        let length = STANDARD.decode_slice(sent, room);
        let whole = length.ok().and_then(|length| room.get(..length));
        let whole = whole.ok_or(BasicFault::Base64)?;
        let text = std::str::from_utf8(whole).map_err(|_| BasicFault::Utf8)?;
        if text.chars().any(char::is_control) {
            return Err(BasicFault::ControlCharacters);
        }
        let (user, password) = text.split_once(':').ok_or(BasicFault::NoColon)?;
        if user.is_empty() {
            return Err(BasicFault::NoUser);
        }
        if password.is_empty() {
            return Err(BasicFault::NoPassword);
        }
        if user.len() > Password::LONGEST_USER || password.len() > Password::LONGEST {
            return Err(BasicFault::TooLong);
        }
        Ok(Self {
            whole,
            user,
            password: password.as_bytes(),
        })
    }

    /// The credential of the user, if it is somebody's, and what the password is compared with: for
    /// nobody it costs what that of others does.
    fn looked_up<'s>(
        &self,
        snapshot: &Snapshot<'s>,
    ) -> (Option<&'s Arc<Credential>>, Cow<'s, Arc<PasswordHash>>) {
        let row = snapshot.directory.user(self.user);
        let hash = row.and_then(|row| row.proof.password());
        if let Some(password) = hash {
            return (row, Cow::Borrowed(&password.hash));
        }
        let cost = snapshot.directory.cost_of_nobody(self.user);
        (None, Cow::Owned(Arc::new(PasswordHash::of_nobody(cost))))
    }
}

/// Reads what follows `Basic`, for the fuzzer.
///
/// # Errors
/// What does not hold of what was read.
#[doc(hidden)]
pub fn fuzz(sent: &[u8]) -> Result<(), &'static str> {
    let mut room = [0; MOST + 3];
    let Ok(pair) = Pair::read(sent, &mut room) else {
        return Ok(());
    };
    let whole = [pair.user.as_bytes(), pair.password].join(&b':');
    if !Password::is_user(pair.user) {
        Err("a name that no user can have")
    } else if whole != pair.whole {
        Err("name and password are not what was sent")
    } else if STANDARD.encode(whole).as_bytes() != sent {
        Err("one pair can be written in two ways")
    } else {
        Ok(())
    }
}
