use super::*;
use crate::memory::{Memory, NotCounted};
use crate::{Check, Limit};
use postern_model::entity::TimeZone;
use proptest::prelude::*;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * SECOND;

fn calendar(unit: CalendarUnit, zone: &str) -> QuotaPeriod {
    let zone = TimeZone::parse(zone).unwrap();
    QuotaPeriod::Calendar { unit, zone }
}

/// A moment as RFC 3339 has it.
fn at(text: &str) -> u64 {
    let moment: Timestamp = text.parse().unwrap();
    u64::try_from(moment.as_nanosecond()).unwrap()
}

fn window(per: QuotaPeriod, now: &str) -> [String; 2] {
    let window = Window::at(per, at(now)).unwrap();
    [window.start, window.ends].map(|moment| {
        let moment = Timestamp::from_nanosecond(moment.into()).unwrap();
        moment.to_string()
    })
}

#[test]
fn days_are_as_long_as_clocks_make_them() {
    let berlin = calendar(CalendarUnit::Day, "Europe/Berlin");
    // 2026: summer time begins on 29 March and ends on 25 October.
    assert_eq!(
        window(berlin, "2026-03-29T12:00:00Z"),
        ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
        "23 hours"
    );
    assert_eq!(
        window(berlin, "2026-10-25T12:00:00Z"),
        ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
        "25 hours"
    );
    // Clocks that are set forward at midnight: the day begins at one.
    let cairo = calendar(CalendarUnit::Day, "Africa/Cairo");
    assert_eq!(
        window(cairo, "2026-04-24T12:00:00Z"),
        ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]
    );
    // Clocks that are set back to midnight: it begins with the first of the two.
    let havana = calendar(CalendarUnit::Day, "America/Havana");
    assert_eq!(
        window(havana, "2024-11-03T05:30:00Z"),
        ["2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"]
    );
    // A day that was left out altogether.
    let apia = calendar(CalendarUnit::Day, "Pacific/Apia");
    assert_eq!(
        window(apia, "2011-12-30T09:59:59Z"),
        ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"]
    );
}

#[test]
fn weeks_begin_on_mondays() {
    let utc = calendar(CalendarUnit::Week, "UTC");
    for day in ["2026-11-23T00:00:00Z", "2026-11-29T23:59:59Z"] {
        assert_eq!(
            window(utc, day),
            ["2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"]
        );
    }
    let berlin = calendar(CalendarUnit::Week, "Europe/Berlin");
    assert_eq!(
        window(berlin, "2026-10-25T12:00:00Z"),
        ["2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"],
        "an hour more"
    );
}

#[test]
fn months_are_as_long_as_they_are() {
    let utc = calendar(CalendarUnit::Month, "UTC");
    let february = |now| window(utc, now)[1].clone();
    assert_eq!(february("2026-02-28T23:59:59Z"), "2026-03-01T00:00:00Z");
    assert_eq!(february("2028-02-29T12:00:00Z"), "2028-03-01T00:00:00Z");
    assert_eq!(february("2026-12-31T23:59:59Z"), "2027-01-01T00:00:00Z");
    let berlin = calendar(CalendarUnit::Month, "Europe/Berlin");
    assert_eq!(
        window(berlin, "2026-03-15T12:00:00Z"),
        ["2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"]
    );
    let kiritimati = calendar(CalendarUnit::Month, "Pacific/Kiritimati");
    assert_eq!(
        window(kiritimati, "2026-11-30T10:00:00Z"),
        ["2026-11-30T10:00:00Z", "2026-12-31T10:00:00Z"]
    );
}

#[test]
fn other_periods_are_counted_from_1970() {
    let per = QuotaPeriod::Fixed(Duration::from_hours(12));
    assert_eq!(
        window(per, "2026-11-28T13:00:00Z"),
        ["2026-11-28T12:00:00Z", "2026-11-29T00:00:00Z"]
    );
}

proptest! {
    /// Windows hold their moment and follow each other without a gap, in any zone.
    #[test]
    fn windows_follow_each_other(
        seconds in 0_u64..4_000_000_000,
        unit in prop::sample::select(CalendarUnit::ALL.to_vec()),
        zone in prop::sample::select(vec![
            "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu",
            "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "America/Havana",
        ]),
    ) {
        let per = calendar(unit, zone);
        let now = seconds * SECOND;
        let this = Window::at(per, now).unwrap();
        prop_assert!(this.start <= now && now < this.ends);
        prop_assert_eq!(Window::at(per, this.start).unwrap(), this);
        prop_assert_eq!(Window::at(per, this.ends - 1).unwrap(), this);
        prop_assert_eq!(Window::at(per, this.ends).unwrap().start, this.ends);
    }

    /// What is refused never uses up what allowed requests need: whatever came before, each quota
    /// has used exactly what passed in its window.
    #[test]
    fn only_what_passes_is_counted(
        steps in prop::collection::vec((0_u64..HOUR / 4, 0_u8..16, 1_u64..4), 1..300),
    ) {
        let memory = Memory::new(1_000);
        let quota = |limit, count, hours: u64| Check {
            key: Key { limit, subject: 1 },
            limit: Quota::new(count, QuotaPeriod::Fixed(Duration::from_hours(hours)))
                .unwrap()
                .into(),
        };
        let rate = Check {
            key: Key { limit: 9, subject: 1 },
            limit: Limit::rate(3, HOUR, 3).unwrap().into(),
        };
        let all = [quota(1, 20, 1), quota(2, 30, 2), rate, quota(3, 50, 5)];
        let lengths = [HOUR, 2 * HOUR, 0, 5 * HOUR];
        let mut passed: Vec<(u64, u8, u64)> = Vec::new();
        let mut now = 1_700_000_000 * SECOND;
        for (step, which, cost) in steps {
            now += step;
            let chosen: Vec<Check> = (0..4)
                .filter(|at| which >> at & 1 == 1)
                .map(|at| all[at])
                .collect();
            if memory.commit(&chosen, cost, now).is_ok() {
                passed.push((now, which, cost));
            }
            for at in [0, 1, 3] {
                let began = now - now % lengths[at];
                let used: u64 = passed
                    .iter()
                    .filter(|(when, which, _)| *when >= began && which >> at & 1 == 1)
                    .map(|(_, _, cost)| cost)
                    .sum();
                let reading = memory.read(&[all[at]], 1, now)[0];
                prop_assert_eq!(reading.limit - reading.remaining, used);
            }
        }
    }
}

fn daily(subject: u128, count: u64) -> Check {
    daily_of(1, subject, count)
}

fn daily_of(limit: u64, subject: u128, count: u64) -> Check {
    Check {
        key: Key { limit, subject },
        limit: Quota::new(count, calendar(CalendarUnit::Day, "UTC"))
            .unwrap()
            .into(),
    }
}

#[test]
fn what_was_used_is_never_dropped_for_others() {
    let memory = Memory::new(64);
    let now = at("2026-11-28T12:00:00Z");
    let mut counted = Vec::new();
    let mut refused = 0;
    for subject in 0..1_000 {
        match memory.commit(&[daily(subject, 5)], 1, now) {
            Ok(()) => counted.push(subject),
            Err(error) => {
                assert_eq!(error, NotCounted::NoRoom(0));
                refused += 1;
            }
        }
    }
    assert!(refused > 900, "there is no room for so many");
    for subject in counted {
        assert_eq!(memory.read(&[daily(subject, 5)], 1, now)[0].remaining, 4);
    }
    assert_eq!(memory.quota_usage().lost, 0);
    // The next day there is room again.
    let later = at("2026-11-29T00:00:01Z");
    let passes = (2_000..4_000).filter(|subject| {
        let check = daily(*subject, 5);
        memory.commit(&[check], 1, later).is_ok()
    });
    assert!(passes.count() > 30);
}

/// With other limits that have counted already.
#[test]
fn what_there_is_no_room_for_takes_nothing_elsewhere() {
    let memory = Memory::new(64);
    let now = at("2026-11-28T12:00:00Z");
    let rate = Check {
        key: Key {
            limit: 2,
            subject: 1,
        },
        limit: Limit::rate(10, HOUR, 10).unwrap().into(),
    };
    let first = daily(0, 5);
    memory.commit(&[first], 1, now).unwrap();
    for subject in 1..1_000 {
        let _ = memory.commit(&[daily(subject, 5)], 1, now);
    }
    let mut full = (1_000..2_000).filter_map(|subject| {
        let before = memory.read(&[rate, first], 1, now);
        let outcome = memory.commit(&[rate, first, daily(subject, 5)], 1, now);
        (outcome == Err(NotCounted::NoRoom(2))).then_some(before)
    });
    let before = full.next().unwrap();
    assert_eq!(memory.read(&[rate, first], 1, now), before);
}

#[test]
fn only_what_changed_is_kept_again() {
    let memory = Memory::new(64);
    let now = at("2026-11-28T12:00:00Z");
    assert_eq!(memory.kept(now), None, "nothing was counted");
    memory.commit(&[daily(1, 5)], 2, now).unwrap();
    let kept = memory.kept(now).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].used, 2);
    assert_eq!(memory.kept(now), None, "nothing has changed");
    memory.not_kept();
    assert_eq!(memory.kept(now).as_ref(), Some(&kept), "it was not kept");
    // Taken up twice, or after more was counted: never less than was used.
    memory.commit(&[daily(1, 5)], 1, now).unwrap();
    assert_eq!(memory.restore(&kept, now), 0);
    assert_eq!(memory.read(&[daily(1, 5)], 1, now)[0].remaining, 2);
    let later = at("2026-11-29T00:00:00Z");
    let next = Memory::new(64);
    assert_eq!(next.restore(&kept, later), 0);
    assert_eq!(next.quota_usage().entries, 0, "it is over");
}

/// A file may be of a program that kept to no shares.
#[test]
fn what_is_taken_up_again_keeps_to_shares() {
    let now = at("2026-11-28T12:00:00Z");
    let window = Window::at(calendar(CalendarUnit::Day, "UTC"), now).unwrap();
    let counted = |limit, subject| Counted {
        key: Key { limit, subject },
        window,
        used: 2,
    };
    let greedy = (0..20_000).map(|subject| counted(1, subject));
    let other = (0..100).map(|subject| counted(2, subject));
    let kept: Vec<Counted> = greedy.chain(other).collect();
    // An eighth of 160 in each of the 64 shards.
    let (memory, share) = (Memory::new(64 * 160), 64 * 20);
    assert_eq!(memory.restore(&kept, now), 20_000 - share);
    assert_eq!(memory.restore(&kept, now), 20_000 - share, "and again");
    for subject in 0..100 {
        let reading = memory.read(&[daily_of(2, subject, 5)], 1, now)[0];
        assert_eq!(reading.remaining, 3, "of others nothing is lost");
    }
    // Whose count was lost gets no second quota.
    let goes_on = (0..20_000).filter(|subject| {
        let check = daily(*subject, 5);
        let outcome = memory.commit(&[check], 1, now);
        let remaining = memory.read(&[check], 1, now)[0].remaining;
        match outcome {
            Ok(()) => assert_eq!(remaining, 2),
            Err(error) => assert_eq!((error, remaining), (NotCounted::NoRoom(0), 5)),
        }
        outcome.is_ok()
    });
    assert_eq!(goes_on.count(), share);
    // Nor do new ones of that limit find room before the next day, when all do.
    let new = |now| memory.commit(&[daily(50_000, 5)], 1, now);
    assert_eq!(new(window.ends - 1), Err(NotCounted::NoRoom(0)));
    assert_eq!(new(window.ends), Ok(()));
}

/// A commit that is taken back gives back the share that it took.
#[test]
fn what_is_taken_back_takes_no_share() {
    let memory = Memory::new(64 * 8);
    let now = at("2026-11-28T12:00:00Z");
    let used_up = daily_of(2, 1, 1);
    memory.commit(&[used_up], 1, now).unwrap();
    let refused = (0..1_000).filter(|subject| {
        let both = [daily(*subject, 5), used_up];
        memory.commit(&both, 1, now) == Err(NotCounted::Refused(1))
    });
    assert_eq!(refused.count(), 1_000, "none for want of room");
    assert_eq!(memory.quota_usage().entries, 1);
    memory.commit(&[daily(0, 5)], 1, now).unwrap();
    // On the day after, the count is back in the share of the day before.
    let later = at("2026-11-29T00:00:01Z");
    let used_up = daily_of(2, 1, 1);
    memory.commit(&[used_up], 1, later).unwrap();
    let both = [daily(0, 5), used_up];
    assert_eq!(memory.commit(&both, 1, later), Err(NotCounted::Refused(1)));
    assert_eq!(memory.commit(&[daily(0, 5)], 1, later), Ok(()));
    assert_eq!(memory.read(&[daily(0, 5)], 1, later)[0].remaining, 4);
}
