//! What a file of ranges says: plain text, or the JSON of providers.

use ipnet::{IpNet, Ipv4Net};
use postern_model::entity::ListFormat;
use serde_json::Value;
use std::net::IpAddr;

/// Most bytes.
pub const MOST_BYTES: usize = 4 << 20;
/// Most ranges.
pub const MOST_RANGES: usize = 200_000;
/// How deep arrays and mappings are looked through.
const DEEP: usize = 8;

/// Why ranges cannot be read. Each goes on a sentence that names the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Too many bytes.
    #[error("it has more than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    /// Too many ranges.
    #[error("it has more than {MOST_RANGES} ranges")]
    TooMany,
    /// Not text.
    #[error("it is not UTF-8")]
    NotText,
    /// A line that is no range.
    #[error("line {line} is not an address or a range: `{text}`")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// Its beginning.
        text: String,
    },
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// A text in JSON where ranges are expected, and that is none.
    #[error("`{0}` is not an address or a range")]
    NotARange(String),
    /// No range at all: more likely a mistake than meant.
    #[error("it has no range")]
    Empty,
}

/// Reads ranges. One that cannot be read is an error, for who was meant by it is not known.
///
/// Text has one on a line, `#` begins a comment. JSON is an array of ranges, or has them in members
/// called `ip_prefix`, `ipv6_prefix`, `ipv4Prefix`, `ipv6Prefix`, `addresses`, `addressPrefixes`,
/// `prefixes`, `ipv4_cidrs`, `ipv6_cidrs`, at any depth, as AWS, Google, Azure, Cloudflare and
/// others publish them.
///
/// # Errors
/// What is wrong.
pub fn parse(bytes: &[u8], format: ListFormat) -> Result<Vec<IpNet>, ContentError> {
    if bytes.len() > MOST_BYTES {
        return Err(ContentError::TooLarge);
    }
    let mut found = Vec::new();
    match format {
        ListFormat::Text => {
            let text = std::str::from_utf8(bytes).map_err(|_| ContentError::NotText)?;
            for (at, line) in text.lines().enumerate() {
                let line = line.split('#').next().unwrap_or_default().trim();
                if line.is_empty() {
                    continue;
                }
                let range = range(line).ok_or_else(|| ContentError::Line {
                    line: at + 1,
                    text: shown(line),
                })?;
                push(&mut found, range)?;
            }
        }
        ListFormat::Json => {
            let value: Value = serde_json::from_slice(bytes)
                .map_err(|error| ContentError::NotJson(error.to_string()))?;
            collect(&value, value.is_array(), DEEP, &mut found)?;
        }
    }
    if found.is_empty() {
        return Err(ContentError::Empty);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Members that have ranges, alone or in arrays.
const MEMBERS: [&str; 9] = [
    "ip_prefix",
    "ipv6_prefix",
    "ipv4Prefix",
    "ipv6Prefix",
    "addresses",
    "addressPrefixes",
    "prefixes",
    "ipv4_cidrs",
    "ipv6_cidrs",
];

/// Finds ranges in a value; `meant` says whether a text in it has to be one.
fn collect(
    value: &Value,
    meant: bool,
    deep: usize,
    found: &mut Vec<IpNet>,
) -> Result<(), ContentError> {
    let Some(deep) = deep.checked_sub(1) else {
        return Ok(());
    };
    match value {
        Value::String(text) if meant => {
            let range = range(text).ok_or_else(|| ContentError::NotARange(shown(text)))?;
            push(found, range)
        }
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| collect(item, meant, deep, found)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            collect(member, MEMBERS.contains(&&**name), deep, found)
        }),
        _ => Ok(()),
    }
}

fn push(found: &mut Vec<IpNet>, range: IpNet) -> Result<(), ContentError> {
    if found.len() == MOST_RANGES {
        return Err(ContentError::TooMany);
    }
    found.push(range);
    Ok(())
}

/// A range, or an address alone, in its one spelling.
fn range(text: &str) -> Option<IpNet> {
    let text = text.trim();
    if let Ok(range) = text.parse::<IpNet>() {
        return Some(canonical(range.trunc()));
    }
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical().into())
}

/// IPv4 ranges that are written as IPv6 (RFC 4291 §2.5.5.2) as IPv4: that is how clients' addresses
/// are compared, so a range in the other form would hold nobody.
fn canonical(range: IpNet) -> IpNet {
    let IpNet::V6(written) = range else {
        return range;
    };
    let mapped = written.addr().to_ipv4_mapped();
    let length = written.prefix_len().checked_sub(96);
    match (mapped, length) {
        (Some(address), Some(length)) => Ipv4Net::new(address, length).map_or(range, IpNet::V4),
        _ => range,
    }
}

/// What is shown of a text that somebody else wrote.
fn shown(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control() && *c != '`');
    printable.take(40).collect()
}

/// Reads any bytes in both formats.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), &'static str> {
    for format in [ListFormat::Text, ListFormat::Json] {
        let Ok(ranges) = parse(data, format) else {
            continue;
        };
        if ranges.is_empty() || ranges.len() > MOST_RANGES {
            return Err("no range, or too many");
        }
        let lines: Vec<String> = ranges.iter().map(ToString::to_string).collect();
        let again = parse(lines.join("\n").as_bytes(), ListFormat::Text);
        if again.as_ref() != Ok(&ranges) {
            return Err("ranges that are written are not those that are read");
        }
    }
    Ok(())
}
