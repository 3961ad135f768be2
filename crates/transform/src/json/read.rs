//! Reading.

use super::{DEEPEST, Json, MOST};
use std::collections::HashSet;

/// Objects with more members are looked through by a set.
const FEW: usize = 16;

/// Why a text is no document that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} (byte {at})")]
pub struct Broken {
    /// What is wrong. Says nothing of what the document holds.
    pub what: &'static str,
    /// At which byte, from 0.
    pub at: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    values: usize,
}

pub(super) fn read(text: &[u8]) -> Result<Json, Broken> {
    let text = std::str::from_utf8(text).map_err(|error| Broken {
        what: "it is not UTF-8",
        at: error.valid_up_to(),
    })?;
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        values: 0,
    };
    reader.blank();
    let value = reader.value()?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.broken("something follows its end"));
    }
    Ok(value)
}

impl<'a> Reader<'a> {
    const fn broken(&self, what: &'static str) -> Broken {
        Broken { what, at: self.at }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Broken> {
        if self.peek() != Some(byte) {
            return Err(self.broken(what));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json, Broken> {
        self.values += 1;
        if self.values > MOST {
            return Err(self.broken("it has too many values"));
        }
        match self.peek() {
            Some(b'{') => self.within(Self::object),
            Some(b'[') => self.within(Self::list),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => Err(self.broken("it ends too early")),
        }
    }

    fn within(&mut self, read: fn(&mut Self) -> Result<Json, Broken>) -> Result<Json, Broken> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.broken("it nests too deep"));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Json, Broken> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            let before = self.at;
            let name = self.string()?;
            let is_double = if members.len() < FEW {
                members.iter().any(|(other, _)| *other == name)
            } else {
                if seen.is_empty() {
                    seen.extend(members.iter().map(|(name, _)| name.clone()));
                }
                !seen.insert(name.clone())
            };
            if is_double {
                return Err(Broken {
                    what: "a name stands twice in one object",
                    at: before,
                });
            }
            self.blank();
            self.expect(b':', "a colon is missing")?;
            self.blank();
            let value = self.value()?;
            members.push((name, value));
            self.blank();
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b'}', "an object does not end")?;
        Ok(Json::Object(members))
    }

    fn list(&mut self) -> Result<Json, Broken> {
        let mut items = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            self.blank();
            items.push(self.value()?);
            self.blank();
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b']', "a list does not end")?;
        Ok(Json::List(items))
    }

    fn string(&mut self) -> Result<String, Broken> {
        let before = self.at;
        self.expect(b'"', "a text in quotes is missing")?;
        let mut is_escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += 2;
                }
                Some(..0x20) => return Err(self.broken("a control character in a text")),
                Some(_) => self.at += 1,
                None => return Err(self.broken("a text does not end")),
            }
        }
        let inner = self.text.get(before + 1..self.at).unwrap_or_default();
        self.at += 1;
        if !is_escaped {
            return Ok(inner.to_owned());
        }
        let whole = self.text.get(before..self.at).unwrap_or_default();
        serde_json::from_str(whole).map_err(|_| Broken {
            what: "an escape that means no character",
            at: before,
        })
    }

    /// RFC 8259 §6.
    fn number(&mut self) -> Result<Json, Broken> {
        let before = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leads = self.peek();
        let whole = self.digits();
        let mut good = whole == 1 || (whole > 1 && leads != Some(b'0'));
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= self.digits() > 0;
        }
        if !good {
            return Err(self.broken("a number that is none"));
        }
        let text = self.text.get(before..self.at).unwrap_or_default();
        Ok(Json::Word(text.into()))
    }

    fn digits(&mut self) -> usize {
        let before = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - before
    }

    fn word(&mut self) -> Result<Json, Broken> {
        let rest = self.rest();
        for word in ["true", "false", "null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(Json::Word(word.into()));
            }
        }
        Err(self.broken("a value is missing"))
    }
}
