use super::*;
use crate::entry::{Entry, Facts, Fold, MethodName, Outcome, Protocol, STAGES};
use postern_model::entity::Method;
use postern_model::{Code, Fault, RequestId};
use proptest::prelude::*;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

fn text() -> impl Strategy<Value = Option<Arc<str>>> {
    proptest::option::of("[a-zA-Z0-9%_./ -]{0,12}".prop_map(Arc::from))
}

fn name() -> impl Strategy<Value = Option<Arc<str>>> {
    proptest::option::of(prop_oneof![Just("a"), Just("b"), Just("orders")].prop_map(Arc::from))
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0u8..4).prop_map(|last| IpAddr::from([203, 0, 113, last])),
        (0u16..4).prop_map(|last| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last])),
        any::<[u8; 16]>().prop_map(IpAddr::from),
    ]
}

/// Any entry whose id lies within a few seconds of `base` (Unix milliseconds).
pub(crate) fn any_entry(base: u64) -> impl Strategy<Value = Entry> {
    let when = (0u64..5_000, any::<u128>(), any::<u64>(), any::<u64>());
    let who = (
        proptest::option::of(address()),
        address(),
        any::<u16>(),
        proptest::option::of(proptest::sample::select(Protocol::ALL.to_vec())),
    );
    let head = (
        proptest::option::of(prop_oneof![
            proptest::sample::select(Method::ALL.to_vec()).prop_map(MethodName::Known),
            Just(MethodName::Other("BREW".into()))
        ]),
        text(),
        proptest::option::of("/[a-z]{0,8}".prop_map(Arc::<str>::from)),
        prop_oneof![Just(0u16), 200u16..204, 400u16..405, 500u16..504],
    );
    let end = (
        proptest::sample::select(Outcome::ALL.to_vec()),
        proptest::option::of(proptest::sample::select(Code::ALL.to_vec())),
        proptest::option::of(proptest::sample::select(STAGES.to_vec())),
        proptest::option::of(proptest::sample::select(Fault::ALL.to_vec())),
    );
    let names = proptest::collection::vec(name(), 11);
    let rest = (
        any::<u32>(),
        any::<[u64; 4]>(),
        text(),
        any::<Option<[u8; 16]>>(),
        1u32..100,
        proptest::option::of("[{}a-z\":]{0,24}".prop_map(|s| s.into_bytes().into_boxed_slice())),
        proptest::collection::vec(any::<u8>(), 0..=Facts::MOST),
    );
    let fold = proptest::option::of((2u64..1_000, any::<[u128; 3]>()));
    (when, who, head, end, names, rest, fold).prop_map(
        move |(when, who, head, end, mut names, rest, fold)| {
            let id = RequestId::new(base + when.0, when.1);
            let mut entry = Entry::new(id, when.2, SocketAddr::new(who.1, who.2));
            entry.duration = when.3;
            (entry.client, entry.protocol) = (who.0, who.3);
            (entry.method, entry.host, entry.path, entry.status) = head;
            (entry.outcome, entry.code, entry.stage, entry.fault) = end;
            let mut next = || names.pop().flatten();
            entry.policy = next();
            entry.tenant = next();
            entry.service = next();
            entry.version = next();
            entry.operation = next();
            entry.environment = next();
            entry.app = next();
            entry.credential = next();
            entry.subscription = next();
            entry.upstream = next();
            entry.target = next();
            entry.attempts = rest.0;
            [
                entry.bytes_in,
                entry.bytes_out,
                entry.revision,
                entry.directory,
            ] = rest.1;
            entry.client_request_id = rest.2;
            entry.trace = rest.3;
            entry.weight = rest.4;
            entry.detail = rest.5;
            entry.facts = Facts::of(&rest.6).unwrap();
            if let Some((count, ids)) = fold {
                let [first, last, sample] = ids.map(read::id_of);
                entry.count = count;
                entry.fold = Some(Box::new(Fold {
                    first,
                    last,
                    samples: vec![sample],
                }));
            }
            entry
        },
    )
}

/// The entries as one batch.
pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut encoder = Encoder::default();
    for entry in entries {
        encoder.add(entry);
    }
    let mut out = Vec::new();
    encoder.finish(&mut out);
    out
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        entries in proptest::collection::vec(any_entry(1_700_000_000_000), 0..20)
    ) {
        prop_assert_eq!(decode(&encode(&entries)), Some(entries));
    }

    #[test]
    fn garbage_is_read_as_nothing_and_never_panics(
        entries in proptest::collection::vec(any_entry(0), 1..4),
        at in any::<proptest::sample::Index>(),
        value in any::<u8>(),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = encode(&entries);
        let cut = at.index(bytes.len());
        prop_assert_eq!(decode(&bytes[..cut]), None);
        bytes[cut] = value;
        decode(&bytes);
        decode(&noise);
        read::read_fold(&noise);
    }
}

#[test]
fn names_with_one_text_at_two_addresses_do_not_mix() {
    let mut entries = Vec::new();
    for i in 0..600u128 {
        let peer = "127.0.0.1:1".parse().unwrap();
        let mut entry = Entry::new(RequestId::new(0, i), 0, peer);
        entry.app = Some(format!("app-{i}").into());
        entry.service = entries.first().and_then(|e: &Entry| e.app.clone());
        entries.push(entry);
    }
    assert_eq!(decode(&encode(&entries)), Some(entries));
}
