use super::*;
use crate::testing::{answering, at, client, listen, read_request, still};
use crate::{Clock, Random};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NOW: &str = "2026-01-02T03:04:05Z";
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

fn secret(byte: u8) -> SigningSecret {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([byte; 32]);
    SigningSecret::parse(&format!("whsec_{text}")).unwrap()
}

#[test]
fn a_signature_is_what_python_says() {
    // hmac.new(b'\x07' * 32, b'1767323045.{"a":1}', 'sha256').hexdigest()
    let secret = secret(7);
    let value = sign([&secret].into_iter(), at(NOW), br#"{"a":1}"#);
    assert_eq!(value, include_str!("tests/signature.txt").trim());
}

#[test]
fn a_signature_fits_its_body_its_secret_and_its_time() {
    let (ours, other) = (secret(1), secret(2));
    let value = sign([&ours].into_iter(), at(NOW), b"body");
    let check =
        |body: &[u8], secret: &SigningSecret, now| verify(&value, body, &[secret], now, TOLERANCE);
    assert_eq!(check(b"body", &ours, at(NOW)), Ok(()));
    assert_eq!(check(b"bodY", &ours, at(NOW)), Err(SignatureError::Wrong));
    assert_eq!(check(b"body", &other, at(NOW)), Err(SignatureError::Wrong));
    let later = at(NOW) + TOLERANCE;
    assert_eq!(check(b"body", &ours, later), Ok(()));
    let stale = Err(SignatureError::Stale { seconds: 301 });
    assert_eq!(check(b"body", &ours, later + Duration::from_secs(1)), stale);
    let ahead = Err(SignatureError::Stale { seconds: -301 });
    assert_eq!(
        check(b"body", &ours, at(NOW) - Duration::from_secs(301)),
        ahead
    );
    // Its time is signed, too.
    let moved = value.replace("t=1767323045", "t=1767323046");
    let moved = verify(&moved, b"body", &[&ours], at(NOW), TOLERANCE);
    assert_eq!(moved, Err(SignatureError::Wrong));
}

#[test]
fn signatures_that_cannot_be_read() {
    let long = format!("t=1,v1={}", "0".repeat(2000));
    let many = format!("t=1{}", ",v1=00".repeat(5));
    for value in [
        "",
        "t=1",
        "v1=00",
        "t=,v1=00",
        "t=1,t=2,v1=00",
        "t=-1,v1=00",
        "t=1,v1=0",
        "t=1,v1=zz",
        "t=1;v1=00",
        &long,
        &many,
    ] {
        let read = verify(value, b"", &[&secret(1)], at(NOW), TOLERANCE);
        assert_eq!(read, Err(SignatureError::Malformed), "{value}");
    }
}

proptest! {
    #[test]
    fn no_value_makes_the_reader_stumble(value in ".{0,80}", parts in "(t=[0-9]{0,25},?|v1=[0-9a-f]{0,9},?|[a-z]=,?){0,6}") {
        for value in [value, parts] {
            prop_assert!(verify(&value, b"", &[&secret(1)], at(NOW), TOLERANCE).is_err());
        }
    }

    #[test]
    fn what_is_signed_is_believed(body: Vec<u8>, key: u8, seconds in 0..4_000_000_000_i64) {
        let (key, at) = (secret(key), Timestamp::from_second(seconds).unwrap());
        let value = sign([&key].into_iter(), at, &body);
        prop_assert_eq!(verify(&value, &body, &[&key], at, TOLERANCE), Ok(()));
    }

    #[test]
    fn waits_grow_and_stay_within_their_bounds(attempt in 1..40_u32, random: u64) {
        let schedule = Schedule::default();
        let wait = |random| schedule.wait(attempt, random, None);
        if attempt >= schedule.attempts {
            prop_assert_eq!(wait(random), None);
        } else {
            let (least, most) = (wait(0).unwrap(), wait(u64::MAX).unwrap());
            let wait = wait(random).unwrap();
            prop_assert!(least <= wait && wait <= most && most <= schedule.longest);
            prop_assert!(least * 2 >= most);
        }
    }
}

#[test]
fn the_schedule() {
    let schedule = Schedule {
        attempts: 5,
        longest: Duration::from_mins(1),
        ..Schedule::default()
    };
    let least: Vec<_> = (1..=5).map(|n| schedule.wait(n, 0, None)).collect();
    let expected = [Some(5), Some(10), Some(20), Some(30), None];
    assert_eq!(least, expected.map(|s| s.map(Duration::from_secs)));
    // Who asks for more gets more, up to the longest.
    let asked = |seconds| {
        schedule
            .wait(1, 0, Some(Duration::from_secs(seconds)))
            .unwrap()
            .as_secs()
    };
    assert_eq!([asked(1), asked(30), asked(1_000_000)], [5, 30, 60]);
}

#[test]
fn a_secret_is_written_as_it_is_read_and_never_shown() {
    let secret = SigningSecret::generate().unwrap();
    let text = secret.reveal();
    assert!(text.starts_with("whsec_") && text.len() == 49, "{text}");
    assert_eq!(SigningSecret::parse(&text).unwrap().reveal(), text);
    assert_ne!(SigningSecret::generate().unwrap().reveal(), text);
    let endpoint = Endpoint {
        id: "hook".to_owned(),
        url: format!("https://hooks.example/{text}"),
        secrets: SigningSecrets::new(secret.clone()).with_previous(secret.clone(), at(NOW)),
    };
    let shown = format!("{secret:?} {endpoint:?} {:?}", endpoint.secrets);
    assert!(
        !shown.contains(text.strip_prefix("whsec_").unwrap()),
        "{shown}"
    );
    for wrong in [
        "",
        "whsec_",
        "whsec_AAAA",
        text.strip_prefix("whsec_").unwrap(),
    ] {
        assert_eq!(SigningSecret::parse(wrong).unwrap_err(), SecretError);
    }
}

#[test]
fn two_secrets_are_valid_while_one_is_changed_for_another() {
    let (old, new) = (secret(1), secret(2));
    let day = SignedDuration::from_hours(24);
    let secrets = SigningSecrets::new(old.clone()).rotated(new.clone(), at(NOW), day);
    let verified = |now: Timestamp, receiver: &SigningSecret| {
        let value = sign(secrets.valid_at(now), now, b"body");
        verify(&value, b"body", &[receiver], now, TOLERANCE)
    };
    assert_eq!(verified(at(NOW), &old), Ok(()));
    assert_eq!(verified(at(NOW), &new), Ok(()));
    let after = at(NOW) + day;
    assert_eq!(verified(after, &old), Err(SignatureError::Wrong));
    assert_eq!(verified(after, &new), Ok(()));
    // A third makes the first useless at once.
    let again = secrets.clone().rotated(secret(3), at(NOW), day);
    assert_eq!(again.valid_at(at(NOW)).count(), 2);
    assert!(
        again
            .valid_at(at(NOW))
            .all(|one| one.reveal() != old.reveal())
    );
}

#[test]
fn an_event_has_a_form_that_stays() {
    let json = serde_json::to_string(&event("e1")).unwrap();
    let expected = r#"{"id":"e1","type":"approval.asked","occurred_at":"2026-01-02T03:04:05Z","tenant":"acme","data":{"app":"a"}}"#;
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event("e1"));
    for kind in EventKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert!(serde_json::from_str::<EventKind>("\"approval\"").is_err());
}

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: EventKind::ApprovalAsked,
        occurred_at: at(NOW),
        tenant: Some("acme".to_owned()),
        data: serde_json::json!({"app": "a"}),
    }
}

/// A queue in memory, as the trait says.
#[derive(Default)]
struct Queue {
    rows: Mutex<Vec<(Delivery, Timestamp)>>,
    endpoints: Mutex<HashMap<String, Endpoint>>,
    log: Mutex<Vec<LogEntry>>,
    dead: Mutex<Vec<String>>,
    broken: Mutex<bool>,
}

impl Queue {
    fn put(&self, id: &str, endpoint: &str) {
        let delivery = Delivery {
            id: id.to_owned(),
            endpoint: endpoint.to_owned(),
            event: event(id),
            attempt: 0,
        };
        self.rows.lock().unwrap().push((delivery, at(NOW)));
    }

    fn endpoint(&self, id: &str, url: &str) {
        let endpoint = Endpoint {
            id: id.to_owned(),
            url: url.to_owned(),
            secrets: SigningSecrets::new(secret(1)),
        };
        self.endpoints
            .lock()
            .unwrap()
            .insert(id.to_owned(), endpoint);
    }

    fn log(&self) -> Vec<LogEntry> {
        self.log.lock().unwrap().clone()
    }
}

impl Deliveries for Queue {
    type Error = &'static str;

    async fn claim(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: usize,
        busy: &[String],
    ) -> Result<Vec<Delivery>, Self::Error> {
        if *self.broken.lock().unwrap() {
            return Err("the database is away");
        }
        let mut rows = self.rows.lock().unwrap();
        rows.sort_by_key(|(_, due)| *due);
        let mut claimed: Vec<Delivery> = Vec::new();
        for (delivery, due) in rows.iter_mut() {
            let taken = claimed.iter().any(|one| one.endpoint == delivery.endpoint);
            if *due > now || taken || busy.contains(&delivery.endpoint) || claimed.len() == limit {
                continue;
            }
            delivery.attempt += 1;
            *due = now + lease;
            claimed.push(delivery.clone());
        }
        Ok(claimed)
    }

    async fn endpoint(&self, id: &str) -> Result<Option<Endpoint>, Self::Error> {
        Ok(self.endpoints.lock().unwrap().get(id).cloned())
    }

    async fn settle(
        &self,
        delivery: &Delivery,
        settled: Settled,
        entry: LogEntry,
    ) -> Result<(), Self::Error> {
        let mut rows = self.rows.lock().unwrap();
        self.log.lock().unwrap().push(entry);
        let row = rows.iter().position(|(row, _)| row == delivery);
        match (row, settled) {
            (Some(row), Settled::Retry { at }) => rows[row].1 = at,
            (Some(row), Settled::Delivered) => drop(rows.remove(row)),
            (Some(row), Settled::Dead) => self.dead.lock().unwrap().push(rows.remove(row).0.id),
            (None, _) => {}
        }
        Ok(())
    }
}

fn options() -> Options {
    Options {
        schedule: Schedule {
            attempts: 3,
            ..Schedule::default()
        },
        places: 4,
        poll: Duration::from_millis(10),
    }
}

/// Lets a worker work until `done`.
async fn work(queue: &Arc<Queue>, clock: Clock, done: impl Fn() -> bool) {
    let random = Random::new(|| 0);
    let worker = Worker::new(Arc::clone(queue), client(), clock, random, options());
    let stop = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let working = tokio::time::timeout(Duration::from_secs(10), worker.run(stop));
    working.await.expect("the worker ends");
}

#[tokio::test]
async fn an_event_arrives_signed() {
    let (address, asked) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/secret"));
    queue.put("d1", "hook");
    let (clock, _) = still(NOW);
    work(&queue, clock, || !queue.log().is_empty()).await;
    let (head, body) = asked.lock().unwrap().pop().unwrap();
    assert_eq!(serde_json::from_slice::<Event>(&body).unwrap(), event("d1"));
    let header = |name: &str| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
            .to_owned()
    };
    assert_eq!(header("postern-delivery"), "d1");
    assert_eq!(header("postern-event"), "approval.asked");
    let signature = header("postern-signature");
    let verified = verify(&signature, &body, &[&secret(1)], at(NOW), TOLERANCE);
    assert_eq!(verified, Ok(()));
    let [entry] = queue.log().try_into().unwrap();
    assert_eq!(
        (entry.outcome, entry.status, entry.attempt),
        (Outcome::Delivered, Some(204), 1)
    );
    assert_eq!((entry.error, entry.next), (None, None));
    assert_eq!(entry.to, Some(format!("http://{address}/…")));
    assert!(queue.rows.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_fails_is_tried_again_until_it_is_dead() {
    let (address, asked) = answering("HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nsecret").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/"));
    queue.put("d1", "hook");
    let (clock, set) = still(NOW);
    for attempt in 1..=3 {
        work(&queue, clock.clone(), || queue.log().len() == attempt).await;
        set(queue.log().last().unwrap().next.unwrap_or(at(NOW)));
    }
    let bodies: Vec<_> = asked
        .lock()
        .unwrap()
        .iter()
        .map(|(_, body)| body.clone())
        .collect();
    assert!(bodies.len() == 3 && bodies.windows(2).all(|two| two[0] == two[1]));
    let log = queue.log();
    let outcomes: Vec<_> = log
        .iter()
        .map(|entry| (entry.attempt, entry.outcome))
        .collect();
    let expected = [
        (1, Outcome::Failed),
        (2, Outcome::Failed),
        (3, Outcome::Dead),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(log[0].next, Some(at(NOW) + Duration::from_secs(5)));
    assert_eq!(log[1].next, Some(at(NOW) + Duration::from_secs(15)));
    assert!(log[0].error.as_ref().unwrap().contains("500"));
    assert!(!format!("{log:?}").contains("secret"));
    assert_eq!(*queue.dead.lock().unwrap(), ["d1"]);
}

#[tokio::test]
async fn nothing_is_tried_before_it_is_due() {
    let (address, asked) = answering("HTTP/1.1 503 Wait\r\nRetry-After: 3600\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/"));
    queue.put("d1", "hook");
    let (clock, set) = still(NOW);
    work(&queue, clock.clone(), || queue.log().len() == 1).await;
    assert_eq!(queue.log()[0].next, Some(at(NOW) + Duration::from_hours(1)));
    set(at(NOW) + Duration::from_secs(3599));
    let began = std::time::Instant::now();
    work(&queue, clock, || {
        began.elapsed() > Duration::from_millis(100)
    })
    .await;
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_endpoint_may_be_gone_in_three_ways() {
    let (address, _) = answering("HTTP/1.1 410 Gone\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("gone", &format!("http://{address}/"));
    queue.endpoint("stuck", &format!("http://{address}/"));
    queue.put("d1", "gone");
    queue.put("d2", "removed");
    queue.put("d3", "stuck");
    // Claimed three times, and each time the process ended.
    queue.rows.lock().unwrap()[2].0.attempt = 3;
    let (clock, _) = still(NOW);
    work(&queue, clock, || queue.log().len() == 3).await;
    for entry in queue.log() {
        let expected = match entry.endpoint.as_str() {
            "gone" => (Some(410), "410"),
            "stuck" => (None, "none of 3 attempts"),
            _ => (None, "gone or switched off"),
        };
        assert_eq!((entry.outcome, entry.status), (Outcome::Dead, expected.0));
        assert!(
            entry.error.as_ref().unwrap().contains(expected.1),
            "{entry:?}"
        );
    }
}

#[tokio::test]
async fn a_forbidden_address_is_never_reached() {
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", "http://169.254.169.254/latest/");
    queue.put("d1", "hook");
    let (clock, _) = still(NOW);
    work(&queue, clock, || queue.log().len() == 1).await;
    let error = queue.log()[0].error.clone().unwrap();
    assert!(error.contains("cloud metadata"), "{error}");
}

#[tokio::test]
async fn a_slow_endpoint_keeps_no_other_waiting() {
    let slow = listen(|mut stream| async move {
        read_request(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    })
    .await;
    let (quick, asked) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("slow", &format!("http://{slow}/"));
    queue.endpoint("quick", &format!("http://{quick}/"));
    for n in 0..10 {
        queue.put(&format!("s{n}"), "slow");
        queue.put(&format!("q{n}"), "quick");
    }
    let (clock, _) = still(NOW);
    let began = std::time::Instant::now();
    let all_quick = || asked.lock().unwrap().len() == 10;
    work(&queue, clock, || {
        if all_quick() {
            assert!(began.elapsed() < Duration::from_secs(2));
        }
        all_quick()
    })
    .await;
    // One at a time: the others of the slow one were not even tried.
    let slow = queue
        .log()
        .iter()
        .filter(|entry| entry.endpoint == "slow")
        .count();
    assert!(slow <= 1, "{slow}");
}

#[tokio::test]
async fn slow_endpoints_leave_half_of_the_places() {
    let slow = listen(|mut stream| async move {
        read_request(&mut stream).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
    })
    .await;
    let (quick, asked) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("quick", &format!("http://{quick}/"));
    // As many as there are places, each with more than one delivery.
    for n in 0..options().places {
        let endpoint = format!("slow{n}");
        queue.endpoint(&endpoint, &format!("http://{slow}/"));
        for m in 0..2 {
            queue.put(&format!("{endpoint}-{m}"), &endpoint);
        }
    }
    let (clock, _) = still(NOW);
    let began = std::time::Instant::now();
    let late = std::cell::Cell::new(false);
    work(&queue, clock, || {
        // Once they are known, a delivery to another finds a place at once.
        if !late.get() && began.elapsed() > Duration::from_secs(2) {
            late.set(true);
            queue.put("q", "quick");
        }
        let done = asked.lock().unwrap().len() == 1;
        if done {
            assert!(began.elapsed() < Duration::from_millis(2900));
        }
        done
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_a_webhook_may_say_what_it_likes() {
    // The body is announced, and never ends.
    let (address, asked) = answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/"));
    queue.put("d1", "hook");
    let (clock, _) = still(NOW);
    work(&queue, clock, || queue.log().len() == 1).await;
    assert_eq!(queue.log()[0].outcome, Outcome::Delivered);
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_queue_that_is_away_comes_back() {
    let (address, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/"));
    queue.put("d1", "hook");
    *queue.broken.lock().unwrap() = true;
    let mended = Arc::clone(&queue);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        *mended.broken.lock().unwrap() = false;
    });
    let (clock, _) = still(NOW);
    work(&queue, clock, || queue.log().len() == 1).await;
    assert_eq!(queue.log()[0].outcome, Outcome::Delivered);
}

#[tokio::test]
async fn a_poke_wakes_the_worker() {
    let (address, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let queue = Arc::new(Queue::default());
    queue.endpoint("hook", &format!("http://{address}/"));
    let (clock, _) = still(NOW);
    let options = Options {
        poll: Duration::from_hours(1),
        ..options()
    };
    let random = Random::new(|| 0);
    let worker = Worker::new(Arc::clone(&queue), client(), clock, random, options);
    let poke = worker.poke();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(worker.run(async {
        let _ = stopped.await;
    }));
    tokio::time::sleep(Duration::from_millis(50)).await;
    queue.put("d1", "hook");
    poke.poke();
    let began = std::time::Instant::now();
    while queue.log().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "nobody woke up");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}
