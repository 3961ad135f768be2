//! What is copied of requests.

use super::parse;
use postern_model::entity::{Capture, Captured, Redact};

fn capture(fields: &str) -> Option<Capture> {
    let text = format!(
        "services:\n  s:\n    {fields}\n    versions: {{v: {{upstream: u, operations: {{}}}}}}\n\
         upstreams: {{u: {{targets: ['example.com:80']}}}}\n"
    );
    let loaded = parse(&text).unwrap_or_else(|report| panic!("{report}"));
    loaded.configuration.services[0].capture.clone()
}

#[test]
fn nothing_is_copied_unless_a_service_says_so() {
    assert_eq!(capture("hosts: []"), None);
    assert_eq!(capture("capture: {}"), Some(Capture::default()));
}

#[test]
fn a_capture_policy_arrives() {
    let given = "capture: {outcomes: all, one_in: 10, body: 64KiB, redact: {headers: [X-Patient], \
                 json: [iban, '/items/*/a~1b~0'], form: ['user[iban]']}}";
    assert_eq!(
        capture(given),
        Some(Capture {
            outcomes: Captured::All,
            one_in: 10,
            body: Capture::MOST,
            redact: Redact {
                headers: vec!["x-patient".into()],
                members: vec!["iban".into()],
                places: vec![vec!["items".into(), "*".into(), "a/b~".into()]],
                fields: vec!["user[iban]".into()],
            },
        })
    );
}
