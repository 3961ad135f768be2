//! Sessions whose tokens are refreshed at the real provider, until it says no.

use super::browser::Browser;
use super::{FETCHED, Provider, World, code};
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long access tokens are good.
const LIVES: Duration = Duration::from_secs(6);

fn ask(browser: &mut Browser, at: SocketAddr) -> (u16, String) {
    let response = browser.send("GET", at, "/orders", FETCHED);
    (response.status, code(&response))
}

/// Somebody who has signed in where access tokens are good for a moment.
fn signed_in(world: &mut World) -> Browser {
    let lives = json!({"lives": {"AccessToken": LIVES.as_secs()}});
    world.provider.tell(&lives);
    let mut browser = Browser::default();
    let shown = browser.open(world.at(), "/");
    assert_eq!(shown.response.status, 200, "{}", shown.response.text());
    browser
}

#[test]
fn tokens_are_refreshed_once_however_many_ask() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let at = world.at();
    let browser = signed_in(&mut world);
    assert_eq!(world.provider.refreshed(), 0);
    // A refresh token is good once at this provider: shown twice, it ends all that came of it.
    for round in 1..=2 {
        std::thread::sleep(LIVES + Duration::from_secs(1));
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..20)
                .map(|_| {
                    let mut browser = browser.clone();
                    scope.spawn(move || ask(&mut browser, at))
                })
                .collect();
            for one in asked {
                let answer = one.join().expect("an answer");
                assert_eq!(answer, (200, String::new()), "round {round}");
            }
        });
        assert_eq!(world.provider.refreshed(), round);
    }
}

#[test]
fn a_provider_that_is_away_is_waited_for_and_one_that_says_no_ends_the_session() {
    let Some(mut world) = World::new(&json!({})) else {
        return;
    };
    let (at, provider) = (world.at(), world.provider.address);
    let mut browser = signed_in(&mut world);
    let begun = Instant::now();
    let _ = world.provider.child.kill();
    let _ = world.provider.child.wait();
    // As long as its tokens are good, nobody is asked.
    while begun.elapsed() < LIVES / 2 {
        assert_eq!(ask(&mut browser, at), (200, String::new()));
        std::thread::sleep(Duration::from_millis(200));
    }
    std::thread::sleep((LIVES + Duration::from_secs(1)).saturating_sub(begun.elapsed()));
    let away = (503, "identity_provider.unreachable".to_owned());
    assert_eq!(ask(&mut browser, at), away);
    // It is back, and knows nothing of what it had granted.
    world.provider = Provider::start(provider, &[at]).expect("the provider starts again");
    let ended = (401, "session.expired".to_owned());
    crate::harness::eventually("it is asked again", || {
        std::thread::sleep(Duration::from_millis(500));
        (ask(&mut browser, at) == ended).then_some(())
    });
    let told = browser.send("GET", at, "/orders", FETCHED).text();
    assert!(told.contains("no longer vouched for"), "{told}");
}
