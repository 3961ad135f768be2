//! Quotas: exact counts in periods that begin and end at fixed moments.

use super::together::all_or_nothing_of;
use super::{Harness, MS, Numbers, SECOND, START, Subject, check, rate};
use crate::counters::{Check, Verdict};
use crate::gcra::CLOCK_SKEW;
use crate::quota::Quota;
use postern_model::entity::{CalendarUnit, QuotaPeriod, TimeZone};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

pub(super) const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;

pub(super) fn hourly(count: u64) -> Quota {
    quota(count, QuotaPeriod::Fixed(Duration::from_hours(1)))
}

fn calendar(count: u64, unit: CalendarUnit, zone: &str) -> Quota {
    let Some(zone) = TimeZone::parse(zone) else {
        unreachable!("no zone {zone}");
    };
    quota(count, QuotaPeriod::Calendar { unit, zone })
}

fn quota(count: u64, per: QuotaPeriod) -> Quota {
    match Quota::new(count, per) {
        Ok(quota) => quota,
        Err(error) => unreachable!("a quota of the suite is wrong: {error}"),
    }
}

/// The hour that [`START`] is in.
pub(super) const BEGAN: u64 = START - START % HOUR;

pub(super) fn each_is_counted_until_the_period_ends<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, hourly(10));
    assert_eq!(subject.flood(check, 4, START), 4);
    let reading = subject.read(check, 1, START);
    assert_eq!((reading.limit, reading.remaining), (10, 6));
    assert_eq!(reading.reset_after, BEGAN + HOUR - START);
    assert_eq!(subject.commit(&[check], 7, START), Err(0), "does not fit");
    assert_eq!(subject.commit(&[check], 6, BEGAN + HOUR - 1), Ok(()));
    assert_eq!(subject.flood(check, 3, BEGAN + HOUR - 1), 0, "used up");
    let reading = subject.read(check, 1, BEGAN + HOUR - 1);
    assert_eq!(reading.verdict, Verdict::RetryAfter(1));
    assert_eq!(subject.read(check, 11, START).verdict, Verdict::Never);
    assert_eq!(subject.flood(check, 20, BEGAN + HOUR), 10, "renewed");
}

/// In November 2023: a Tuesday, when Berlin is an hour ahead.
pub(super) fn days_weeks_and_months_are_those_of_the_zone<H: Harness>(subject: &Subject<'_, H>) {
    let ends = [
        (CalendarUnit::Day, "UTC", 1_700_006_400),
        (CalendarUnit::Day, "Europe/Berlin", 1_700_002_800),
        (CalendarUnit::Week, "UTC", 1_700_438_400),
        (CalendarUnit::Month, "Europe/Berlin", 1_701_385_200),
    ];
    for (number, (unit, zone, ends)) in ends.into_iter().enumerate() {
        let check = check(number as u64, 1, calendar(2, unit, zone));
        let ends = ends * SECOND;
        assert_eq!(subject.read(check, 1, START).reset_after, ends - START);
        assert_eq!(subject.flood(check, 5, START), 2, "{unit:?} {zone}");
        assert_eq!(subject.flood(check, 5, ends - 1), 0, "{unit:?} {zone}");
        assert_eq!(subject.flood(check, 5, ends), 2, "{unit:?} {zone}");
    }
}

pub(super) fn a_clock_set_back_gives_nothing_back<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, hourly(10));
    assert_eq!(subject.flood(check, 20, BEGAN), 10);
    for back in [1, CLOCK_SKEW, CLOCK_SKEW + 1, HOUR, 30 * DAY, BEGAN] {
        assert_eq!(subject.flood(check, 1, BEGAN - back), 0, "{back} ns ago");
        let wait = subject.read(check, 1, BEGAN - back).retry_after();
        assert!(wait.is_some_and(|wait| wait <= HOUR + CLOCK_SKEW));
        subject.flood(check, 20, BEGAN);
    }
}

pub(super) fn a_clock_set_forward_frees_one_period<H: Harness>(subject: &Subject<'_, H>) {
    let check = check(1, 1, hourly(5));
    assert_eq!(subject.flood(check, 9, START), 5);
    assert_eq!(subject.flood(check, 9, START + 400 * DAY), 5);
    assert_eq!(
        subject.flood(check, 9, START),
        0,
        "and none for the way back"
    );
    assert_eq!(subject.flood(check, 9, u64::MAX), 5, "the end of time");
}

/// Whoever is given more in the middle of a period has what is more.
pub(super) fn new_numbers_keep_what_was_used<H: Harness>(subject: &Subject<'_, H>) {
    assert_eq!(subject.flood(check(1, 1, hourly(10)), 20, START), 10);
    assert_eq!(subject.flood(check(1, 1, hourly(15)), 20, START), 5);
    let less = check(1, 1, hourly(3));
    assert_eq!(subject.read(less, 1, START).remaining, 0);
    assert_eq!(subject.flood(less, 1, START), 0);
}

pub(super) fn together_with_rates_all_or_nothing<H: Harness>(subject: &Subject<'_, H>) {
    let cells: Vec<Check> = (0..10)
        .map(|cell| match cell % 2 {
            0 => check(cell, 1, rate(4 + cell, SECOND, 2 + cell)),
            _ => check(cell, 1, hourly(40 + cell)),
        })
        .collect();
    all_or_nothing_of(subject, &cells, Numbers(23), BEGAN, 60 * SECOND);
}

/// However many requests another limit refuses, the quota has what allowed ones need.
pub(super) fn what_is_refused_takes_nothing<H: Harness>(subject: &Subject<'_, H>) {
    let quota = check(1, 1, hourly(100));
    let full = check(2, 1, rate(1, SECOND, 1));
    let twice = [quota, full, quota];
    let mut passed = 0;
    for step in 0..200 {
        // Each that passes is followed by ones that do not, before and after the quota.
        let now = BEGAN + step * SECOND / 2;
        passed += u64::from(subject.commit(&twice, 1, now).is_ok());
        assert_eq!(subject.commit(&twice, 1, now), Err(1));
        assert_eq!(subject.commit(&[full, quota], 1, now), Err(0));
        let used = 100 - subject.read(quota, 1, now).remaining;
        assert_eq!(used, 2 * passed);
        if used == 98 {
            break;
        }
    }
    assert_eq!(passed, 49);
}

pub(super) fn threads_count_exactly<H: Harness>(subject: &Subject<'_, H>) {
    const THREADS: u64 = 4;
    const TRIES: u64 = 2_000;
    let shared = check(1, 1, hourly(THREADS * TRIES / 2));
    let other = check(2, 1, hourly(THREADS * TRIES));
    let passed = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let passed = &passed;
            scope.spawn(move || {
                for try_ in 0..TRIES {
                    let both = if (thread + try_) % 2 == 0 {
                        [shared, other]
                    } else {
                        [other, shared]
                    };
                    // Some clocks are behind.
                    let now = BEGAN + (try_ % 2) * MS;
                    passed.fetch_add(
                        u64::from(subject.commit(&both, 1, now).is_ok()),
                        Ordering::Relaxed,
                    );
                }
            });
        }
    });
    assert_eq!(passed.into_inner(), THREADS * TRIES / 2);
    let used = THREADS * TRIES - subject.read(other, 1, BEGAN).remaining;
    assert_eq!(used, THREADS * TRIES / 2, "and nothing of what was refused");
}

pub(super) fn what_was_used_outlasts_a_restart<H: Harness>(subject: &Subject<'_, H>) {
    let harness = subject.harness;
    let quotas = [
        check(1, 7, hourly(10)),
        check(2, 7, calendar(10, CalendarUnit::Month, "Asia/Tokyo")),
    ];
    let before = Subject {
        harness,
        counters: harness.fresh(),
    };
    assert_eq!(before.commit(&quotas, 4, START), Ok(()));
    let after = Subject {
        harness,
        counters: harness.restarted(before.counters, START + SECOND),
    };
    for quota in quotas {
        assert_eq!(after.read(quota, 1, START + SECOND).remaining, 6);
        assert_eq!(after.flood(quota, 20, START + SECOND), 6);
    }
    let later = BEGAN + HOUR;
    let after = Subject {
        harness,
        counters: harness.restarted(after.counters, later),
    };
    let remaining = quotas.map(|quota| after.read(quota, 1, later).remaining);
    assert_eq!(remaining, [10, 0], "windows that ended are gone");
}
