use super::*;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

#[test]
fn times_are_lengths_or_dates() {
    let utc = |text| moment(text).unwrap().utc(now());
    assert_eq!(utc("90d"), "2027-02-20T10:00:00Z");
    assert_eq!(utc("1h30m"), "2026-11-22T11:30:00Z");
    assert_eq!(utc("2027-01-01"), "2027-01-01T00:00:00Z");
    assert_eq!(utc("2027-01-01T12:00:00+02:00"), "2027-01-01T10:00:00Z");
    assert_eq!(utc("999999999d"), "9999-12-30T22:00:00Z");
}

#[test]
fn anything_else_is_refused_with_examples() {
    for text in [
        "",
        "90",
        "d",
        "0d",
        "-1d",
        "2027-13-01",
        "tomorrow",
        "9999999999999999999d",
    ] {
        let error = moment(text).unwrap_err();
        assert!(error.contains("90d"), "{text}: {error}");
    }
}

#[test]
fn what_is_no_time_is_shown_as_it_is() {
    assert_eq!(local("soon"), "soon");
    let shown = local("2026-11-22T10:00:00Z");
    assert!(
        shown.starts_with("2026-11-2") && shown.contains(":00:00 "),
        "{shown}"
    );
}
