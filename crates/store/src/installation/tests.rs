use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::SystemTime;

use super::InstallationKey;
use crate::canonical::hex;
use crate::directory::DataDirectory;
use postern_model::Secret;

fn directory() -> (tempfile::TempDir, DataDirectory, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let directory = DataDirectory::lock(parent.path(), SystemTime::now()).unwrap();
    let key = parent.path().join("installation.key");
    (parent, directory, key)
}

#[test]
fn it_is_made_once_and_private() {
    let (_parent, directory, path) = directory();
    let key = directory.installation_key().unwrap();
    assert_eq!(fs::read(&path).unwrap(), key.expose());
    assert_ne!(key.expose(), &[0; 32]);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = directory.installation_key().unwrap();
    assert_eq!(again.expose(), key.expose());
    assert_eq!(
        format!("{key:?}"),
        "InstallationKey([secret])",
        "it is never printed"
    );
}

#[test]
fn what_others_may_read_is_refused() {
    let (_parent, directory, path) = directory();
    directory.installation_key().unwrap();
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o604, 0o644, 0o620] {
        set(mode);
        let error = directory.installation_key().unwrap_err().to_string();
        assert!(error.contains(&format!("(mode {mode:o})")), "{error}");
        assert!(error.contains("chmod 600"), "{error}");
    }
    // As orchestrators mount secrets.
    set(0o440);
    directory.installation_key().unwrap();
}

#[test]
fn what_is_no_key_is_refused() {
    let (_parent, directory, path) = directory();
    for bytes in [&b""[..], &[1; 31], &[1; 33]] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = directory.installation_key().unwrap_err().to_string();
        let words = format!("holds {} bytes instead of the 32", bytes.len());
        assert!(error.contains(&words), "{error}");
    }
}

#[test]
fn the_tag_is_hmac_sha_256() {
    // RFC 4231 §4.2, whose key of 20 bytes is the same as with zeros after it.
    let mut bytes = [0; 32];
    bytes[..20].fill(0x0b);
    let key = InstallationKey(Secret::new(bytes));
    assert_eq!(
        hex(&key.hmac(b"Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(key.derive("Hi There").expose(), &key.hmac(b"Hi There"));
    assert_ne!(
        key.derive("links").expose(),
        key.derive("fingerprint").expose()
    );
}
