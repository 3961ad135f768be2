use super::*;
use std::os::unix::fs::MetadataExt as _;

fn profile(server: &str, token: &str) -> Profile {
    Profile {
        server: server.parse().unwrap(),
        token: Secret::new(token.into()),
        token_id: None,
        ca: None,
        insecure_http: false,
    }
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config/postern/profiles.json");
    (folder, path)
}

#[test]
fn profiles_are_kept_for_their_owner_alone() {
    let (_folder, path) = file();
    assert_eq!(Profiles::read(&path).unwrap(), Profiles::default());
    let first = Profile {
        token_id: Some("tok_1".into()),
        ca: Some("/etc/ca.pem".into()),
        insecure_http: true,
        ..profile("http://10.0.0.1:9090", "one")
    };
    Profiles::change(&path, |all| all.put("first", first.clone())).unwrap();
    let second = profile("https://b.example", "two");
    Profiles::change(&path, |all| all.put("second", second.clone())).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let all = Profiles::read(&path).unwrap();
    assert_eq!(all.get("first").unwrap(), &first);
    assert_eq!(all.in_use().unwrap(), Some(("second", &second)));
    assert!(!format!("{all:?}").contains("\"two\""), "{all:?}");
    Profiles::change(&path, |all| all.choose("first")).unwrap();
    let all = Profiles::read(&path).unwrap();
    assert_eq!(all.in_use().unwrap().unwrap().0, "first");
    let names: Vec<_> = all.all().map(|(name, _, in_use)| (name, in_use)).collect();
    assert_eq!(names, [("first", true), ("second", false)]);
    let (name, _) = Profiles::change(&path, |all| all.forget(None)).unwrap();
    assert_eq!(name, "first");
    let all = Profiles::read(&path).unwrap();
    assert_eq!(all.in_use().unwrap(), None);
    let error = all.get("first").unwrap_err().to_string();
    assert!(error.contains("there is second"), "{error}");
    assert!(Profiles::change(&path, |all| all.forget(None)).is_err());
    // Nothing is left beside it but the lock.
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 2);
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let (_folder, path) = file();
    Profiles::change(&path, |all| {
        all.put("a", profile("https://a.example", "one"))
    })
    .unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).unwrap();
        let error = Profiles::read(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        assert!(Profiles::change(&path, |all| all.choose("a")).is_err());
    }
}

#[test]
fn a_file_that_cannot_be_read_shows_nothing_of_itself() {
    let (_folder, path) = file();
    Profiles::change(&path, |all| {
        all.put("a", profile("https://a.example", "one"))
    })
    .unwrap();
    for text in [
        r#"{"profiles": {"a": {"server": "https://a.example", "tokn": "hunter2"}}}"#,
        r#"{"profiles": {"a": {"server": "hunter2", "token": "hunter2"}}}"#,
        r#"{"hunter2": 1}"#,
        "hunter2",
    ] {
        std::fs::write(&path, text).unwrap();
        let error = format!("{:?}", Profiles::read(&path).unwrap_err());
        assert!(
            error.contains("line 1") && !error.contains("hunter2"),
            "{error}"
        );
    }
    std::fs::write(&path, vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(
        Profiles::read(&path)
            .unwrap_err()
            .to_string()
            .contains("1 MiB")
    );
}

#[test]
fn a_name_stays_with_its_server() {
    let mut all = Profiles::default();
    all.put("a", profile("https://a.example", "one")).unwrap();
    all.put("a", profile("https://a.example", "two")).unwrap();
    assert_eq!(all.get("a").unwrap().token.expose(), "two");
    let error = all
        .put("a", profile("https://b.example", "three"))
        .unwrap_err();
    assert!(
        error.to_string().contains("that of https://a.example"),
        "{error}"
    );
    for name in ["", "a b", "it's", "ä", &*"x".repeat(101)] {
        assert!(
            all.put(name, profile("https://a.example", "one")).is_err(),
            "{name}"
        );
    }
}

#[test]
fn two_that_sign_in_at_once_are_both_kept() {
    let (_folder, path) = file();
    let signed_in: Vec<_> = (0..8)
        .map(|n| {
            let path = path.clone();
            std::thread::spawn(move || {
                let server = format!("https://{n}.example");
                Profiles::change(&path, |all| all.put(&n.to_string(), profile(&server, "t")))
            })
        })
        .collect();
    for one in signed_in {
        one.join().unwrap().unwrap();
    }
    assert_eq!(Profiles::read(&path).unwrap().all().count(), 8);
}
