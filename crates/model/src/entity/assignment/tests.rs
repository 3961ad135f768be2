use super::*;

fn assignment(host: Option<&str>, base_path: &str) -> Assignment {
    Assignment {
        tenant: "t".into(),
        host: host.map(Into::into),
        base_path: base_path.into(),
    }
}

#[test]
fn a_host_covers_itself_and_a_pattern_what_is_below() {
    let exact = assignment(Some("api.example.com"), "");
    assert!(exact.covers(Some("api.example.com"), "/any"));
    assert!(!exact.covers(Some("b.example.com"), ""));
    assert!(!exact.covers(Some("*.example.com"), ""));
    assert!(!exact.covers(None, ""));
    let pattern = assignment(Some("*.example.com"), "");
    assert!(pattern.covers(Some("a.b.example.com"), ""));
    assert!(pattern.covers(Some("*.b.example.com"), ""));
    assert!(pattern.covers(Some("*.example.com"), ""));
    assert!(!pattern.covers(Some("example.com"), ""));
    assert!(!pattern.covers(Some("badexample.com"), ""));
}

#[test]
fn a_path_covers_what_is_below_it_segment_by_segment() {
    let shop = assignment(None, "/shop");
    assert!(shop.covers(None, "/shop"));
    assert!(shop.covers(Some("api.example.com"), "/shop/v1"));
    assert!(!shop.covers(None, "/shopping"));
    assert!(!shop.covers(None, ""));
}

#[test]
fn what_meets_in_part_touches() {
    let pattern = assignment(Some("*.example.com"), "/shop");
    assert!(pattern.touches(Some("api.example.com"), ""));
    assert!(pattern.touches(None, "/shop/v1"));
    assert!(pattern.touches(Some("*.api.example.com"), "/shop"));
    assert!(!pattern.touches(Some("api.example.com"), "/shopping"));
    assert!(!pattern.touches(Some("example.com"), ""));
    let exact = assignment(Some("api.example.com"), "");
    assert!(exact.touches(Some("*.example.com"), ""));
    assert!(!exact.touches(Some("b.example.com"), ""));
}

#[test]
fn what_is_covered_is_touched() {
    let hosts = [
        None,
        Some("example.com"),
        Some("a.example.com"),
        Some("*.example.com"),
    ];
    let paths = ["", "/a", "/a/b", "/ab"];
    for host in hosts {
        for path in paths {
            let ours = assignment(host, path);
            for other in hosts {
                for below in paths {
                    let touched = ours.touches(other, below);
                    assert!(
                        touched || !ours.covers(other, below),
                        "{ours:?} {other:?} {below}"
                    );
                    assert_eq!(touched, assignment(other, below).touches(host, path));
                }
            }
        }
    }
}
