//! JSON documents, whole or cut off, without the values of some members.
//!
//! A reader of its own: what is kept of a body mostly ends in the middle, which parsers refuse.

use super::REDACTED;
use super::names::Names;
use super::seen::Seen;
use super::text;
use memchr::memchr2;

/// Documents that are nested deeper are not read.
const DEEPEST: usize = 128;

/// So many texts with `\u` in them are looked into; more are left out.
const MOST_ESCAPED: usize = 256;

/// Writes what may be kept of `source` to `out`: documents with white space between them. Says how
/// much was read; what is left then is no JSON.
pub(super) fn redacted(
    source: &str,
    names: &Names<'_>,
    seen: &mut Seen,
    out: &mut String,
) -> usize {
    let mut reader = Reader {
        source,
        at: 0,
        out,
        names,
        seen,
        path: Vec::new(),
        escaped: 0,
    };
    reader.documents();
    reader.at
}

struct Reader<'a, 'o> {
    source: &'a str,
    at: usize,
    out: &'o mut String,
    names: &'o Names<'o>,
    seen: &'o mut Seen,
    /// The containers around what is read.
    path: Vec<Step>,
    /// Texts with `\u` in them.
    escaped: usize,
}

/// Where in a container something stands.
enum Step {
    Member(String),
    Item(usize),
}

/// What is read is at its end, or is no JSON.
struct Stop;

impl<'a> Reader<'a, '_> {
    fn documents(&mut self) {
        loop {
            self.blank();
            if self.value().is_err() {
                return;
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    /// Takes so many bytes over.
    fn keep(&mut self, bytes: usize) {
        let rest = self.rest();
        self.out.push_str(rest.get(..bytes).unwrap_or(rest));
        self.at += bytes.min(rest.len());
    }

    fn blank(&mut self) {
        let blank = |b: &u8| b" \t\r\n\x1e".contains(b);
        let bytes = self.rest().bytes();
        self.keep(bytes.take_while(|b| blank(b)).count());
    }

    /// Takes over a byte that has to be there.
    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.peek() != Some(byte) {
            return Err(Stop);
        }
        self.keep(1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Stop> {
        match self.peek().ok_or(Stop)? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => {
                let before = self.at;
                let inner = self.string()?;
                let raw = self.source.get(before..self.at).unwrap_or_default();
                self.out.push('"');
                if inner.text.contains("\\u") && self.is_hidden_by_escapes(raw) {
                    self.out.push_str(REDACTED);
                } else {
                    self.out.push_str(&text::redacted(inner.text, self.names));
                }
                if inner.ends {
                    self.out.push('"');
                }
                Ok(())
            }
            _ => {
                let length = self.scalar()?;
                self.keep(length);
                Ok(())
            }
        }
    }

    /// Whether a text with escapes is a secret that nobody would find in it otherwise.
    fn is_hidden_by_escapes(&mut self, raw: &str) -> bool {
        self.escaped += 1;
        self.escaped > MOST_ESCAPED
            || serde_json::from_str::<String>(raw).is_ok_and(|text| self.seen.is_in(&text))
    }

    fn object(&mut self) -> Result<(), Stop> {
        self.enter(Step::Member(String::new()))?;
        self.blank();
        if self.peek() != Some(b'}') {
            loop {
                self.blank();
                self.member()?;
                self.blank();
                if self.peek() != Some(b',') {
                    break;
                }
                self.keep(1);
            }
        }
        self.path.pop();
        self.expect(b'}')
    }

    fn array(&mut self) -> Result<(), Stop> {
        self.enter(Step::Item(0))?;
        self.blank();
        if self.peek() != Some(b']') {
            let mut item = 0;
            loop {
                if let Some(step) = self.path.last_mut() {
                    *step = Step::Item(item);
                }
                self.blank();
                if self.is_at_hidden_place() {
                    self.hide()?;
                } else {
                    self.value()?;
                }
                self.blank();
                if self.peek() != Some(b',') {
                    break;
                }
                self.keep(1);
                item += 1;
            }
        }
        self.path.pop();
        self.expect(b']')
    }

    fn enter(&mut self, step: Step) -> Result<(), Stop> {
        if self.path.len() >= DEEPEST {
            return Err(Stop);
        }
        self.path.push(step);
        self.keep(1);
        Ok(())
    }

    /// A name and its value.
    fn member(&mut self) -> Result<(), Stop> {
        if self.peek() != Some(b'"') {
            return Err(Stop);
        }
        let before = self.at;
        let written = self.string()?;
        if !written.ends {
            return Err(Stop);
        }
        let raw = self.source.get(before..self.at).unwrap_or_default();
        let name = if written.text.contains('\\') {
            serde_json::from_str(raw).map_err(|_| Stop)?
        } else {
            written.text.to_owned()
        };
        // A name may be a value of somebody's, such as an address.
        self.out.push_str(raw);
        self.blank();
        self.expect(b':')?;
        self.blank();
        let number = self.peek().is_some_and(|b| b.is_ascii_digit() || b == b'-');
        let hidden = self.names.member(&name, number);
        if let Some(step) = self.path.last_mut() {
            *step = Step::Member(name);
        }
        if hidden || self.is_at_hidden_place() {
            self.hide()
        } else {
            self.value()
        }
    }

    fn is_at_hidden_place(&self) -> bool {
        let places = self.names.rules.map_or(&[][..], |rules| &rules.places);
        places.iter().any(|place| {
            place.len() == self.path.len()
                && place.iter().zip(&self.path).all(|(rule, step)| match step {
                    _ if **rule == *"*" => true,
                    Step::Member(name) => rule.eq_ignore_ascii_case(name),
                    Step::Item(item) => rule.parse() == Ok(*item),
                })
        })
    }

    /// Leaves a value out, and takes note of the texts in it.
    fn hide(&mut self) -> Result<(), Stop> {
        self.peek().ok_or(Stop)?;
        self.out.push('"');
        self.out.push_str(REDACTED);
        self.out.push('"');
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Stop)? {
                b'"' => {
                    let before = self.at;
                    let inner = self.string()?;
                    let raw = self.source.get(before..self.at).unwrap_or_default();
                    let is_name = depth > 0 && self.rest().trim_start().starts_with(':');
                    if !is_name {
                        match serde_json::from_str::<String>(raw) {
                            Ok(text) => self.seen.add(&text),
                            Err(_) => self.seen.add(inner.text),
                        }
                    }
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth > 0 => self.at += 1,
                _ => {
                    let length = self.scalar()?;
                    self.seen.add(self.rest().get(..length).unwrap_or_default());
                    self.at += length;
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Steps over a string; the text in its quotes as it is written.
    fn string(&mut self) -> Result<Written<'a>, Stop> {
        let inner = self.rest().get(1..).ok_or(Stop)?;
        let bytes = inner.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
            at += found;
            if bytes.get(at) == Some(&b'"') {
                self.at += at + 2;
                return Ok(Written {
                    text: inner.get(..at).unwrap_or_default(),
                    ends: true,
                });
            }
            at += 2;
        }
        self.at = self.source.len();
        Ok(Written {
            text: inner,
            ends: false,
        })
    }

    /// How long the number or word is.
    fn scalar(&self) -> Result<usize, Stop> {
        let rest = self.rest();
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
        let length = rest.bytes().take_while(|b| fits(b)).count();
        let word = rest.get(..length).unwrap_or_default();
        let whole = length < rest.len();
        let is_word = ["true", "false", "null"]
            .iter()
            .any(|known| word == *known || (!whole && !word.is_empty() && known.starts_with(word)));
        let number = |b: u8| b.is_ascii_digit() || b"+-.eE".contains(&b);
        let is_number =
            word.starts_with(|c: char| c.is_ascii_digit() || c == '-') && word.bytes().all(number);
        if is_word || is_number {
            Ok(length)
        } else {
            Err(Stop)
        }
    }
}

/// The inside of a string.
struct Written<'a> {
    text: &'a str,
    /// Whether its end is there.
    ends: bool,
}
