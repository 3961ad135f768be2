use super::*;
use postern_model::RequestId;

fn refusal(n: u128, address: &str) -> Entry {
    let mut entry = Entry::new(RequestId::new(5, n), 0, "127.0.0.1:1".parse().unwrap());
    entry.client = Some(address.parse().unwrap());
    entry.outcome = Outcome::Refused;
    entry.code = Some(Code::NotFound);
    entry
}

#[test]
fn a_flood_becomes_one_row_with_count_range_and_samples() {
    let mut floods = Floods::new(10);
    let mut out = Vec::new();
    let mut folded = 0;
    for n in 0..1_000 {
        folded += u64::from(floods.sift(refusal(n, "192.0.2.1"), 1, &mut out));
    }
    floods.emit(&mut out);
    let rows: Vec<_> = out.iter().filter(|e| e.fold.is_some()).collect();
    assert_eq!(rows.len(), 1);
    let fold = rows[0].fold.as_ref().unwrap();
    assert_eq!(rows[0].count, folded);
    assert_eq!(
        (fold.first, fold.last),
        (RequestId::new(5, 10), RequestId::new(5, 999))
    );
    // 990 over: the 4th, 16th, 64th and 256th have rows of their own.
    assert_eq!(fold.samples.len(), 4);
    assert!(
        fold.samples
            .iter()
            .all(|id| out.iter().any(|e| e.id == *id))
    );
    assert_eq!(out.iter().map(Entry::represents).sum::<u64>(), 1_000);
    assert_eq!(out.len(), 10 + 4 + 1);
}

#[test]
fn a_row_that_has_grown_is_written_again_and_one_that_has_not_is_not() {
    let mut floods = Floods::new(1);
    let mut out = Vec::new();
    for n in 0..3 {
        floods.sift(refusal(n, "192.0.2.1"), 1, &mut out);
    }
    floods.emit(&mut out);
    floods.emit(&mut out);
    floods.sift(refusal(3, "192.0.2.1"), 1, &mut out);
    // The next second begins: what the last one had is given out first.
    floods.sift(refusal(4, "192.0.2.1"), 2, &mut out);
    let seen: Vec<_> = out.iter().map(|e| (e.id, e.count)).collect();
    let expected = [(0, 1), (1, 2), (1, 3), (4, 1)];
    assert_eq!(
        seen,
        expected.map(|(n, count)| (RequestId::new(5, n), count))
    );
}

#[test]
fn other_codes_other_sources_and_allowed_requests_are_not_folded() {
    let mut floods = Floods::new(2);
    let mut out = Vec::new();
    for n in 0..50u8 {
        floods.sift(refusal(n.into(), &format!("192.0.2.{n}")), 1, &mut out);
        let mut other = refusal(u128::from(n) + 100, "192.0.2.1");
        other.outcome = Outcome::Allowed;
        floods.sift(other, 1, &mut out);
    }
    floods.emit(&mut out);
    assert_eq!(out.len(), 100);
    assert!(out.iter().all(|e| e.fold.is_none()));
}

#[test]
fn one_ipv6_network_is_one_source() {
    let mut floods = Floods::new(1);
    let mut out = Vec::new();
    assert!(!floods.sift(refusal(1, "2001:db8::1"), 1, &mut out));
    assert!(floods.sift(refusal(2, "2001:db8::ffff:2"), 1, &mut out));
    assert!(!floods.sift(refusal(3, "2001:db8:0:1::2"), 1, &mut out));
}
