use super::{Class, Kind, is_id};

#[test]
fn kinds_have_a_form_and_a_class() {
    for name in ["service", "access_role", "category", "certificate", "ai2"] {
        assert_eq!(Kind::new(name).unwrap().class(), Class::Rules, "{name}");
    }
    for name in ["tenant", "app", "credential", "group", "subscription"] {
        assert_eq!(Kind::new(name).unwrap().class(), Class::Directory, "{name}");
    }
    for name in ["user", "member", "token", "change_request", "webhook"] {
        let class = Kind::new(name).unwrap().class();
        assert_eq!(class, Class::Management, "{name}");
    }
    let long = "a".repeat(33);
    for name in ["", "Service", "2fa", "a-b", "a b", "é", long.as_str()] {
        let error = Kind::new(name).unwrap_err().to_string();
        assert!(error.contains("is not a kind"), "{name}: {error}");
    }
}

#[test]
fn ids_are_bounded_and_printable() {
    assert!(is_id("key_7q4m") && is_id("é") && is_id(&"x".repeat(256)));
    assert!(!is_id("") && !is_id("a\nb") && !is_id("a\0") && !is_id(&"x".repeat(257)));
}
