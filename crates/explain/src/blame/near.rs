//! Names that are meant to be the same, and are not to the letter.

/// A way of writing a name that takes a difference away, and what that difference is called.
type Way = (&'static str, fn(&str) -> String);

/// Differences that nobody means.
const WAYS: [Way; 3] = [
    ("the slash at its end", |name| {
        name.trim_end_matches('/').to_owned()
    }),
    ("upper and lower case", str::to_ascii_lowercase),
    ("its scheme", |name| {
        let bare = name.split_once("://").map_or(name, |(_, bare)| bare);
        bare.to_owned()
    }),
];

/// What else origins differ in.
const PORT: Way = ("its port", |origin| {
    let bare = origin
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()));
    bare.map_or(origin, |(bare, _)| bare).to_owned()
});

fn by(ways: &[Way], one: &str, other: &str) -> Option<&'static str> {
    if one == other {
        return None;
    }
    let same = |(_, way): &&Way| way(one) == way(other);
    ways.iter().find(same).map(|(what, _)| *what)
}

/// In what alone two names differ, if that is one of the things that are written wrong by mistake.
pub(crate) fn near(one: &str, other: &str) -> Option<&'static str> {
    by(&WAYS, one, other)
}

/// The same of two origins (RFC 6454 §4).
pub(super) fn near_origin(one: &str, other: &str) -> Option<&'static str> {
    near(one, other).or_else(|| by(&[PORT], one, other))
}

#[cfg(test)]
mod tests {
    use super::{near, near_origin};

    #[test]
    fn names_that_differ_in_one_small_thing_are_near() {
        for (one, other, what) in [
            (
                "https://a.example/",
                "https://a.example",
                Some("the slash at its end"),
            ),
            ("http://a.example", "https://a.example", Some("its scheme")),
            ("a.example", "https://a.example", Some("its scheme")),
            ("Orders", "orders", Some("upper and lower case")),
            ("https://a.example", "https://a.example", None),
            ("https://a.example/x", "https://a.example/y", None),
            ("http://a.example/", "https://a.example", None),
            ("https://b.example", "https://a.example", None),
        ] {
            assert_eq!(near(one, other), what, "{one} {other}");
        }
    }

    #[test]
    fn origins_may_differ_in_their_port() {
        let (one, other) = ("https://a.example:8443", "https://a.example");
        assert_eq!(near_origin(one, other), Some("its port"));
        assert_eq!(near(one, other), None);
        assert_eq!(
            near_origin("https://a.example:1", "https://b.example:2"),
            None
        );
    }
}
