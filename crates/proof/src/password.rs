//! Passwords: Argon2id (RFC 9106). Each takes tens of milliseconds and megabytes, on purpose: never
//! on a thread that others wait for.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use postern_model::key::password::{Cost, PasswordHash};

/// Whether this is the password of which that was kept. Takes the same time whatever the answer.
pub fn is_password(password: &[u8], kept: &PasswordHash) -> bool {
    let made = worked(password, &kept.salt, kept.cost, kept.output.len());
    made.is_some_and(|made| verify_slices_are_equal(&made, &kept.output).is_ok())
}

/// What is kept of a password; `salt` is 16 random bytes. `None`: there is no memory for it.
pub fn kept(password: &[u8], salt: [u8; 16], cost: Cost) -> Option<PasswordHash> {
    let output = worked(password, &salt, cost, 32)?;
    Some(PasswordHash {
        cost,
        salt: salt.into(),
        output: output.into(),
    })
}

fn worked(password: &[u8], salt: &[u8], cost: Cost, length: usize) -> Option<Vec<u8>> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(length)).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = vec![0; length];
    argon2.hash_password_into(password, salt, &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf %s PASSWORD | argon2 somesalt -id -t 2 -k 19456 -p 1 -l 32 -e`; the second with a
    /// salt of its own, `-t 1 -k 8192 -p 2 -l 24`.
    const MADE_ELSEWHERE: [(&str, &str); 2] = [
        (
            "password",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$PL01amPyeUuxG7H0vIr5X+qHkZvWnHmGBGXFYvh8z2E",
        ),
        (
            "pa:ß€",
            "$argon2id$v=19$m=8192,t=1,p=2$c2FsdHNhbHRzYWx0$2t6j93GsOor2VeH293mHgi/GXMqgeaCa",
        ),
    ];

    #[test]
    fn the_reference_implementation_and_this_agree() {
        for (password, written) in MADE_ELSEWHERE {
            let kept = PasswordHash::parse(written).unwrap();
            assert!(is_password(password.as_bytes(), &kept), "{written}");
            for wrong in [&b"Password"[..], b"password ", b""] {
                assert!(!is_password(wrong, &kept), "{written}");
            }
        }
    }

    #[test]
    fn what_is_made_here_is_the_passwords_and_nobody_has_one() {
        let made = kept(b"correct horse", [7; 16], Cost::USUAL).unwrap();
        let read = PasswordHash::parse(&made.written()).unwrap();
        assert!(is_password(b"correct horse", &read) && !is_password(b"correct hors", &read));
        let nobody = PasswordHash::of_nobody(Cost::USUAL);
        assert!(!is_password(b"", &nobody) && !is_password(b"correct horse", &nobody));
    }
}
