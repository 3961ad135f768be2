use std::fs;
use std::time::SystemTime;

use postern_model::Secret;

use super::{MasterKey, MasterSource};
use crate::{DataDirectory, StoreError};

const HEX: &str = "0707070707070707070707070707070707070707070707070707070707070707";

#[test]
fn a_key_is_32_bytes_or_text() {
    for text in [HEX, "  BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"] {
        assert_eq!(MasterKey::parse(text).unwrap().expose(), &[7; 32]);
    }
    for text in ["", "07", "BwcH", HEX.split_at(1).1, "zz"] {
        assert!(MasterKey::parse(text).is_none(), "{text}");
    }
    assert_ne!(MasterKey::new([7; 32]).id(), MasterKey::new([8; 32]).id());
}

#[test]
fn it_is_made_once_and_missed_then() {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
    let made = directory
        .master_key(&MasterSource::Directory, false)
        .unwrap();
    let again = directory
        .master_key(&MasterSource::Directory, true)
        .unwrap();
    assert_eq!(made.id(), again.id());
    fs::remove_file(place.path().join("master.key")).unwrap();
    let error = directory
        .master_key(&MasterSource::Directory, true)
        .unwrap_err();
    assert!(matches!(error, StoreError::MasterMissing { .. }), "{error}");
}

#[test]
fn it_comes_from_where_it_is_said_to_be() {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(place.path(), SystemTime::now()).unwrap();
    let file = place.path().join("key");
    fs::write(&file, HEX).unwrap();
    let shown = file.display();
    for source in [
        MasterSource::File(file.clone()),
        MasterSource::Text(Secret::new(HEX.to_owned())),
        MasterSource::Command(format!("cat {shown}")),
    ] {
        let key = directory.master_key(&source, true).unwrap();
        assert_eq!(key.expose(), &[7; 32], "{source:?}");
    }
    for (source, words) in [
        (MasterSource::Command("false".into()), "ended with"),
        (MasterSource::Command(" ".into()), "empty"),
        (
            MasterSource::Command("/no/such/program".into()),
            "No such file",
        ),
        (
            MasterSource::Command("echo hello".into()),
            "what `echo hello` prints",
        ),
        (
            MasterSource::Text(Secret::new("hello".into())),
            "64 hexadecimal digits",
        ),
    ] {
        let error = directory.master_key(&source, true).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(!place.path().join("master.key").exists());
}
