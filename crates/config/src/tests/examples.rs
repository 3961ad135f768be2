//! Every example and the benchmark's configuration load, without warnings.

use std::fs;
use std::path::{Path, PathBuf};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a configuration to a folder of its own, with empty files where it names certificates and
/// databases.
fn staged(path: &Path) -> (tempfile::TempDir, PathBuf) {
    let whole = tempfile::tempdir().unwrap();
    // The benchmark's names what stands beside it.
    let geo = whole.path().join("examples/geo");
    fs::create_dir_all(&geo).unwrap();
    fs::write(geo.join("example.mmdb"), "").unwrap();
    let folder = whole.path().join("here");
    fs::create_dir(&folder).unwrap();
    let copy = folder.join(path.file_name().unwrap());
    fs::copy(path, &copy).unwrap();
    for tls in ["tls", "mtls"] {
        let tls = folder.join(tls);
        fs::create_dir(&tls).unwrap();
        for name in ["localhost.crt", "localhost.key", "ca.crt"] {
            fs::write(tls.join(name), "").unwrap();
        }
    }
    for name in ["jwt", "dpop"] {
        let folder = folder.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("keys.json"), "").unwrap();
    }
    let introspection = folder.join("introspection");
    fs::create_dir(&introspection).unwrap();
    fs::write(introspection.join("client-secret"), "secret").unwrap();
    let hmac = folder.join("hmac");
    fs::create_dir(&hmac).unwrap();
    fs::write(hmac.join("till-secret"), "a".repeat(32)).unwrap();
    let ways = folder.join("ways");
    fs::create_dir(&ways).unwrap();
    for name in ["keys.json", "caller.crt", "caller.key"] {
        fs::write(ways.join(name), "").unwrap();
    }
    fs::write(ways.join("secret"), "a".repeat(32)).unwrap();
    let geo = folder.join("geo");
    fs::create_dir(&geo).unwrap();
    fs::write(geo.join("example.mmdb"), "").unwrap();
    (whole, copy)
}

fn examples() -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(project().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .collect();
    for name in ["plain", "full", "refusals", "ways"] {
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
    let tls = folder.path().join("here/tls");
    let expected = [
        copy,
        tls.join("localhost.crt"),
        tls.join("localhost.key"),
        tls.join("ca.crt"),
    ];
    assert_eq!(loaded.sources, expected);
}
