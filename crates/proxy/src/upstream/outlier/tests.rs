use super::*;
use std::time::Duration;

#[test]
fn lengths_grow_up_to_the_longest() {
    let settings = Outlier::default();
    assert_eq!(length(&settings, 1), 10_000);
    assert_eq!(length(&settings, 3), 30_000);
    assert_eq!(length(&settings, 1000), 300_000);
    let odd = Outlier {
        max_ejection: Duration::ZERO,
        ..settings
    };
    assert_eq!(length(&odd, 7), 10_000);
}

#[test]
fn time_in_service_is_taken_into_account() {
    let settings = Outlier::default();
    assert_eq!(next_count(&settings, 0, 0), 1);
    assert_eq!(next_count(&settings, 3, 9_999), 4);
    assert_eq!(next_count(&settings, 3, 20_000), 2);
    assert_eq!(next_count(&settings, 3, u64::MAX), 1);
}

#[test]
fn some_always_remain() {
    let census = |all, ejected, others_usable| Census {
        all,
        ejected,
        others_usable,
    };
    assert!(!census(1, 0, 0).allows(100), "the only one");
    assert!(census(2, 0, 1).allows(0), "one always may");
    assert!(!census(2, 1, 0).allows(100), "the last");
    assert!(census(10, 4, 5).allows(50));
    assert!(!census(10, 5, 4).allows(50));
    assert!(
        !census(10, 0, 0).allows(50),
        "the others are out for other reasons"
    );
}
