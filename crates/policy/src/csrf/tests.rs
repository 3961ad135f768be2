use super::*;
use crate::facts::Live;
use crate::testing::{connection, head};
use proptest::prelude::*;
use std::time::Duration;

const NOW: i64 = 1_000_000;

fn keyer() -> Keyer {
    Keyer::new(&[7; 32])
}

fn rule() -> CsrfToken {
    CsrfToken {
        cookie: "postern_csrf".into(),
        header: "x-csrf-token".into(),
        field: Some("csrf token".into()),
        valid: Duration::from_mins(1),
    }
}

fn here() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

fn verdict(fields: &[String], now: i64, address: IpAddr) -> TokenVerdict {
    let mut all = vec!["Host: a"];
    all.extend(fields.iter().map(String::as_str));
    let (head, connection) = (head("POST", "/", &all), connection("192.0.2.1"));
    let facts = Live::new(&head, &connection, now * 1000);
    verify(&facts, &rule(), address, &keyer())
}

/// The verdict about a form with that cookie, of which so much was read.
fn in_form(body: &[u8], cookie: &str) -> TokenVerdict {
    let cookie = format!("Cookie: postern_csrf={cookie}");
    let (head, connection) = (
        head("POST", "/", &["Host: a", &cookie]),
        connection("192.0.2.1"),
    );
    let facts = Live::new(&head, &connection, NOW * 1000);
    facts.provide_body_start(body.to_vec());
    verify_field(&facts, &rule(), here(), &keyer())
}

#[test]
fn a_form_may_have_it_in_a_field_once_and_whole() {
    let token = issue(&keyer(), here(), NOW, 5);
    let written = token.replace('.', "%2E");
    for (form, verdict) in [
        (format!("csrf+token={token}"), TokenVerdict::Good),
        (
            format!("a=b&csrf%20token={written}&c=d"),
            TokenVerdict::Good,
        ),
        (
            format!("csrf+token={token}&csrf+token={token}"),
            TokenVerdict::Different,
        ),
        (format!("csrf+token={token}0"), TokenVerdict::Different),
        ("csrf+token=".to_owned(), TokenVerdict::Different),
        (format!("csrf+token%00={token}"), TokenVerdict::NoField),
        (format!("a={token}"), TokenVerdict::NoField),
        (String::new(), TokenVerdict::NoField),
    ] {
        assert_eq!(in_form(form.as_bytes(), &token), verdict, "{form}");
    }
    let other = issue(&Keyer::new(&[8; 32]), here(), NOW, 5);
    let planted = format!("csrf+token={other}");
    assert_eq!(in_form(planted.as_bytes(), &other), TokenVerdict::Foreign);
    // What is cut off where reading ends is no token, and what comes before is one.
    let mut form = format!("csrf+token={token}&a=").into_bytes();
    form.resize(FORM, b'x');
    assert_eq!(in_form(&form, &token), TokenVerdict::Good);
    let mut form = vec![b'x'; FORM - 20];
    form.extend_from_slice(&format!("&csrf+token={token}").as_bytes()[..20]);
    assert_eq!(in_form(&form, &token), TokenVerdict::NoField);
    assert_eq!(in_form(&vec![b'x'; FORM], &token), TokenVerdict::NoField);
}

fn both(header: &str, cookie: &str) -> Vec<String> {
    vec![
        format!("X-CSRF-Token: {header}"),
        format!("Cookie: a=b; postern_csrf={cookie}"),
    ]
}

#[test]
fn a_token_is_good_for_whom_and_as_long_as_it_was_issued() {
    let token = issue(&keyer(), here(), NOW, 5);
    let sent = both(&token, &token);
    assert_eq!(verdict(&sent, NOW, here()), TokenVerdict::Good);
    assert_eq!(verdict(&sent, NOW + 59, here()), TokenVerdict::Good);
    let over = TokenVerdict::Expired { until: NOW + 60 };
    assert_eq!(verdict(&sent, NOW + 60, here()), over);
    assert_eq!(
        verdict(&sent, NOW - SKEW - 1, here()),
        TokenVerdict::Foreign
    );
    let elsewhere = "192.0.2.2".parse().unwrap();
    assert_eq!(verdict(&sent, NOW, elsewhere), TokenVerdict::Foreign);
    let mapped = "::ffff:192.0.2.1".parse().unwrap();
    assert_eq!(verdict(&sent, NOW, mapped), TokenVerdict::Good);
    let other = issue(&Keyer::new(&[8; 32]), here(), NOW, 5);
    assert_eq!(
        verdict(&both(&other, &other), NOW, here()),
        TokenVerdict::Foreign
    );
}

#[test]
fn header_and_cookie_have_to_come_and_to_be_the_same() {
    let token = issue(&keyer(), here(), NOW, 5);
    let another = issue(&keyer(), here(), NOW, 6);
    let cases = [
        (vec![], TokenVerdict::NoHeader),
        (
            vec![format!("Cookie: postern_csrf={token}")],
            TokenVerdict::NoHeader,
        ),
        (
            vec![format!("X-CSRF-Token: {token}")],
            TokenVerdict::NoCookie,
        ),
        (both(&token, &another), TokenVerdict::Different),
        (both("a", "a"), TokenVerdict::Foreign),
        (both("", ""), TokenVerdict::Foreign),
        // One planted by a neighbour stands before the own one.
        (
            vec![
                format!("X-CSRF-Token: {token}"),
                format!("Cookie: postern_csrf=planted; postern_csrf={token}"),
            ],
            TokenVerdict::Good,
        ),
        (
            vec![
                format!("X-CSRF-Token: {token}"),
                format!("X-CSRF-Token: {another}"),
                format!("Cookie: postern_csrf={token}"),
            ],
            TokenVerdict::Different,
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(verdict(&fields, NOW, here()), expected, "{fields:?}");
    }
}

proptest! {
    #[test]
    fn nothing_else_is_a_token(
        at in any::<prop::sample::Index>(),
        with in "[!-:<-~]",
        noise in "[!-:<-~]{0,200}",
    ) {
        let token = issue(&keyer(), here(), NOW, 5);
        let at = at.index(token.len());
        let mut letters: Vec<String> = token.chars().map(String::from).collect();
        letters[at].clone_from(&with);
        let changed = letters.concat();
        for text in [changed, noise] {
            let good = verdict(&both(&text, &text), NOW, here()) == TokenVerdict::Good;
            prop_assert_eq!(good, text == token);
        }
    }
}
