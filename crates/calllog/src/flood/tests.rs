use super::*;
use postern_model::RequestId;

fn refusal(n: u128, address: &str) -> Entry {
    let mut entry = Entry::new(RequestId::new(5, n), 0, "127.0.0.1:1".parse().unwrap());
    entry.client = Some(address.parse().unwrap());
    entry.outcome = Outcome::Refused;
    entry.code = Some(Code::NotFound);
    entry
}

/// As the writer gets it from a core that has not seen a flood.
fn pushed(entry: Entry) -> Pushed {
    let place = Place::Row;
    Pushed { entry, place }
}

#[test]
fn a_flood_becomes_one_row_with_count_range_and_samples() {
    let mut floods = Floods::new(10);
    let mut out = Vec::new();
    let mut folded = 0;
    for n in 0..1_000 {
        folded += u64::from(floods.sift(pushed(refusal(n, "192.0.2.1")), 1, &mut out));
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
        floods.sift(pushed(refusal(n, "192.0.2.1")), 1, &mut out);
    }
    floods.emit(&mut out);
    floods.emit(&mut out);
    floods.sift(pushed(refusal(3, "192.0.2.1")), 1, &mut out);
    // The next second begins: what the last one had is given out first.
    floods.sift(pushed(refusal(4, "192.0.2.1")), 2, &mut out);
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
        floods.sift(
            pushed(refusal(n.into(), &format!("192.0.2.{n}"))),
            1,
            &mut out,
        );
        let mut other = refusal(u128::from(n) + 100, "192.0.2.1");
        other.outcome = Outcome::Allowed;
        floods.sift(pushed(other), 1, &mut out);
    }
    floods.emit(&mut out);
    assert_eq!(out.len(), 100);
    assert!(out.iter().all(|e| e.fold.is_none()));
}

#[test]
fn one_ipv6_network_is_one_source() {
    let mut floods = Floods::new(1);
    let mut out = Vec::new();
    assert!(!floods.sift(pushed(refusal(1, "2001:db8::1")), 1, &mut out));
    assert!(floods.sift(pushed(refusal(2, "2001:db8::ffff:2")), 1, &mut out));
    assert!(!floods.sift(pushed(refusal(3, "2001:db8:0:1::2")), 1, &mut out));
}

/// What a core makes of refusals from one address in one second.
fn watched(watch: &mut Watch, ids: std::ops::Range<u128>, second: u64) -> Vec<Pushed> {
    let pushed = |n| {
        let mut entry = refusal(n, "192.0.2.1");
        let place = watch.place(Code::NotFound, entry.address(), second);
        entry.detail = (place != Place::Counted).then(|| b"{}".to_vec().into());
        Pushed { entry, place }
    };
    ids.map(pushed).collect()
}

#[test]
fn a_flood_that_its_core_has_seen_becomes_the_same_rows() {
    let mut seen = Vec::new();
    for is_watched in [false, true] {
        let (mut watch, mut floods) = (Watch::new(10), Floods::new(10));
        let mut out = Vec::new();
        for mut entry in watched(&mut watch, 0..1_000, 1) {
            if !is_watched {
                entry.place = Place::Row;
            }
            floods.sift(entry, 1, &mut out);
        }
        floods.emit(&mut out);
        assert!(out.iter().all(|row| row.detail.is_some()));
        seen.push(
            out.into_iter()
                .map(|e| (e.id, e.count, e.fold))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn what_a_core_has_counted_is_counted_whenever_it_comes() {
    // The writer's second turns at any place within the core's.
    for turn in 0..40 {
        let (mut watch, mut floods) = (Watch::new(5), Floods::new(5));
        let mut out = Vec::new();
        let pushed =
            watched(&mut watch, 0..20, 1)
                .into_iter()
                .chain(watched(&mut watch, 20..40, 2));
        for (n, pushed) in pushed.enumerate() {
            floods.sift(pushed, 1 + u64::from(n >= turn), &mut out);
        }
        floods.emit(&mut out);
        let mut last = std::collections::BTreeMap::new();
        for row in out {
            assert!(row.detail.is_some(), "{turn}: {row:?}");
            last.insert(row.id, row.represents());
        }
        assert_eq!(last.values().sum::<u64>(), 40, "{turn}");
        assert!(last.len() < 24, "{turn}: {last:?}");
    }
}

#[test]
fn what_was_counted_is_not_lost_with_the_row_it_belongs_to() {
    let mut floods = Floods::new(1);
    let mut out = Vec::new();
    for n in 0..3 {
        let entry = refusal(n, "192.0.2.1");
        let place = Place::Counted;
        assert!(floods.sift(Pushed { entry, place }, 1, &mut out));
    }
    floods.emit(&mut out);
    assert_eq!(out.iter().map(Entry::represents).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_core_watches_each_code_and_source_by_itself_and_begins_anew_each_second() {
    let mut watch = Watch::new(2);
    let mut place =
        |code, address: &str, second| watch.place(code, address.parse().unwrap(), second);
    let first: Vec<_> = (0..7)
        .map(|_| place(Code::NotFound, "192.0.2.1", 9))
        .collect();
    let (row, counted) = (Place::Row, Place::Counted);
    let expected = [
        row,
        row,
        Place::Fold,
        counted,
        counted,
        Place::Sample,
        counted,
    ];
    assert_eq!(first, expected);
    assert_eq!(place(Code::NotFound, "192.0.2.2", 9), row);
    assert_eq!(place(Code::Unreachable, "192.0.2.1", 9), row);
    // One that came before the turn of the second, and was decided after it.
    assert_eq!(place(Code::NotFound, "192.0.2.1", 10), row);
    assert_eq!(place(Code::NotFound, "192.0.2.1", 9), row);
    assert_eq!(place(Code::NotFound, "192.0.2.1", 10), Place::Fold);
    // The clock was set back.
    let mut late = Watch::new(0);
    late.place(Code::NotFound, "192.0.2.1".parse().unwrap(), 1_000);
    late.place(Code::NotFound, "192.0.2.1".parse().unwrap(), 1_000);
    let address = "192.0.2.1".parse().unwrap();
    assert_eq!(late.place(Code::NotFound, address, 5), Place::Fold);
}

#[test]
fn what_one_core_watches_is_bounded() {
    let mut watch = Watch::new(0);
    for n in (0u32..).take(MAX_WATCHED) {
        let address = std::net::Ipv4Addr::from_bits(n).into();
        assert_eq!(watch.place(Code::NotFound, address, 1), Place::Fold);
    }
    let another = std::net::Ipv4Addr::from_bits(u32::MAX).into();
    assert_eq!(watch.place(Code::NotFound, another, 1), Place::Row);
    assert_eq!(watch.flows.len(), MAX_WATCHED);
}
