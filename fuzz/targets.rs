//! Every fuzz target by name: what it reads, and what has to hold of any bytes.
//!
//! Shared by `cargo fuzz` and by the short runs of `make test` (`tests/fuzz`).

/// Checks one input; panics where something does not hold.
pub(crate) type Target = fn(&[u8]);

/// The targets. Each has a file in `fuzz_targets/` and a folder in `corpus/`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("basic", |data| {
        holds(postern_policy::credential::fuzz_basic(data).map_err(str::to_owned));
    }),
    ("cedar", |data| holds(postern_cedar::fuzz(data))),
    ("certificate", postern_proxy::tls::fuzz_certificate),
    ("chunked", |data| {
        holds(postern_proxy::fuzzing::chunked(data));
    }),
    ("configuration", |data| holds(postern_config::fuzz(data))),
    ("contract", |data| {
        holds(postern_contract::fuzz(data).map_err(str::to_owned));
    }),
    ("forward", |data| {
        holds(postern_policy::forward::fuzz(data).map_err(str::to_owned));
    }),
    ("forwarded", |data| {
        holds(postern_policy::client::fuzz(data).map_err(str::to_owned));
    }),
    ("geo", |data| holds(postern_geo::fuzz(data))),
    ("head_reader", |data| {
        holds(postern_proxy::fuzzing::request_head(data));
        holds(postern_proxy::fuzzing::response_head(data));
    }),
    ("host", |data| {
        holds(postern_policy::host::fuzz(data).map_err(str::to_owned));
    }),
    ("list", |data| {
        holds(postern_policy::listing::fuzz(data).map_err(str::to_owned));
    }),
    ("openapi", |data| holds(postern_openapi::fuzz(data))),
    ("origin", |data| {
        holds(postern_policy::origin::fuzz(data).map_err(str::to_owned));
    }),
    ("outbound", |data| holds(postern_outbound::fuzz(data))),
    ("path", |data| {
        holds(postern_policy::path::fuzz(data).map_err(str::to_owned));
    }),
    ("proxy_protocol", postern_proxy::proxy_protocol::fuzz),
    ("redact", |data| {
        holds(postern_proxy::fuzzing::redact(data));
    }),
    ("grant", |data| {
        holds(postern_proxy::fuzzing::grant(data));
    }),
    ("session", |data| {
        holds(postern_proxy::fuzzing::session(data));
    }),
    ("signature", |data| {
        holds(postern_proof::message::fuzz(data));
    }),
    ("token", |data| holds(postern_proof::fuzz(data))),
    ("transform", |data| {
        holds(postern_transform::fuzz(data).map_err(str::to_owned));
    }),
];

/// The target of that name.
pub(crate) fn named(name: &str) -> Target {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("the target is in the list").1
}

fn holds(result: Result<(), String>) {
    if let Err(what) = result {
        panic!("{what}");
    }
}
