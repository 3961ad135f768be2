use super::*;

fn operation(name: &str, method: &str, path: &str) -> Operation {
    Operation {
        name: name.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        scopes: Vec::new(),
        anonymous: false,
        title: None,
        description: None,
        tags: Vec::new(),
        deprecated: false,
        media_types: Vec::new(),
        max_body: None,
        pointer: format!("/paths/{name}"),
    }
}

fn map(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else {
        panic!("not an object");
    };
    members
}

/// The difference, and what the report says.
fn changed(
    imported: &[Operation],
    now: &Map<String, Value>,
    origin: &Map<String, Value>,
) -> (Difference, Report) {
    let mut report = Report::default();
    let difference = difference(imported, now, origin, &mut report);
    (difference, report)
}

#[test]
fn what_came_from_a_document_goes_with_it() {
    let first = [
        operation("list", "GET", "/a"),
        operation("gone", "PUT", "/a"),
    ];
    let (before, _) = changed(&first, &Map::new(), &Map::new());
    assert_eq!(before.added, ["list", "gone"]);
    let mut moved = operation("list", "GET", "/b");
    moved.scopes = vec!["s".to_owned()];
    let second = [moved, operation("new", "GET", "/c")];
    let (after, _) = changed(&second, &before.operations, &before.origin);
    assert_eq!(after.removed, ["gone"]);
    assert_eq!(after.added, ["new"]);
    assert_eq!(after.changed[0].members, ["path", "scopes"]);
    assert_eq!(after.operations["list"]["path"], "/b");
    assert!(after.kept.is_empty());
}

#[test]
fn a_first_import_takes_nothing_from_what_was_made_by_hand() {
    let now = map(json!({
        "list-a": {"methods": ["GET", "HEAD"], "path": "/a/{x}", "timeouts": {"total": "1s"}},
        "other": {"path": "/other"},
    }));
    let mut listed = operation("listA", "GET", "/a/{id}");
    listed.scopes = vec!["s".to_owned()];
    listed.anonymous = false;
    let (after, _) = changed(&[listed], &now, &Map::new());
    let here = &after.operations["list-a"];
    assert_eq!(here["methods"], json!(["GET", "HEAD"]));
    assert_eq!(here["path"], "/a/{x}");
    assert_eq!(here["scopes"], json!(["s"]));
    assert_eq!(here["timeouts"], json!({"total": "1s"}));
    assert_eq!(after.operations["other"], now["other"]);
    assert!(after.operations.get("listA").is_none());
    let kept = after.kept.iter();
    let members: Vec<_> = kept.map(|kept| kept.member.as_deref()).collect();
    assert_eq!(
        members,
        [None, Some("methods"), Some("path"), Some("timeouts")]
    );
}

#[test]
fn nobody_is_let_in_by_a_document_where_a_credential_was_asked_for() {
    let now = map(json!({"a": {"methods": ["GET"], "path": "/a"}}));
    let mut open = operation("a", "GET", "/a");
    open.anonymous = true;
    let (after, _) = changed(&[open], &now, &Map::new());
    assert!(after.operations["a"].get("anonymous").is_none());
    assert_eq!(after.kept[0].member.as_deref(), Some("anonymous"));
}

#[test]
fn a_decision_by_hand_goes_before_what_cannot_stand_beside_it() {
    let (before, _) = changed(&[operation("a", "GET", "/a")], &Map::new(), &Map::new());
    let mut now = before.operations.clone();
    now["a"]["anonymous"] = json!(true);
    let mut scoped = operation("a", "GET", "/a");
    scoped.scopes = vec!["s".to_owned()];
    let (after, _) = changed(&[scoped], &now, &before.origin);
    assert_eq!(after.operations["a"]["anonymous"], true);
    assert!(after.operations["a"].get("scopes").is_none());
}

#[test]
fn an_operation_by_hand_keeps_its_requests() {
    let now = map(json!({"all": {"methods": ["GET", "POST"], "path": "/a"}}));
    let imported = [
        operation("get", "GET", "/a"),
        operation("post", "POST", "/a"),
    ];
    let (after, report) = changed(&imported, &now, &Map::new());
    assert_eq!(after.operations.len(), 1);
    assert_eq!(after.operations["all"]["methods"], json!(["GET", "POST"]));
    let line = &report.lines()[0];
    assert_eq!(
        (line.pointer.as_str(), line.instead.as_str()),
        ("/paths/post", "that one stays")
    );
}
