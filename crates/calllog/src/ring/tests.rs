use super::*;
use crate::entry::Outcome;
use postern_model::RequestId;

fn entry(n: u128, outcome: Outcome) -> Entry {
    let mut entry = Entry::new(RequestId::new(0, n), 0, "127.0.0.1:1".parse().unwrap());
    entry.outcome = outcome;
    entry
}

fn pair(capacity: usize, reserve: usize) -> (Producer, Ring, Arc<Counters>) {
    let counters = Arc::new(Counters::default());
    let (producer, ring) = ring(
        capacity,
        reserve,
        1_000,
        std::thread::current(),
        counters.clone(),
    );
    (producer, ring, counters)
}

fn drained(ring: &Ring) -> Vec<Entry> {
    let mut out = Vec::new();
    ring.drain(&mut out, usize::MAX);
    out.into_iter().map(|pushed: Pushed| pushed.entry).collect()
}

#[test]
fn a_flood_of_allowed_requests_leaves_room_for_refusals() {
    let (producer, ring, counters) = pair(64, 8);
    for n in 0..10_000 {
        producer.push(entry(n, Outcome::Allowed));
    }
    for n in 0..8 {
        producer.push(entry(20_000 + n, Outcome::Refused));
    }
    let kept = drained(&ring);
    assert_eq!(
        kept.iter()
            .filter(|e| e.outcome == Outcome::Refused)
            .count(),
        8
    );
    assert_eq!(counters.health(0).dropped_refusals, 0);
    assert_eq!(ring.gauge.common.now() + ring.gauge.reserved.now(), 0);
}

#[test]
fn samples_stand_for_exactly_what_was_left_out() {
    let (producer, ring, counters) = pair(64, 8);
    let mut kept = Vec::new();
    for n in 0..3_000 {
        producer.push(entry(n, Outcome::Allowed));
        if n % 100 == 99 {
            kept.extend(drained(&ring));
        }
    }
    // The next one that is kept carries the weight of those left out last.
    producer.push(entry(3_000, Outcome::Allowed));
    kept.extend(drained(&ring));
    let stood_for: u64 = kept.iter().map(Entry::represents).sum();
    let health = counters.health(0);
    assert_eq!(stood_for + health.dropped_queue, 3_001);
    assert_eq!(health.dropped_queue, 0);
    assert!(kept.len() < 2_500 && kept.iter().any(|e| e.weight > 1));
    // The first half of each filling was kept one by one.
    assert!(kept.iter().take(32).all(|e| e.weight == 1));
}

#[test]
fn refusals_take_the_common_queue_once_their_own_is_full_and_are_counted_after() {
    let (producer, ring, counters) = pair(4, 2);
    for n in 0..10 {
        producer.push(entry(n, Outcome::Refused));
    }
    assert_eq!(drained(&ring).len(), 6);
    assert_eq!(counters.health(0).dropped_refusals, 4);
}

#[test]
fn details_are_dropped_before_records_when_memory_is_short() {
    let (producer, ring, counters) = pair(64, 64);
    for n in 0..40 {
        let mut entry = entry(n, Outcome::Refused);
        entry.detail = Some(vec![b'x'; 1 << 20].into());
        producer.push(entry);
    }
    let kept = drained(&ring);
    assert_eq!(kept.len(), 40);
    assert_eq!(kept.iter().filter(|e| e.detail.is_some()).count(), 16);
    assert_eq!(counters.health(0).details_dropped, 24);
    assert_eq!(ring.gauge.bytes.load(Relaxed), 0);
}

#[test]
fn details_of_allowed_requests_leave_room_for_those_of_refusals() {
    let (producer, ring, _) = pair(1_000, 64);
    for n in 0..40 {
        let mut entry = entry(
            n,
            if n < 20 {
                Outcome::Allowed
            } else {
                Outcome::Refused
            },
        );
        entry.detail = Some(vec![b'x'; MAX_DETAIL].into());
        producer.push(entry);
    }
    assert_eq!(ring.gauge.now(), (40, 16 * MAX_DETAIL));
    let mut kept = [0, 0];
    for entry in drained(&ring).iter().filter(|e| e.detail.is_some()) {
        kept[usize::from(entry.outcome == Outcome::Refused)] += 1;
    }
    assert_eq!(kept, [8, 8]);
    assert_eq!(ring.gauge.now(), (0, 0));
}

#[test]
fn a_detail_that_is_too_long_is_dropped_alone() {
    let (producer, ring, counters) = pair(64, 64);
    for size in [MAX_DETAIL, MAX_DETAIL + 1] {
        let mut entry = entry(1, Outcome::Refused);
        entry.detail = Some(vec![b'x'; size].into());
        producer.push(entry);
    }
    let kept: Vec<bool> = drained(&ring).iter().map(|e| e.detail.is_some()).collect();
    assert_eq!(kept, [true, false]);
    assert_eq!(counters.health(0).details_dropped, 1);
}

#[test]
fn an_allowed_request_is_pushed_without_allocating() {
    let (producer, ring, _) = pair(64, 8);
    let app: Arc<str> = "fieldforce".into();
    let info = allocation_counter::measure(|| {
        for n in 0..20 {
            let mut entry = entry(n, Outcome::Allowed);
            entry.app = Some(app.clone());
            producer.push(entry);
        }
    });
    assert_eq!(info.count_total, 0);
    assert_eq!(drained(&ring).len(), 20);
}

#[test]
fn a_producer_that_is_gone_is_noticed_once_its_entries_are_taken() {
    let (producer, ring, _) = pair(64, 8);
    producer.push(entry(1, Outcome::Allowed));
    producer.push(entry(2, Outcome::Allowed));
    drop(producer);
    let mut out = Vec::new();
    assert!(ring.drain(&mut out, 1));
    assert!(!ring.drain(&mut out, 10));
    assert_eq!(out.len(), 2);
}

#[test]
#[ignore = "measures; run with --release -- --ignored --nocapture"]
fn pushing_costs_at_most_a_microsecond() {
    let (producer, ring, _) = pair(1 << 16, 1 << 10);
    let names: Vec<Arc<str>> = (0..11).map(|n| format!("name-{n}").into()).collect();
    let mut best = f64::MAX;
    for _ in 0..20 {
        let begin = std::time::Instant::now();
        for n in 0..30_000 {
            let mut entry = entry(n, Outcome::Allowed);
            let mut next = names.iter().cloned();
            entry.policy = next.next();
            entry.tenant = next.next();
            entry.service = next.next();
            entry.version = next.next();
            entry.operation = next.next();
            entry.environment = next.next();
            entry.app = next.next();
            entry.credential = next.next();
            entry.subscription = next.next();
            entry.upstream = next.next();
            entry.target = next.next();
            producer.push(entry);
        }
        best = best.min(begin.elapsed().as_secs_f64() / 30_000.0 * 1e9);
        assert_eq!(drained(&ring).len(), 30_000);
    }
    println!(
        "{best:.0} ns a push; an entry has {} bytes",
        size_of::<Entry>()
    );
    assert!(best < 1_000.0, "{best} ns");
}
