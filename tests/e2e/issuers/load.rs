//! A provider that hangs, dies, comes back and changes its keys while callers keep calling.

use super::{Provider, ask, claims, code, configuration};
use crate::harness::files::scratch;
use crate::harness::{Gateway, Response, eventually};
use crate::upstream::Upstream;
use postern_model::entity::Algorithm;
use postern_proof::testing::Signer;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

/// How many call at once, and with how many different tokens.
const CALLERS: usize = 4;
const TOKENS: usize = 200;

/// Callers with good tokens, who call until they are told to stop.
#[derive(Default)]
struct Load {
    over: AtomicBool,
    passed: AtomicUsize,
    refused: Mutex<Vec<String>>,
}

impl Load {
    fn call(&self, gateway: &Gateway, tokens: &[String]) {
        for token in tokens.iter().cycle() {
            if self.over.load(SeqCst) {
                return;
            }
            let answer = ask(gateway, token);
            if answer.status == 200 {
                self.passed.fetch_add(1, SeqCst);
            } else {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                refused.push(format!("{} {}", answer.status, answer.text()));
            }
        }
    }

    /// Waits until some more have passed.
    fn goes_on(&self, what: &str) {
        let before = self.passed.load(SeqCst);
        eventually(what, || {
            (self.passed.load(SeqCst) > before + 2 * TOKENS).then_some(())
        });
    }
}

/// Ends the load, whatever comes of the test.
struct Ends<'a>(&'a Load);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, SeqCst);
    }
}

/// Stops a process where it is, so that it hangs, or lets it go on.
fn signal(provider: &Provider, what: &str) {
    let pid = provider.child.id().to_string();
    let done = Command::new("kill").args([what, &pid]).status();
    assert!(done.expect("kill").success(), "kill {what} {pid}");
}

fn tokens(provider: &mut Provider, count: usize) -> Vec<String> {
    (0..count)
        .map(|nth| provider.token(&json!({"jti": nth.to_string()})))
        .collect()
}

fn is_the_provider_s_fault(answer: &Response) {
    assert_eq!(
        (answer.status, &*code(answer), &answer.json()["fault"]),
        (
            503,
            "identity_provider.unreachable",
            &Value::from("identity_provider")
        ),
        "{}",
        answer.text()
    );
}

#[test]
fn whatever_becomes_of_a_provider_callers_with_good_tokens_pass() {
    let folder = scratch("keys-of-a-provider");
    let keys = folder.join("keys.json");
    let Some(mut provider) = Provider::keeping(0, Some(&keys)) else {
        return;
    };
    let upstream = Upstream::start();
    let issuers = json!({"corp": {"issuer": provider.issuer, "audiences": ["orders"]}});
    let gateway = Gateway::start(configuration(&upstream, &issuers));
    let good = tokens(&mut provider, TOKENS);
    // Of a key that the provider may have made since: while it is away, nobody can tell.
    let newer = Signer::new(Algorithm::ES256, "newer").token(&claims(&provider.issuer));
    let load = Load::default();
    std::thread::scope(|scope| {
        for mine in good.chunks(TOKENS / CALLERS) {
            scope.spawn(|| load.call(&gateway, mine));
        }
        let _ends = Ends(&load);
        load.goes_on("callers pass");
        assert_eq!(code(&ask(&gateway, &newer)), "token.invalid", "it answers");

        signal(&provider, "-STOP");
        is_the_provider_s_fault(&ask(&gateway, &newer));
        load.goes_on("callers pass while it hangs");
        signal(&provider, "-CONT");

        let port = provider.port;
        drop(provider);
        is_the_provider_s_fault(&ask(&gateway, &newer));
        load.goes_on("callers pass while it is dead");

        let mut provider = Provider::keeping(port, Some(&keys)).expect("it starts again");
        let rotated = provider.token(&json!({"rotate": true}));
        eventually("its new key is known", || {
            let answer = ask(&gateway, &rotated);
            if answer.status == 200 {
                return Some(());
            }
            is_the_provider_s_fault(&answer);
            None
        });
        assert_eq!(code(&ask(&gateway, &newer)), "token.invalid", "it is back");
        load.goes_on("callers pass with the older key");
    });
    let refused = load
        .refused
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    assert!(
        refused.is_empty(),
        "{} of them: {refused:#?}",
        refused.len()
    );
}
