//! How strongly, and how lately, somebody has to be signed in.

use super::*;

#[test]
fn a_sign_in_has_to_be_of_a_class_and_of_late() {
    let rule = |acr: &[&str], minutes: Option<u64>| StepUpRule {
        acr: acr.iter().map(|one| (*one).into()).collect(),
        max_age: minutes.map(Duration::from_mins),
        ..StepUpRule::default()
    };
    let signed = |acr: Option<&str>, ago: Option<i64>| Sent {
        token: Some(Token {
            acr: acr.map(Into::into),
            auth_time: ago.map(|ago| NOW - ago),
            ..token()
        }),
        ..post()
    };
    let refuses = |rule: StepUpRule, sent: &Sent| {
        let denial = refused(&world(rule), sent);
        denial
            .inspect(|denial| assert_eq!(denial.code, Code::StepUpRequired))
            .is_some()
    };
    assert!(!refuses(
        rule(&["mfa", "hw"], None),
        &signed(Some("hw"), None)
    ));
    assert!(refuses(rule(&["mfa"], None), &signed(Some("pwd"), None)));
    assert!(refuses(rule(&["mfa"], None), &signed(None, Some(1))));
    assert!(!refuses(rule(&[], Some(5)), &signed(None, Some(300))));
    assert!(refuses(rule(&[], Some(5)), &signed(None, Some(301))));
    assert!(refuses(rule(&[], Some(5)), &signed(Some("mfa"), None)));
    assert!(refuses(
        rule(&["mfa"], Some(5)),
        &signed(Some("mfa"), Some(301))
    ));
    // Nobody signed in for a key.
    assert!(refuses(rule(&[], Some(5)), &post()));
}
