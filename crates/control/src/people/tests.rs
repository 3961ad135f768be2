use crate::management::check::is_email;
use crate::management::role::{Role, points};
use postern_model::permission::{BuiltIn, Point};

#[test]
fn addresses_are_kept_in_one_form() {
    for good in ["lin@example.com", "a.b+c@x", "ü@bücher.example"] {
        assert!(is_email(good), "{good}");
    }
    for bad in [
        "",
        "lin",
        "@x",
        "lin@",
        "lin@a..b",
        "Lin@example.com",
        "a b@x",
        "a@b@c",
        "<a@b>",
        "a\n@b",
        &format!("{}@x", "a".repeat(260)),
    ] {
        assert!(!is_email(bad), "{bad}");
    }
    assert_eq!(super::kept_email(" Lin@Example.COM "), "lin@example.com");
}

#[test]
fn a_role_holds_only_where_it_belongs() {
    let own = |name: &str| {
        let role = Role {
            tenant: Some("commerce".to_owned()),
            title: None,
            permissions: vec!["apps.read".to_owned(), "users.write".to_owned()],
        };
        Ok::<_, ()>((name == "commerce:x").then_some(role))
    };
    let of = |name: &str, tenant: Option<&str>| points(name, tenant, own).unwrap();
    assert_eq!(of("admin", Some("commerce")), Some(BuiltIn::Admin.points()));
    assert_eq!(of("admin", None), None);
    assert_eq!(of("owner", Some("commerce")), None);
    assert_eq!(of("owner", None), Some(BuiltIn::Owner.points()));
    let held = of("commerce:x", Some("commerce")).unwrap();
    assert!(held.contains(Point::AppsRead) && !held.contains(Point::UsersWrite));
    assert_eq!(of("commerce:x", Some("partner")), None);
    assert_eq!(of("commerce:x", None), None);
    assert_eq!(of("commerce:y", Some("commerce")), None);
}

#[test]
fn secrets_are_in_no_debug_output() {
    let given = super::Accepting {
        token: "pml_secret".to_owned(),
        email: None,
        name: None,
        password: Some("hunter".to_owned()),
    };
    let text = format!("{given:?}");
    assert!(
        !text.contains("secret") && !text.contains("hunter"),
        "{text}"
    );
}
