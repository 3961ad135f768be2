use super::super::{Code, Reserved};
use super::*;

/// Codes of the gateway's own state, and of what nobody else has a word for.
const NOBODY: &[&str] = &[
    "connection.proxy_protocol_invalid",
    "headers.encoding_unsupported",
    "authorization.condition_unmet",
    "authorization.unavailable",
    "waf.response_blocked",
    "model.capability_missing",
    "prompt.variable_missing",
    "prompt.variable_invalid",
    "provider.credentials_rejected",
    "provider.rate_limited",
    "provider.refused",
    "transform.failed",
    "upstream.address_forbidden",
    "origin.refused",
    "gateway.draining",
    "gateway.not_ready",
    "gateway.configuration_stale",
    "gateway.internal",
];

#[test]
fn it_is_said_of_every_code_what_others_answer_or_that_nobody_does() {
    let names = Code::ALL.iter().map(|code| code.name());
    for name in names.chain(Reserved::all().map(|code| code.name)) {
        assert_eq!(
            peers(name).is_empty(),
            NOBODY.contains(&name),
            "{name}: name it in `peers`, or here if nobody else has a word for it"
        );
    }
}

#[test]
fn answers_are_written_so_that_they_fit_a_table() {
    for code in Code::ALL {
        for peer in peers(code.name()) {
            for text in [peer.who, peer.status, peer.says] {
                assert!(!text.contains(['|', '\n']), "{text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
            }
            assert!(!peer.who.is_empty() && !peer.status.is_empty());
        }
    }
}
