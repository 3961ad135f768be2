//! Quotas: used up, renewed, raised, and kept over restarts and worse.

use crate::harness::gateway::Launch;
use crate::harness::raw::get;
use crate::harness::setup::{Setup, open};
use crate::harness::{Gateway, Response, eventually};
use crate::upstream::Upstream;
use postern_model::key::ApiKey;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The quota of every test, by address.
fn quota(count: u32, per: &str) -> Value {
    json!({"kind": "quota", "on": "platform", "quota": count, "per": per, "by": "address"})
}

fn limited(upstream: &Upstream, quota: Value) -> Setup {
    open(upstream.address).with("policies.much", quota)
}

/// Waits until a period of so many seconds begins.
fn period_begins(seconds: u128) {
    let millis = seconds * 1000;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let into = now.expect("after 1970").as_millis() % millis;
    let rest = u64::try_from(millis - into).expect("a short time");
    std::thread::sleep(Duration::from_millis(rest));
}

fn code(response: &Response) -> Option<String> {
    response.denial()
}

#[test]
fn a_quota_is_used_up_named_and_renewed() {
    let upstream = Upstream::start();
    let gateway = Gateway::start(limited(&upstream, quota(2, "4s")));
    period_begins(4);
    for left in [1, 0] {
        let passes = gateway.get("/");
        assert_eq!(passes.status, 200, "{}", passes.text());
        let policy = passes.header("ratelimit-policy");
        assert_eq!(policy.as_deref(), Some("\"much\";q=2;w=4"));
        let limit = passes.header("ratelimit").unwrap_or_default();
        assert!(
            limit.starts_with(&format!("\"much\";r={left};t=")),
            "{limit}"
        );
    }
    let refused = gateway.get("/");
    assert_eq!(refused.status, 429);
    assert_eq!(code(&refused).as_deref(), Some("limit.quota_exhausted"));
    let detail = refused.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        detail,
        "Quota `much` lets 2 requests per 4s pass for each address; 2 were used."
    );
    let fix = refused.json()["fix"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(fix.starts_with("Wait until 20"), "{fix}");
    let wait = refused.header("retry-after").expect("Retry-After");
    let wait: u64 = wait.parse().expect("seconds");
    assert!((1..=4).contains(&wait), "{wait}");
    std::thread::sleep(Duration::from_secs(wait));
    assert_eq!(gateway.get("/").status, 200, "renewed");
}

#[test]
fn months_have_no_length_and_say_when_they_end() {
    let upstream = Upstream::start();
    let mut month = quota(1, "month");
    month["time_zone"] = json!("Europe/Berlin");
    let gateway = Gateway::start(limited(&upstream, month));
    let passes = gateway.get("/");
    let policy = passes.header("ratelimit-policy");
    assert_eq!(policy.as_deref(), Some("\"much\";q=1"));
    let refused = gateway.get("/").json();
    let detail = refused["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("per month (Europe/Berlin)"), "{detail}");
    let fix = refused["fix"].as_str().unwrap_or_default();
    // Midnight in Berlin.
    let berlin = fix.contains(" 23:00:00 UTC") || fix.contains(" 22:00:00 UTC");
    assert!(berlin, "{fix}");
}

/// However many other limits refuse, what they refuse is not used.
#[test]
fn refused_requests_use_nothing_up() {
    let upstream = Upstream::start();
    let setup = limited(&upstream, quota(10, "month"));
    let rate = json!({"kind": "rate", "on": "platform", "rate": 5, "per": "1h", "by": "address"});
    let gateway = Gateway::start(setup.clone().with("policies.often", rate));
    for _ in 0..5 {
        assert_eq!(gateway.get("/").status, 200);
    }
    for _ in 0..20 {
        let refused = gateway.get("/");
        assert_eq!(code(&refused).as_deref(), Some("limit.rate_exceeded"));
    }
    gateway.replace_config(&String::from(setup));
    eventually("the other limit is gone", || {
        (gateway.get("/").status == 200).then_some(())
    });
    let passes = (0..10).filter(|_| gateway.get("/").status == 200).count();
    assert_eq!(passes, 4, "of ten, six were used");
}

#[test]
fn what_was_used_outlasts_a_restart_and_a_kill() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(limited(&upstream, quota(10, "month")));
    let use_up = |gateway: &Gateway, times: usize| {
        (0..times)
            .filter(|_| gateway.get("/").status == 200)
            .count()
    };
    assert_eq!(use_up(&gateway, 3), 3);
    // At once: an orderly end loses nothing.
    gateway.restart();
    let left = gateway.get("/").header("ratelimit").unwrap_or_default();
    assert!(left.starts_with("\"much\";r=6;"), "{left}");
    // What was counted longer ago than a second is on the disk.
    std::thread::sleep(Duration::from_millis(2_500));
    gateway.killed();
    let left = gateway.get("/").header("ratelimit").unwrap_or_default();
    assert!(left.starts_with("\"much\";r=5;"), "{left}");
    std::thread::sleep(Duration::from_millis(2_500));
    // What was counted within it may be lost, and nothing else.
    assert_eq!(use_up(&gateway, 2), 2);
    gateway.killed();
    let passed = use_up(&gateway, 10);
    assert!((3..=5).contains(&passed), "{passed}");
    assert_eq!(
        code(&gateway.get("/")).as_deref(),
        Some("limit.quota_exhausted")
    );
}

#[test]
fn a_file_that_is_damaged_is_put_aside() {
    let upstream = Upstream::start();
    let mut gateway = Gateway::start(limited(&upstream, quota(2, "month")));
    assert_eq!(gateway.get("/").status, 200);
    gateway.signal("TERM");
    assert!(gateway.wait(Duration::from_secs(10)).is_some());
    let data = gateway.file().with_file_name("data");
    std::fs::write(data.join("quotas"), "nothing of the kind").expect("written");
    gateway.started();
    gateway.logged(&["quotas are counted from the beginning", "quotas.damaged"]);
    let passed = (0..5).filter(|_| gateway.get("/").status == 200).count();
    assert_eq!(passed, 2);
}

#[test]
fn a_raised_quota_goes_on_and_shadow_counts_for_itself() {
    let upstream = Upstream::start();
    let mut shadow = quota(1, "month");
    shadow["mode"] = json!("shadow");
    let gateway = Gateway::start(limited(&upstream, shadow));
    for _ in 0..3 {
        let passes = gateway.get("/");
        assert_eq!(passes.status, 200, "{}", passes.text());
        assert_eq!(passes.header("ratelimit"), None, "nobody's business");
    }
    let becomes = |count: u32| {
        gateway.replace_config(&String::from(limited(&upstream, quota(count, "month"))));
    };
    becomes(2);
    eventually("it is enforced", || gateway.get("/").header("ratelimit"));
    assert_eq!(gateway.get("/").status, 200, "it has counted one");
    assert_eq!(gateway.get("/").status, 429);
    becomes(4);
    eventually("it is raised", || {
        (gateway.get("/").status == 200).then_some(())
    });
    assert_eq!(gateway.get("/").status, 200);
    assert_eq!(gateway.get("/").status, 429, "four in all");
}

#[test]
fn headers_and_persons_have_counters_of_their_own() {
    let upstream = Upstream::start();
    let key = ApiKey::generate(&[7; ApiKey::RANDOM]);
    let digest = key.digest().map(|byte| format!("{byte:02x}")).concat();
    let setup = open(upstream.address)
        .with("tenants", json!({"partner": {}}))
        .with("apps", json!({"shop": {"tenant": "partner"}}))
        .with(
            &format!("credentials.key_{}", key.id()),
            json!({"app": "shop", "sha256": digest}),
        )
        .with(
            "services.everything.authentication",
            json!({"api_key": {"header": "X-API-Key"}, "subscription": false}),
        )
        .with(
            "policies.regions",
            json!({"kind": "quota", "on": "platform", "quota": 2, "per": "day",
                   "by": ["app", "header"], "header": "X-Region"}),
        )
        .with(
            "policies.people",
            json!({"kind": "quota", "on": "platform", "quota": 5, "per": "week", "by": "user"}),
        );
    let gateway = Launch::new(setup).start();
    let written = (*key.reveal().expose()).to_owned();
    let ask = |region: &str| {
        let fields = format!("X-API-Key: {written}\r\n{region}Connection: close\r\n");
        get(gateway.address, "/", &fields)
    };
    let north = "X-Region: north\r\n";
    assert_eq!([ask(north).status, ask(north).status], [200, 200]);
    let refused = ask(north);
    assert_eq!(refused.status, 429);
    let detail = refused.json()["detail"].to_string();
    assert!(detail.contains("for each app, header x-region"), "{detail}");
    assert_eq!([ask("").status, ask("").status], [200, 200]);
    assert_eq!(ask("").status, 429, "those without it share one");
    // Nobody is behind a key: the key stands for itself.
    assert_eq!(ask("X-Region: south\r\n").status, 200);
    let refused = ask("X-Region: south\r\n");
    assert_eq!(refused.status, 429);
    assert!(refused.json()["detail"].to_string().contains("`people`"));

    // What is left is told whoever proves who asks.
    let fields = format!("X-API-Key: {written}\r\nX-Region: east\r\nConnection: close\r\n");
    let who = get(gateway.address, "/.well-known/postern/check/", &fields);
    let told = who.json();
    assert!(told.to_string().contains("people"), "{told}");
}
