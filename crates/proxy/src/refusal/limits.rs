//! How limits stand, as headers: `RateLimit` and `RateLimit-Policy`
//! (draft-ietf-httpapi-ratelimit-headers), and the older `X-RateLimit-` fields.

use super::headers::{Name, names};
use super::push_string;
use crate::decimal::decimal;

/// How one limit stands for one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The limit's name.
    pub name: &'a str,
    /// How many requests it lets pass.
    pub limit: u64,
    /// In what time.
    pub window: StandingWindow,
    /// How many are left.
    pub remaining: u64,
    /// In how many seconds there will be more; for limits over time.
    pub reset: u64,
}

/// In what time a limit lets its requests pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingWindow {
    /// In so many seconds.
    Seconds(u64),
    /// In a day, week or month of the calendar, which are not all of one length: how long it goes
    /// on is said instead.
    Calendar,
    /// At a time.
    AtOnce,
}

impl Standing<'_> {
    /// Whether this limit has a smaller share left than the other, or as small a one for longer.
    fn is_tighter_than(&self, other: &Self) -> bool {
        let share = |of: &Self, by: &Self| u128::from(of.remaining) * u128::from(by.limit);
        let (ours, theirs) = (share(self, other), share(other, self));
        ours < theirs || (ours == theirs && self.reset > other.reset)
    }
}

/// Hands out the fields that say how limits stand, for refusals and for allowed responses alike:
/// every policy, and of the standings the tightest. `classic`: the `X-RateLimit-` fields too, of
/// which `Reset` counts seconds from now. Nothing if there are no limits. `scratch` is overwritten
/// and can be kept for the next response.
pub fn limit_fields(
    standings: &[Standing<'_>],
    classic: bool,
    scratch: &mut String,
    mut field: impl FnMut(Name, &str),
) {
    let tightest = standings
        .iter()
        .reduce(|a, b| if b.is_tighter_than(a) { b } else { a });
    let Some(tightest) = tightest else {
        return;
    };
    scratch.clear();
    for (i, standing) in standings.iter().enumerate() {
        if i > 0 {
            scratch.push_str(", ");
        }
        push_string(scratch, standing.name);
        push_number(scratch, ";q=", standing.limit);
        match standing.window {
            StandingWindow::Seconds(window) => push_number(scratch, ";w=", window),
            StandingWindow::Calendar => {}
            StandingWindow::AtOnce => scratch.push_str(";qu=\"concurrent-requests\""),
        }
    }
    field(names::RATE_LIMIT_POLICY, scratch);
    scratch.clear();
    push_string(scratch, tightest.name);
    push_number(scratch, ";r=", tightest.remaining);
    if tightest.window != StandingWindow::AtOnce {
        push_number(scratch, ";t=", tightest.reset);
    }
    field(names::RATE_LIMIT, scratch);
    if classic {
        for (name, value) in [
            (names::X_LIMIT, tightest.limit),
            (names::X_REMAINING, tightest.remaining),
            (names::X_RESET, tightest.reset),
        ] {
            scratch.clear();
            push_number(scratch, "", value);
            field(name, scratch);
        }
    }
}

fn push_number(text: &mut String, before: &str, number: u64) {
    text.push_str(before);
    let mut room = [0; 20];
    text.push_str(std::str::from_utf8(decimal(number, &mut room)).unwrap_or_default());
}
