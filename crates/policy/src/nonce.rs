//! Nonces that proofs of possession have to name (RFC 9449 §8 and §9): when they were given out,
//! under a seal, so that nobody has to remember them.

use crate::sealed;
use postern_model::key::Keyer;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the key of nonces is derived for.
const PURPOSE: &str = "nonces of proofs";
/// Longest text that can be a nonce, bytes.
const LONGEST: usize = 96;
/// How far clocks of nodes may differ, seconds.
const SKEW: i64 = 60;

/// What is found of the nonce of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NonceVerdict {
    /// None is asked for.
    NotAsked,
    /// It is good.
    Good,
    /// It names none.
    None,
    /// It names one that was not given out here.
    Foreign,
    /// It names one that is no longer good.
    Over,
}

impl NonceVerdict {
    /// Why it does not count, in words that follow "the proof".
    pub(crate) const fn wrong(self) -> Option<&'static str> {
        match self {
            Self::NotAsked | Self::Good => None,
            Self::None => Some("names no nonce of this gateway"),
            Self::Foreign => Some("names a nonce that is none of this gateway"),
            Self::Over => Some("names a nonce that is over"),
        }
    }
}

/// Gives one out. `now` is Unix time in seconds.
pub fn issue(keyer: &Keyer, now: i64) -> String {
    sealed::seal(&keyer.derived(PURPOSE), &now.to_string(), "")
}

/// Looks at one that is good for so long.
pub(crate) fn check(keyer: &Keyer, nonce: Option<&str>, now: i64, valid: Duration) -> NonceVerdict {
    let Some(nonce) = nonce else {
        return NonceVerdict::None;
    };
    let sealed = nonce.as_bytes();
    let issued = (sealed.len() <= LONGEST)
        .then(|| sealed::open(&keyer.derived(PURPOSE), sealed, ""))
        .flatten()
        .and_then(|text| text.parse::<i64>().ok())
        .filter(|issued| *issued <= now + SKEW);
    let valid = i64::try_from(valid.as_secs()).unwrap_or(i64::MAX);
    match issued {
        None => NonceVerdict::Foreign,
        Some(issued) if now < issued.saturating_add(valid) => NonceVerdict::Good,
        Some(_) => NonceVerdict::Over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_those_that_were_given_out_here_lately() {
        let (here, elsewhere) = (Keyer::new(&[1; 32]), Keyer::new(&[2; 32]));
        let valid = Duration::from_mins(5);
        let nonce = issue(&here, 1_000);
        let check = |keyer, nonce: &str, now| check(keyer, Some(nonce), now, valid);
        assert_eq!(check(&here, &nonce, 1_000), NonceVerdict::Good);
        assert_eq!(check(&here, &nonce, 1_299), NonceVerdict::Good);
        assert_eq!(check(&here, &nonce, 1_300), NonceVerdict::Over);
        // A node whose clock is late gets one of another node.
        assert_eq!(check(&here, &nonce, 941), NonceVerdict::Good);
        assert_eq!(check(&here, &nonce, 939), NonceVerdict::Foreign);
        assert_eq!(check(&elsewhere, &nonce, 1_000), NonceVerdict::Foreign);
        let other = nonce.replacen("1000", "1001", 1);
        for bad in [
            &*other,
            "",
            ".",
            "1000",
            &nonce.to_uppercase(),
            &nonce.repeat(2),
        ] {
            assert_eq!(check(&here, bad, 1_000), NonceVerdict::Foreign, "{bad}");
        }
        assert_eq!(super::check(&here, None, 1_000, valid), NonceVerdict::None);
    }
}
