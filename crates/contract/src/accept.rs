//! Which answers a caller takes (RFC 9110 §12.5.1).

use crate::media::{self, Range};

/// Members of `Accept` that are looked at.
const MOST: usize = 100;

/// Whether one of the media types that an operation offers is one that the values of `Accept` take.
/// Without any value, everything is. A member that is none takes nothing.
pub fn takes<'a>(accept: impl Iterator<Item = &'a [u8]>, offered: &[Box<str>]) -> bool {
    let mut ranges = Vec::new();
    let mut said = false;
    for value in accept {
        said = true;
        let members = value.split(|&b| b == b',').map(<[u8]>::trim_ascii);
        let room = MOST.saturating_sub(ranges.len());
        ranges.extend(members.filter_map(member).take(room));
    }
    !said || offered.iter().any(|offer| quality(&ranges, offer) > 0)
}

/// A range and its quality, in thousandths.
fn member(written: &[u8]) -> Option<(Range<'_>, u16)> {
    let mut parts = written.split(|&b| b == b';').map(<[u8]>::trim_ascii);
    let range = Range::of(parts.next()?)?;
    let mut weight = 1000;
    for parameter in parts {
        let (name, value) = crate::pairs::split(parameter, b'=')?;
        if name.eq_ignore_ascii_case(b"q") {
            weight = quality_of(value)?;
            break;
        }
    }
    Some((range, weight))
}

/// A weight (§12.4.2): 0 to 1 with at most three digits behind the point.
fn quality_of(value: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(value).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" if digits => Some(thousandths),
        "1" if digits && thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// How much an offer is wanted: what the most specific range says that covers it.
fn quality(ranges: &[(Range<'_>, u16)], offer: &str) -> u16 {
    let offer = media::essence(offer.as_bytes());
    let Some(offered) = Range::of(offer) else {
        return 1000;
    };
    let fitting = ranges.iter().filter(|(range, _)| range.meets(&offered));
    let best = fitting.max_by_key(|(range, weight)| (range.precision(), *weight));
    best.map_or(0, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let json: Vec<Box<str>> = vec!["application/json".into()];
        let both: Vec<Box<str>> = vec!["application/json".into(), "text/csv".into()];
        for (accept, offered, taken) in [
            ("application/json", &json, true),
            ("APPLICATION/JSON;charset=utf-8", &json, true),
            ("application/*", &json, true),
            ("*/*", &json, true),
            ("text/html, */*;q=0.1", &json, true),
            ("text/html", &json, false),
            ("application/xml, text/*", &json, false),
            ("text/*;q=0.5", &both, true),
            ("application/json;q=0", &json, false),
            ("*/*, application/json;q=0", &json, false),
            ("*/*, application/json;q=0", &both, true),
            ("application/*;q=0, application/json", &json, true),
            ("*/*;q=0", &both, false),
            ("", &json, false),
            ("json", &json, false),
            ("application/json;q=2", &json, false),
            ("application/json;q=0.0001", &json, false),
            ("application/json;v=1;q=0.001", &json, true),
        ] {
            let values = [accept.as_bytes()];
            let found = takes(values.into_iter(), offered);
            assert_eq!(found, taken, "{accept}");
        }
        assert!(takes(std::iter::empty(), &json));
        let wide: Vec<Box<str>> = vec!["image/*".into()];
        assert!(takes([&b"image/png"[..]].into_iter(), &wide));
        assert!(!takes([&b"text/plain"[..]].into_iter(), &wide));
    }
}
