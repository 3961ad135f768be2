use crate::notify::lease::Lease;
use crate::notify::mailing::Mails;
use crate::notify::queue::Queue;
use crate::notify::webhooks::Webhooks;
use jiff::{SignedDuration, Timestamp};
use postern_outbound::mail::Message;
use postern_outbound::webhook::{Event, EventKind};
use postern_store::{DataDirectory, Store};
use serde_json::json;
use std::sync::Arc;
use std::time::SystemTime;

fn store() -> (tempfile::TempDir, Store) {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
    let store = Store::open(Arc::new(directory)).unwrap();
    (place, store)
}

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: EventKind::Ping,
        occurred_at: Timestamp::UNIX_EPOCH,
        tenant: None,
        data: json!({}),
    }
}

#[tokio::test]
async fn one_of_a_lane_is_taken_at_a_time_and_comes_back() {
    let (_place, store) = store();
    let queue = Queue::<u32>::new(store.clone(), "test");
    for (key, item, at) in [
        ("a/1", 1, 20),
        ("a/2", 2, 10),
        ("b/1", 3, 30),
        ("b/1", 4, 1),
    ] {
        queue.push(key, item, at, at).await.unwrap();
    }
    assert_eq!(queue.count("a", 10, 50).await.unwrap(), 2);
    let take = async |now: i64, limit: usize, busy: &[String]| {
        let taken = queue.take(now, 100, limit, busy).await.unwrap();
        let taken = taken.into_iter();
        taken.map(|t| (t.item, t.attempt)).collect::<Vec<_>>()
    };
    assert_eq!(take(5, 9, &[]).await, [], "nothing is due");
    assert_eq!(take(50, 9, &["a".to_owned()]).await, [(3, 1)]);
    assert_eq!(take(50, 1, &[]).await, [(2, 1)], "the longest due first");
    assert_eq!(take(50, 9, &[]).await, [(1, 1)]);
    assert_eq!(take(50, 9, &[]).await, [], "they are somebody's");
    assert_eq!(take(151, 9, &[]).await.len(), 2, "whoever had them is gone");
    // What was taken again since is not theirs any more.
    queue.done("b/1", 1, 160).await.unwrap();
    queue.again("b/1", 1, 0, 160).await.unwrap();
    assert_eq!(queue.count("b", 10, 160).await.unwrap(), 1);
    queue.done("b/1", 2, 160).await.unwrap();
    assert_eq!(queue.count("b", 10, 160).await.unwrap(), 0);
    queue.again("a/1", 2, 500, 160).await.unwrap();
    assert_eq!(take(499, 9, &["c".to_owned()]).await, [(2, 2)]);
    assert!(queue.hurry("a/1", 200).await.unwrap());
    assert_eq!(take(200, 9, &[]).await, [(1, 1)], "with all its attempts");
}

#[tokio::test]
async fn an_event_is_queued_once_and_can_be_sent_again() {
    let (_place, store) = store();
    let queue = Queue::<Event>::new(store.clone(), "webhook_queue");
    let first = Webhooks::enqueue(&store, "wh_a", &event("e1"), 10)
        .await
        .unwrap();
    let second = Webhooks::enqueue(&store, "wh_a", &event("e1"), 20)
        .await
        .unwrap();
    assert_eq!(first, second);
    assert_eq!(queue.count("wh_a", 10, 20).await.unwrap(), 1);
    assert!(Webhooks::again(&store, "wh_a", &first, 30).await.unwrap());
    assert!(!Webhooks::again(&store, "wh_b", &first, 30).await.unwrap());
    assert_eq!(queue.count("wh_a", 10, 30).await.unwrap(), 1);
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_does_not_fill_the_store() {
    let (_place, store) = store();
    let queue = Queue::<Event>::new(store.clone(), "webhook_queue");
    for n in 0..1000 {
        let key = format!("wh_a/{n}");
        queue.push(&key, event("e"), 10, 10).await.unwrap();
    }
    let lost = Webhooks::enqueue(&store, "wh_a", &event("e1"), 20)
        .await
        .unwrap();
    let (log, next) = Webhooks::attempts(&store, "wh_a", None, 10, 30)
        .await
        .unwrap();
    assert_eq!((log.len(), next), (1, None));
    assert!(
        log[0]
            .error
            .as_ref()
            .unwrap()
            .contains("1000 deliveries wait")
    );
    // It is told, and can still be sent.
    assert!(Webhooks::again(&store, "wh_a", &lost, 40).await.unwrap());
    Webhooks::enqueue(&store, "wh_b", &event("e1"), 20)
        .await
        .unwrap();
    assert_eq!(queue.count("wh_b", 10, 30).await.unwrap(), 1);
}

#[tokio::test]
async fn one_node_follows_and_another_when_it_is_gone() {
    let (_place, store) = store();
    let length = SignedDuration::from_secs(30);
    let node = |name: &str| Lease::new(store.clone(), name.to_owned(), length);
    let (one, other) = (node("one"), node("other"));
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    assert!(one.hold(at(100)).await.unwrap());
    assert!(!other.hold(at(101)).await.unwrap());
    assert!(one.hold(at(120)).await.unwrap(), "it is kept");
    assert!(!other.hold(at(149)).await.unwrap());
    assert!(other.hold(at(151)).await.unwrap(), "it has ended");
    assert!(!one.hold(at(152)).await.unwrap());
    other.leave(at(152)).await;
    assert!(one.hold(at(153)).await.unwrap());
}

#[tokio::test]
async fn what_is_told_together_is_taken_in_the_order_in_which_it_happened() {
    let (_place, store) = store();
    let queue = Queue::<u32>::new(store, "test");
    for (key, since) in [("d", 4), ("a", 3), ("c", 1), ("b", 2), ("e", 99)] {
        queue.push(key, 0, since, 10).await.unwrap();
    }
    let taken = queue.take(10, 100, 9, &[]).await.unwrap();
    let keys: String = taken.into_iter().map(|taken| taken.key).collect();
    assert_eq!(keys, "cbade");
}

#[tokio::test]
async fn a_mail_that_is_done_is_not_sent_again_when_the_log_is_read_again() {
    let (_place, store) = store();
    let message = Message {
        id: "mail_1".to_owned(),
        to: "lin@example.com".to_owned(),
        subject: "Approved".to_owned(),
        text: "…".to_owned(),
    };
    let at = Timestamp::UNIX_EPOCH;
    let waiting = async || store.notes("mail_queue", "", None, 10, 5).await.unwrap();
    for _ in 0..2 {
        Mails::enqueue(&store, "partner", &message, at, 5)
            .await
            .unwrap();
        assert_eq!(waiting().await.len(), 1);
    }
    Mails::done(&store, &message.id, 5).await.unwrap();
    let key = &waiting().await[0].key;
    store.note_delete("mail_queue", key).await.unwrap();
    Mails::enqueue(&store, "partner", &message, at, 5)
        .await
        .unwrap();
    assert_eq!(waiting().await.len(), 0);
}
