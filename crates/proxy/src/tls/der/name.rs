//! Distinguished names as text (RFC 4514): most specific part first, commas between, special
//! characters escaped so that no value can look like another part.

use super::{Reader, SEQUENCE, SET, hex};
use std::fmt::Write;

/// Longest name that is read, in bytes of text. The upper bounds of X.520 stay far below.
pub(in crate::tls) const MAX_NAME: usize = 2048;

const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const BMP_STRING: u8 = 0x1e;

/// Attribute types by the names that RFC 4514 §3 gives them, and two that everybody knows.
const TYPES: [(&[u8], &str); 11] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x55, 4, 5], "serialNumber"),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        "DC",
    ),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1],
        "UID",
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
        "emailAddress",
    ),
];

/// The text of a name, from the value of its SEQUENCE.
pub(super) fn read(value: &[u8]) -> Option<String> {
    // Text is never much shorter than its DER, so long names are not even collected.
    if value.len() > 2 * MAX_NAME {
        return None;
    }
    let mut parts = Vec::new();
    let mut sets = Reader(value);
    while !sets.0.is_empty() {
        parts.push(sets.value(SET)?);
    }
    let mut text = String::new();
    for part in parts.into_iter().rev() {
        let mut attributes = Reader(part);
        let mut between = if text.is_empty() { "" } else { "," };
        while !attributes.0.is_empty() {
            text.push_str(between);
            attribute(&mut text, attributes.value(SEQUENCE)?)?;
            between = "+";
        }
    }
    (text.len() <= MAX_NAME).then_some(text)
}

fn attribute(text: &mut String, value: &[u8]) -> Option<()> {
    let mut fields = Reader(value);
    let oid = fields.value(OID)?;
    let (tag, value, element) = fields.next()?;
    let known = TYPES.iter().find(|(known, _)| *known == oid);
    match (known, string(tag, value)) {
        (Some((_, name)), Some(string)) => {
            text.push_str(name);
            text.push('=');
            escape(text, &string);
        }
        (known, _) => {
            match known {
                Some((_, name)) => text.push_str(name),
                None => dotted(text, oid)?,
            }
            text.push_str("=#");
            hex(text, element);
        }
    }
    Some(())
}

/// The characters of a string type; `None` for what is not one or not well-formed.
fn string(tag: u8, value: &[u8]) -> Option<String> {
    match tag {
        UTF8_STRING => String::from_utf8(value.to_vec()).ok(),
        NUMERIC_STRING | PRINTABLE_STRING | TELETEX_STRING | IA5_STRING => value
            .is_ascii()
            .then(|| String::from_utf8(value.to_vec()).ok())?,
        BMP_STRING => {
            let units = value.chunks(2).map(|unit| match unit {
                [high, low] => Some(u16::from_be_bytes([*high, *low])),
                _ => None,
            });
            String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok()
        }
        _ => None,
    }
}

/// RFC 4514 §2.4, and control characters as hexadecimal pairs.
fn escape(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, char) in value.chars().enumerate() {
        let at_edge = (index == 0 && matches!(char, ' ' | '#')) || (index == last && char == ' ');
        if at_edge || matches!(char, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            text.push('\\');
            text.push(char);
        } else if char.is_control() {
            for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(text, "\\{byte:02X}");
            }
        } else {
            text.push(char);
        }
    }
}

/// An object identifier in digits and dots.
fn dotted(text: &mut String, oid: &[u8]) -> Option<()> {
    let mut arc = 0_u64;
    let mut first = true;
    for byte in oid {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 != 0 {
            continue;
        }
        if first {
            let root = (arc / 40).min(2);
            let _ = write!(text, "{root}.{}", arc - root * 40);
            first = false;
        } else {
            let _ = write!(text, ".{arc}");
        }
        arc = 0;
    }
    Some(())
}
