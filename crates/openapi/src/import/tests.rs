use super::*;
use std::fmt::Write as _;

const MESSY: &str = include_str!("tests/messy.yaml");
const SWAGGER: &str = include_str!("tests/swagger.json");

fn read(text: &str) -> Imported {
    import(text.as_bytes()).unwrap()
}

/// The operation of that name.
fn named<'a>(imported: &'a Imported, name: &str) -> &'a Operation {
    let found = imported.operations.iter().find(|one| one.name == name);
    found.unwrap_or_else(|| {
        let names: Vec<_> = imported.operations.iter().map(|one| &one.name).collect();
        panic!("no {name} among {names:?}")
    })
}

/// What was done instead of what stands at a place.
fn instead<'a>(imported: &'a Imported, pointer: &str, what: &str) -> &'a str {
    let mut lines = imported.report.lines().iter();
    let line = lines.find(|line| line.pointer == pointer && line.what.contains(what));
    &line
        .unwrap_or_else(|| panic!("{pointer}: {what} is not in {:#?}", imported.report.lines()))
        .instead
}

#[test]
fn a_messy_document_is_imported_as_far_as_it_goes() {
    let imported = read(MESSY);
    assert_eq!(imported.dialect, Dialect::OpenApi30);
    assert_eq!(imported.title.as_deref(), Some("Warehouse"));
    assert_eq!(imported.version.as_deref(), Some("1.10"));
    assert_eq!(imported.base_path, "/v1");
    assert_eq!(imported.servers[0], "https://eu.api.example.com/v1/");
    let list = named(&imported, "listItems");
    assert_eq!(
        (list.method.as_str(), list.path.as_str()),
        ("GET", "/items")
    );
    assert_eq!(list.scopes, ["items:read"]);
    assert_eq!(list.title.as_deref(), Some("List items"));
    assert_eq!(list.tags, ["Items"]);
    let create = named(&imported, "create-item");
    assert_eq!(create.media_types, ["application/json", "text/csv"]);
    assert_eq!(create.scopes, ["items:read", "items:write"]);
    assert!(named(&imported, "ping").anonymous);
    assert!(named(&imported, "get-items-id").deprecated);
    let upload = named(&imported, "upload");
    assert_eq!(
        (upload.path.as_str(), upload.max_body),
        ("/files/{*path}", Some(1_048_576))
    );
    // The file's name is a part of a segment, which the router does not have.
    assert_eq!(named(&imported, "export").path, "/export/{year-month}");
}

#[test]
fn everything_that_was_not_understood_is_said_with_its_place() {
    let imported = read(MESSY);
    for (pointer, what, done) in [
        ("/x-logo", "`x-logo`", "without effect"),
        ("/webhooks", "webhooks", "not routed"),
        ("/servers/1", "another prefix", "first server's counts"),
        ("/servers/2", "no default", "left out"),
        (
            "/components/securitySchemes/oauth",
            "OAuth 2.0",
            "an API key",
        ),
        (
            "/components/securitySchemes/cookie",
            "API keys in `cookie`",
            "in a header",
        ),
        (
            "/paths/~1items/post/operationId",
            "`create item!`",
            "`create-item`",
        ),
        ("/paths/~1items/post/callbacks", "callbacks", "not routed"),
        (
            "/paths/~1items/post/security",
            "different scopes",
            "all of these",
        ),
        (
            "/paths/~1items~1{id}/get",
            "without `operationId`",
            "method and path",
        ),
        (
            "/paths/~1items~1{id}/put/operationId",
            "is called `listItems`",
            "`listItems-2`",
        ),
        (
            "/paths/~1items~1{itemId}/get",
            "cannot tell",
            "which asks for what both ask for",
        ),
        (
            "/paths/~1export~1{year}-{month}.csv/get",
            "part of a segment",
            "`{year-month}`",
        ),
        (
            "/paths/~1search?q={q}/get",
            "a query in the path",
            "left out",
        ),
        (
            "/paths/~1shared/$ref",
            "another document, `common.yaml#/paths/shared`",
            "left out",
        ),
        ("/paths/~1shared", "no operation came", "left out"),
        (
            "/paths/~1broken~1{a/get",
            "do not fit",
            "the operation is left out",
        ),
        ("/paths/~1loop/$ref", "back to itself", "left out"),
        (
            "/paths/~1items/servers",
            "servers of one path",
            "upstream of its version",
        ),
        (
            "/paths/~1items/fetch",
            "the member `fetch`",
            "without effect",
        ),
        (
            "/paths/~1strange/get/security/0/nobody",
            "`nobody` is not declared",
            "an API key",
        ),
        (
            "/components/schemas/Item/properties/unit/$ref",
            "another document",
            "not fetched",
        ),
    ] {
        let instead = instead(&imported, pointer, what);
        assert!(instead.contains(done), "{pointer}: {instead}");
    }
    let extension = imported.report.lines().iter();
    let mut extension = extension.filter(|line| line.what.contains("`x-internal`"));
    let (first, second) = (extension.next().unwrap(), extension.next());
    assert_eq!(
        (first.more, second),
        (1, None),
        "the same is said once, and counted"
    );
}

#[test]
fn operations_that_requests_cannot_tell_apart_are_as_strict_as_the_strictest() {
    let imported = read(MESSY);
    let one = named(&imported, "get-items-id");
    // The other is `/items/{itemId}`, which needs a scope more.
    assert_eq!(one.scopes, ["items:admin", "items:read"]);
    let text = r#"{"openapi": "3.1.0", "info": {}, "paths": {
        "/a/{x}": {"get": {"security": []}},
        "/a/{y}.json": {"get": {"security": [{"k": ["s"]}]}}}}"#;
    let imported = read(text);
    assert_eq!(imported.operations.len(), 1);
    assert!(!imported.operations[0].anonymous);
    assert_eq!(imported.operations[0].scopes, ["s"]);
}

#[test]
fn swagger_2_is_read() {
    let imported = read(SWAGGER);
    assert_eq!(imported.dialect, Dialect::Swagger2);
    assert_eq!(imported.base_path, "/legacy/api");
    assert_eq!(imported.servers, ["https://old.example.com/legacy/api"]);
    assert_eq!(imported.key_places.headers, ["X-Legacy-Key"]);
    assert_eq!(imported.key_places.query, ["api_key"]);
    assert_eq!(imported.scopes["write:pets"], "Change pets");
    let add = named(&imported, "addPet");
    assert_eq!(add.media_types, ["application/json", "application/xml"]);
    assert_eq!(add.scopes, ["write:pets"]);
    let upload = named(&imported, "uploadPhoto");
    assert_eq!(upload.media_types, ["multipart/form-data"]);
    assert_eq!(
        named(&imported, "updateByForm").media_types,
        ["application/x-www-form-urlencoded", "multipart/form-data"]
    );
    assert!(named(&imported, "findPets").media_types.is_empty());
    let wss = instead(&imported, "/schemes", "`wss`");
    assert!(wss.contains("websocket"));
}

#[test]
fn what_is_no_openapi_is_refused_with_words() {
    for (text, said) in [
        ("[]", "it is not a mapping"),
        ("{}", "is no OpenAPI document"),
        ("swagger: '1.2'", "Swagger `1.2` is not read"),
        ("swaggerVersion: '1.2'", "Swagger 1 is not read"),
        ("openapi: 4.0.0", "OpenAPI `4.0.0` is not read"),
        ("just text", "it is not a mapping"),
    ] {
        let error = import(text.as_bytes()).unwrap_err();
        assert!(error.message.contains(said), "{text}: {error}");
        assert!(error.help.is_some(), "{text}");
    }
    let guessed = read("paths: {}");
    assert_eq!(guessed.dialect, Dialect::OpenApi30);
    let newer = read("openapi: 3.2.0\npaths: {}");
    assert_eq!(newer.dialect, Dialect::OpenApi31);
    assert_eq!(instead(&newer, "/openapi", "3.2.0"), "read as OpenAPI 3.1");
}

#[test]
fn strange_shapes_are_reported_not_believed() {
    let text = r#"{"openapi": "3.0.0", "info": [], "servers": {}, "security": {},
        "components": {"securitySchemes": []},
        "paths": {"/a": [], "/b": {"get": [], "post": {"security": 7, "tags": "x",
            "parameters": {}, "requestBody": {"content": []}, "operationId": {}}},
            "c": {"GET": {}}}}"#;
    let imported = read(text);
    for (pointer, what) in [
        ("/info", "what it is about"),
        ("/servers", "not a list"),
        ("/security", "not a list"),
        ("/components/securitySchemes", "not a mapping"),
        ("/paths/~1a", "without operations"),
        ("/paths/~1b/get", "not a mapping"),
        ("/paths/~1b/post/tags", "not a list"),
        ("/paths/~1b/post/parameters", "not a list"),
        ("/paths/~1b/post/requestBody/content", "not a mapping"),
        ("/paths/~1b/post/operationId", "names nothing"),
        ("/paths/c/GET", "`GET`"),
        ("/paths/c/GET", "does not begin with `/`"),
    ] {
        instead(&imported, pointer, what);
    }
    assert!(imported.operations.iter().all(|one| !one.anonymous));
}

/// Ten thousand operations.
fn large(count: usize) -> String {
    let mut text = String::from("openapi: 3.1.0\ninfo: {title: Large, version: 1}\npaths:\n");
    for number in 0..count {
        let _ = write!(
            text,
            "  /things/{}/{{id}}/part{number}:\n    x-source: generator\n    {}:\n      \
             summary: Thing {number}\n      responses: {{'200': {{description: ok}}}}\n",
            number % 100,
            ["get", "post", "delete"][number % 3],
        );
    }
    text
}

#[test]
fn ten_thousand_operations_are_soon_imported_and_there_is_an_end() {
    let started = std::time::Instant::now();
    let imported = read(&large(10_000));
    assert_eq!(imported.operations.len(), 10_000);
    // Generous: tests are not optimised, and machines are busy.
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
    assert_eq!(imported.report.lines().len(), 2);
    assert_eq!(imported.report.lines()[0].more, 9_999);
    let error = import(large(MAX_OPERATIONS + 1).as_bytes()).unwrap_err();
    assert!(error.message.contains("too many operations"));
}

#[test]
fn reports_are_bounded() {
    let mut text = String::from("openapi: 3.1.0\npaths:\n  /a:\n    get:\n");
    for number in 0..5_000 {
        let _ = writeln!(text, "      x-{number}: 1");
    }
    let report = read(&text).report;
    assert_eq!(report.lines().len(), 1_000);
    assert!(report.omitted() > 4_000 - 10);
}

#[test]
fn names_in_reports_do_not_reach_the_terminal_as_they_are() {
    let text = "openapi: 3.1.0\npaths: {}\n\"x-\\e[31mred\\n\": 1\n";
    let report = read(text).report;
    for line in report.lines() {
        assert!(!line.what.chars().any(char::is_control), "{line:?}");
        assert!(!line.pointer.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn documents_that_refer_to_one_part_from_everywhere_end_soon() {
    let started = std::time::Instant::now();
    let members: Vec<String> = (0..20_000).map(|n| format!("x-{n}: 1, ")).collect();
    let members = members.concat();
    let mut text = format!("openapi: 3.1.0\nx-item: {{get: {{{members}}}}}\npaths:\n");
    for number in 0..10_000 {
        let _ = writeln!(text, "  /a{number}: {{$ref: \"#/x-item\"}}");
    }
    let error = import(text.as_bytes()).unwrap_err();
    assert!(error.message.contains("too many values"), "{error}");
    let long = "/{a}".repeat(500_000);
    let imported = read(&format!(
        "{{\"openapi\": \"3.1.0\", \"paths\": {{\"{long}\": {{\"get\": {{}}}}}}}}"
    ));
    assert!(imported.operations.is_empty());
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
}
