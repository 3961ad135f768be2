//! The keys that tokens are signed with (RFC 7517, RFC 7518 §6, RFC 8037 §2).
//!
//! What a key is decides what it may be used with, never the token alone (RFC 8725 §3.1).

use crate::algorithm;
use crate::json;
use aws_lc_rs::digest;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use postern_model::entity::Algorithm;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Most keys of a set that are kept.
pub const MOST_KEYS: usize = 64;

/// Most bytes of a set.
pub const MOST_BYTES: usize = 256 * 1024;

/// Least bytes of a shared secret: as many as HMAC-SHA-256 gives (RFC 7518 §3.2).
pub const LEAST_SECRET: usize = 32;

/// A set of keys.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    left_out: usize,
}

/// One key, and what it may be used with.
#[derive(Debug, Clone)]
struct Key {
    kid: Option<Box<str>>,
    uses: Vec<(Algorithm, Material)>,
}

#[derive(Clone)]
enum Material {
    Public(Box<ParsedPublicKey>),
    Secret(Box<hmac::Key>),
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Public(_) => "[public key]",
            Self::Secret(_) => "[secret]",
        })
    }
}

impl KeySet {
    /// Reads a JWK set (RFC 7517 §5). Keys that are not for signatures, or that cannot be read, are
    /// left out: there may be others. A shared secret is never taken from a set.
    ///
    /// # Errors
    /// It is no such set, or none of its keys is of use; in words that follow "it".
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("is longer than {MOST_BYTES} bytes"));
        }
        let set = json::object(bytes)?;
        let Some(Value::Array(given)) = set.get("keys") else {
            return Err("has no list `keys`".to_owned());
        };
        let mut found = Self::default();
        for key in given {
            let read = key.as_object().and_then(Key::read);
            match read.filter(|_| found.keys.len() < MOST_KEYS) {
                Some(key) => found.keys.push(key),
                None => found.left_out += 1,
            }
        }
        if found.keys.is_empty() {
            return Err(match given.len() {
                0 => "has no keys".to_owned(),
                many => format!("has no key that signatures can be checked with, among {many}"),
            });
        }
        Ok(found)
    }

    /// Reads one JWK (RFC 7517 §4). A shared secret is none of these.
    ///
    /// # Errors
    /// It is no such key, or of no use; in words that follow "it".
    pub(crate) fn one(bytes: &[u8]) -> Result<Self, String> {
        let key = Key::read(&json::object(bytes)?);
        let key = key.ok_or("is no public key that signatures can be checked with")?;
        let keys = vec![key];
        Ok(Self { keys, left_out: 0 })
    }

    /// Whether one of the keys is for an algorithm.
    pub(crate) fn has(&self, algorithm: Algorithm) -> bool {
        let mut uses = self.keys.iter().flat_map(|key| &key.uses);
        uses.any(|(one, _)| *one == algorithm)
    }

    /// Reads public keys in PEM (RFC 7468 §13). They have no names.
    ///
    /// # Errors
    /// There is none, or one of them cannot be read; in words that follow "it".
    pub fn from_pem(text: &str) -> Result<Self, String> {
        const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
        const END: &str = "-----END PUBLIC KEY-----";
        let mut found = Self::default();
        let mut rest = text;
        while let Some((_, begun)) = rest.split_once(BEGIN) {
            let Some((inside, behind)) = begun.split_once(END) else {
                return Err("has a key without an end".to_owned());
            };
            rest = behind;
            let joined: String = inside.split_ascii_whitespace().collect();
            let der = STANDARD.decode(joined);
            let der = der.map_err(|_| "has a key that is not base64".to_owned())?;
            let uses = public_uses(&der);
            if uses.is_empty() {
                return Err(
                    "has a key that is neither RSA, nor of P-256, P-384 or P-521, nor Ed25519"
                        .to_owned(),
                );
            }
            if found.keys.len() < MOST_KEYS {
                found.keys.push(Key { kid: None, uses });
            }
        }
        if found.keys.is_empty() {
            return Err("has no `BEGIN PUBLIC KEY`".to_owned());
        }
        Ok(found)
    }

    /// The set of one shared secret.
    ///
    /// # Errors
    /// It is too short to be one; in words that follow "it".
    pub fn shared(secret: &[u8]) -> Result<Self, String> {
        if secret.len() < LEAST_SECRET {
            return Err(format!("is shorter than {LEAST_SECRET} bytes"));
        }
        let uses = Algorithm::SHARED.into_iter();
        let uses = uses.filter_map(|one| {
            let key = hmac::Key::new(algorithm::shared(one)?, secret);
            Some((one, Material::Secret(Box::new(key))))
        });
        let uses = uses.collect();
        let keys = vec![Key { kid: None, uses }];
        Ok(Self { keys, left_out: 0 })
    }

    /// Takes in the keys of another set.
    pub(crate) fn join(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.left_out += other.left_out;
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys of the set were left out.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// The names of the keys, where they have some.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| key.kid.as_deref())
    }

    /// Checks a signature with the keys that it may be of.
    pub(crate) fn check(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Checked {
        // A key without a name may be any; a token that names none may be of any.
        let named = |key: &&Key| match (kid, key.kid.as_deref()) {
            (Some(asked), Some(name)) => asked == name,
            (None, _) | (Some(_), None) => true,
        };
        let mut checked = Checked::KeyUnknown;
        for key in self.keys.iter().filter(named) {
            let of = |(one, _): &&(Algorithm, Material)| *one == algorithm;
            let Some((_, material)) = key.uses.iter().find(of) else {
                if checked == Checked::KeyUnknown && kid.is_some() && key.kid.is_some() {
                    checked = Checked::OtherAlgorithm;
                }
                continue;
            };
            #[cfg(test)]
            CHECKED.with_borrow_mut(|all| all.push(algorithm));
            if material.verifies(signed, signature) {
                return Checked::Genuine;
            }
            checked = Checked::Wrong;
        }
        checked
    }
}

#[cfg(test)]
std::thread_local! {
    /// What was checked with keys of sets, in order.
    pub(crate) static CHECKED: std::cell::RefCell<Vec<Algorithm>> = const {
        std::cell::RefCell::new(Vec::new())
    };
}

/// What became of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is genuine.
    Genuine,
    /// No key is of that name and algorithm.
    KeyUnknown,
    /// The key of that name is for another algorithm.
    OtherAlgorithm,
    /// It is of none of the keys that it could be of.
    Wrong,
}

impl Material {
    fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Public(key) => key.verify_sig(signed, signature).is_ok(),
            // In constant time.
            Self::Secret(key) => hmac::verify(key, signed, signature).is_ok(),
        }
    }
}

impl Key {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        // RFC 7517 §4.2 and §4.3: what it is for.
        if jwk.contains_key("use") && text("use") != Some("sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops") {
            let verify = |one: &Value| one == "verify";
            operations.as_array()?.iter().find(|one| verify(one))?;
        }
        let kid = match jwk.get("kid") {
            Some(kid) => Some(
                kid.as_str()
                    .filter(|kid| kid.len() <= super::jws::MOST_KID)?,
            ),
            None => None,
        };
        let mut uses = match text("kty")? {
            "RSA" => rsa_uses(&bytes(text("n")?)?, &bytes(text("e")?)?),
            "EC" => ec_uses(text("crv")?, &bytes(text("x")?)?, &bytes(text("y")?)?),
            "OKP" if text("crv")? == "Ed25519" => {
                let key = parsed(Algorithm::EdDSA, &bytes(text("x")?)?)?;
                vec![(Algorithm::EdDSA, key)]
            }
            _ => return None,
        };
        if jwk.contains_key("alg") {
            let pinned = Algorithm::parse(text("alg")?)?;
            uses.retain(|(one, _)| *one == pinned);
        }
        let kid = kid.map(Into::into);
        (!uses.is_empty()).then_some(Self { kid, uses })
    }
}

/// A public key that somebody brings along, to be used with one algorithm.
#[derive(Debug)]
pub(crate) struct Brought {
    key: Material,
    thumbprint: Box<str>,
}

/// What a private or a shared key has, and a public one has not (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Most bytes of the modulus of an RSA key that anybody may bring: checking takes longer the longer
/// it is.
const MOST_BROUGHT: usize = 512;

impl Brought {
    /// Reads a key (RFC 9449 §4.2, `jwk`).
    ///
    /// # Errors
    /// What is wrong with it, in words that follow "it".
    pub(crate) fn read(jwk: &Map<String, Value>, with: Algorithm) -> Result<Self, &'static str> {
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return Err("brings a private key, which is to be shown to nobody");
        }
        Self::fits(jwk, with).ok_or("brings a key that is none for its `alg`")
    }

    fn fits(jwk: &Map<String, Value>, with: Algorithm) -> Option<Self> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let (key, members): (_, &[&str]) = match (text("kty")?, with) {
            ("RSA", _) => {
                let (n, e) = (bytes(text("n")?)?, bytes(text("e")?)?);
                let fits = stripped(&n).len() <= MOST_BROUGHT && stripped(&e).len() <= 4;
                let key = rsa_components(&n, &e).filter(|_| fits)?;
                let key = key.to_parsed_public_key(algorithm::rsa(with)?).ok()?;
                (Material::Public(Box::new(key)), &["e", "kty", "n"])
            }
            ("EC", _) => {
                let found = ec_uses(text("crv")?, &bytes(text("x")?)?, &bytes(text("y")?)?);
                let (_, key) = found.into_iter().find(|(one, _)| *one == with)?;
                (key, &["crv", "kty", "x", "y"])
            }
            ("OKP", Algorithm::EdDSA) if text("crv")? == "Ed25519" => {
                let key = parsed(with, &bytes(text("x")?)?)?;
                (key, &["crv", "kty", "x"])
            }
            _ => return None,
        };
        Some(Self {
            key,
            thumbprint: thumbprint(jwk, members)?,
        })
    }

    /// What tokens call it that are bound to it (RFC 7638).
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(crate) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.key.verifies(signed, signature)
    }
}

/// SHA-256 of what makes a key, in the order of the names and without blanks (RFC 7638 §3). Each
/// of them has been read as base64url or is a name that is known, so that nothing needs an escape.
fn thumbprint(jwk: &Map<String, Value>, members: &[&str]) -> Option<Box<str>> {
    let mut text = String::from("{");
    for (at, name) in members.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let value = jwk.get(*name)?.as_str()?;
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}\"{name}\":\"{value}\"");
    }
    text.push('}');
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(digest).into())
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn parsed(of: Algorithm, key: &[u8]) -> Option<Material> {
    let key = ParsedPublicKey::new(algorithm::public(of)?, key).ok()?;
    Some(Material::Public(Box::new(key)))
}

fn rsa_components<'a>(n: &'a [u8], e: &'a [u8]) -> Option<RsaPublicKeyComponents<&'a [u8]>> {
    let (n, e) = (stripped(n), stripped(e));
    let fits = (256..=1024).contains(&n.len()) && (1..=5).contains(&e.len());
    fits.then_some(RsaPublicKeyComponents { n, e })
}

/// An RSA key of 2048 to 8192 bits (RFC 7518 §3.3 asks for at least 2048).
fn rsa_uses(n: &[u8], e: &[u8]) -> Vec<(Algorithm, Material)> {
    let Some(key) = rsa_components(n, e) else {
        return Vec::new();
    };
    let uses = algorithm::RSA.into_iter().filter_map(|one| {
        let key = key.to_parsed_public_key(algorithm::rsa(one)?).ok()?;
        Some((one, Material::Public(Box::new(key))))
    });
    uses.collect()
}

/// A number without zeros before it.
fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// A point of a curve (RFC 7518 §6.2.1): coordinates of the curve's full length.
fn ec_uses(curve: &str, x: &[u8], y: &[u8]) -> Vec<(Algorithm, Material)> {
    let (algorithm, length) = match curve {
        "P-256" => (Algorithm::ES256, 32),
        "P-384" => (Algorithm::ES384, 48),
        "P-521" => (Algorithm::ES512, 66),
        _ => return Vec::new(),
    };
    if x.len() != length || y.len() != length {
        return Vec::new();
    }
    // SEC 1 §2.3.3: uncompressed. Whether it is on the curve is checked when it is read.
    let point = [&[4], x, y].concat();
    let key = parsed(algorithm, &point);
    key.map(|key| (algorithm, key)).into_iter().collect()
}

/// What a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) may be used with.
fn public_uses(der: &[u8]) -> Vec<(Algorithm, Material)> {
    let uses = Algorithm::ALL.into_iter();
    uses.filter_map(|one| Some((one, parsed(one, der)?)))
        .collect()
}
