use super::*;
use serde_json::json;

#[test]
fn sections_are_written_in_the_order_in_which_they_are_read() {
    let mut sections = Sections::default();
    sections.add("edge", "platform", &json!({"block_for": "1m"}));
    sections.add("app", "b", &json!({}));
    sections.add("app", "a:b", &json!({"tenant": "t"}));
    sections.add("tenant", "t", &json!({}));
    sections.add("change_request", "cr_1", &json!({}));
    assert_eq!(
        sections.text().unwrap(),
        "tenants:\n  t: {}\n\napps:\n  b: {}\n  \"a:b\":\n    tenant: t\n\nedge:\n  block_for: \"1m\"\n"
    );
    assert_eq!(Sections::default().text().unwrap(), "{}\n");
}

#[test]
fn what_would_not_be_read_again_is_not_written() {
    let mut sections = Sections::default();
    let long = json!({ "title": "x".repeat(1 << 20) });
    for n in 0..20 {
        sections.add("app", &format!("a{n}"), &long);
    }
    assert!(sections.bytes < 17 << 20, "no more is kept than is of use");
    assert!(sections.text().unwrap_err().message.contains("15 MiB"));
}
