use super::*;

#[test]
fn a_new_key_and_its_document_belong_together() {
    let new = NewKey {
        app: "crm".into(),
        environment: "staging".into(),
        scopes: Some(vec!["a".into()]),
        expires_at: None,
        title: None,
    };
    let (key, change) = new_key(new).unwrap();
    assert_eq!(change.id, format!("key_{}", key.id()));
    assert_eq!(
        change.put.unwrap(),
        json!({
            "app": "crm",
            "sha256": hex(&key.digest()),
            "environment": "staging",
            "scopes": ["a"],
        })
    );
}

#[test]
fn a_new_password_and_its_document_belong_together() {
    let new = || NewKey {
        app: "crm".into(),
        environment: "staging".into(),
        ..NewKey::default()
    };
    let (password, change) = new_user("anna", new()).unwrap();
    assert!(postern_model::key::is_credential_id(&change.id));
    let document = change.put.unwrap();
    assert_eq!(document["password"]["user"], "anna");
    let written = document["password"]["hash"].as_str().unwrap();
    let hash = postern_model::key::password::PasswordHash::parse(written).unwrap();
    let password = password.expose();
    assert!(postern_proof::password::is_password(
        password.as_bytes(),
        &hash
    ));
    assert!(password.len() == 26 && !written.contains(&**password));
    for none in ["", "an:na", "an\nna", &"a".repeat(256)] {
        assert!(new_user(none, new()).is_err(), "{none}");
    }
}

#[test]
fn what_is_done_is_not_done_again() {
    let revoked = json!({"revoked_at": "2026-11-20T09:12:00Z"});
    assert!(revoke("key_1", &revoked, "t", "lin", "lost").is_err());
    assert!(revoke("key_1", &json!({}), "t", "lin", "lost").is_ok());
}

#[test]
fn a_comment_that_is_not_made_is_not_written() {
    let added = |comment| {
        let one = range("192.0.2.1").unwrap();
        let change = list_add("l", &json!({}), one, "t", comment, Some("u")).unwrap();
        change.patch.unwrap()["entries"][0].clone()
    };
    let plain = json!({"range": "192.0.2.1/32", "added_at": "t", "expires_at": "u"});
    assert_eq!(added(""), plain);
    assert_eq!(added("Ann")["comment"], "Ann");
}

#[test]
fn a_list_keeps_its_other_entries() {
    let list = json!({"entries": ["192.0.2.1", {"range": "198.51.100.0/24", "comment": "x"}]});
    let added = list_add("l", &list, range("10.1.2.3/8").unwrap(), "t", "c", None).unwrap();
    let entries = &added.patch.unwrap()["entries"];
    assert_eq!(entries[2]["range"], "10.0.0.0/8");
    assert_eq!(entries[1], list["entries"][1]);
    let twice = list_add("l", &list, range("192.0.2.1/32").unwrap(), "t", "c", None);
    assert!(twice.is_err());
    let removed = list_remove("l", &list, range("198.51.100.0/24").unwrap()).unwrap();
    assert_eq!(removed.patch.unwrap(), json!({"entries": ["192.0.2.1"]}));
    let covered = list_remove("l", &list, range("198.51.100.7").unwrap()).unwrap_err();
    assert_eq!(covered.help.unwrap(), "198.51.100.0/24 is, which covers it");
}

#[test]
fn nothing_is_added_to_a_list_that_has_expired() {
    let one = range("192.0.2.1").unwrap();
    let add = |end: &str| {
        let list = json!({"entries": [], "expires_at": end});
        list_add("l", &list, one, "2026-11-20T00:00:00Z", "", None)
    };
    for end in [
        "2026-11-20",
        "2026-11-20T00:00:00Z",
        "2026-11-19T23:00:00+00:00",
    ] {
        let refusal = add(end).unwrap_err();
        assert!(refusal.message.contains("nothing on it counts"), "{end}");
    }
    assert!(add("2026-11-20T00:00:01Z").is_ok());
    assert!(add("2026-11-21").is_ok());
}
