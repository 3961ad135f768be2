use super::{Kept, answer, key};
use crate::decision::{Depth, FactRequest};
use crate::facts::{Body, Facts, Live};
use crate::testing::{connection, head};
use crate::walk::Progress;
use serde::{Deserialize, Serialize};

#[test]
fn keys_tell_questions_apart() {
    assert_eq!(key(&[b"a", b"b"]), key(&[b"a", b"b"]));
    assert_ne!(key(&[b"a", b"b"]), key(&[b"ab"]));
    assert_ne!(key(&[b"a", b"b"]), key(&[b"b", b"a"]));
    // They stand in records, so they are the same in every version.
    assert_eq!(key(&[b"looks"]), 10_795_299_152_853_361_279);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Longer {
    by: usize,
}

fn shorter_than(
    most: usize,
    progress: &mut Progress,
    facts: &dyn Facts,
) -> Result<Option<Longer>, FactRequest> {
    answer(progress, facts, key(&[b"length", &[3]]), |_| {
        let body = facts.body().and_then(Body::whole);
        let body = body.ok_or(FactRequest::Body { limit: 9 })?;
        let by = body.len().checked_sub(most + 1);
        Ok(by.map(|by| Longer { by: by + 1 }))
    })
}

#[test]
fn an_answer_is_found_once_and_kept() {
    let (head, connection) = (head("POST", "/", &[]), connection("192.0.2.1"));
    let mut live = Live::new(&head, &connection, 0);
    let mut progress = Progress {
        depth: Depth::Everything,
        ..Progress::default()
    };
    let needed = Err(FactRequest::Body { limit: 9 });
    assert_eq!(shorter_than(3, &mut progress, &live), needed);
    assert!(progress.kept.is_empty());
    live.provide_body(Body::read(b"12345", 9));
    let longer = Ok(Some(Longer { by: 2 }));
    assert_eq!(shorter_than(3, &mut progress, &live), longer);
    // It is not asked again.
    live.provide_body(Body::read(b"1", 9));
    assert_eq!(shorter_than(3, &mut progress, &live), longer);
    assert_eq!(progress.kept.len(), 1);
    let text = serde_json::to_string(&progress.kept).unwrap();
    let read: Vec<Kept> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, progress.kept);
}

#[test]
fn a_body_that_is_too_long_is_no_body() {
    assert_eq!(Body::read(b"123", 3).whole(), Some(&b"123"[..]));
    assert_eq!(Body::read(b"1234", 3), Body::TooLong { seen: 4 });
    assert_eq!(Body::read(b"1234", 3).whole(), None);
}
