use super::*;
use postern_model::key::password::{Cost, PasswordHash};
use std::time::Duration;

fn passwords(cores: usize) -> Passwords {
    Passwords::new(cores, &Keyer::new(&[1; 32]), 7)
}

fn question(known: &Known, pair: &str) -> Question {
    let cost = Cost {
        memory: 4096,
        passes: 1,
        lanes: 1,
    };
    let hash = Arc::new(PasswordHash::of_nobody(cost));
    known.question(pair.as_bytes(), b"p", hash)
}

#[tokio::test]
async fn one_more_than_may_wait_is_turned_away_at_once() {
    let passwords = passwords(1);
    let held = passwords.working.clone().acquire_owned().await.unwrap();
    let wait = |n: usize| {
        let question = question(&passwords.known, &format!("u{n}:p"));
        passwords.check(question, 0)
    };
    let mut waiting: Vec<_> = (0..=QUEUE).map(|n| Box::pin(wait(n))).collect();
    for one in &mut waiting {
        let soon = tokio::time::timeout(Duration::ZERO, one).await;
        assert!(soon.is_err(), "it waits for its turn");
    }
    assert!(!wait(QUEUE + 1).await);
    // Whoever goes away makes room.
    waiting.pop();
    let next = tokio::time::timeout(Duration::ZERO, wait(QUEUE + 1)).await;
    assert!(next.is_err(), "it waits for its turn");
    drop(held);
    assert!(waiting.swap_remove(0).await);
}

#[tokio::test]
async fn a_core_goes_on_while_a_password_is_checked() {
    let passwords = passwords(2);
    let question = question(&passwords.known, "anna:secret");
    let check = passwords.check(question, 0);
    let mut turns = 0;
    let other = async {
        loop {
            turns += 1;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        checked = check => assert!(checked),
        () = other => {}
    }
    assert!(turns > 100, "{turns}");
}
