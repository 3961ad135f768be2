use super::*;
use crate::codec::tests::{any_entry, encode};
use crate::entry::{Entry, Outcome, STAGES};
use crate::index::DayFile;
use crate::segment::{self, Frames, Segment};
use postern_model::{Code, Fault, RequestId};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Half of what `any_entry` makes lies on each side of this midnight.
const BASE: u64 = 1_795_305_600_000 - 2_500;

fn any_filter() -> impl Strategy<Value = Filter> {
    let name = || proptest::option::weighted(0.1, prop_oneof![Just("a"), Just("zz")]);
    let time = || proptest::option::weighted(0.2, (0u64..5_000).prop_map(|n| BASE + n));
    let code = prop_oneof![
        proptest::sample::select(Code::ALL.to_vec()).prop_map(CodeFilter::Is),
        Just(CodeFilter::Family("connection".into())),
    ];
    let address = prop_oneof![
        Just("203.0.113.0/31"),
        Just("2001:db8::/127"),
        Just("203.0.113.1/32"),
        Just("::/0"),
    ];
    let status = prop_oneof![Just(StatusFilter::Class(4)), Just(StatusFilter::Is(0))];
    (
        (time(), time(), name(), name(), name()),
        proptest::option::weighted(0.2, proptest::sample::select(Outcome::ALL.to_vec())),
        proptest::option::weighted(0.2, code),
        proptest::option::weighted(0.2, address),
        proptest::option::weighted(0.2, status),
        proptest::option::weighted(0.1, proptest::sample::select(Fault::ALL.to_vec())),
        proptest::option::weighted(0.1, proptest::sample::select(STAGES.to_vec())),
        proptest::option::weighted(
            0.2,
            prop_oneof![Just("e"), Just("R."), Just("/A"), Just("")],
        ),
        proptest::option::weighted(0.1, prop_oneof![Just("GET"), Just("BREW")]),
        name(),
        proptest::collection::vec(
            (
                proptest::sample::select(Column::ALL.to_vec()),
                prop_oneof![Just("a"), Just("zz"), Just("/a")],
            ),
            0..2,
        ),
        (
            proptest::collection::vec(proptest::sample::select(Empty::ALL.to_vec()), 0..2),
            proptest::option::weighted(0.2, (name(), name())),
        ),
    )
        .prop_map(
            |(
                who,
                outcome,
                code,
                address,
                status,
                fault,
                stage,
                phrase,
                method,
                app,
                columns,
                (without, whose),
            )| {
                Filter {
                    without,
                    whose: whose.map(|(tenant, app)| {
                        let named = |name: Option<&str>| name.map(Arc::from).into_iter().collect();
                        Arc::new(Whose {
                            tenants: named(tenant),
                            apps: named(app),
                        })
                    }),
                    columns: columns
                        .into_iter()
                        .map(|(c, text)| (c, text.into()))
                        .collect(),
                    from: who.0,
                    to: who.1,
                    tenant: who.2.map(Into::into),
                    service: who.3.map(Into::into),
                    operation: who.4.map(Into::into),
                    outcome,
                    code,
                    app: app.map(Into::into),
                    address: address.map(|net| net.parse().unwrap()),
                    status,
                    fault,
                    stage,
                    phrase: phrase.map(Into::into),
                    method: method.map(Into::into),
                    ..Filter::default()
                }
            },
        )
}

/// Puts the entries into a segment, four to a frame, of which the first `moved` are in day files
/// too. Rows of floods come twice: first in an older state.
fn lay_out(dir: &Path, entries: &[Entry], moved: usize, whole: bool) {
    let older = entries.iter().filter(|e| e.fold.is_some()).map(|entry| {
        let mut older = entry.clone();
        older.count -= 1;
        older
    });
    let rows: Vec<Entry> = older.chain(entries.iter().cloned()).collect();
    let mut open = Segment::create(dir, 1).unwrap();
    for batch in rows.chunks(4) {
        let mut frame = Vec::new();
        segment::frame(&mut frame, &encode(batch));
        open.append(&frame).unwrap();
    }
    let path = segment::path(dir, 1);
    let bytes = segment::load(&path).unwrap();
    let identity = segment::identity(&bytes);
    let mut days: BTreeMap<Day, DayFile> = BTreeMap::new();
    for frame in Frames::new(&bytes).take(if whole { usize::MAX } else { moved }) {
        for entry in crate::codec::decode(frame.payload).unwrap() {
            let day = Day::of(entry.id);
            let file = days
                .entry(day)
                .or_insert_with(|| DayFile::open(dir, day).unwrap());
            file.write(&[entry], identity, frame.end).unwrap();
        }
    }
    if whole {
        std::fs::remove_file(path).unwrap();
    }
}

/// Groups the plain way.
fn grouped(
    entries: &[Entry],
    key: impl Fn(&Entry) -> Option<String>,
) -> Vec<(Option<String>, u64)> {
    let mut groups: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for entry in entries {
        *groups.entry(key(entry)).or_default() += entry.represents();
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_answer_does_not_depend_on_where_the_rows_are(
        entries in proptest::collection::vec(any_entry(BASE), 0..40),
        filters in proptest::collection::vec(any_filter(), 6),
        moved in 0usize..8,
        whole in any::<bool>(),
    ) {
        let entries: BTreeMap<RequestId, Entry> =
            entries.into_iter().map(|entry| (entry.id, entry)).collect();
        let entries: Vec<Entry> = entries.into_values().rev().collect();
        let dir = tempfile::tempdir().unwrap();
        lay_out(dir.path(), &entries, moved, whole);
        let reader = Reader::offline(dir.path(), 30);
        for filter in filters {
            let expected: Vec<Entry> =
                entries.iter().filter(|entry| filter.matches(entry)).cloned().collect();
            let page = reader.search(&filter, 100, None).unwrap();
            prop_assert_eq!(&page.entries, &expected);
            prop_assert_eq!(page.next, None);
            let mut paged = Vec::new();
            let mut before = None;
            loop {
                let page = reader.search(&filter, 3, before).unwrap();
                paged.extend(page.entries);
                before = page.next;
                if before.is_none() { break }
            }
            prop_assert_eq!(&paged, &expected);
            let mut scanned = Vec::new();
            let whole = reader.scan(&filter, |entry| {
                scanned.push(entry);
                true
            });
            prop_assert_eq!(whole.unwrap().rows, scanned.len() as u64);
            scanned.reverse();
            prop_assert_eq!(&scanned, &expected);
            let mut left = 2;
            let some = reader.scan(&filter, |_| {
                left -= 1;
                left > 0
            });
            prop_assert_eq!(some.unwrap().rows, expected.len().min(2) as u64);
            let total: u64 = expected.iter().map(Entry::represents).sum();
            prop_assert_eq!(reader.count(&filter).unwrap(), total);
            let parts = Series::new(BASE..BASE + 5_000, 7);
            let mut counted = parts.clone();
            let untimed = Filter { from: None, to: None, ..filter.clone() };
            for entry in entries.iter().filter(|entry| untimed.matches(entry)) {
                counted.add(entry.id.millis(), entry.outcome, entry.represents());
            }
            prop_assert_eq!(reader.series(&filter, parts).unwrap(), counted);
            let groups = |by| -> Vec<(Option<String>, u64)> {
                let groups = reader.groups(&filter, by, 1_000).unwrap();
                groups.into_iter().map(|group| (group.key, group.count)).collect()
            };
            prop_assert_eq!(
                groups(GroupBy::Code),
                grouped(&expected, |e| e.code.map(|code| code.name().to_owned()))
            );
            prop_assert_eq!(
                groups(GroupBy::Address),
                grouped(&expected, |e| Some(e.address().to_string()))
            );
            prop_assert_eq!(
                groups(GroupBy::Operation),
                grouped(&expected, |e| Some(format!(
                    "{}/{}/{}",
                    e.service.as_ref()?,
                    e.version.as_deref().unwrap_or("-"),
                    e.operation.as_deref().unwrap_or("-")
                )))
            );
            prop_assert_eq!(
                groups(GroupBy::Fault),
                grouped(&expected, |e| e.fault.map(|fault| fault.name().to_owned()))
            );
        }
        for entry in entries.iter().take(5) {
            let found = reader.find(entry.id.into()).unwrap();
            prop_assert_eq!(found, Lookup::Found(Box::new(entry.clone())));
            let way = Way::of(entry);
            let last = entries.iter().find(|e| {
                e.outcome == Outcome::Allowed && Way::of(e) == way && e.id.millis() < entry.id.millis()
            });
            prop_assert_eq!(reader.last_allowed(&way, entry.id.millis()).unwrap(), last.cloned());
        }
    }
}

#[test]
fn groups_say_when_first_and_last_and_give_an_example() {
    let dir = tempfile::tempdir().unwrap();
    let entries: Vec<Entry> = [7, 5, 6].map(crate::log::tests::entry).into();
    lay_out(dir.path(), &entries, 0, true);
    let reader = Reader::offline(dir.path(), 30);
    let groups = reader.groups(&Filter::default(), GroupBy::App, 10).unwrap();
    let times = [5, 7].map(|n| crate::log::tests::entry(n).id.millis());
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].key.as_deref(), Some("fieldforce"));
    assert_eq!([groups[0].first, groups[0].last], times);
    assert_eq!(groups[0].example, entries[0].id);
}

#[test]
fn a_day_that_cannot_be_read_is_named_and_the_others_answer() {
    let dir = tempfile::tempdir().unwrap();
    let entries: Vec<Entry> = [7, 5, 6].map(crate::log::tests::entry).into();
    lay_out(dir.path(), &entries, 0, true);
    std::fs::write(dir.path().join("calls-2026-11-21.sqlite"), [b'x'; 5_000]).unwrap();
    let reader = Reader::offline(dir.path(), 30);
    let page = reader.search(&Filter::default(), 10, None).unwrap();
    assert_eq!(page.entries.len(), 3);
    assert_eq!(page.searched.unreadable.len(), 1);
    assert_eq!(page.searched.unreadable[0].0.to_string(), "2026-11-21");
}

#[test]
fn filters_are_read_from_words() {
    assert_eq!(StatusFilter::parse("4xx"), Some(StatusFilter::Class(4)));
    assert_eq!(StatusFilter::parse("403"), Some(StatusFilter::Is(403)));
    for wrong in ["9xx", "0xx", "600", "40", "xx", "-1", ""] {
        assert_eq!(StatusFilter::parse(wrong), None, "{wrong}");
    }
    let family = CodeFilter::Family("route".into());
    assert_eq!(CodeFilter::parse("route.*"), Some(family.clone()));
    assert_eq!(CodeFilter::parse("route"), Some(family));
    assert_eq!(
        CodeFilter::parse("route.not_found"),
        Some(CodeFilter::Is(Code::NotFound))
    );
    assert_eq!(CodeFilter::parse("rout"), None);
}
