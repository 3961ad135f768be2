use super::*;
use proptest::prelude::*;

const WORK: [bool; 7] = [true, true, true, true, true, false, false];

fn rule(between: Option<(u16, u16)>, days: [bool; 7], zone: &str) -> entity::Hours {
    entity::Hours {
        between,
        days,
        zone: zone.into(),
    }
}

fn berlin(from: u16, to: u16, days: [bool; 7]) -> Hours {
    Hours::new(&rule(Some((from * 60, to * 60)), days, "Europe/Berlin")).unwrap()
}

/// Unix time of a moment in UTC.
fn at(text: &str) -> i64 {
    let text = format!("{text}:00Z");
    text.parse::<Timestamp>().unwrap().as_second()
}

#[test]
fn zones_are_those_of_the_database() {
    assert!(is_zone("Europe/Berlin") && is_zone("UTC") && is_zone("America/New_York"));
    assert!(!is_zone("Europe/Berlim") && !is_zone("") && !is_zone("CEST+2"));
    assert!(Hours::new(&rule(None, WORK, "Mars/Olympus")).is_none());
}

#[test]
fn hours_follow_the_clocks_of_the_zone() {
    let hours = berlin(8, 18, WORK);
    // In January an hour ahead of UTC, in July two; the end itself is outside.
    for (moment, inside) in [
        ("2026-01-12T06:59", false),
        ("2026-01-12T07:00", true),
        ("2026-01-12T16:59", true),
        ("2026-01-12T17:00", false),
        ("2026-07-13T05:59", false),
        ("2026-07-13T06:00", true),
        ("2026-07-13T16:00", false),
        // A Saturday.
        ("2026-01-17T10:00", false),
    ] {
        assert_eq!(hours.hold(at(moment)), inside, "{moment}");
    }
    // From Friday evening to Monday morning, over which clocks are put forward.
    let opens = hours.next(at("2026-03-27T17:30"));
    assert_eq!(opens, Some(at("2026-03-30T06:00")));
    assert_eq!(hours.shown(at("2026-03-30T06:00")), "Monday, 08:00");
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let mut friday = [false; 7];
    friday[4] = true;
    let night = Hours::new(&rule(Some((22 * 60, 6 * 60)), friday, "UTC")).unwrap();
    for (moment, inside) in [
        ("2026-01-16T05:00", false),
        ("2026-01-16T21:59", false),
        ("2026-01-16T22:00", true),
        ("2026-01-17T05:59", true),
        ("2026-01-17T06:00", false),
        ("2026-01-17T22:00", false),
    ] {
        assert_eq!(night.hold(at(moment)), inside, "{moment}");
    }
    assert_eq!(
        night.next(at("2026-01-17T06:00")),
        Some(at("2026-01-23T22:00"))
    );
}

#[test]
fn an_hour_that_does_not_come_is_none_and_one_that_comes_twice_is_two() {
    let all = [true; 7];
    // Clocks go from 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October.
    let gap = Hours::new(&rule(Some((120, 180)), all, "Europe/Berlin")).unwrap();
    assert!(!gap.hold(at("2026-03-29T00:59")) && !gap.hold(at("2026-03-29T01:00")));
    assert_eq!(
        gap.next(at("2026-03-28T02:00")),
        Some(at("2026-03-30T00:00"))
    );
    let into = Hours::new(&rule(Some((150, 240)), all, "Europe/Berlin")).unwrap();
    assert_eq!(
        into.next(at("2026-03-29T00:00")),
        Some(at("2026-03-29T01:00"))
    );
    let twice = Hours::new(&rule(Some((150, 180)), all, "Europe/Berlin")).unwrap();
    assert!(twice.hold(at("2026-10-25T00:30")) && twice.hold(at("2026-10-25T01:30")));
    assert!(!twice.hold(at("2026-10-25T01:00")));
    assert_eq!(
        twice.next(at("2026-10-25T01:00")),
        Some(at("2026-10-25T01:30"))
    );
}

#[test]
fn hours_read_as_people_write_them() {
    let shown = |between, days| Shown(&rule(between, days, "Europe/Berlin")).to_string();
    let mut odd = WORK;
    odd[1] = false;
    odd[6] = true;
    assert_eq!(
        shown(Some((480, 1080)), WORK),
        "08:00-18:00 on Mon-Fri (Europe/Berlin)"
    );
    assert_eq!(shown(None, odd), "Mon, Wed-Fri, Sun (Europe/Berlin)");
    assert_eq!(
        shown(Some((0, 1440)), [true; 7]),
        "00:00-24:00 (Europe/Berlin)"
    );
    assert_eq!(
        shown(Some((1320, 30)), [true; 7]),
        "22:00-00:30 (Europe/Berlin)"
    );
}

proptest! {
    /// The next beginning is the first moment that is inside, whatever clocks do on the way.
    #[test]
    fn nothing_before_the_next_beginning_is_inside(
        day in 0i64..365,
        minute in 0i64..1440,
        from in 0u16..96,
        to in 1u16..=96,
        days in proptest::array::uniform7(any::<bool>()),
        zone in prop::sample::select(vec!["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]),
    ) {
        let (from, to) = (from * 15, to * 15);
        prop_assume!(from != to);
        let hours = Hours::new(&rule(Some((from, to)), days, zone)).unwrap();
        let start = at("2026-01-01T00:00") + day * 86_400 + minute * 60;
        prop_assume!(!hours.hold(start));
        let found = hours.next(start);
        // Clocks change at whole quarters of an hour there.
        let limit = 8 * 24 * 4;
        let first = (1..limit).map(|n| start - start.rem_euclid(900) + n * 900).find(|at| hours.hold(*at));
        if let Some(first) = first {
            prop_assert_eq!(found, Some(first));
        } else if let Some(found) = found {
            prop_assert!(hours.hold(found) && found > start);
        }
    }
}
