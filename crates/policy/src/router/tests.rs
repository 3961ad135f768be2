use super::*;
use crate::rules::Rules;
use crate::testing::{configuration, rules, service};
use proptest::prelude::*;
use std::sync::Arc;

/// The operation's name and its parameters, or `method`, `draft`, `nothing`, `unknown host`.
fn find(rules: &Rules, host: &str, path: &str, method: Method) -> String {
    let mut params = Params::default();
    let found = rules
        .router()
        .find(Some(host.as_bytes()), path.as_bytes(), method, &mut params);
    match found {
        Found::Operation(candidate) => {
            let values: Vec<_> = (0..params.len())
                .map(|i| params.get(i, path.as_bytes()).unwrap())
                .map(|value| std::str::from_utf8(value).unwrap())
                .collect();
            format!(
                "{} {}",
                rules.operation(&candidate.route).name,
                values.join(" ")
            )
            .trim_end()
            .to_owned()
        }
        Found::OtherMethods(_) => "method".into(),
        Found::Draft => "draft".into(),
        Found::Nothing { host_known: true } => "nothing".into(),
        Found::Nothing { host_known: false } => "unknown host".into(),
    }
}

#[test]
fn literals_go_before_parameters_and_those_before_the_rest() {
    let rules = rules(vec![service(
        &[],
        "",
        &[
            "GET /a/b",
            "GET /a/{x}",
            "GET /a/{x}/c",
            "GET /a/b/{y}/d",
            "GET /{*all}",
            "GET /files/",
            "GET /f/{*rest}",
        ],
    )]);
    for (path, found) in [
        ("/a/b", "GET /a/b"),
        ("/a/z", "GET /a/{x} z"),
        ("/a/b/c", "GET /a/{x}/c b"),
        ("/a/b/c/d", "GET /a/b/{y}/d c"),
        ("/a/b/c/e", "GET /{*all} a/b/c/e"),
        ("/a/", "GET /{*all} a/"),
        ("/", "GET /{*all}"),
        ("/files/", "GET /files/"),
        ("/files", "GET /{*all} files"),
        ("/f", "GET /{*all} f"),
        ("/f/", "GET /f/{*rest}"),
        ("/f/x/y/", "GET /f/{*rest} x/y/"),
        ("/a;v=1/b;w", "GET /a/b"),
        ("/a/z;w", "GET /a/{x} z"),
    ] {
        assert_eq!(find(&rules, "h", path, Method::Get), found, "{path}");
    }
}

#[test]
fn the_best_template_decides_about_methods() {
    let rules = rules(vec![service(
        &[],
        "",
        &["GET /a/me", "GET DELETE /a/{id}", "POST /x", "/x"],
    )]);
    for (method, path, found) in [
        (Method::Delete, "/a/me", "method"),
        (Method::Head, "/a/me", "GET /a/me"),
        (Method::Delete, "/a/7", "GET DELETE /a/{id} 7"),
        (Method::Options, "/a/7", "method"),
        (Method::Post, "/x", "POST /x"),
        (Method::Put, "/x", "/x"),
    ] {
        assert_eq!(find(&rules, "h", path, method), found, "{method:?} {path}");
    }
}

#[test]
fn hosts_go_from_the_exact_name_to_any() {
    let rules = rules(vec![
        service(&["a.example.com"], "", &["/exact", "/one"]),
        service(&["*.example.com"], "", &["/wild", "/one"]),
        service(&["*.b.example.com"], "", &["/deep", "/{*rest}"]),
        service(&["only.org"], "", &["/only"]),
    ]);
    for (host, path, found) in [
        ("a.example.com", "/exact", "/exact"),
        ("a.example.com", "/wild", "/wild"),
        ("x.example.com", "/wild", "/wild"),
        ("x.b.example.com", "/deep", "/deep"),
        ("x.b.example.com", "/wild", "/{*rest} wild"),
        ("x.example.com", "/deep", "nothing"),
        ("example.com", "/wild", "unknown host"),
        (".example.com", "/wild", "unknown host"),
        ("only.org", "/only", "/only"),
        ("other.org", "/only", "unknown host"),
    ] {
        assert_eq!(find(&rules, host, path, Method::Get), found, "{host}{path}");
    }
}

#[test]
fn a_service_without_hosts_answers_on_all() {
    let rules = rules(vec![
        service(&["a.example.com"], "", &["/a"]),
        service(&[], "", &["/any"]),
    ]);
    for (host, path, found) in [
        ("a.example.com", "/any", "/any"),
        ("x", "/any", "/any"),
        ("x", "/a", "nothing"),
    ] {
        assert_eq!(find(&rules, host, path, Method::Get), found);
    }
}

#[test]
fn templates_that_cannot_be_are_refused() {
    let many = (0..17).fold(String::new(), |all, i| format!("{all}/{{p{i}}}"));
    for (path, problem) in [
        ("a", TemplateKind::NotAbsolute),
        ("/a//b", TemplateKind::Literal),
        ("/a/../b", TemplateKind::Literal),
        ("/a;b", TemplateKind::Literal),
        ("/é", TemplateKind::Literal),
        ("/a{b}", TemplateKind::PartOfSegment),
        ("/{}", TemplateKind::Name),
        ("/{a}/{a}", TemplateKind::Name),
        ("/{*a}/b", TemplateKind::RestNotLast),
        ("/.well-known/postern/x", TemplateKind::Reserved),
        (many.as_str(), TemplateKind::TooMany),
    ] {
        let error = template::Template::parse(path).unwrap_err();
        assert_eq!(kind(error), problem, "{path}");
    }
}

#[derive(Debug, PartialEq)]
enum TemplateKind {
    NotAbsolute,
    Literal,
    PartOfSegment,
    Name,
    RestNotLast,
    TooMany,
    Reserved,
}

fn kind(error: template::TemplateError) -> TemplateKind {
    use template::TemplateError as E;
    match error {
        E::NotAbsolute => TemplateKind::NotAbsolute,
        E::Literal(_) => TemplateKind::Literal,
        E::PartOfSegment => TemplateKind::PartOfSegment,
        E::Name => TemplateKind::Name,
        E::RestNotLast => TemplateKind::RestNotLast,
        E::TooMany => TemplateKind::TooMany,
        E::Reserved => TemplateKind::Reserved,
    }
}

#[test]
fn two_operations_for_the_same_requests_are_a_conflict() {
    let compile = |services| Rules::compile(Arc::new(configuration(services)), "1".into());
    let error = compile(vec![
        service(&[], "", &["GET /a/{x}"]),
        service(&[], "/a", &["GET PUT /{y}"]),
    ])
    .unwrap_err();
    assert!(matches!(error, CompileError::Conflict { .. }), "{error}");
    assert!(
        compile(vec![
            service(&["a"], "", &["GET /a"]),
            service(&["b"], "", &["GET /a"]),
        ])
        .is_ok()
    );
}

/// Whether a template matches, written down once more without a tree.
fn matches(template: &str, path: &str) -> bool {
    let (mut want, mut have) = (template.split('/').skip(1), path.split('/').skip(1));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(w), Some(_)) if w.starts_with("{*") => return true,
            (Some(w), Some(h)) if w.starts_with('{') && !h.is_empty() => {}
            (Some(w), Some(h)) if w == h => {}
            _ => return false,
        }
    }
}

/// Literal before parameter before rest, segment by segment from the left.
fn rank(template: &str) -> Vec<u8> {
    let kind = |s: &str| match s {
        s if s.starts_with("{*") => 2,
        s if s.starts_with('{') => 1,
        _ => 0,
    };
    template.split('/').skip(1).map(kind).collect()
}

proptest! {
    #[test]
    fn the_tree_finds_what_a_list_would(
        templates in prop::collection::btree_set("(/(a|b|\\{x\\})){1,3}(/|/\\{\\*r\\})?", 1..8),
        path in "(/(a|b|c)){1,4}/?",
    ) {
        let templates: Vec<String> = templates
            .into_iter()
            .map(|t| {
                // Parameters of one template have names of their own.
                t.split("{x}").enumerate().fold(String::new(), |all, (i, piece)| {
                    if i == 0 { piece.to_owned() } else { format!("{all}{{x{i}}}{piece}") }
                })
            })
            .collect();
        let list: Vec<&str> = templates.iter().map(String::as_str).collect();
        let rules = rules(vec![service(&[], "", &list)]);
        let best = list.iter().filter(|t| matches(t, &path)).min_by_key(|t| rank(t));
        let mut params = Params::default();
        let found = match rules.router().find(None, path.as_bytes(), Method::Get, &mut params) {
            Found::Operation(c) => Some(&*rules.operation(&c.route).path),
            _ => None,
        };
        prop_assert_eq!(found, best.copied());
    }
}
