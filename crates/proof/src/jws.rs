//! The compact form of a signed token (RFC 7515 §3.1).

use crate::json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_model::denial::printable;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Most bytes of a token that are looked at.
pub(crate) const MOST_BYTES: usize = 16 * 1024;

/// Most bytes of the name of a key.
pub(crate) const MOST_KID: usize = 256;

/// Most bytes of a text that is shown.
const SHOWN: usize = 128;

/// A token in its parts. Nothing of it is believed yet.
#[derive(Debug)]
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
    /// What was signed.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
}

/// What the header says (RFC 7515 §4).
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) alg: Box<str>,
    pub(crate) kid: Option<Box<str>>,
    /// It says which key to check it with, or where one is: that is never looked at, but in a
    /// proof that its sender has that very key.
    pub(crate) brings_key: bool,
    /// The key that it brings, of a proof of possession (RFC 9449 §4.2).
    pub(crate) jwk: Option<Map<String, Value>>,
}

/// What something that is signed is for, which its type says (RFC 8725 §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To say who calls.
    Token,
    /// To sign somebody out (OpenID Connect Back-Channel Logout 1.0 §2.4).
    Logout,
    /// To show that its sender has a key (RFC 9449 §4.2).
    Possession,
}

/// What is wrong with the form, in words that follow "the token".
type Wrong = Cow<'static, str>;

impl<'a> Compact<'a> {
    pub(crate) fn parse(token: &'a [u8], purpose: Purpose) -> Result<Self, Wrong> {
        let [header, payload, signature] = parts(token)?;
        let header = Header::read(&part(header, "header")?, purpose)?;
        let claims = json::object(&part(payload, "payload")?);
        let claims = claims.map_err(|what| format!("has a payload that {what}"))?;
        let signature = decoded(signature).ok_or("has a signature that is not base64url")?;
        let end = token.iter().rposition(|byte| *byte == b'.');
        let signed = token.get(..end.unwrap_or_default()).unwrap_or_default();
        Ok(Self {
            header,
            claims,
            signed,
            signature,
        })
    }
}

/// The three parts of a signed token.
fn parts(token: &[u8]) -> Result<[&[u8]; 3], Wrong> {
    if token.is_empty() {
        return Err("is empty".into());
    }
    if token.len() > MOST_BYTES {
        return Err(format!("is longer than {MOST_BYTES} bytes").into());
    }
    if let Some(wrong) = strange(token) {
        return Err(wrong.into());
    }
    let mut parts = token.split(|byte| *byte == b'.');
    let count = parts.clone().count();
    let mut next = || parts.next().unwrap_or_default();
    match count {
        3 => Ok([next(), next(), next()]),
        5 => Err("is encrypted (JWE), and only signed tokens are read".into()),
        1 => Err("is not a JWT: it has no dots".into()),
        parts => Err(format!("has {parts} parts between dots, and a JWT has three").into()),
    }
}

/// Bytes that no token has.
fn strange(token: &[u8]) -> Option<&'static str> {
    let has = |byte: fn(&u8) -> bool| token.iter().any(byte);
    if has(|byte| matches!(byte, b'"' | b'\'')) {
        Some("stands in quotes, and must stand without")
    } else if has(u8::is_ascii_whitespace) {
        Some("has white space in it")
    } else if has(|byte| !byte.is_ascii_graphic()) {
        Some("has control bytes or bytes beyond ASCII in it")
    } else {
        None
    }
}

fn part(text: &[u8], name: &str) -> Result<Vec<u8>, Wrong> {
    decoded(text).ok_or_else(|| format!("has a {name} that is not base64url").into())
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

impl Header {
    fn read(bytes: &[u8], purpose: Purpose) -> Result<Self, Wrong> {
        let header = json::object(bytes);
        let mut header = header.map_err(|what| format!("has a header that {what}"))?;
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(&**text)),
            Some(_) => Err(format!("has a header whose `{name}` is not a text")),
        };
        let alg: Box<str> = text("alg")?.ok_or("has a header without `alg`")?.into();
        let kid: Option<Box<str>> = text("kid")?.map(Into::into);
        if kid.as_ref().is_some_and(|kid| kid.len() > MOST_KID) {
            return Err(format!("has a `kid` of more than {MOST_KID} bytes").into());
        }
        // RFC 7515 §4.1.11: what is critical and not understood makes it invalid. Nothing is
        // understood here, `b64` (RFC 7797) neither.
        if header.contains_key("crit") {
            return Err("has a header with `crit`, and no extension is understood".into());
        }
        if header.contains_key("zip") {
            return Err("is compressed (`zip`), which only encrypted tokens may be".into());
        }
        if text("cty")?.is_some_and(|cty| cty.eq_ignore_ascii_case("jwt")) {
            return Err("holds another token (`cty: JWT`), and only the outer one is read".into());
        }
        purpose.fits(text("typ")?)?;
        let brings_key = ["jwk", "jku", "x5c", "x5u"];
        let brings_key = brings_key.iter().any(|name| header.contains_key(*name));
        let jwk = match (purpose, header.remove("jwk")) {
            (Purpose::Possession, Some(Value::Object(jwk))) => Some(jwk),
            _ => None,
        };
        Ok(Self {
            alg,
            kid,
            brings_key,
            jwk,
        })
    }
}

impl Purpose {
    /// Whether a type is of that purpose: for a token, that of tokens in general (RFC 7519 §5.1) or
    /// of access tokens (RFC 9068 §2.1), or none at all. Others (`logout+jwt`) are signed for
    /// something else.
    fn fits(self, typ: Option<&str>) -> Result<(), Wrong> {
        let lower = typ.unwrap_or_default().to_ascii_lowercase();
        let short = lower.strip_prefix("application/").unwrap_or(&lower);
        let (fits, called) = match self {
            Self::Token => (
                typ.is_none() || matches!(short, "jwt" | "at+jwt"),
                "an access token",
            ),
            // §2.4: providers should write it, and older ones do not.
            Self::Logout => (
                typ.is_none() || matches!(short, "jwt" | "logout+jwt"),
                "a logout token",
            ),
            Self::Possession => (short == "dpop+jwt", "`dpop+jwt`"),
        };
        if fits {
            return Ok(());
        }
        Err(match typ {
            Some(typ) => {
                let shown = printable(typ.as_bytes(), SHOWN);
                format!("is of the type `{shown}`, and not {called}").into()
            }
            None => format!("has no `typ`, and it must be {called}").into(),
        })
    }
}
