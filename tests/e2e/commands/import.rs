//! `OpenAPI` documents into a running Postern, and out of it again.

use super::super::harness::raw::get;
use super::Stored;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;

/// A document as one finds them: three hundred operations and more, and what grew around them.
pub(super) fn messy() -> String {
    let mut text = String::from(
        r##"openapi: 3.0.1
info: {title: Warehouse, version: "1.10"}
x-gateway: {vendor: other}
servers: [{url: "https://{region}.example.com/v1/", variables: {region: {default: eu}}}]
security: [{oauth: ["items:read"]}]
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "https://id.example.com", scopes: {"items:read": See items}}}
  schemas:
    Node: {type: object, nullable: true, properties: {next: {$ref: "#/components/schemas/Node"}}}
webhooks: {stockLow: {post: {}}}
paths:
  /ping: {get: {operationId: ping, security: [], responses: {200: {description: ok}}}}
  /export/{year}-{month}.csv: {get: {operationId: export, responses: {}}}
  /shared: {$ref: "common.yaml#/shared"}
  /items/{id}: {get: {operationId: getItem, responses: {}}}
  /items/{itemId}: {get: {operationId: getItemAgain, responses: {}}}
"##,
    );
    for number in 0..300 {
        let _ = write!(
            text,
            "  /things{number}/{{id}}:\n    get:\n      x-generated: true\n      summary: Thing \
             {number}\n      tags: [Things]\n      operationId: get thing {number}\n      \
             parameters: [{{in: path, name: id, required: true, schema: {{type: string}}}}]\n      \
             responses: {{200: {{description: ok, content: {{application/json: {{schema: {{$ref: \
             \"#/components/schemas/Node\"}}}}}}}}}}\n    delete:\n      responses: {{}}\n"
        );
    }
    text
}

const OPTIONS: [&str; 8] = [
    "--service",
    "warehouse",
    "--upstream",
    "echo",
    "--base-path",
    "/warehouse",
    "--state",
    "published",
];

/// The arguments of an import.
fn import<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["import", file], &OPTIONS[..], more].concat()
}

/// Asks over the socket, as a script would.
fn ask(postern: &Stored, method: &str, params: &Value) -> Value {
    let mut stream = UnixStream::connect(postern.data().join("postern.sock")).expect("the socket");
    let request = json!({"method": method, "params": params});
    writeln!(stream, "{request}").expect("a request is sent");
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .expect("an answer");
    let mut answer: Value = serde_json::from_str(&line).expect("JSON");
    assert!(answer.get("ok").is_some(), "{answer}");
    answer["ok"].take()
}

#[test]
fn a_messy_document_is_imported_called_changed_and_exported() {
    let postern = Stored::start();
    let file = postern.scratch.write("warehouse.yaml", messy());
    let file = file.to_str().expect("a path of ours");

    // Looked at first.
    let shown = postern.ok(&import(file, &["--dry-run"]));
    for said in [
        "Warehouse 1.10 (OpenAPI 3.0): 603 operations",
        "/x-gateway\n    the vendor extension `x-gateway`: kept in the document, without effect",
        "x-generated (and in 299 more places)",
        "/paths/~1shared/$ref\n    a reference to another document, `common.yaml#/shared`",
        "any text matches there",
        "they come to `getItem`",
        "webhooks are requests of the API itself",
        "version v1 is new: a published one",
        "scopes are declared: items:read",
        "+ ping",
        "+ and 563 more",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let documents = json!({"kind": "service", "id": "warehouse"});
    assert_eq!(
        ask(&postern, "documents", &documents)["documents"],
        json!([])
    );
    let refused = postern.fails(&import(file, &[]));
    assert!(refused.contains("add --yes if this is meant"), "{refused}");

    let made = postern.ok(&import(file, &["--yes", "--comment", "The first one"]));
    assert!(made.contains("warehouse/v1 is imported: change "), "{made}");
    let lines = "Connection: close\r\n";
    let ping = get(postern.gateway, "/warehouse/v1/ping", lines);
    assert_eq!(ping.status, 200);
    let thing = get(postern.gateway, "/warehouse/v1/things7/a", lines);
    assert_eq!(thing.status, 401, "{:?}", thing.denial());
    let again = postern.ok(&import(file, &["--yes"]));
    assert!(
        again.contains("nothing has changed since the last import"),
        "{again}"
    );

    by_hand(&postern);
    let changed = messy().replace("/ping", "/health");
    let changed = changed.replace("/things299/{id}", "/others/{id}");
    postern.scratch.write("warehouse.yaml", changed);
    let shown = postern.ok(&import(file, &["--yes"]));
    for said in [
        "~ ping: path",
        "~ get-thing-299: path",
        "- delete-things299-id",
        "+ delete-others-id",
        "= export: scopes [] stays; the document has [\"items:read\"]",
        "= export: timeouts {\"total\":\"5s\"} stays",
        "= extra was made by hand, and stays",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let health = get(postern.gateway, "/warehouse/v1/health", lines);
    assert_eq!(health.status, 200);
    let ping = get(postern.gateway, "/warehouse/v1/ping", lines);
    assert_eq!(ping.status, 404);
    exported(&postern);
}

/// Changes two operations as an operator does.
fn by_hand(postern: &Stored) {
    let operations = json!({
        "export": {"scopes": [], "timeouts": {"total": "5s"}},
        "extra": {"methods": ["GET"], "path": "/extra"},
    });
    let patch = json!({"versions": {"v1": {"operations": operations}}});
    let changes = json!([{"kind": "service", "id": "warehouse", "patch": patch}]);
    ask(postern, "change", &json!({ "changes": changes }));
}

fn exported(postern: &Stored) {
    let document = postern.ok(&["openapi", "warehouse/v1"]);
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(document["openapi"], "3.1.1");
    assert_eq!(document["info"]["title"], "Warehouse");
    assert_eq!(document["servers"][0]["url"], "/warehouse/v1");
    let thing = &document["paths"]["/things7/{id}"]["get"];
    assert_eq!(thing["summary"], "Thing 7");
    assert_eq!(
        thing["security"],
        json!([{"postern_api_key": ["items:read"]}])
    );
    assert!(thing["responses"]["401"]["$ref"].is_string());
    assert!(document["paths"]["/extra"]["get"].is_object());
    assert!(document["paths"].get("/ping").is_none());
    let kinds = &document["components"]["schemas"]["Node"]["type"];
    assert_eq!(kinds, &json!(["object", "null"]));
    let missing = postern.fails(&["openapi", "warehouse/v7"]);
    assert!(missing.contains("there are: v1"), "{missing}");
}

#[test]
fn what_cannot_be_imported_is_refused_with_words() {
    let postern = Stored::start();
    let refused = |content: &[u8], more: &[&str]| {
        let file = postern.scratch.write("bad", content);
        let ran = postern.run(&import(file.to_str().expect("a path of ours"), more));
        assert!(!ran.status.success(), "{ran:?}");
        ran.stderr
    };
    let large = vec![b' '; 50 << 20];
    assert!(refused(&large, &[]).contains("is larger than 24 MiB"));
    assert!(refused(b"openapi: \xff", &[]).contains("is not UTF-8: byte 9"));
    assert!(refused(b"a: b: c", &[]).contains("neither JSON nor YAML"));
    assert!(refused(b"{}", &[]).contains("is no OpenAPI document"));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let nine = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{nine}]");
    }
    assert!(refused(bomb.as_bytes(), &[]).contains("too many values"));
    // What a whole configuration would not allow is said before anybody is asked.
    let taken = r#"{"openapi": "3.0.0", "paths": {"/customers": {"get": {}}}}"#;
    let file = postern.scratch.write("taken.json", taken);
    let file = file.to_str().expect("a path of ours");
    let options = [
        "--service",
        "other",
        "--base-path",
        "/partners",
        "--upstream",
        "echo",
    ];
    let arguments = [
        &["import", file][..],
        &options,
        &["--state", "published", "--yes"],
    ]
    .concat();
    let said = postern.fails(&arguments);
    assert!(
        said.contains("GET `/partners/customers` on any host is taken"),
        "{said}"
    );
}
