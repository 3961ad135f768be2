//! The signatures that a message brings: `Signature-Input` and `Signature` (RFC 9421 §4).

use super::{Component, Wrong};
use crate::structured::{self, Bare, Member, Parameters};

/// Most signatures of one message that are looked at.
pub const MOST_SIGNATURES: usize = 4;
/// Most components of one signature.
const MOST_COMPONENTS: usize = 32;
/// Most bytes of the name of a key, of a nonce and of a signature.
const MOST_NAME: usize = 256;
const MOST_SIGNATURE: usize = 1024;

/// A signature, and what it says of itself (RFC 9421 §2.3). Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// By which of several it goes.
    pub label: Box<str>,
    /// What it covers, in order; nothing twice.
    pub covered: Vec<Component>,
    /// When it was made; Unix time in seconds.
    pub created: Option<i64>,
    /// From when on it is not good; Unix time in seconds.
    pub expires: Option<i64>,
    /// What makes it unlike every other.
    pub nonce: Option<Box<str>>,
    /// The key that it says it is of.
    pub keyid: Option<Box<str>>,
    /// How it says it was made.
    pub algorithm: Option<Box<str>>,
    /// The line that stands last in its base: what it covers and says, in its one spelling.
    pub(super) parameters: Box<str>,
    /// The signature itself.
    pub signature: Box<[u8]>,
}

/// Reads the signatures of a message from the lines of its two fields. At least one.
///
/// # Errors
/// They cannot be read, or one of them cannot be checked; in words that are a sentence without its
/// end.
pub fn offered<'a>(
    inputs: impl Iterator<Item = &'a [u8]>,
    signatures: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<Offered>, Wrong> {
    let read = |lines: Vec<u8>, name: &str| {
        structured::dictionary(&lines).map_err(|what| Wrong::from(format!("`{name}` {what}")))
    };
    let inputs = read(structured::joined(inputs), "Signature-Input")?;
    let mut signatures = read(structured::joined(signatures), "Signature")?;
    if inputs.len() > MOST_SIGNATURES || signatures.len() > MOST_SIGNATURES {
        return Err(format!("there are more than {MOST_SIGNATURES} signatures").into());
    }
    let mut found = Vec::with_capacity(inputs.len());
    for (label, input) in inputs {
        let at = signatures.iter().position(|(other, _)| *other == label);
        let Some((_, signature)) = at.map(|at| signatures.swap_remove(at)) else {
            return Err(
                format!("`Signature` has nothing for `{label}` of `Signature-Input`").into(),
            );
        };
        found.push(one(label, input, signature)?);
    }
    if let Some((label, _)) = signatures.first() {
        return Err(format!("`Signature-Input` has nothing for `{label}` of `Signature`").into());
    }
    if found.is_empty() {
        return Err("`Signature-Input` is empty".into());
    }
    Ok(found)
}

fn one(label: Box<str>, input: Member, signature: Member) -> Result<Offered, Wrong> {
    let of = |what: Wrong| Wrong::from(format!("the signature `{label}` {what}"));
    let Member::List(items, parameters) = input else {
        return Err(of("has no list of what it covers".into()));
    };
    let signature = match signature {
        Member::Item(item) => match item.bare {
            Bare::Bytes(bytes) if bytes.len() <= MOST_SIGNATURE => bytes,
            Bare::Bytes(_) => {
                return Err(of(format!("is longer than {MOST_SIGNATURE} bytes").into()));
            }
            _ => return Err(of("is not bytes between colons".into())),
        },
        Member::List(..) => return Err(of("is not bytes between colons".into())),
    };
    if items.len() > MOST_COMPONENTS {
        return Err(of(
            format!("covers more than {MOST_COMPONENTS} components").into()
        ));
    }
    let mut covered: Vec<Component> = Vec::with_capacity(items.len());
    for item in &items {
        let component = Component::read(item).map_err(of)?;
        if covered.contains(&component) {
            return Err(of(format!("covers `{component}` twice").into()));
        }
        covered.push(component);
    }
    let mut line = String::new();
    structured::write_list(&items, &parameters, &mut line);
    Ok(Offered {
        created: time(&parameters, "created").map_err(of)?,
        expires: time(&parameters, "expires").map_err(of)?,
        nonce: text(&parameters, "nonce").map_err(of)?,
        keyid: text(&parameters, "keyid").map_err(of)?,
        algorithm: text(&parameters, "alg").map_err(of)?,
        parameters: line.into(),
        covered,
        signature,
        label,
    })
}

fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a Bare> {
    let mut all = parameters.iter();
    all.find(|(key, _)| **key == *name).map(|(_, value)| value)
}

fn time(parameters: &Parameters, name: &str) -> Result<Option<i64>, Wrong> {
    match parameter(parameters, name) {
        None => Ok(None),
        Some(Bare::Integer(seconds)) if *seconds >= 0 => Ok(Some(*seconds)),
        Some(_) => Err(format!("has `{name}` that is not a time in whole seconds").into()),
    }
}

fn text(parameters: &Parameters, name: &str) -> Result<Option<Box<str>>, Wrong> {
    match parameter(parameters, name) {
        None => Ok(None),
        Some(Bare::Text(text)) if text.len() <= MOST_NAME => Ok(Some(text.clone())),
        Some(Bare::Text(_)) => Err(format!("has `{name}` of more than {MOST_NAME} bytes").into()),
        Some(_) => Err(format!("has `{name}` that is not a text in quotes").into()),
    }
}
