use super::*;
use crate::context::Asked;
use postern_model::entity::{BodyChange, BodyValue};
use proptest::prelude::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(Name, Name)> {
    list.iter()
        .map(|(a, b)| ((*a).into(), (*b).into()))
        .collect()
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.into(),
        value: value.into(),
    }
}

fn message() -> Message {
    Message {
        headers: vec![
            header("X-Old", "1"),
            header("Accept", "*/*"),
            header("x-old", "2"),
        ],
        path: "/orders/7".to_owned(),
        query: Some(b"a=1&b=%20x&a=2&&c".to_vec()),
        body: Some(Json::read(br#"{"id": 7, "who": {"mail": "x"}, "n": 1.50}"#).unwrap()),
    }
}

fn request(changes: Changes) -> Transform {
    Transform::new(&TransformRule {
        request: changes,
        max_body: 1 << 20,
        ..TransformRule::default()
    })
    .unwrap()
}

fn apply(changes: Changes) -> Result<(Message, Notes), Failure> {
    let mut message = message();
    let mut notes = Notes::default();
    let asked = Asked {
        method: "GET",
        app: Some("shop"),
        params: vec![("id", "7".to_owned())],
        ..Asked::default()
    };
    let transform = request(changes);
    let scene = Scene::new(&asked, transform.reads());
    let params = [("id", "7")];
    transform.request("p", &mut message, Some(&scene), &params, &mut notes)?;
    Ok((message, notes))
}

#[test]
fn fields_are_removed_renamed_set_and_added_in_this_order() {
    let headers = FieldChanges {
        remove: vec!["accept".into()],
        rename: pairs(&[("x-old", "x-new")]),
        set: pairs(&[("x-app", "{{ request.app }}-{{ request.params.id }}")]),
        add: pairs(&[("x-new", "3")]),
    };
    let query = FieldChanges {
        remove: vec!["c".into()],
        rename: pairs(&[("b", "b b")]),
        set: pairs(&[("a", "x y&z")]),
        add: pairs(&[("d", "4")]),
    };
    let changes = Changes {
        headers,
        query,
        path: Some("/v2/{id}/lines".into()),
        body: Vec::new(),
    };
    let (message, notes) = apply(changes).unwrap();
    let expected = [
        header("x-new", "1"),
        header("x-new", "2"),
        header("x-app", "shop-7"),
        header("x-new", "3"),
    ];
    assert_eq!(message.headers, expected);
    assert_eq!(message.query.unwrap(), b"b%20b=%20x&a=x%20y%26z&d=4");
    assert_eq!(message.path, "/v2/7/lines");
    assert_eq!(notes.notes.len(), 9);
}

#[test]
fn bodies_are_changed_step_by_step() {
    let value = |text: &str| BodyValue::Json(text.into());
    let body = vec![
        BodyChange::Rename {
            at: "/id".into(),
            to: "number".into(),
        },
        BodyChange::Move {
            from: "/who/mail".into(),
            to: "/mail".into(),
        },
        BodyChange::Set {
            at: "/total".into(),
            value: value("{{ body.n * 2 }}"),
        },
        BodyChange::Set {
            at: "/by".into(),
            value: BodyValue::Text("{{ request.app }}".into()),
        },
        BodyChange::Remove { at: "/who".into() },
        BodyChange::Remove {
            at: "/nothing".into(),
        },
    ];
    let (message, notes) = apply(Changes {
        body,
        ..Changes::default()
    })
    .unwrap();
    assert_eq!(
        String::from_utf8(message.body.unwrap().write()).unwrap(),
        r#"{"number":7,"n":1.50,"mail":"x","total":3.0,"by":"shop"}"#
    );
    let noted: Vec<String> = notes
        .notes
        .iter()
        .map(|note| format!("{} {:?} {:?}", note.what, note.before, note.after))
        .collect();
    let expected = [
        r#"/id Some("/id") Some("number")"#,
        r#"/who/mail Some("/who/mail") Some("/mail")"#,
        r#"/total None Some("number")"#,
        r#"/by None Some("text of 4")"#,
        r#"/who Some("object of 0") None"#,
    ];
    assert_eq!(noted, expected);
}

#[test]
fn a_body_can_be_written_anew() {
    let body = vec![BodyChange::Replace(
        r#"{"order": {{ body.id }}, "who": {{ body.who.mail }}}"#.into(),
    )];
    let (message, _) = apply(Changes {
        body,
        ..Changes::default()
    })
    .unwrap();
    assert_eq!(message.body.unwrap().write(), br#"{"order":7,"who":"x"}"#);
}

#[test]
fn what_cannot_be_done_is_said_without_values() {
    let set = |name: &str, text: &str| Changes {
        headers: FieldChanges {
            set: pairs(&[(name, text)]),
            ..FieldChanges::default()
        },
        ..Changes::default()
    };
    let body = |change| Changes {
        body: vec![change],
        ..Changes::default()
    };
    for (changes, step, problem) in [
        (
            set("x-a", "a{{ '\\n' }}b"),
            "request.headers.set x-a",
            "a header value has only printable ASCII characters, and this wrote others",
        ),
        (
            set("x-a", "{{ body.secret }}"),
            "request.headers.set x-a",
            "it reads something that is not there",
        ),
        (
            body(BodyChange::Set {
                at: "/id/x".into(),
                value: BodyValue::Text("v".into()),
            }),
            "request.body step 1",
            "on the way there stands something without members",
        ),
        (
            body(BodyChange::Replace("{{ body.n }} x".into())),
            "request.body step 1",
            "it wrote no JSON: something follows its end",
        ),
        (
            body(BodyChange::Rename {
                at: "/id".into(),
                to: "n".into(),
            }),
            "request.body step 1",
            "there is a member of the new name already",
        ),
    ] {
        assert_eq!(apply(changes).unwrap_err(), Failure::new(step, problem));
    }
}

#[test]
fn what_has_to_be_read_is_known_beforehand() {
    let plain = request(Changes {
        path: Some("/v2/{id}".into()),
        ..Changes::default()
    });
    assert!(!plain.reads_request() && !plain.has_templates() && plain.changes_requests());
    assert_eq!(plain.params(), ["id"]);
    let looks = request(Changes {
        headers: FieldChanges {
            set: pairs(&[("x", "{{ body.id }}")]),
            ..FieldChanges::default()
        },
        ..Changes::default()
    });
    assert!(looks.reads_request() && !looks.reads_answer());
}

proptest! {
    #[test]
    fn what_changes_nothing_leaves_everything(query in "[a-c=&%20+]{0,20}", names in "[d-z]{1,5}") {
        let nothing = FieldChanges {
            remove: vec![names.as_str().into()],
            rename: pairs(&[(&names, "other")]),
            ..FieldChanges::default()
        };
        let transform = request(Changes {
            headers: FieldChanges { remove: vec!["x-none".into()], ..FieldChanges::default() },
            query: nothing,
            body: vec![BodyChange::Remove { at: "/none".into() }],
            path: None,
        });
        let mut changed = message();
        changed.query = Some(query.into_bytes());
        let before = changed.clone();
        let mut notes = Notes::default();
        transform.request("p", &mut changed, None, &[], &mut notes).unwrap();
        prop_assert!(notes.is_empty());
        prop_assert_eq!(changed.query, before.query);
        prop_assert_eq!(changed.headers, before.headers);
        prop_assert_eq!(changed.body, before.body);
    }
}
