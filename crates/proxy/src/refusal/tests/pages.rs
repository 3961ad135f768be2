//! Pages about codes.

use super::*;
use postern_model::denial::{Family, Reserved};

/// Every name that a page has.
fn names() -> impl Iterator<Item = &'static str> {
    let codes = Code::ALL.iter().map(|code| code.name());
    let families = Family::ALL.iter().map(|family| family.name);
    let reserved = Reserved::all().map(|code| code.name);
    codes.chain(families).chain(reserved).chain([""])
}

#[test]
fn every_code_family_and_reserved_code_has_its_pages() {
    for code in Code::ALL {
        let name = code.name();
        let html = page_html(name).unwrap_or_else(|| {
            panic!("{name} has no page: see docs/contributing/adding-a-denial-code.md")
        });
        assert!(
            html.contains(&format!("<h1>{}</h1>", code.row().title)),
            "{code}"
        );
        let described: Json = serde_json::from_str(&page_json(name).unwrap()).unwrap();
        assert_eq!(described["code"], name);
        assert_eq!(described["shown_as"], code.shown().name());
        assert_eq!(described["meaning"], code.guide().means);
        assert_eq!(
            described["evidence"]["consumer"].as_array().unwrap().len(),
            code.kinds().consumer.len()
        );
    }
    for family in Family::ALL {
        let html = page_html(family.name).unwrap();
        assert!(family.codes().all(|code| html.contains(code.name())));
        let described: Json = serde_json::from_str(&page_json(family.name).unwrap()).unwrap();
        assert_eq!(described["family"], family.name);
    }
    for code in Reserved::all() {
        let html = page_html(code.name).unwrap();
        assert!(html.contains("Nothing raises this code yet."), "{html}");
        let described: Json = serde_json::from_str(&page_json(code.name).unwrap()).unwrap();
        assert_eq!(described["reserved"], true);
    }
    for name in ["route.nothing", "../guides/post-403", "README.md", "/"] {
        assert_eq!(page(name), None, "{name}");
        assert_eq!(page_json(name), None, "{name}");
    }
}

#[test]
fn the_index_lists_every_code() {
    let html = page_html("").unwrap();
    let listed: Json = serde_json::from_str(&page_json("").unwrap()).unwrap();
    let listed: Vec<_> = listed["families"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|family| family["codes"].as_array().unwrap())
        .map(|code| code.as_str().unwrap())
        .collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, codes);
    let reserved = Reserved::all().map(|code| code.name);
    for name in codes.into_iter().chain(reserved) {
        assert!(html.contains(&format!("href=\"{name}\"")), "{name}");
    }
}

#[test]
fn pages_say_the_status_of_each_profile() {
    let described: Json = serde_json::from_str(&page_json("credential.expired").unwrap()).unwrap();
    assert_eq!(
        described["status"],
        serde_json::json!({"standard": 401, "forbid": 403, "conceal": 404})
    );
    let markdown = page("credential.expired").unwrap();
    assert!(
        markdown.contains("| with `status_profile: forbid` | 403 |"),
        "{markdown}"
    );
}

#[test]
fn pages_need_nothing_from_anywhere_and_close_what_they_open() {
    for name in names() {
        let html = page_html(name).unwrap();
        for foreign in [
            "<script",
            "<img",
            "src=",
            "href=\"http",
            "style=",
            "onclick",
        ] {
            assert!(!html.contains(foreign), "{foreign}: {html}");
        }
        for element in [
            "p", "code", "h1", "h2", "ul", "li", "a", "main", "table", "tr", "th", "td", "pre",
            "strong",
        ] {
            let opened = html.matches(&format!("<{element}>")).count()
                + html.matches(&format!("<{element} ")).count();
            assert_eq!(
                opened,
                html.matches(&format!("</{element}>")).count(),
                "{element}: {html}"
            );
        }
        assert!(html.contains("<html lang=\"en\">"));
    }
}

#[test]
fn links_lead_to_pages() {
    for name in names() {
        let markdown = page(name).unwrap();
        for link in markdown.split("](").skip(1) {
            let (target, _) = link.split_once(')').unwrap();
            let target = target.strip_suffix(".md").unwrap();
            assert!(page(target).is_some(), "{name} links to {target}");
        }
    }
}
