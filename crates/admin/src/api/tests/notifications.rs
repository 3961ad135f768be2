use super::world::World;
use serde_json::{Value, json};

const ADMIN: &str = "admin@commerce";

fn hook() -> Value {
    json!({"tenant": "commerce", "url": "https://hooks.example.com/x", "events": ["approval.asked"]})
}

#[tokio::test]
async fn a_webhook_shows_its_secret_once_and_gets_another() {
    let world = World::new().await;
    let made = world.ask(ADMIN, "POST", "/webhooks", hook()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{made:?}");
    let path = made.headers["location"].to_str().unwrap();
    let path = path.strip_prefix("/api/v1").unwrap().to_owned();
    let read = world.ask(ADMIN, "GET", &path, Value::Null).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert!(!read.body.to_string().contains(&secret), "{read:?}");
    let all = world.ask(ADMIN, "GET", "/webhooks", Value::Null).await;
    assert_eq!(all.body["items"].as_array().unwrap().len(), 1, "{all:?}");

    let rotate = format!("{path}/rotate-secret");
    let overlap = json!({"overlap_seconds": 60});
    let rotated = world.ask(ADMIN, "POST", &rotate, overlap).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    assert_ne!(rotated.body["secret"], made.body["secret"]);
    assert_eq!(
        rotated.body["signing"]["previous"],
        made.body["signing"]["salt"]
    );
    let long = json!({"overlap_seconds": 100 * 24 * 60 * 60});
    let long = world.ask(ADMIN, "POST", &rotate, long).await;
    assert_eq!(long.status, 400, "{long:?}");

    // What Postern writes stays; the rest can be changed.
    let patch = json!({"description": "Ours", "enabled": false});
    let patched = world.ask(ADMIN, "PATCH", &path, patch).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(patched.body["signing"], rotated.body["signing"]);
    let off = format!("{path}/test");
    let off = world.ask(ADMIN, "POST", &off, Value::Null).await;
    assert_eq!(off.body["code"], "resource.conflict", "{off:?}");
    let gone = world.ask(ADMIN, "DELETE", &path, Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_webhook_is_named_by_its_place() {
    let world = World::new().await;
    for (name, value, pointer) in [
        ("url", json!("http://hooks.example.com"), "/url"),
        ("events", json!([]), "/events"),
        ("description", json!(""), "/description"),
    ] {
        let mut hook = hook();
        hook[name] = value;
        let refused = world.ask(ADMIN, "POST", "/webhooks", hook).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{refused:?}");
        assert_eq!(refused.body["errors"][0]["in"], "body", "{refused:?}");
    }
    let unknown = json!({"url": "https://h.example", "events": ["pong"], "tenant": "commerce"});
    let unknown = world.ask(ADMIN, "POST", "/webhooks", unknown).await;
    assert_eq!(unknown.status, 400, "{unknown:?}");
    // Without what secrets are made with, nobody could be told the secret.
    let put = world.ask(ADMIN, "PUT", "/webhooks/mine", hook()).await;
    assert_eq!(put.body["errors"][0]["pointer"], "/signing", "{put:?}");
    let moved = world.ask(ADMIN, "POST", "/webhooks", hook()).await;
    let path = format!("/webhooks/{}", moved.body["id"].as_str().unwrap());
    let moved = json!({"tenant": "partner"});
    let moved = world.ask("owner", "PATCH", &path, moved).await;
    assert_eq!(moved.body["errors"][0]["pointer"], "/tenant", "{moved:?}");
    let tenant = world
        .ask("owner", "DELETE", "/tenants/commerce", Value::Null)
        .await;
    assert!(tenant.body.to_string().contains("webhook"), "{tenant:?}");
}

#[tokio::test]
async fn webhooks_of_others_are_not_there() {
    let world = World::new().await;
    let made = world.ask(ADMIN, "POST", "/webhooks", hook()).await;
    let path = format!("/webhooks/{}", made.body["id"].as_str().unwrap());
    let test = format!("{path}/test");
    let sent = world.ask(ADMIN, "POST", &test, Value::Null).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let again = format!(
        "{path}/deliveries/{}/redeliver",
        sent.body["delivery"].as_str().unwrap()
    );
    let own = world.ask(ADMIN, "POST", &again, Value::Null).await;
    assert_eq!(own.status, 200, "{own:?}");
    let none = format!("{path}/deliveries/dlv_0/redeliver");
    let none = world.ask(ADMIN, "POST", &none, Value::Null).await;
    assert_eq!(none.status, 404, "{none:?}");
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", test),
        ("POST", again),
        ("GET", format!("{path}/deliveries")),
    ] {
        let foreign = world.ask("admin@partner", method, &path, Value::Null).await;
        assert_eq!(foreign.status, 404, "{method} {path}: {foreign:?}");
    }
    let theirs = world
        .ask("admin@partner", "POST", "/webhooks", hook())
        .await;
    assert_eq!(theirs.status, 403, "{theirs:?}");
    let platform = json!({"url": "https://h.example", "events": ["ping"]});
    let platform = world.ask(ADMIN, "POST", "/webhooks", platform).await;
    assert_eq!(platform.status, 403, "{platform:?}");
}

#[tokio::test]
async fn mail_settings_are_the_platforms() {
    let world = World::new().await;
    let path = "/settings/mail";
    let none = world.ask("owner", "GET", path, Value::Null).await;
    assert_eq!(none.status, 404, "{none:?}");
    let to = json!({"to": "lin@example.com"});
    let early = world
        .ask("owner", "POST", "/settings/mail/test", to.clone())
        .await;
    assert_eq!(early.body["code"], "resource.conflict", "{early:?}");
    let mut mail = json!({
        "host": "smtp.example.com", "port": 587, "security": "starttls",
        "login": {"user": "postern", "password": "hunter2"}, "from": "postern@example.com",
    });
    let plain = world.ask("owner", "PUT", path, mail.clone()).await;
    assert_eq!(
        plain.body["errors"][0]["pointer"], "/login/password",
        "{plain:?}"
    );
    assert!(!plain.body.to_string().contains("hunter2"), "{plain:?}");
    mail["login"]["password"] = "env:SMTP_PASSWORD".into();
    let set = world.ask("owner", "PUT", path, mail.clone()).await;
    assert_eq!(set.status, 200, "{set:?}");
    // As of any document, what was read is what is replaced.
    let version = set.headers["etag"].to_str().unwrap().to_owned();
    for (value, status) in [("\"1\"", 412), (&*version, 200), (&*version, 412)] {
        mail["port"] = (mail["port"].as_u64().unwrap() + 1).into();
        let field = [("if-match", value)];
        let put = world
            .ask_with("owner", "PUT", path, mail.clone(), &field)
            .await;
        assert_eq!(put.status, status, "{put:?}");
    }
    // This process has nothing to send with, and says so.
    let tried = world.ask("owner", "POST", "/settings/mail/test", to).await;
    assert_eq!(tried.body["code"], "resource.conflict", "{tried:?}");
    let nobody = json!({"to": "nobody"});
    let nobody = world
        .ask("owner", "POST", "/settings/mail/test", nobody)
        .await;
    assert_eq!(nobody.status, 400, "{nobody:?}");
    for (method, body) in [("GET", Value::Null), ("PUT", mail), ("DELETE", Value::Null)] {
        let refused = world.ask(ADMIN, method, path, body).await;
        assert_eq!(refused.status, 403, "{method}: {refused:?}");
    }
    let log = world
        .ask("owner", "GET", "/settings/mail/deliveries", Value::Null)
        .await;
    assert_eq!(log.body["items"], json!([]), "{log:?}");
    let gone = world.ask("owner", "DELETE", path, Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
}
