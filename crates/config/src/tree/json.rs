//! Reads JSON, in a fraction of the time that the reader of YAML takes.
//!
//! It makes the same tree of what it reads, and reads only what leaves no doubt: whatever is
//! unusual, wrong or near a limit is the other reader's, which also says what is wrong with it.

use super::{Entry, Kind, MAX_BYTES, MAX_DEPTH, MAX_NODES, Node};
use crate::source::Span;
use std::collections::HashSet;

/// Longest key, in bytes. The other reader reads longer ones.
const MAX_KEY: usize = 1024;

/// Up to so many keys are compared with each other.
const FEW: usize = 16;

/// Reads a JSON object; `None` leaves it to the reader of YAML.
pub(super) fn read(text: &str) -> Option<Node> {
    let bytes = text.as_bytes();
    if bytes.len() > MAX_BYTES || bytes.first() != Some(&b'{') {
        return None;
    }
    let mut reader = Reader {
        text,
        at: 0,
        nodes: 0,
    };
    let root = reader.value(1)?;
    reader.space();
    (reader.at == bytes.len()).then_some(root)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Tabs and carriage returns mean something in YAML.
    fn space(&mut self) {
        while let Some(b' ' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn count(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes < MAX_NODES).then_some(())
    }

    /// Reads a value, of which `depth - 1` others are around.
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth >= MAX_DEPTH {
            return None;
        }
        self.count()?;
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => self.map(depth)?,
            b'[' => self.seq(depth)?,
            b'"' => Kind::Scalar {
                text: self.string()?,
                plain: false,
            },
            _ => Kind::Scalar {
                text: self.plain()?.to_owned(),
                plain: true,
            },
        };
        Some(Node::new(Span::new(start, self.at), kind))
    }

    fn map(&mut self, depth: usize) -> Option<Kind> {
        let mut entries: Vec<Entry> = Vec::new();
        self.eat(b'{')?;
        self.space();
        if self.eat(b'}').is_some() {
            return Some(Kind::Map(entries));
        }
        loop {
            self.count()?;
            let start = self.at;
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            if key_span.end - key_span.start > MAX_KEY {
                return None;
            }
            // In YAML it could not stand in another line.
            self.eat(b':')?;
            self.space();
            let value = self.value(depth + 1)?;
            entries.push(Entry {
                key,
                key_span,
                value,
            });
            if self.last(b'}')? {
                return unique(&entries).then_some(Kind::Map(entries));
            }
        }
    }

    fn seq(&mut self, depth: usize) -> Option<Kind> {
        let mut items = Vec::new();
        self.eat(b'[')?;
        self.space();
        if self.eat(b']').is_some() {
            return Some(Kind::Seq(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.last(b']')? {
                return Some(Kind::Seq(items));
            }
        }
    }

    /// After a member: whether it was the last.
    fn last(&mut self, end: u8) -> Option<bool> {
        self.space();
        if self.eat(end).is_some() {
            return Some(true);
        }
        self.eat(b',')?;
        self.space();
        Some(false)
    }

    fn plain(&mut self) -> Option<&str> {
        let rest = self.text.get(self.at..)?;
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n');
        let length = rest.bytes().position(|byte| ends(&byte))?;
        let text = rest.get(..length)?;
        let word = matches!(text, "true" | "false" | "null");
        if !word && (text.is_empty() || text.bytes().any(|byte| !byte.is_ascii_digit())) {
            return None;
        }
        self.at += length;
        Some(text)
    }

    fn string(&mut self) -> Option<String> {
        self.eat(b'"')?;
        let mut text = String::new();
        let mut from = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    text.push_str(self.text.get(from..self.at)?);
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => {
                    text.push_str(self.text.get(from..self.at)?);
                    self.at += 1;
                    text.push(self.escaped()?);
                    from = self.at;
                }
                b' '..=b'~' => self.at += 1,
                0x80.. => {
                    let next = self.text.get(self.at..)?.chars().next()?;
                    // Those that YAML takes for a line's end, or does not read at all.
                    if next < '\u{a0}'
                        || matches!(
                            next,
                            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}'
                        )
                    {
                        return None;
                    }
                    self.at += next.len_utf8();
                }
                _ => return None,
            }
        }
    }

    /// The character that an escape stands for.
    fn escaped(&mut self) -> Option<char> {
        let which = self.peek()?;
        self.at += 1;
        Some(match which {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return None,
        })
    }
}

/// Whether no key stands twice.
fn unique(entries: &[Entry]) -> bool {
    if entries.len() > FEW {
        let mut seen = HashSet::with_capacity(entries.len());
        return entries.iter().all(|entry| seen.insert(&*entry.key));
    }
    let twice = |(at, entry): (usize, &Entry)| {
        let before = entries.get(..at).unwrap_or_default();
        before.iter().any(|other| other.key == entry.key)
    };
    !entries.iter().enumerate().any(twice)
}
