use super::*;
use postern_model::entity::ValueKind;
use proptest::prelude::*;

fn rule(what: Sought, way: Way) -> MaskRule {
    MaskRule {
        hide: vec![Hidden {
            what,
            way,
            only_records: false,
        }],
        pass_unreadable: false,
        max_body: 1 << 20,
    }
}

fn masked(rule: &MaskRule, text: &str) -> (String, u64) {
    let mask = Mask::new(rule).unwrap();
    let mut json = Json::read(text.as_bytes()).unwrap();
    let count = mask.apply(&mut json, false).into_iter().sum();
    (String::from_utf8(json.write()).unwrap(), count)
}

fn last(last: usize) -> Way {
    Way::Partial { first: 0, last }
}

fn of(kind: ValueKind, way: Way, text: &str) -> (String, u64) {
    masked(&rule(Sought::Kind(kind), way), text)
}

#[test]
fn places_are_hidden_in_each_way() {
    let text = r#"{"a":[{"b":"abcdef"},{"b":12345},{"b":null},{"b":["x"]}]}"#;
    let place = || Sought::Place("/a/*/b".into());
    let partial = Way::Partial { first: 1, last: 2 };
    assert_eq!(
        masked(&rule(place(), partial), text),
        (
            r#"{"a":[{"b":"a***ef"},{"b":"1**45"},{"b":null},{"b":"***"}]}"#.to_owned(),
            3
        )
    );
    assert_eq!(
        masked(&rule(place(), Way::Truncate(2)), text).0,
        r#"{"a":[{"b":"ab"},{"b":"12"},{"b":null},{"b":"***"}]}"#
    );
    assert_eq!(
        masked(&rule(place(), Way::Replace("-".into())), text).0,
        r#"{"a":[{"b":"-"},{"b":"-"},{"b":null},{"b":"-"}]}"#
    );
}

#[test]
fn what_is_too_short_to_be_shown_in_part_is_hidden_as_a_whole() {
    for text in ["", "a", "ab", "abc"] {
        let way = Way::Partial { first: 1, last: 2 };
        assert_eq!(way::hidden(text, &way), "***");
    }
    assert_eq!(
        way::hidden("ééééé", &Way::Partial { first: 1, last: 1 }),
        "é***é"
    );
}

#[test]
fn cards_are_known_by_their_check_digit() {
    let (out, count) = of(
        ValueKind::Card,
        last(4),
        r#"["4111111111111111",4111111111111111,"4111111111111112","pay 7 4111 1111 1111 1111 now, or 5500-0000-0000-0004","order 20260101123456789012345"]"#,
    );
    assert_eq!(count, 4);
    assert_eq!(
        out,
        r#"["************1111","************1111","4111111111111112","pay 7 ***************1111 now, or ***************0004","order 20260101123456789012345"]"#
    );
}

#[test]
fn values_are_known_by_their_looks() {
    let hide = |kind, text: &str| {
        let json = serde_json::to_string(text).unwrap();
        let (out, _) = of(kind, Way::Replace("#".into()), &json);
        serde_json::from_str::<String>(&out).unwrap()
    };
    let email = |text| hide(ValueKind::Email, text);
    assert_eq!(
        email("write to Jo.Doe+x@mail.example.co.uk, please"),
        "write to #, please"
    );
    assert_eq!(email("jürgen@exämple.de"), "#");
    assert_eq!(email("a@b is no address"), "a@b is no address");
    let phone = |text| hide(ValueKind::Phone, text);
    assert_eq!(phone("+49 (0)30 1234-567 or 030/1234567"), "# or #");
    assert_eq!(phone("order 4711, 2026"), "order 4711, 2026");
    let date = |text| hide(ValueKind::Date, text);
    assert_eq!(
        date("1999-12-31 and 31.12.1999, 2026-01-02T03:04:05Z"),
        "# and #, #"
    );
    assert_eq!(date("3 March 1984 at 10:00"), "# at 10:00");
    assert_eq!(date("version 1.2"), "version 1.2");
    let amount = |text| hide(ValueKind::Amount, text);
    assert_eq!(amount("€ 1,200.50 or 99.95 EUR or USD 7"), "# or # or #");
    assert_eq!(amount("7 apples"), "7 apples");
}

#[test]
fn names_and_amounts_are_known_by_their_members_too() {
    let text = r#"{"first_name":"Ada","name":{"given":"Ada","n":[1,"L"]},"title":"Ada","price":9.5,"total":"12","fee":true}"#;
    assert_eq!(
        of(ValueKind::Name, last(0), text),
        (
            r#"{"first_name":"***","name":{"given":"***","n":[1,"***"]},"title":"Ada","price":9.5,"total":"12","fee":true}"#
                .to_owned(),
            3
        )
    );
    let (out, count) = of(ValueKind::Amount, last(0), text);
    assert_eq!(count, 2);
    assert!(
        out.ends_with(r#""price":"***","total":"***","fee":true}"#),
        "{out}"
    );
}

#[test]
fn expressions_are_bounded_and_match_something() {
    let expression = |text: &str| rule(Sought::Expression(text.into()), last(2));
    assert_eq!(
        masked(
            &expression(r"[A-Z]{2}\d{4,}"),
            r#"{"iban":"DE44500105 and X","n":1}"#
        )
        .0,
        r#"{"iban":"********05 and X","n":1}"#
    );
    for wrong in ["(", "a*", r"\d{1000}{1000}"] {
        assert!(Mask::new(&expression(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn what_only_records_are_without_callers_get() {
    let mut rule = rule(Sought::Kind(ValueKind::Email), last(0));
    rule.hide[0].only_records = true;
    let mask = Mask::new(&rule).unwrap();
    assert!(!mask.hides_from_callers());
    let text = br#"["a@b.example"]"#;
    for (record, expected) in [(false, &text[..]), (true, br#"["***"]"#)] {
        let mut json = Json::read(text).unwrap();
        mask.apply(&mut json, record);
        assert_eq!(json.write(), expected);
    }
}

proptest! {
    #[test]
    fn a_masked_value_is_nowhere_in_what_is_written(
        around in "[a-z ,;:]{0,12}",
        digits in "[1-9][0-9]{11,17}",
        depth in 0_usize..6,
    ) {
        // The digit that makes it the number of a card.
        let check = (0..10).map(|d| format!("{digits}{d}")).find(|n| luhn_of(n)).unwrap();
        let mut text = format!("{}", serde_json::json!([format!("{around} {check} {around}")]));
        for _ in 0..depth {
            text = format!("{{\"x\":[{text}]}}");
        }
        let (out, count) = of(ValueKind::Card, last(4), &text);
        prop_assert!(count >= 1);
        prop_assert!(!out.contains(&check));
        prop_assert!(!out.contains(check.get(..8).unwrap_or(&check)));
        // Hidden once, it stays as it is.
        prop_assert_eq!(of(ValueKind::Card, last(4), &out), (out.clone(), 0));
    }

    #[test]
    fn a_place_never_shows_more_than_it_may(value in "\\PC{0,40}", first in 0_usize..5, last in 0_usize..5) {
        let way = Way::Partial { first, last };
        let out = way::hidden(&value, &way);
        let length = value.chars().count();
        if length > first + last && first + last > 0 {
            prop_assert!(out.chars().filter(|c| *c == '*').count() >= (length - first - last).min(32));
        } else {
            prop_assert_eq!(out, "***");
        }
    }
}

fn luhn_of(number: &str) -> bool {
    let mask = rule(Sought::Kind(ValueKind::Card), last(4));
    masked(&mask, &format!("[{number}]")).1 == 1
}
