use super::*;
use proptest::prelude::*;

fn origins(patterns: &[OriginPattern]) -> Origins {
    Origins::new(patterns).unwrap()
}

fn exact(text: &str) -> OriginPattern {
    OriginPattern::Exact(text.into())
}

fn below(before: &str, after: &str) -> OriginPattern {
    OriginPattern::Below {
        before: before.into(),
        after: after.into(),
    }
}

fn matching(text: &str) -> OriginPattern {
    OriginPattern::Expression(text.into())
}

#[test]
fn an_origin_is_compared_as_a_whole() {
    let app = || vec![exact("https://app.example.com")];
    let any_below = || vec![below("https://", ".example.com:8443")];
    let preview = || vec![matching(r"https://pr-[0-9]+\.example\.com")];
    let either = || vec![matching("https://a|https://b")];
    let cases = [
        (app(), "https://app.example.com", true),
        (app(), "https://app.example.com:443", false),
        (app(), "https://app.example.com.evil.example", false),
        (app(), "http://app.example.com", false),
        (app(), "https://APP.example.com", false),
        (app(), "https://app.example.com/", false),
        (app(), "", false),
        (app(), "null", false),
        (any_below(), "https://a.example.com:8443", true),
        (any_below(), "https://a.b.example.com:8443", true),
        (any_below(), "https://example.com:8443", false),
        (any_below(), "https://.example.com:8443", false),
        (any_below(), "https://a..example.com:8443", false),
        (any_below(), "https://evil.com/.example.com:8443", false),
        (any_below(), "https://evil.com:1@a.example.com:8443", false),
        (any_below(), "https://a.example.com", false),
        (preview(), "https://pr-17.example.com", true),
        (preview(), "https://pr-17.example.com.evil.example", false),
        (
            preview(),
            "https://evil.example/https://pr-17.example.com",
            false,
        ),
        (preview(), "https://pr-17xexample.com", false),
        (either(), "https://a", true),
        (either(), "https://b", true),
        (either(), "https://ab", false),
        (either(), "xhttps://b", false),
        (vec![OriginPattern::Any], "https://anybody.example", true),
        (vec![OriginPattern::Any], "capacitor://localhost", true),
        (vec![OriginPattern::Any], "null", false),
        (vec![OriginPattern::Any], "https://a b", false),
        (vec![matching(".*")], "null", false),
        (vec![], "https://app.example.com", false),
    ];
    for (patterns, origin, allowed) in cases {
        let found = origins(&patterns).allow(origin.as_bytes());
        assert_eq!(found, allowed, "{patterns:?} {origin}");
    }
    let long = format!("https://{}.example", "a".repeat(MOST));
    assert!(!origins(&[OriginPattern::Any]).allow(long.as_bytes()));
}

#[test]
fn an_expression_is_bounded_and_stays_within_its_anchors() {
    for wrong in [
        "a)|(?:b",
        "(",
        "[a",
        "a{1000}{1000}",
        "(?x)a # comment\n)",
        r"(a)\1",
        "(?=a)",
        &"(".repeat(100),
    ] {
        let error = check_expression(wrong).unwrap_err().to_string();
        assert!(
            !error.contains('\n') && !error.is_empty(),
            "{wrong}: {error}"
        );
    }
    assert!(
        check_expression("(?x) a # comment").is_err(),
        "it would hide the anchor"
    );
    assert_eq!(
        check_expression(r"https://[a-z]+\.example\.com(:\d+)?"),
        Ok(())
    );
}

fn patterns() -> impl Strategy<Value = OriginPattern> {
    prop_oneof![
        Just(OriginPattern::Any),
        "[a-z]{1,3}://[a-z.*]{0,6}(:[0-9]{1,3})?".prop_map(|text| exact(&text)),
        "\\.[a-z.]{1,6}".prop_map(|after| below("https://", &after)),
        "[a-z.:/*+]{1,8}|https://[a-c.]{1,4}.*".prop_filter_map("not one", |text| {
            check_expression(&text).ok().map(|()| matching(&text))
        }),
    ]
}

proptest! {
    /// Whatever stands in the field: nobody is let in who has no host, and one that two policies
    /// let in is let in by both.
    #[test]
    fn only_origins_are_let_in(
        patterns in prop::collection::vec(patterns(), 0..4),
        origin in "(https?|null|app)?(://)?[a-c.*:/@%0-9]{0,12}|[\\x00-\\xff]{0,20}",
    ) {
        let bytes = origin.as_bytes();
        let found = origins(&patterns).allow(bytes);
        if found {
            prop_assert!(origin.contains("://") && bytes.iter().all(u8::is_ascii_graphic));
        }
        let alone = patterns.iter().any(|one| origins(std::slice::from_ref(one)).allow(bytes));
        prop_assert_eq!(found, alone);
    }
}
