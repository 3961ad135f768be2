//! What stands in the place of what is hidden.

use postern_model::entity::Way;
use std::ops::Range;

/// What stands for a value of which nothing is told.
pub(super) const STARS: &str = "***";

/// Most stars in a row: how long a value was is nobody's business beyond that.
const MOST_STARS: usize = 32;

/// A value as it may be shown.
pub(super) fn hidden(text: &str, way: &Way) -> String {
    match way {
        Way::Replace(with) => with.to_string(),
        Way::Truncate(length) => text.chars().take(*length).collect(),
        Way::Partial { first, last } => {
            let length = text.chars().count();
            let shown = first + last;
            if shown == 0 || length <= shown {
                return STARS.to_owned();
            }
            let stars = "*".repeat((length - shown).min(MOST_STARS));
            let head: String = text.chars().take(*first).collect();
            let tail: String = text.chars().skip(length - last).collect();
            format!("{head}{stars}{tail}")
        }
    }
}

/// A text in which these parts are hidden: in order, and apart from each other.
pub(super) fn without(text: &str, parts: &[Range<usize>], way: &Way) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for part in parts {
        out.push_str(text.get(at..part.start).unwrap_or_default());
        out.push_str(&hidden(text.get(part.clone()).unwrap_or_default(), way));
        at = part.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
