//! How much there is of a value, before it is made twice.

use serde_json::Value;

/// How much there is of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    /// Values, itself included.
    pub(crate) values: usize,
    /// Bytes of text, names included.
    pub(crate) text: usize,
    /// Levels.
    pub(crate) height: usize,
}

impl Size {
    pub(crate) fn of(value: &Value) -> Self {
        let below = |sizes: &mut dyn Iterator<Item = Size>, text: usize| {
            let mut all = Size {
                values: 1,
                text,
                height: 0,
            };
            for size in sizes {
                all.values += size.values;
                all.text += size.text;
                all.height = all.height.max(size.height);
            }
            all.height += 1;
            all
        };
        match value {
            Value::Array(items) => below(&mut items.iter().map(Self::of), 0),
            Value::Object(members) => {
                let names = members.keys().map(String::len).sum();
                below(&mut members.values().map(Self::of), names)
            }
            Value::String(text) => below(&mut std::iter::empty(), text.len()),
            _ => below(&mut std::iter::empty(), 0),
        }
    }
}
