//! Structured fields (RFC 8941, which RFC 9651 replaces): dictionaries of items and of inner lists,
//! as signatures and digests of messages use them.
//!
//! Stricter than the standard where two readers could see different things: a key that stands twice
//! is a fault, and does not count once.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Most bytes of a field, all of its lines together.
const MOST_BYTES: usize = 16 * 1024;
/// Most members of a dictionary, and most parameters of one value.
const MOST_MEMBERS: usize = 16;
/// Most items of an inner list.
const MOST_ITEMS: usize = 64;

/// What is wrong, in words that follow the name of the field.
pub(crate) type Wrong = Cow<'static, str>;

/// A value by itself (RFC 8941 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bare {
    Integer(i64),
    /// In its one spelling.
    Decimal(Box<str>),
    Text(Box<str>),
    Token(Box<str>),
    Bytes(Box<[u8]>),
    Boolean(bool),
}

/// Parameters, in order (RFC 8941 §3.1.2).
pub(crate) type Parameters = Vec<(Box<str>, Bare)>;

/// A value with parameters (RFC 8941 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) bare: Bare,
    pub(crate) parameters: Parameters,
}

/// What stands behind a key of a dictionary (RFC 8941 §3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Member {
    Item(Item),
    List(Vec<Item>, Parameters),
}

/// Reads a dictionary.
pub(crate) fn dictionary(bytes: &[u8]) -> Result<Vec<(Box<str>, Member)>, Wrong> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("is longer than {MOST_BYTES} bytes").into());
    }
    let mut reader = Reader { bytes, at: 0 };
    let mut members: Vec<(Box<str>, Member)> = Vec::new();
    reader.skip(|b| b == b' ');
    if reader.peek().is_none() {
        return Ok(members);
    }
    loop {
        let key = reader.key()?;
        if members.iter().any(|(have, _)| *have == key) {
            return Err(format!("has `{key}` twice").into());
        }
        if members.len() == MOST_MEMBERS {
            return Err(format!("has more than {MOST_MEMBERS} members").into());
        }
        let member = if reader.take(b'=') {
            reader.member()?
        } else {
            Member::Item(Item {
                bare: Bare::Boolean(true),
                parameters: reader.parameters()?,
            })
        };
        members.push((key, member));
        reader.skip(|b| b == b' ' || b == b'\t');
        if reader.peek().is_none() {
            return Ok(members);
        }
        if !reader.take(b',') {
            return Err(reader.unexpected("a comma"));
        }
        reader.skip(|b| b == b' ' || b == b'\t');
        if reader.peek().is_none() {
            return Err("ends with a comma".into());
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn skip(&mut self, what: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&what) {
            self.at += 1;
        }
    }

    /// What is there of such bytes, as text.
    fn run(&mut self, what: impl Fn(u8) -> bool) -> &'a str {
        let begin = self.at;
        self.skip(what);
        let bytes = self.bytes.get(begin..self.at).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn unexpected(&self, wanted: &str) -> Wrong {
        let at = self.at + 1;
        match self.peek() {
            None => format!("ends where {wanted} is expected"),
            Some(byte @ 0x21..=0x7e) => format!(
                "has `{}` as byte {at}, where {wanted} is expected",
                char::from(byte)
            ),
            Some(b' ') => format!("has a blank as byte {at}, where {wanted} is expected"),
            Some(_) => format!("has an odd byte as byte {at}, where {wanted} is expected"),
        }
        .into()
    }

    /// RFC 8941 §4.2.3.3.
    fn key(&mut self) -> Result<Box<str>, Wrong> {
        if !self
            .peek()
            .is_some_and(|b| b.is_ascii_lowercase() || b == b'*')
        {
            return Err(self.unexpected("a name in lower case"));
        }
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.*".contains(&b);
        Ok(self.run(fits).into())
    }

    fn member(&mut self) -> Result<Member, Wrong> {
        if !self.take(b'(') {
            return self.item().map(Member::Item);
        }
        let mut items = Vec::new();
        loop {
            self.skip(|b| b == b' ');
            if self.take(b')') {
                return Ok(Member::List(items, self.parameters()?));
            }
            if items.len() == MOST_ITEMS {
                return Err(format!("has a list of more than {MOST_ITEMS} items").into());
            }
            items.push(self.item()?);
            if !matches!(self.peek(), Some(b' ' | b')')) {
                return Err(self.unexpected("a blank or `)`"));
            }
        }
    }

    fn item(&mut self) -> Result<Item, Wrong> {
        let bare = self.bare()?;
        let parameters = self.parameters()?;
        Ok(Item { bare, parameters })
    }

    /// RFC 8941 §4.2.3.2.
    fn parameters(&mut self) -> Result<Parameters, Wrong> {
        let mut found: Parameters = Vec::new();
        while self.take(b';') {
            self.skip(|b| b == b' ');
            let key = self.key()?;
            let value = if self.take(b'=') {
                self.bare()?
            } else {
                Bare::Boolean(true)
            };
            if found.iter().any(|(have, _)| *have == key) {
                return Err(format!("has the parameter `{key}` twice").into());
            }
            if found.len() == MOST_MEMBERS {
                return Err(format!("has more than {MOST_MEMBERS} parameters in one place").into());
            }
            found.push((key, value));
        }
        Ok(found)
    }

    /// RFC 8941 §4.2.3.1.
    fn bare(&mut self) -> Result<Bare, Wrong> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'"') => self.text().map(Bare::Text),
            Some(b':') => self.bytes().map(Bare::Bytes),
            Some(b'?') => self.boolean(),
            Some(b) if b.is_ascii_alphabetic() || b == b'*' => {
                let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&b);
                Ok(Bare::Token(self.run(fits).into()))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// RFC 8941 §4.2.4.
    fn number(&mut self) -> Result<Bare, Wrong> {
        let minus = self.take(b'-');
        let begin = self.at;
        let whole = self.run(|b| b.is_ascii_digit());
        if whole.is_empty() {
            return Err(self.unexpected("a digit"));
        }
        if !self.take(b'.') {
            if whole.len() > 15 {
                self.at = begin;
                return Err("has a number of more than 15 digits".into());
            }
            // At most 15 digits fit.
            let number: i64 = whole.parse().unwrap_or_default();
            return Ok(Bare::Integer(if minus { -number } else { number }));
        }
        let fraction = self.run(|b| b.is_ascii_digit());
        if whole.len() > 12 || !(1..=3).contains(&fraction.len()) {
            return Err(
                "has a decimal number with too many digits, or none behind its point".into(),
            );
        }
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = fraction.trim_end_matches('0');
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        let zero = whole == "0" && fraction == "0";
        let sign = if minus && !zero { "-" } else { "" };
        Ok(Bare::Decimal(format!("{sign}{whole}.{fraction}").into()))
    }

    /// RFC 8941 §4.2.5.
    fn text(&mut self) -> Result<Box<str>, Wrong> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(byte @ (b'"' | b'\\')) => text.push(char::from(byte)),
                        _ => return Err(self.unexpected("`\"` or `\\`")),
                    }
                }
                Some(byte @ 0x20..=0x7e) => text.push(char::from(byte)),
                _ => return Err(self.unexpected("the end of a text, `\"`")),
            }
            self.at += 1;
        }
    }

    /// RFC 8941 §4.2.7.
    fn bytes(&mut self) -> Result<Box<[u8]>, Wrong> {
        self.at += 1;
        let coded = self.run(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
        if !self.take(b':') {
            return Err(self.unexpected("the end of bytes, `:`"));
        }
        match STANDARD.decode(coded) {
            Ok(bytes) => Ok(bytes.into()),
            Err(_) => Err("has bytes that are not base64".into()),
        }
    }

    /// RFC 8941 §4.2.8.
    fn boolean(&mut self) -> Result<Bare, Wrong> {
        self.at += 1;
        match self.peek() {
            Some(byte @ (b'0' | b'1')) => {
                self.at += 1;
                Ok(Bare::Boolean(byte == b'1'))
            }
            _ => Err(self.unexpected("`0` or `1`")),
        }
    }
}

/// Writes a value in its one spelling (RFC 8941 §4.1.3.1).
pub(crate) fn write_bare(bare: &Bare, out: &mut String) {
    match bare {
        Bare::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Bare::Decimal(text) | Bare::Token(text) => out.push_str(text),
        Bare::Text(text) => write_text(text, out),
        Bare::Bytes(bytes) => {
            out.push(':');
            out.push_str(&STANDARD.encode(bytes));
            out.push(':');
        }
        Bare::Boolean(value) => out.push_str(if *value { "?1" } else { "?0" }),
    }
}

/// Writes a text with its quotes (RFC 8941 §4.1.6).
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
}

/// Writes parameters (RFC 8941 §4.1.1.2).
pub(crate) fn write_parameters(parameters: &Parameters, out: &mut String) {
    for (key, value) in parameters {
        out.push(';');
        out.push_str(key);
        if *value != Bare::Boolean(true) {
            out.push('=');
            write_bare(value, out);
        }
    }
}

/// Writes an item with its parameters (RFC 8941 §4.1.3).
pub(crate) fn write_item(item: &Item, out: &mut String) {
    write_bare(&item.bare, out);
    write_parameters(&item.parameters, out);
}

/// Writes an inner list with its parameters (RFC 8941 §4.1.1.1).
pub(crate) fn write_list(items: &[Item], parameters: &Parameters, out: &mut String) {
    out.push('(');
    for (nth, item) in items.iter().enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        write_item(item, out);
    }
    out.push(')');
    write_parameters(parameters, out);
}

/// The lines of a field as one value (RFC 8941 §4.2: joined with commas).
pub(crate) fn joined<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut all = Vec::new();
    for (nth, line) in lines.enumerate() {
        if nth > 0 {
            all.extend_from_slice(b", ");
        }
        all.extend_from_slice(line);
    }
    all
}
