use super::*;
use serde_json::json;

#[test]
fn what_waits_longest_comes_first() {
    let waits = |kind: &str, id: &str, document: Value| Waiting {
        kind: kind.to_owned(),
        id: id.to_owned(),
        version: None,
        document,
        asker: None,
    };
    let mut all = [
        waits(
            "subscription",
            "third",
            json!({"requested_at": "2026-05-03T12:00:00Z"}),
        ),
        waits(
            "change_request",
            "second",
            json!({"proposed_at": "2026-05-03T13:00:00+02:00"}),
        ),
        waits(
            "subscription",
            "first",
            json!({"requested_at": "2026-05-03"}),
        ),
        waits("subscription", "unsaid", json!({})),
    ];
    all.sort_by_key(Waiting::since);
    let ids: Vec<&str> = all.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["unsaid", "first", "second", "third"]);
}

#[test]
fn where_a_page_of_decisions_goes_on_is_read_back() {
    let decided = Decided {
        at: 1_795_741_619,
        id: "sub_a.b".to_owned(),
    };
    assert_eq!(Decided::parse(&decided.written()).unwrap(), decided);
    for wrong in ["", "x", "x.sub", "sub_1"] {
        assert!(Decided::parse(wrong).is_err(), "{wrong}");
    }
}
