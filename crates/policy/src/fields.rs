//! Header fields as they came: order, case and duplicates are kept, nothing is allocated per
//! field, and the names that matter to a gateway are recognised once, while reading.

mod known;
#[cfg(test)]
mod tests;

pub use known::Known;

/// A piece of a byte buffer that is at most 4 GiB long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes from `start` to before `end`.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The piece of `bytes`; empty where it does not reach.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Where it begins.
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// Where it ends.
    pub const fn end(self) -> usize {
        self.end as usize
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    name: Span,
    value: Span,
    known: Known,
}

/// One field, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name in the sender's spelling.
    pub name: &'a [u8],
    /// The value without white space around it.
    pub value: &'a [u8],
    /// Which of the names that matter it is.
    pub known: Known,
}

/// A list of header fields over one buffer, made to be cleared and filled again.
#[derive(Debug, Default, Clone)]
pub struct Fields {
    bytes: Vec<u8>,
    list: Vec<Entry>,
    seen: u64,
}

impl Fields {
    /// Empties the list and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.list.clear();
        self.seen = 0;
    }

    /// Takes over a whole head as bytes; [`Fields::point`] then says where its fields are.
    pub fn load(&mut self, block: &[u8]) {
        self.clear();
        self.bytes.extend_from_slice(block);
    }

    /// Adds a field whose bytes were loaded before.
    pub fn point(&mut self, name: Span, value: Span) {
        let known = Known::of(name.of(&self.bytes));
        self.seen |= known.bit();
        self.list.push(Entry { name, value, known });
    }

    /// Adds a field by copying it.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let name = self.append(name);
        let value = self.append(value);
        self.point(name, value);
    }

    /// Adds bytes that are not a field, and says where they are.
    pub fn append(&mut self, bytes: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Span::new(start, self.bytes.len())
    }

    /// The buffer that spans point into.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every field in order.
    pub fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.list.iter().map(|entry| Field {
            name: entry.name.of(&self.bytes),
            value: entry.value.of(&self.bytes),
            known: entry.known,
        })
    }

    /// Whether a field of that name is there: one test of a bit.
    pub const fn has(&self, known: Known) -> bool {
        self.seen & known.bit() != 0
    }

    /// Which of the names in [`Known::NAMED`] are there: a bit for each number.
    pub(crate) const fn named_bits(&self) -> u64 {
        self.seen & ((1 << Known::COUNT) - 1)
    }

    /// The values of every field of that name, in order.
    pub fn all(&self, known: Known) -> impl Iterator<Item = &[u8]> {
        let entries = if self.has(known) {
            self.list.as_slice()
        } else {
            &[]
        };
        entries
            .iter()
            .filter(move |e| e.known == known)
            .map(|e| e.value.of(&self.bytes))
    }

    /// The value of the first field of that name.
    pub fn get(&self, known: Known) -> Option<&[u8]> {
        self.all(known).next()
    }

    /// The values of every field of a name that [`Known`] does not list, in any case.
    pub fn named<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |f| f.name.eq_ignore_ascii_case(name))
            .map(|f| f.value)
    }
}

/// The members of a comma-separated list field, trimmed, empty ones left out
/// (RFC 9110 §5.6.1). Quotes are not looked into: for lists of tokens.
pub fn list_members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|&b| b == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|m| !m.is_empty())
}
