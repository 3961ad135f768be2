//! A writer of small databases in the MMDB format, for tests: an IPv6 tree with records of 24
//! bits, IPv4 addresses below `::/96`.
//!
//! The format: <https://maxmind.github.io/MaxMind-DB/>.

use std::net::IpAddr;

/// A value in a record.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
    /// Values by name.
    Map(Vec<(&'static str, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// As MaxMind and DB-IP write countries, with some of what stands around them.
pub fn country(code: &str) -> Value {
    let names = Value::Map(vec![("en", "A country".into())]);
    Value::Map(vec![
        (
            "continent",
            Value::Map(vec![("code", "EU".into()), ("names", names)]),
        ),
        ("country", Value::Map(vec![("iso_code", code.into())])),
        (
            "registered_country",
            Value::Map(vec![("iso_code", "US".into())]),
        ),
    ])
}

/// As MaxMind and DB-IP write autonomous systems.
pub fn system(number: u32, name: &str) -> Value {
    Value::Map(vec![
        ("autonomous_system_number", number.into()),
        ("autonomous_system_organization", name.into()),
    ])
}

/// As IPinfo writes both.
pub fn lite(code: &str, asn: &str, name: &str) -> Value {
    Value::Map(vec![
        ("as_name", name.into()),
        ("asn", asn.into()),
        ("country", "A country".into()),
        ("country_code", code.into()),
    ])
}

/// A database of that type, built at that time (Unix time in seconds), with a record for each
/// range, such as `203.0.113.0/24`. A range that lies in another one comes after it.
pub fn database(kind: &str, built: u64, records: &[(&str, Value)]) -> Vec<u8> {
    let mut tree = Tree(vec![Node::default()]);
    let mut data = Vec::new();
    for (range, record) in records {
        let (bits, length) = prefix(range);
        tree.put(bits, length, data.len());
        encode(record, &mut data);
    }
    let count = tree.0.len();
    let mut bytes = Vec::new();
    for node in &tree.0 {
        for slot in [node.zero, node.one] {
            let record = match slot {
                Slot::Empty => count,
                Slot::Node(at) => at,
                Slot::Data(at) => count + 16 + at,
            };
            let record = u32::try_from(record).unwrap_or(u32::MAX).to_be_bytes();
            bytes.extend(record.iter().skip(1));
        }
    }
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let description = Value::Map(vec![("en", "For tests".into())]);
    head(7, 9, &mut bytes);
    for (name, number) in [
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
        ("ip_version", 6),
        ("record_size", 24),
    ] {
        text(name, &mut bytes);
        number_of(5, number, &mut bytes);
    }
    text("node_count", &mut bytes);
    number_of(6, count as u64, &mut bytes);
    text("build_epoch", &mut bytes);
    number_of(9, built, &mut bytes);
    text("database_type", &mut bytes);
    text(kind, &mut bytes);
    text("languages", &mut bytes);
    head(11, 1, &mut bytes);
    text("en", &mut bytes);
    text("description", &mut bytes);
    encode(&description, &mut bytes);
    bytes
}

#[derive(Debug, Clone, Copy, Default)]
enum Slot {
    #[default]
    Empty,
    Node(usize),
    Data(usize),
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    zero: Slot,
    one: Slot,
}

struct Tree(Vec<Node>);

impl Tree {
    /// The first `length` of the bits lead to the data.
    fn put(&mut self, bits: u128, length: u32, data: usize) {
        let mut at = 0;
        for depth in 0..length {
            let next = self.0.len();
            let Some(node) = self.0.get_mut(at) else {
                return;
            };
            let is_one = bits >> (127 - depth) & 1 == 1;
            let slot = if is_one {
                &mut node.one
            } else {
                &mut node.zero
            };
            if depth + 1 == length {
                *slot = Slot::Data(data);
                return;
            }
            let before = *slot;
            if let Slot::Node(below) = before {
                at = below;
            } else {
                // What held for the whole holds for both halves.
                *slot = Slot::Node(next);
                self.0.push(Node {
                    zero: before,
                    one: before,
                });
                at = next;
            }
        }
    }
}

/// The bits of a range, and how many of them count.
fn prefix(range: &str) -> (u128, u32) {
    let (address, length) = range.split_once('/').unwrap_or((range, "128"));
    let length = length.parse().unwrap_or(128);
    match address.parse() {
        Ok(IpAddr::V4(address)) => (u128::from(address.to_bits()), 96 + length),
        Ok(IpAddr::V6(address)) => (address.to_bits(), length),
        Err(_) => (0, 0),
    }
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(value) => text(value, out),
        Value::Number(number) => number_of(6, (*number).into(), out),
        Value::Map(entries) => {
            head(7, entries.len(), out);
            for (name, value) in entries {
                text(name, out);
                encode(value, out);
            }
        }
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    head(2, text.len(), out);
    out.extend(text.as_bytes());
}

fn number_of(kind: u8, number: u64, out: &mut Vec<u8>) {
    let bytes = number.to_be_bytes();
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    head(kind, significant.len(), out);
    out.extend(significant);
}

/// The control byte of a value, and what follows it. Types above 7 are written behind it.
fn head(kind: u8, size: usize, out: &mut Vec<u8>) {
    let size = u8::try_from(size).unwrap_or(u8::MAX);
    let (short, rest) = (size.min(29), size.checked_sub(29));
    let (first, extended) = if kind > 7 {
        (0, Some(kind - 7))
    } else {
        (kind, None)
    };
    out.push(first << 5 | short);
    out.extend(extended);
    out.extend(rest);
}
