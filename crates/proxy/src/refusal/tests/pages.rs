//! Pages about codes.

use super::*;
use postern_model::denial::Family;

#[test]
fn every_code_and_every_family_has_its_pages() {
    for code in Code::ALL {
        let html = page(code.name()).unwrap();
        assert!(
            html.contains(&format!("<h1>{}</h1>", code.row().title)),
            "{code}"
        );
        let described: Json = serde_json::from_str(&page_json(code.name()).unwrap()).unwrap();
        assert_eq!(described["code"], code.name());
        assert_eq!(described["shown_as"], code.shown().name());
        assert_eq!(described["meaning"], code.guide().means);
        assert_eq!(
            described["evidence"]["consumer"].as_array().unwrap().len(),
            code.kinds().consumer.len()
        );
    }
    for family in Family::ALL {
        let html = page(family.name).unwrap();
        assert!(family.codes().all(|code| html.contains(code.name())));
        let described: Json = serde_json::from_str(&page_json(family.name).unwrap()).unwrap();
        assert_eq!(described["family"], family.name);
    }
    assert_eq!(page("route.nothing"), None);
    assert_eq!(page_json(""), None);
}

#[test]
fn the_index_lists_every_code() {
    let html = page_index();
    let listed: Json = serde_json::from_str(&page_index_json()).unwrap();
    let listed: Vec<_> = listed["families"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|family| family["codes"].as_array().unwrap())
        .map(|code| code.as_str().unwrap())
        .collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, codes);
    assert!(
        codes
            .iter()
            .all(|code| html.contains(&format!("href=\"{code}\"")))
    );
}

#[test]
fn pages_say_the_status_of_each_profile() {
    let described: Json = serde_json::from_str(&page_json("credential.expired").unwrap()).unwrap();
    assert_eq!(
        described["status"],
        serde_json::json!({"standard": 401, "forbid": 403, "conceal": 404})
    );
    let html = page("credential.expired").unwrap();
    assert!(
        html.contains("<dt>Status, profile forbid</dt><dd><code>403</code></dd>"),
        "{html}"
    );
}

#[test]
fn pages_need_nothing_from_anywhere_and_close_what_they_open() {
    let names = Code::ALL.iter().map(|c| c.name());
    let pages = names.map(|name| page(name).unwrap());
    for html in pages.chain([page_index(), page("limit").unwrap()]) {
        for foreign in ["<script", "<img", "src=", "http://", "style=", "onclick"] {
            assert!(
                !html.replace("`http://`", "").contains(foreign),
                "{foreign}: {html}"
            );
        }
        for element in [
            "p", "code", "h1", "h2", "dl", "dt", "dd", "ul", "li", "a", "main",
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
