//! Short fuzzing on the stable toolchain: every target of `fuzz/` reads its corpus, and thousands
//! of inputs made from it.
//!
//! A failure names its input's seed. `FUZZ_SEED` starts elsewhere, `FUZZ_RUNS` runs longer, and
//! `cargo fuzz run TARGET` searches with coverage (see CONTRIBUTING.md).

mod mutate;
#[path = "../../fuzz/targets.rs"]
mod targets;

use mutate::Mutator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// The committed inputs of a target, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("corpus").join(target);
    let mut found: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect(name))
}

fn short_run(target: &str, runs: u64) {
    let check = targets::named(target);
    let corpus = corpus(target);
    assert!(corpus.len() >= 8, "{target} has too few seeds");
    for (name, input) in &corpus {
        attempt(check, input, &format!("{target}: corpus/{target}/{name}"));
    }
    let inputs: Vec<&[u8]> = corpus.iter().map(|(_, input)| input.as_slice()).collect();
    let first = number("FUZZ_SEED", 0);
    for seed in first..first + number("FUZZ_RUNS", runs) {
        let input = Mutator::new(seed).next_input(&inputs);
        attempt(check, &input, &format!("{target}: FUZZ_SEED={seed}"));
    }
}

fn attempt(check: targets::Target, input: &[u8], which: &str) {
    let survived = catch_unwind(AssertUnwindSafe(|| check(input)));
    assert!(survived.is_ok(), "{which}: {}", input.escape_ascii());
}

macro_rules! short_runs {
    ($($target:ident: $runs:literal),* $(,)?) => {
        $(#[test]
        fn $target() {
            short_run(stringify!($target), $runs);
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$(stringify!($target)),*];
            let listed: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(listed, run);
            let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
            let binaries: Vec<&str> = manifest
                .lines()
                .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""))
                .collect();
            assert_eq!(listed, binaries);
            for name in listed {
                let file = folder().join(format!("fuzz_targets/{name}.rs"));
                let code = std::fs::read_to_string(file).unwrap();
                assert!(code.contains(&format!("named(\"{name}\")")), "{name}");
            }
        }
    };
}

short_runs! {
    basic: 20_000,
    cedar: 1_000,
    certificate: 20_000,
    chunked: 20_000,
    configuration: 2_000,
    contract: 5_000,
    forward: 10_000,
    forwarded: 20_000,
    geo: 20_000,
    head_reader: 20_000,
    host: 20_000,
    list: 20_000,
    openapi: 1_000,
    origin: 20_000,
    outbound: 2_000,
    path: 20_000,
    proxy_protocol: 20_000,
    redact: 20_000,
    grant: 20_000,
    session: 20_000,
    signature: 10_000,
    token: 5_000,
    transform: 2_000,
}
