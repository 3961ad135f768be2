//! Every example and the benchmark's configuration load, without warnings.

use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a configuration to a folder of its own, with empty files where it names certificates and
/// databases.
fn staged(path: &Path) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(path.file_name().unwrap());
    fs::copy(path, &copy).unwrap();
    for tls in ["tls", "mtls"] {
        let tls = folder.path().join(tls);
        fs::create_dir(&tls).unwrap();
        for name in ["localhost.crt", "localhost.key", "ca.crt"] {
            fs::write(tls.join(name), "").unwrap();
        }
    }
    let jwt = folder.path().join("jwt");
    fs::create_dir(&jwt).unwrap();
    fs::write(jwt.join("keys.json"), "").unwrap();
    let introspection = folder.path().join("introspection");
    fs::create_dir(&introspection).unwrap();
    fs::write(introspection.join("client-secret"), "secret").unwrap();
    let hmac = folder.path().join("hmac");
    fs::create_dir(&hmac).unwrap();
    fs::write(hmac.join("till-secret"), "a".repeat(32)).unwrap();
    let geo = folder.path().join("geo");
    fs::create_dir(&geo).unwrap();
    fs::write(geo.join("example.mmdb"), "").unwrap();
    (folder, copy)
}

fn examples() -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(project().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .collect();
    for name in ["plain", "full", "refusals"] {
        found.push(project().join(format!("bench/{name}.yaml")));
    }
    found
}

#[test]
fn every_example_loads_without_warnings() {
    let found = examples();
    assert!(found.len() >= 6, "{found:?}");
    for path in found {
        let (_folder, copy) = staged(&path);
        let loaded = crate::load(&copy, &crate::System::throwaway())
            .unwrap_or_else(|report| panic!("{report}"));
        let warnings = crate::render_all(&loaded.warnings, false);
        assert!(warnings.is_empty(), "{warnings}");
        assert!(!loaded.configuration.services.is_empty());
    }
}

#[test]
fn certificates_of_an_example_are_sources() {
    let (folder, copy) = staged(&project().join("examples/tls.yaml"));
    let loaded = crate::load(&copy, &crate::System::throwaway()).unwrap();
    let tls = folder.path().join("tls");
    let expected = [
        copy,
        tls.join("localhost.crt"),
        tls.join("localhost.key"),
        tls.join("ca.crt"),
    ];
    assert_eq!(loaded.sources, expected);
}
