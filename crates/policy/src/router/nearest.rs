//! Which public operations a mistyped path may have meant.

use super::template::Segment;
use super::tree::Listing;
use postern_model::denial::printable;

/// Most templates looked at: a refusal must stay cheap.
const MAX_TEMPLATES: usize = 256;
/// Longest segment compared letter by letter.
const MAX_SEGMENT: usize = 48;
/// Most edits between a path and what it may have meant.
const MAX_DISTANCE: usize = 3;
/// What a prefix that was left out costs.
const PREFIX_COST: usize = 3;

/// At most three, nearest first.
pub(super) fn nearest<'a>(path: &str, listings: impl Iterator<Item = &'a Listing>) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').skip(1).take(32).collect();
    let mut found: Vec<(usize, &Listing)> = listings
        .filter(|l| !l.unlisted)
        .take(MAX_TEMPLATES)
        .filter_map(|l| Some((distance(&segments, &l.template.segments)?, l)))
        .collect();
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.template.text.cmp(&y.template.text)));
    found.dedup_by(|(_, a), (_, b)| a.template.text == b.template.text);
    found
        .into_iter()
        .take(3)
        .map(|(_, listing)| printable(listing.template.text.as_bytes(), 200))
        .collect()
}

/// Edits between a path and a template, or `None` where they are too far apart.
fn distance(path: &[&str], template: &[Segment]) -> Option<usize> {
    let bare = trimmed(path, |s| s.is_empty());
    let wanted = trimmed(
        template,
        |s| matches!(s, Segment::Literal(t) if t.is_empty()),
    );
    let slash = usize::from((bare.len() == path.len()) != (wanted.len() == template.len()));
    // `/orders` for `/v1/orders`.
    let missing = wanted.len().checked_sub(bare.len())?;
    if missing > 2 {
        return None;
    }
    let mut total = slash;
    if missing > 0 {
        // Then the rest has to be right.
        total += PREFIX_COST;
        if bare.is_empty() {
            return None;
        }
    }
    for (have, want) in bare.iter().zip(wanted.get(missing..)?) {
        total += match want {
            Segment::Param => 0,
            // It would have matched.
            Segment::Rest => return None,
            Segment::Literal(text) => edits(have.as_bytes(), text.as_bytes())?,
        };
        if total > MAX_DISTANCE {
            return None;
        }
    }
    // At least one word has to agree: parameters are like anything.
    let literal = wanted
        .iter()
        .skip(missing)
        .any(|s| matches!(s, Segment::Literal(t) if !t.is_empty()));
    literal.then_some(total)
}

fn trimmed<T>(list: &[T], is_empty: impl Fn(&T) -> bool) -> &[T] {
    match list.split_last() {
        Some((end, others)) if is_empty(end) => others,
        _ => list,
    }
}

/// Levenshtein distance, `None` above [`MAX_DISTANCE`] or where most letters would change.
fn edits(a: &[u8], b: &[u8]) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if a.len().abs_diff(b.len()) > MAX_DISTANCE || a.len().max(b.len()) > MAX_SEGMENT {
        return None;
    }
    let mut row = [0usize; MAX_SEGMENT + 1];
    for (i, cell) in row.iter_mut().enumerate() {
        *cell = i;
    }
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, &y) in row.iter_mut().skip(1).zip(b) {
            let cost = usize::from(!x.eq_ignore_ascii_case(&y));
            let value = (diagonal + cost).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = value;
            left = value;
        }
    }
    let edits = row.get(b.len()).copied()?;
    // Same letters in another case.
    let edits = edits.max(1);
    (edits <= MAX_DISTANCE && edits * 2 <= a.len().max(b.len())).then_some(edits)
}
