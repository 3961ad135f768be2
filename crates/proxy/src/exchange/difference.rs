//! Header fields for a record: listed, or by how two lists of them differ.

use crate::redact::Redactor;
use postern_model::denial::printable;
use postern_policy::fields::{Fields, Known};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};
use smallvec::{SmallVec, smallvec};

/// The most of one list, and of one name or value, bytes.
const LIST: usize = 8 << 10;
const ONE: usize = 512;

/// Names and values, as far as there is room.
pub(super) fn listed(fields: &Fields, redactor: &Redactor<'_>) -> List {
    let mut list = List::default();
    for field in fields.iter() {
        let value = redactor.header(field.name, field.value, ONE);
        if !list.push(field.name, smallvec![value]) {
            break;
        }
    }
    list
}

/// A name, and one or two texts about it.
type Row = SmallVec<[String; 3]>;

/// Names, each with texts about it.
#[derive(Debug, Default)]
pub(super) struct List {
    rows: Vec<Row>,
    bytes: usize,
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(SmallVec::as_slice))
    }
}

impl From<List> for Json {
    fn from(list: List) -> Self {
        list.rows
            .into_iter()
            .map(|row| row.into_iter().map(Self::String).collect::<Self>())
            .collect()
    }
}

impl List {
    /// Adds a name and texts about it; `false` where there is no room.
    fn push(&mut self, name: &[u8], mut row: Row) -> bool {
        row.insert(0, printable(name, ONE));
        self.bytes += row.iter().map(String::len).sum::<usize>();
        let fits = self.bytes <= LIST;
        if fits {
            self.rows.push(row);
        }
        fits
    }
}

/// How fields differ from others: by names, each with all its values. What frames a body is not
/// looked at: each connection has its own.
#[derive(Debug)]
pub(super) struct Difference<'a> {
    before: &'a Fields,
    after: &'a Fields,
}

impl<'a> Difference<'a> {
    pub(super) const fn new(before: &'a Fields, after: &'a Fields) -> Self {
        Self { before, after }
    }

    /// Writes which fields were `removed`, `added` and `changed`: a name and its value, or its
    /// value before and after.
    pub(super) fn write(&self, redactor: &Redactor<'_>, out: &mut Map<String, Json>) {
        let (mut removed, mut added) = (List::default(), List::default());
        let mut changed = List::default();
        let shown = |fields: &Fields, name: &[u8]| {
            let values: Vec<&[u8]> = fields.named(name).collect();
            redactor.header(name, &values.join(&b", "[..]), ONE)
        };
        for name in names(self.before) {
            if self.after.named(name).next().is_none() {
                removed.push(name, smallvec![shown(self.before, name)]);
            } else if !self.before.named(name).eq(self.after.named(name)) {
                let values = smallvec![shown(self.before, name), shown(self.after, name)];
                changed.push(name, values);
            }
        }
        for name in names(self.after) {
            if self.before.named(name).next().is_none() {
                added.push(name, smallvec![shown(self.after, name)]);
            }
        }
        for (kind, list) in [("removed", removed), ("added", added), ("changed", changed)] {
            out.insert(kind.to_owned(), list.into());
        }
    }
}

/// Each name once.
fn names(fields: &Fields) -> impl Iterator<Item = &[u8]> {
    fields.iter().enumerate().filter_map(move |(at, field)| {
        let is_framing = matches!(field.known, Known::ContentLength | Known::TransferEncoding);
        let is_first = || {
            let mut before = fields.iter().take(at);
            !before.any(|other| other.name.eq_ignore_ascii_case(field.name))
        };
        (!is_framing && is_first()).then_some(field.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_policy::head::Head;
    use serde_json::json;

    fn fields(list: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in list {
            fields.push(name.as_bytes(), value.as_bytes());
        }
        fields
    }

    fn difference(before: &Fields, after: &Fields) -> Json {
        let mut out = Map::new();
        let redactor = Redactor::new(&Head::default(), None);
        Difference::new(before, after).write(&redactor, &mut out);
        Json::Object(out)
    }

    #[test]
    fn fields_are_compared_by_name_with_all_their_values() {
        let before = fields(&[
            ("Accept", "a"),
            ("accept", "b"),
            ("X-API-Key", "Canary7"),
            ("Connection", "close"),
            ("Via", "1.1 x"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Content-Length", "7"),
        ]);
        let after = fields(&[
            ("Accept", "a"),
            ("Accept", "b"),
            ("via", "1.1 x, 1.1 postern"),
            ("Cookie", "a=1; b=2"),
            ("X-Request-Id", "7"),
            ("Content-Length", "8"),
        ]);
        let expected = json!({
            "removed": [["X-API-Key", "[redacted]"], ["Connection", "close"]],
            "added": [["X-Request-Id", "7"]],
            "changed": [
                ["Via", "1.1 x", "1.1 x, 1.1 postern"],
                ["Cookie", "[redacted]", "[redacted]"],
            ],
        });
        assert_eq!(difference(&before, &after), expected);
    }

    #[test]
    fn lists_are_bounded() {
        let mut many = Fields::default();
        for number in 0..1000 {
            many.push(format!("X-{number}").as_bytes(), &[b'v'; 2000]);
        }
        let redactor = Redactor::new(&Head::default(), None);
        let list = Json::from(listed(&many, &redactor)).to_string();
        assert!((LIST / 2..LIST * 2).contains(&list.len()), "{}", list.len());
        let added = difference(&Fields::default(), &many).to_string();
        assert!(
            (LIST / 2..LIST * 2).contains(&added.len()),
            "{}",
            added.len()
        );
    }
}
