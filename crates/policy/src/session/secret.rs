//! The secret in the cookie of a session.

#[cfg(test)]
use crate::testing::work::{Step, did};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::Secret;
use postern_model::entity::KeyDigest;
use postern_model::key::{Keyer, digest};

/// Random bytes of a secret.
const RANDOM: usize = 32;
/// Bytes of the HMAC that shows that it was made here.
const MARK: usize = 16;
/// Bytes of a whole secret.
const WHOLE: usize = RANDOM + MARK;
/// Letters of a secret as it is written: base64url without padding (RFC 4648 §5).
pub const SECRET_LEN: usize = WHOLE / 3 * 4;

/// Makes secrets of sessions, and knows them again.
#[derive(Debug, Clone)]
pub struct SessionKey {
    marks: Keyer,
    kept: Keyer,
    names: Keyer,
}

/// A secret that was made.
#[derive(Debug)]
pub struct Made {
    /// For the cookie.
    pub secret: Secret<String>,
    /// What is kept of it.
    pub digest: KeyDigest,
}

/// What a cookie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What is kept of such a secret.
    pub(crate) digest: KeyDigest,
    /// Whether it was made here.
    pub(crate) is_ours: bool,
}

impl SessionKey {
    /// Of an installation.
    pub fn new(keyer: &Keyer) -> Self {
        Self {
            marks: keyer.derived("marks of sessions"),
            kept: keyer.derived("sessions"),
            names: keyer.derived("whose sessions"),
        }
    }

    /// Makes a secret of random bytes.
    pub fn make(&self, random: &[u8; RANDOM]) -> Made {
        let KeyDigest(mark) = self.marks.keyed(random);
        let mut whole = [0; WHOLE];
        let bytes = random.iter().chain(mark.iter().take(MARK));
        for (slot, byte) in whole.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        Made {
            digest: self.kept.keyed(&digest(&whole)),
            secret: Secret::new(URL_SAFE_NO_PAD.encode(whole)),
        }
    }

    /// What something is called by whoever keeps sessions, which tells nothing of it.
    pub fn name(&self, of: &[u8]) -> KeyDigest {
        self.names.keyed(&digest(of))
    }

    /// What a cookie holds. The same is done whatever that is.
    pub(crate) fn read(&self, written: &[u8]) -> Shown {
        #[cfg(test)]
        did(&[Step::Digest, Step::Compare, Step::Digest]);
        let whole = decode(written);
        let bytes = whole.unwrap_or([0; WHOLE]);
        let mut random = [0; RANDOM];
        for (slot, byte) in random.iter_mut().zip(bytes) {
            *slot = byte;
        }
        let KeyDigest(mark) = self.marks.keyed(&random);
        let differs = mark.iter().zip(bytes.iter().skip(RANDOM));
        let differs = differs.fold(0, |sum, (a, b)| sum | (a ^ b));
        Shown {
            digest: self.kept.keyed(&digest(&bytes)),
            is_ours: whole.is_some() && differs == 0,
        }
    }
}

/// The bytes, if they are written as they are here: as many letters, which leaves one spelling.
fn decode(written: &[u8]) -> Option<[u8; WHOLE]> {
    let mut out = [0; WHOLE];
    let fits = written.len() == SECRET_LEN;
    let length = fits.then(|| URL_SAFE_NO_PAD.decode_slice(written, &mut out).ok())?;
    (length == Some(WHOLE)).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SessionKey {
        SessionKey::new(&Keyer::new(&[byte; 32]))
    }

    #[test]
    fn a_secret_is_known_again_and_no_other_is() {
        let (ours, theirs) = (key(1), key(2));
        let made = ours.make(&[7; RANDOM]);
        let written = made.secret.expose().clone();
        assert_eq!(written.len(), SECRET_LEN);
        let shown = ours.read(written.as_bytes());
        assert!(shown.is_ours && shown.digest == made.digest);
        assert!(!theirs.read(written.as_bytes()).is_ours);
        assert_ne!(ours.make(&[8; RANDOM]).digest, made.digest);
        // Any letter that is another one, in whatever place.
        for at in 0..written.len() {
            let mut other = written.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(!ours.read(&other).is_ours, "{at}");
        }
    }

    #[test]
    fn what_cannot_be_a_secret_is_none() {
        let key = key(1);
        let good = key.make(&[7; RANDOM]).secret.expose().clone();
        let long = format!("{good}A");
        let short = good.get(1..).unwrap();
        let padded = format!("{short}=");
        let blank = format!("{short} ");
        let huge = "A".repeat(100_000);
        for bad in ["", "A", short, &long, &padded, &blank, &huge, "\u{e9}"] {
            assert!(!key.read(bad.as_bytes()).is_ours, "{}", bad.len());
        }
    }
}
