//! Sizes: `65536`, `64KiB`, `10MB`.

use super::{Problem, Scalar, scalar};
use crate::code::Code;

const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

scalar!(Size, {
    "description": "A number of bytes: a whole number, alone or with one of the units `B`, `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`.",
    "type": ["string", "integer"],
    "pattern": "^[0-9]+(B|[kK]B|[MG]B|[KMG]iB)?$"
});

impl Scalar for Size {
    const KIND: &'static str = "size";
    const CODE: Code = Code::InvalidSize;
    const WHAT: &'static str = "a size";
    const EXAMPLE: &'static str = "64KiB";

    fn read(text: &str) -> Result<Self, Problem> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
        if number.is_empty() {
            return Err(Problem::new("expected a number of bytes, such as `64KiB`"));
        }
        let factor = match unit {
            "" => 1,
            "KB" => 1_000,
            unit => match UNITS.iter().find(|(name, _)| *name == unit) {
                Some((_, factor)) => *factor,
                None => return Err(unknown(number, unit)),
            },
        };
        number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(factor))
            .map(Self)
            .ok_or_else(|| Problem::new("larger than any machine"))
    }

    fn magnitude(&self) -> Option<u64> {
        Some(self.0)
    }

    fn show(magnitude: u64) -> String {
        let binary = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        binary
            .iter()
            .find(|(_, length)| magnitude >= *length && magnitude.is_multiple_of(*length))
            .map_or_else(
                || magnitude.to_string(),
                |(unit, length)| format!("{}{unit}", magnitude / length),
            )
    }
}

fn unknown(number: &str, unit: &str) -> Problem {
    let problem = Problem::new("the units are B, kB, MB, GB, KiB, MiB and GiB");
    let better = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => "B",
        "k" | "kib" => "KiB",
        "m" | "mib" => "MiB",
        "g" | "gib" => "GiB",
        "kb" => "kB",
        "mb" => "MB",
        "gb" => "GB",
        _ => return problem,
    };
    problem.suggest(format!("{number}{better}"))
}
