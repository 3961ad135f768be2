//! Signatures as they were before RFC 9421 (draft-cavage-http-signatures-12), which clients of
//! other gateways send: `Authorization: Signature keyId="…",headers="…",signature="…"`. Those of
//! Kong are read, too: `Authorization: hmac username="…"`, with `request-line` and
//! `@request-target`.

use super::{Component, Message, Wrong};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most bytes of the field, and most names in `headers`.
const MOST_BYTES: usize = 8 * 1024;
const MOST_COMPONENTS: usize = 32;
/// Most bytes of the name of a key, and of a signature.
const MOST_NAME: usize = 256;
const MOST_SIGNATURE: usize = 1024;

/// A signature, and what it says of itself. Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// The key that it says it is of.
    pub keyid: Box<str>,
    /// How it says it was made.
    pub algorithm: Option<Box<str>>,
    /// From when on it is not good; Unix time in seconds.
    pub expires: Option<i64>,
    /// When it was made, where it says that itself; Unix time in seconds.
    created: Option<i64>,
    /// What it covers, in order.
    lines: Vec<Line>,
    /// The signature itself.
    pub signature: Box<[u8]>,
}

/// A line of what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// Method and target, by one of its names.
    Target(Box<str>),
    /// The first line of the request as HTTP/1 has it.
    Request,
    Created,
    Expires,
    Field(Box<str>),
}

impl Older {
    /// Reads what stands behind the scheme.
    ///
    /// # Errors
    /// What is wrong, in words that are a sentence without its end.
    pub fn read(parameters: &[u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(parameters).ok();
        let text = text.filter(|text| text.is_ascii() && text.len() <= MOST_BYTES);
        let text = text.ok_or("`Authorization` is too long, or not ASCII")?;
        let all = pairs(text)?;
        let get = |name: &str| {
            all.iter()
                .find(|(have, _)| *have == name)
                .map(|(_, value)| &**value)
        };
        let keyid = get("keyId").or_else(|| get("username"));
        let keyid = keyid.filter(|keyid| !keyid.is_empty() && keyid.len() <= MOST_NAME);
        let keyid = keyid.ok_or("the signature names no key (`keyId`)")?;
        let signature = get("signature").ok_or("there is no `signature`")?;
        let signature = STANDARD.decode(signature);
        let signature = signature.map_err(|_| "`signature` is not base64")?;
        if signature.len() > MOST_SIGNATURE {
            return Err(format!("`signature` is longer than {MOST_SIGNATURE} bytes").into());
        }
        let mut lines = Vec::new();
        // §2.1.6: without the list, it is this.
        for name in get("headers").unwrap_or("(created)").split(' ') {
            let line = Line::read(&name.to_ascii_lowercase())?;
            if lines.contains(&line) {
                return Err(format!("`headers` has `{name}` twice").into());
            }
            if lines.len() == MOST_COMPONENTS {
                return Err(format!("`headers` has more than {MOST_COMPONENTS} names").into());
            }
            lines.push(line);
        }
        Ok(Self {
            keyid: keyid.into(),
            algorithm: get("algorithm").map(Into::into),
            expires: time(get("expires"), "expires")?,
            created: time(get("created"), "created")?,
            lines,
            signature: signature.into(),
        })
    }

    /// The bytes that this signature has to be of (§2.3).
    ///
    /// # Errors
    /// What it covers that the message does not have.
    pub fn base(&self, message: &dyn Message) -> Result<Vec<u8>, Vec<Box<str>>> {
        let mut base = Vec::with_capacity(512);
        let mut absent = Vec::new();
        for (nth, line) in self.lines.iter().enumerate() {
            if nth > 0 {
                base.push(b'\n');
            }
            if line.push(self, message, &mut base).is_none() {
                absent.push(line.name().into());
            }
        }
        if absent.is_empty() {
            Ok(base)
        } else {
            Err(absent)
        }
    }

    /// When it was made: as it says itself, or by a date that it covers. Unix time in seconds.
    pub fn created(&self, date: impl Fn(&str) -> Option<i64>) -> Option<i64> {
        if self.lines.contains(&Line::Created) {
            return self.created;
        }
        let mut lines = self.lines.iter();
        lines.find_map(|line| match line {
            Line::Field(name) if matches!(&**name, "date" | "x-date") => date(name),
            _ => None,
        })
    }

    /// From when on it is not good, where it covers that.
    pub fn expires(&self) -> Option<i64> {
        self.expires.filter(|_| self.lines.contains(&Line::Expires))
    }

    /// What it covers, as RFC 9421 calls that.
    pub fn covered(&self) -> Box<[Box<str>]> {
        let mut names: Vec<Box<str>> = Vec::new();
        for line in &self.lines {
            match line {
                Line::Target(_) | Line::Request => {
                    names.extend(["@method".into(), "@request-target".into()]);
                }
                Line::Field(name) if &**name == "host" => names.push("@authority".into()),
                Line::Field(name) => names.push(name.clone()),
                Line::Created | Line::Expires => {}
            }
        }
        names.into()
    }
}

impl Line {
    fn read(name: &str) -> Result<Self, Wrong> {
        Ok(match name {
            "(request-target)" | "@request-target" => Self::Target(name.into()),
            "request-line" => Self::Request,
            "(created)" => Self::Created,
            "(expires)" => Self::Expires,
            name => match Component::parse(name) {
                Ok(Component::Field(name)) => Self::Field(name),
                _ => return Err("`headers` has a name that no header field can have".into()),
            },
        })
    }

    fn name(&self) -> &str {
        match self {
            Self::Target(name) | Self::Field(name) => name,
            Self::Request => "request-line",
            Self::Created => "(created)",
            Self::Expires => "(expires)",
        }
    }

    fn push(&self, of: &Older, message: &dyn Message, out: &mut Vec<u8>) -> Option<()> {
        if *self == Self::Request {
            out.extend(
                [
                    message.method(),
                    b" ",
                    message.target(),
                    b" ",
                    message.version().as_bytes(),
                ]
                .concat(),
            );
            return Some(());
        }
        out.extend_from_slice(self.name().as_bytes());
        out.extend_from_slice(b": ");
        match self {
            Self::Target(_) => {
                out.extend(message.method().to_ascii_lowercase());
                out.push(b' ');
                out.extend_from_slice(message.target());
            }
            Self::Created => out.extend(of.created?.to_string().into_bytes()),
            Self::Expires => out.extend(of.expires?.to_string().into_bytes()),
            // What HTTP/2 sends instead (RFC 9113 §8.3.1).
            Self::Field(name) if &**name == "host" && message.field(name, 0).is_none() => {
                let authority = message.authority();
                out.extend_from_slice((!authority.is_empty()).then_some(authority)?);
            }
            Self::Field(name) => super::base::push_field(message, name, out)?,
            Self::Request => {}
        }
        Some(())
    }
}

/// `name="value"` or `name=value`, with commas between them.
fn pairs(text: &str) -> Result<Vec<(&str, Box<str>)>, Wrong> {
    let mut found: Vec<(&str, Box<str>)> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest
            .split_once('=')
            .ok_or("`Authorization` has a parameter without `=`")?;
        let name = name.trim();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted
                    .split_once('"')
                    .ok_or("`Authorization` has a text without its end")?;
                if value.contains('\\') {
                    return Err("`Authorization` has `\\`, which is not read".into());
                }
                let after = after.trim_start();
                if !after.is_empty() && !after.starts_with(',') {
                    return Err("`Authorization` has no comma between two parameters".into());
                }
                (value, after.strip_prefix(',').unwrap_or(after))
            }
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if found.iter().any(|(have, _)| *have == name) {
            return Err("`Authorization` has a parameter twice".into());
        }
        if found.len() == 16 {
            return Err("`Authorization` has more than 16 parameters".into());
        }
        found.push((name, value.trim().into()));
        rest = after.trim();
    }
    Ok(found)
}

fn time(value: Option<&str>, name: &str) -> Result<Option<i64>, Wrong> {
    let Some(value) = value else { return Ok(None) };
    let digits =
        !value.is_empty() && value.len() <= 15 && value.bytes().all(|b| b.is_ascii_digit());
    match value.parse() {
        Ok(time) if digits => Ok(Some(time)),
        _ => Err(format!("`{name}` is not a time in whole seconds").into()),
    }
}
