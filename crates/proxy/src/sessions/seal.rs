//! Sealing what browsers and the store keep for us: AES-256-GCM (NIST SP 800-38D) under a key of the
//! installation. What a text is for is authenticated with it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::Secret;
use postern_model::key::{Keyer, digest};

/// Longest sealed text that is opened, bytes.
const LONGEST: usize = 64 << 10;

/// Seals and opens.
pub(super) struct Seal([u8; 32]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Seal {
    /// With the key of an installation.
    pub(super) fn new(keyer: &Keyer) -> Self {
        Self(keyer.derived("seals of sessions").keyed(&digest(b"key")).0)
    }

    fn key(&self) -> Option<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).ok()
    }

    /// Seals a text for a purpose; `None` if the system fails.
    pub(super) fn seal(&self, purpose: &str, text: &str) -> Option<String> {
        let mut sealed = text.as_bytes().to_vec();
        let aad = Aad::from(purpose.as_bytes());
        let nonce = self
            .key()?
            .seal_in_place_append_tag(aad, &mut sealed)
            .ok()?;
        let mut whole = nonce.as_ref().to_vec();
        whole.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(whole))
    }

    /// What was sealed for that purpose, and is as it was.
    pub(super) fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Secret<String>> {
        if sealed.len() > LONGEST {
            return None;
        }
        let whole = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = whole.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let aad = Aad::from(purpose.as_bytes());
        let opened = self.key()?.open_in_place(nonce, aad, &mut rest).ok()?;
        Some(Secret::new(std::str::from_utf8(opened).ok()?.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_opened_for_its_purpose_alone_and_as_it_was() {
        let seal = Seal::new(&Keyer::new(&[1; 32]));
        let sealed = seal.seal("a", "canary").unwrap();
        assert!(!sealed.contains("canary"));
        let open = |purpose, sealed: &str| seal.open(purpose, sealed.as_bytes());
        assert_eq!(open("a", &sealed).unwrap().expose(), "canary");
        assert!(open("b", &sealed).is_none(), "another purpose");
        let other = Seal::new(&Keyer::new(&[2; 32]));
        assert!(other.open("a", sealed.as_bytes()).is_none(), "another key");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let opened = seal.open("a", &changed);
            // The last letter has bits that mean nothing, and are not accepted if they are set.
            assert!(opened.is_none(), "{at}");
        }
        assert_ne!(seal.seal("a", "canary").unwrap(), sealed, "no two alike");
        for bad in ["", "A", "AAAA", &"A".repeat(100_000)] {
            assert!(open("a", bad).is_none());
        }
    }
}
