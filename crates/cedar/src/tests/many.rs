//! Very many statements: a decision looks at those that may apply.

use super::world::{Asked, place};
use crate::fuzz::Everything;
use crate::{Checker, Document, Parameters, Verdict, decide};
use postern_model::entity::Level;
use std::fmt::Write as _;
use std::time::Instant;

/// So many permits, each for an app of its own.
fn text(statements: usize) -> String {
    let mut text = String::new();
    for number in 0..statements {
        let _ = writeln!(
            text,
            "permit (principal == Postern::App::\"app-{number}\", action in Postern::Action::\"read\", resource in Postern::Service::\"orders\") when {{ context.hour < 24 }};"
        );
    }
    text
}

#[test]
fn a_decision_looks_at_the_statements_that_may_apply() {
    let document = Document::compile(&text(2_000), &Level::Platform).unwrap();
    let place = place("get-order");
    let asked = Asked {
        app: "app-1999",
        ..Asked::default()
    };
    let question = asked.question(&place, &[&document]);
    let among = document.permits.among(&place, &question.caller);
    assert_eq!(among.collect::<Vec<_>>(), [1_999]);
    assert_eq!(decide(&[&document], &question), Verdict::Permitted);
    let other = Asked::default();
    let question = other.question(&place, &[&document]);
    assert_eq!(document.permits.among(&place, &question.caller).count(), 0);
    assert_eq!(decide(&[&document], &question), Verdict::NotPermitted);
}

/// `cargo test --release -p postern-cedar a_hundred_thousand_statements -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn a_hundred_thousand_statements() {
    let text = text(100_000);
    let started = Instant::now();
    let faults =
        Checker::default().check(&text, &Level::Platform, &Parameters::default(), &Everything);
    println!("checked in {:?}", started.elapsed());
    assert_eq!(faults, []);
    let started = Instant::now();
    let document = Document::compile(&text, &Level::Platform).unwrap();
    println!("compiled in {:?}", started.elapsed());
    let place = place("get-order");
    for (what, app) in [("permitted", "app-99999"), ("not permitted", "shop")] {
        let asked = Asked {
            app,
            ..Asked::default()
        };
        let started = Instant::now();
        for _ in 0..10_000 {
            let question = asked.question(&place, &[&document]);
            std::hint::black_box(decide(&[&document], &question));
        }
        println!(
            "{what}: {:?} each, the question made",
            started.elapsed() / 10_000
        );
    }
    let asked = Asked::default();
    let question = asked.question(&place, &[&document]);
    let started = Instant::now();
    std::hint::black_box(crate::nearest(&[&document], &question, 4));
    println!("nearest of {}: {:?}", crate::MOST_NEAR, started.elapsed());
}
