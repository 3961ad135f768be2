use super::pair;
use serde_json::json;

#[test]
fn secrets_are_hidden_and_the_rest_is_shown() {
    let before = json!({
        "app": "crm",
        "hmac": "aa",
        "secret": "env:CRM_KEY",
        "list": [{"password": "geheim", "n": 1}],
        "key": "sealed:k1:abc",
    });
    let after = json!({
        "app": "crm2",
        "hmac": "bb",
        "secret": "hunter2",
        "list": [{"password": "geheim", "n": 2}, {"password_hash": "$argon2id$"}],
        "key": "sealed:k1:abc",
        "pem": "-----BEGIN PRIVATE KEY-----",
        "sha256": {"salt": 1},
    });
    let (before, after) = pair(Some(before), Some(after));
    let expected = json!({
        "app": "crm",
        "hmac": "(hidden)",
        "secret": "env:CRM_KEY",
        "list": [{"password": "(hidden)", "n": 1}],
        "key": "(hidden)",
    });
    assert_eq!(before, Some(expected));
    let expected = json!({
        "app": "crm2",
        "hmac": "(hidden, changed)",
        "secret": "(hidden, changed)",
        "list": [{"password": "(hidden)", "n": 2}, {"password_hash": "(hidden)"}],
        "key": "(hidden)",
        "pem": "(hidden)",
        "sha256": "(hidden)",
    });
    assert_eq!(after, Some(expected));
}

#[test]
fn references_say_where_a_secret_is() {
    let document = json!({
        "key": "tls/gateway.key",
        "client_secret": "file:idp.secret",
        "hash": null,
    });
    let (none, shown) = pair(None, Some(document.clone()));
    assert_eq!((none, shown), (None, Some(document)));
    assert_eq!(pair(None, None), (None, None));
}
