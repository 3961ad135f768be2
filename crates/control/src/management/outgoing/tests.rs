use super::{Wrong, mail_of, one, webhook_by_itself};
use crate::management::mail::Mail;
use crate::management::webhook::Webhook;
use serde_json::{Value, json};

fn with(mut document: Value, pointer: &str, value: Value) -> String {
    *document.pointer_mut(pointer).unwrap() = value;
    document.to_string()
}

fn places(wrong: &[Wrong]) -> Vec<&'static str> {
    wrong.iter().map(|(pointer, _, _)| *pointer).collect()
}

#[test]
fn webhooks_say_what_is_wrong_with_them() {
    let good = json!({
        "tenant": "commerce", "url": "https://hooks.example.com/x?y=z", "events": ["ping"],
        "description": "Ours", "enabled": true,
        "signing": {"salt": "0123456789abcdef", "previous": null, "previous_until": null},
    });
    let look = |json: &str| {
        one(json, |document: &Webhook| {
            webhook_by_itself("wh_1", document)
        })
    };
    assert_eq!(places(&look(&good.to_string())), Vec::<&str>::new());
    for (pointer, value, place) in [
        ("/url", json!("http://hooks.example.com"), "/url"),
        ("/url", json!("https://lin:pw@hooks.example.com"), "/url"),
        ("/url", json!("ftp://hooks.example.com"), "/url"),
        (
            "/url",
            json!(format!("https://h.example/{}", "x".repeat(2048))),
            "/url",
        ),
        ("/events", json!([]), "/events"),
        ("/events", json!(["ping", "ping"]), "/events"),
        ("/events", json!(["pong"]), ""),
        ("/description", json!(" "), "/description"),
        ("/description", json!("a\nb"), "/description"),
        ("/signing", Value::Null, "/signing"),
        ("/signing/salt", json!("short"), "/signing"),
        ("/signing/previous", json!("0123456789abcdef"), "/signing"),
    ] {
        let wrong = look(&with(good.clone(), pointer, value.clone()));
        assert_eq!(places(&wrong), [place], "{pointer} {value}");
        assert!(!wrong[0].1.contains("pw@"), "{wrong:?}");
    }
    let document: Webhook = serde_json::from_value(good).unwrap();
    assert_eq!(places(&webhook_by_itself("a/b", &document)), [""]);
}

#[test]
fn mail_settings_say_what_is_wrong_with_them() {
    let good = json!({
        "host": "smtp.example.com", "port": 465, "security": "tls",
        "login": {"user": "postern", "password": "env:SMTP_PASSWORD"},
        "from": "Postern <postern@example.com>", "hello": "gw.example.com", "title": "APIs",
        "links": "https://manage.example.com",
    });
    let look = |json: &str| one::<Mail>(json, mail_of);
    assert_eq!(places(&look(&good.to_string())), Vec::<&str>::new());
    for (pointer, value, place) in [
        ("/host", json!("smtp example"), "/host"),
        ("/host", json!(""), "/host"),
        ("/port", json!(0), "/port"),
        ("/port", json!(70000), ""),
        ("/security", json!("none"), "/login"),
        ("/login/password", json!("hunter2"), "/login/password"),
        ("/login/password", json!("env:"), "/login/password"),
        ("/from", json!("postern"), "/from"),
        ("/hello", json!("a b"), "/hello"),
        ("/title", json!("a\r\nBcc: x@example.com"), "/title"),
        ("/links", json!("javascript:alert(1)"), "/links"),
    ] {
        let wrong = look(&with(good.clone(), pointer, value.clone()));
        assert_eq!(places(&wrong), [place], "{pointer} {value}");
        assert!(!wrong[0].1.contains("hunter2"), "{wrong:?}");
    }
}
