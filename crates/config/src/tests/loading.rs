//! Files, and the world outside.

use super::parse;
use crate::{Code, Secrets as _, System, load};
use postern_model::entity::KeySource;
use std::fs;

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.yaml");
    let report = load(&path, &System::throwaway()).unwrap_err();
    let text = report.to_string();
    assert!(
        text.starts_with(
            "error[config.file_unreadable]: the file cannot be read: there is no such file"
        ),
        "{text}"
    );
    assert!(text.contains("none.yaml"), "{text}");
}

#[test]
fn a_folder_is_not_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let report = load(folder.path(), &System::throwaway()).unwrap_err();
    assert_eq!(report.codes().collect::<Vec<_>>(), [Code::FileUnreadable]);
}

#[test]
fn a_file_that_is_too_large_is_refused_without_reading_it_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.yaml");
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let report = load(&path, &System::throwaway()).unwrap_err();
    assert_eq!(report.codes().collect::<Vec<_>>(), [Code::TooComplex]);
}

#[test]
fn an_empty_file_is_not_taken_for_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.yaml");
    fs::write(&path, "").unwrap();
    let report = load(&path, &System::throwaway()).unwrap_err();
    assert_eq!(report.codes().collect::<Vec<_>>(), [Code::MissingField]);
    assert!(report.to_string().contains("the file is empty"), "{report}");
    fs::write(&path, "{}").unwrap();
    assert!(load(&path, &System::throwaway()).is_ok());
}

#[test]
fn a_file_that_is_not_utf8_is_refused_at_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.yaml");
    fs::write(&path, b"# ok\n# caf\xe9\n").unwrap();
    let report = load(&path, &System::throwaway()).unwrap_err();
    let position = report.diagnostics[0].position.as_ref().unwrap();
    assert_eq!((position.line, position.column), (2, 6));
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    assert!(parse("\u{feff}listeners: {}\n").is_ok());
}

#[test]
fn files_are_looked_for_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.yaml");
    let text = "listeners: {a: {address: '127.0.0.1:0', tls: {certificates: [{certificate: a.crt, key: 'file:a.key'}]}}}";
    fs::write(&path, text).unwrap();
    fs::write(folder.path().join("a.crt"), "").unwrap();
    let report = load(&path, &System::throwaway()).unwrap_err();
    assert_eq!(report.codes().collect::<Vec<_>>(), [Code::FileUnreadable]);
    fs::write(folder.path().join("a.key"), "").unwrap();
    let loaded = load(&path, &System::throwaway()).unwrap();
    let key = folder.path().join("a.key");
    assert_eq!(loaded.sources, [path, folder.path().join("a.crt"), key]);
}

#[test]
fn a_folder_is_not_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let error = System::throwaway().check_file(folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "not a regular file");
}

#[test]
fn secrets_stay_out_of_sight() {
    let certificate = |key: &str| {
        format!(
            "listeners: {{a: {{address: '127.0.0.1:0', tls: {{certificates: [{{certificate: a.crt, key: {key}}}]}}}}}}"
        )
    };
    let loaded = parse(&certificate("'env:PRESENT'")).unwrap();
    let tls = loaded.configuration.listeners[0].tls.clone().unwrap();
    let KeySource::Text(secret) = &tls.certificates[0].key else {
        panic!("a text");
    };
    assert!(secret.expose().contains("canary"));
    assert!(!format!("{loaded:?}").contains("canary"));

    let pasted = "\"-----BEGIN PRIVATE KEY-----\\ncanary\"";
    let report = parse(&certificate(pasted)).unwrap_err();
    assert_eq!(report.codes().collect::<Vec<_>>(), [Code::InvalidReference]);
    assert!(!report.to_string().contains("canary"), "{report}");
    assert!(!format!("{report:?}").contains("canary"), "{report}");
}
