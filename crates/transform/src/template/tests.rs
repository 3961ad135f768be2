mod bodies;
mod bombs;
mod common;
mod grammar;

use super::*;
use crate::context::{Asked, Scene, value};
use crate::json::Json;

fn asked() -> Asked<'static> {
    Asked {
        method: "GET",
        params: vec![("id", "7 a/b".to_owned())],
        query: vec![("q".to_owned(), "x".to_owned())],
        headers: vec![
            ("accept".to_owned(), "a".to_owned()),
            ("accept".to_owned(), "b".to_owned()),
        ],
        app: Some("shop"),
        ..Asked::default()
    }
}

/// With all that templates could read.
fn scene() -> Scene {
    Scene::new(&asked(), Reads::ALL)
}

fn render(text: &str, form: Form, body: Option<&str>) -> Result<String, String> {
    let mut templates = Templates::default();
    let (template, names) = templates.add(text, form, true).map_err(|f| f.problem)?;
    let scene = Scene::new(&asked(), names.request);
    let body = body.map(|body| value(&Json::read(body.as_bytes()).unwrap()));
    templates.render(&template, scene.root(body.as_ref()), 1000)
}

#[test]
fn templates_read_the_request_and_the_body() {
    let text =
        "{{ request.method }} {{ request.query.q }} {{ request.headers.accept }} {{ request.app }}";
    assert_eq!(render(text, Form::Text, None).unwrap(), "GET x a, b shop");
    let text = "{% for item in body.items %}{{ item.n + 1 }};{% endfor %}";
    let body = r#"{"items":[{"n":1},{"n":2}]}"#;
    assert_eq!(render(text, Form::Text, Some(body)).unwrap(), "2;3;");
}

#[test]
fn values_are_made_harmless_for_where_they_stand() {
    assert_eq!(
        render("/v2/{{ request.params.id }}/x", Form::Path, None).unwrap(),
        "/v2/7%20a%2Fb/x"
    );
    let text = r#"{"a": {{ body.a }}, "b": {{ body }}}"#;
    let out = render(text, Form::Json, Some(r#"{"a":"\",\"x\":\""}"#)).unwrap();
    assert_eq!(
        Json::read(out.as_bytes()).unwrap().write(),
        br#"{"a":"\",\"x\":\"","b":{"a":"\",\"x\":\""}}"#
    );
}

#[test]
fn what_is_not_there_is_no_empty_text() {
    let undefined = "it reads something that is not there";
    for text in [
        "{{ body.a }}",
        "{{ request.headers.cookie }}",
        "a\n{{ request.query.z }}",
    ] {
        let error = render(text, Form::Text, Some("{}")).unwrap_err();
        assert!(error.starts_with(undefined), "{error}");
    }
    // Nobody calls, and that is no name.
    assert!(render("{{ request.tenant }}", Form::Text, None).is_err());
    assert_eq!(
        render("{{ request.tenant }}", Form::Json, None).unwrap(),
        "null"
    );
    let text = "{{ body.a|default('-') }}";
    assert_eq!(render(text, Form::Text, Some("{}")).unwrap(), "-");
}

#[test]
fn faults_have_a_sentence_and_a_place() {
    let fault = |text: &str, answers| {
        let fault = check(text, Form::Text, answers).unwrap_err();
        let range = fault.range.unwrap();
        (fault.problem, text.get(range).unwrap().to_owned())
    };
    let (problem, at) = fault("a {{ requst.method }}", false);
    assert_eq!(
        problem,
        "there is no `requst`; templates read `request` and `body`"
    );
    assert_eq!(at, "requst");
    let (problem, at) = fault("{{ request.hedaers.a }}", false);
    assert!(
        problem.starts_with("`request` has no `hedaers`; it has `method`"),
        "{problem}"
    );
    assert_eq!(at, "request.hedaers");
    assert_eq!(
        fault("{{ response.status }}", false).0,
        "there is no answer yet when a request is changed"
    );
    assert!(check("{{ response.status }}", Form::Text, true).is_ok());
    let (problem, at) = fault("ok\n{% if %}", false);
    assert!(
        problem.starts_with("the template cannot be read: "),
        "{problem}"
    );
    assert!("{% if %}".contains(&at), "{at}");
    let filter = fault(
        "{{ '|no' }} | x {# |no #}{% if body | nope %}{% endif %}",
        false,
    );
    assert_eq!(
        filter,
        ("there is no filter `nope`".to_owned(), "nope".to_owned())
    );
    assert!(check(&"{{ body }}".repeat(10_000), Form::Text, false).is_err());
}

#[test]
fn what_a_template_reads_is_known_beforehand() {
    let text =
        "{{ request.params.id }}{% if body is defined %}{{ request.params['x'] }}{% endif %}";
    let names = check(text, Form::Text, false).unwrap();
    assert!(
        names.body && names.params.contains(&"id".to_owned()),
        "{names:?}"
    );
    let reads = |text: &str| {
        let read = check(text, Form::Text, false).unwrap().request;
        ["path", "params", "headers"].map(|member| read.has(member))
    };
    assert_eq!(reads("{{ request.path }}"), [true, false, false]);
    assert_eq!(reads("{{ request.params.id }}"), [false, true, false]);
    let found = "{% set r = request %}{{ r.path }}";
    assert_eq!(reads(found), [true, true, true]);
    assert_eq!(reads("{{ request['path'] }}"), [true, true, true]);
    assert_eq!(
        check("no template", Form::Text, false).unwrap(),
        Names::default()
    );
}
