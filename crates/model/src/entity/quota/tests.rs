use super::*;

#[test]
fn zones_have_the_names_of_the_database() {
    let zone = |name| TimeZone::parse(name).map(TimeZone::name);
    assert_eq!(zone("Europe/Berlin"), Some("Europe/Berlin"));
    assert_eq!(zone("europe/berlin"), Some("Europe/Berlin"));
    assert_eq!(zone("UTC"), Some(TimeZone::UTC.name()));
    for wrong in ["", "Europe", "Berlin", "+02:00", "../etc/passwd", "CEST"] {
        assert_eq!(zone(wrong), None, "{wrong}");
    }
}

#[test]
fn periods_are_written_as_in_documents() {
    let calendar = |unit, zone| QuotaPeriod::Calendar { unit, zone };
    let berlin = TimeZone::parse("Europe/Berlin").unwrap();
    let shown = [
        calendar(CalendarUnit::Month, TimeZone::UTC),
        calendar(CalendarUnit::Day, berlin),
        QuotaPeriod::Fixed(Duration::from_mins(90)),
        QuotaPeriod::Fixed(Duration::from_millis(1_500)),
    ]
    .map(|period| period.to_string());
    assert_eq!(shown, ["month", "day (Europe/Berlin)", "1h30m", "1s500ms"]);
    for unit in CalendarUnit::ALL {
        assert_eq!(CalendarUnit::parse(unit.name()), Some(unit));
    }
}
