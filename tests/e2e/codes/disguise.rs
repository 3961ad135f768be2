//! What is told as something else cannot be told from it: every byte is the same but for the
//! date, the id and what is made from the id.

use super::ask::Asking;
use super::row::{Before, Row, Telling};
use super::table::ROWS;
use super::world::{Extent, Place, configuration, of_extent};
use crate::harness::Gateway;
use crate::harness::problem::bare;

fn start(extent: Extent) -> (Gateway, Place) {
    let place = Place::new();
    let tellings: Vec<Telling> = Telling::all().collect();
    let gateway = Gateway::start(of_extent(&tellings, &place, extent).to_string());
    (gateway, place)
}

/// Rows with their numbers.
fn rows(which: impl Fn(&Row) -> bool) -> impl Iterator<Item = (usize, &'static Row)> {
    let all = ROWS.iter().enumerate();
    all.filter(move |(_, row)| which(row))
}

#[test]
fn what_is_hidden_cannot_be_told_from_what_is_not_there() {
    let whole = start(Extent::Whole);
    let less = start(Extent::WithoutHidden);
    let mut compared = 0;
    for telling in Telling::all() {
        for (number, row) in rows(|row| row.is_hidden(telling)) {
            let ask = |(gateway, place): &(Gateway, Place)| {
                let asking = Asking {
                    gateway: gateway.address,
                    tls: &place.tls,
                    number,
                    row,
                    telling,
                };
                // Where nothing is there, nothing can be held.
                if !matches!(row.before, Before::Held(_)) {
                    asking.before();
                }
                bare(&asking.send_raw(row.sent))
            };
            let (hidden, missing) = (ask(&whole), ask(&less));
            assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
            assert!(missing.contains("route.not_found"), "{missing}");
            assert_eq!(hidden, missing, "{} told as {telling:?}", row.code);
            compared += 1;
        }
    }
    // Two that always hide, and whatever strangers meet where services conceal themselves.
    assert!(compared > 2 * 9 + 3 * 10, "{compared}");
}

#[test]
fn a_version_of_another_environment_cannot_be_told_from_what_is_not_there() {
    // The services of the table are published in `staging`, and the hosts are not its own now.
    let place = Place::new();
    let tellings: Vec<Telling> = Telling::all().collect();
    let mut all = configuration(&tellings, &place);
    all["environments"]["staging"]["hosts"] = serde_json::json!(["elsewhere.test"]);
    let whole = Gateway::start(all.to_string());
    let (number, row) = rows(|row| row.code == "headers.required_missing")
        .next()
        .expect("a row");
    for telling in tellings {
        let ask = |text: &str| {
            let asking = Asking {
                gateway: whole.address,
                tls: &place.tls,
                number,
                row,
                telling,
            };
            bare(&asking.send_raw(text))
        };
        let hidden = ask("GET /op\nX-API-Key: {key}");
        let missing = ask("GET /oq\nX-API-Key: {key}").replace("/oq", "/op");
        assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
        assert_eq!(hidden, missing, "{telling:?}");
    }
}

#[test]
fn a_guessed_secret_cannot_be_told_from_a_key_that_never_was() {
    let (gateway, place) = start(Extent::Whole);
    let (number, row) = rows(|row| row.code == "credential.wrong_secret")
        .next()
        .expect("a row");
    for telling in Telling::all() {
        let asking = Asking {
            gateway: gateway.address,
            tls: &place.tls,
            number,
            row,
            telling,
        };
        let ask = |text: &str| bare(&asking.send_raw(text));
        let guessed = ask(row.sent);
        let unknown = ask("GET /op\nX-API-Key: {stranger}");
        let shown = match (telling.profile(), telling.disclosure()) {
            ("conceal", _) => "Postern-Denial: route.not_found\r\n",
            (_, "minimal") => "Postern-Denial: credential\r\n",
            _ => "Postern-Denial: credential.invalid\r\n",
        };
        let has = guessed.to_lowercase().contains(&shown.to_lowercase());
        assert!(has, "{shown}: {guessed}");
        assert_eq!(guessed, unknown, "{telling:?}");
    }
}

#[test]
fn a_token_that_is_not_genuine_says_nothing_of_why() {
    let (gateway, place) = start(Extent::Whole);
    let (number, row) = rows(|row| row.code == "token.key_unknown")
        .next()
        .expect("a row");
    for telling in Telling::all() {
        let asking = Asking {
            gateway: gateway.address,
            tls: &place.tls,
            number,
            row,
            telling,
        };
        let ask = |wrong: &str| {
            let text = format!("GET /op\nAuthorization: Bearer {{token {wrong}}}");
            bare(&asking.send_raw(&text))
        };
        let [forged, unknown, foreign] = ["forged", "unknown", "foreign"].map(ask);
        let shown = match (telling.profile(), telling.disclosure()) {
            ("conceal", _) => "postern-denial: route.not_found\r\n",
            (_, "minimal") => "postern-denial: token\r\n",
            _ => "postern-denial: token.invalid\r\n",
        };
        assert!(forged.to_lowercase().contains(shown), "{shown}: {forged}");
        assert_eq!(forged, unknown, "{telling:?}");
        assert_eq!(forged, foreign, "{telling:?}");
    }
}
