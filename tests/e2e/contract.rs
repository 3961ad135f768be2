//! Requests that are held to a document: from a file, over real sockets, with hostile bodies, and
//! beside another implementation.

mod schemas;

use crate::harness::files::{Scratch, scratch};
use crate::harness::gateway::cli;
use crate::harness::raw::{Raw, Response, once};
use crate::harness::{Gateway, eventually};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DOCUMENT: &str = r##"openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      parameters:
        - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 100, exclusiveMaximum: true}}
        - {in: query, name: filter, style: deepObject, schema: {type: object, properties: {state: {enum: [open, closed]}}}}
      responses: {200: {description: ok, content: {application/json: {}}}}
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Order"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Order"}}
      responses: {201: {description: made}}
  /orders/{order}/photo:
    post:
      parameters: [{in: path, name: order, required: true, schema: {type: integer}}]
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, required: [photo], properties: {photo: {type: string, format: binary}, text: {type: string, maxLength: 10}}}
            encoding: {photo: {contentType: "image/png, image/gif"}}
      responses: {201: {description: made}}
components:
  schemas:
    Order:
      type: object
      required: [id, sku]
      additionalProperties: false
      properties:
        id: {type: integer, readOnly: true}
        sku: {type: string, pattern: "^(a+)+$"}
        count: {type: integer, minimum: 0.5}
        note: {type: string, nullable: true}
        parent: {$ref: "#/components/schemas/Order"}
"##;

fn configuration(document: &str) -> Value {
    json!({
        "services": {"orders": {"versions": {"v1": {
            "upstream": "echo",
            "openapi": document,
            "operations": {
                "list": {"methods": ["GET"], "path": "/orders"},
                "create": {"methods": ["POST"], "path": "/orders"},
                "photo": {"methods": ["POST"], "path": "/orders/{id}/photo"},
                "free": {"path": "/free"},
            },
        }}}},
        "policies": {"as-documented": {"kind": "contract", "on": {"service": "orders"}, "max_size": "1MiB"}},
        "upstreams": {"echo": {"targets": ["builtin:echo"]}},
    })
}

fn start() -> (Gateway, Scratch) {
    let files = scratch("contract");
    let file = files.write("orders.yaml", DOCUMENT);
    let gateway = Gateway::start(configuration(&file.display().to_string()).to_string());
    (gateway, files)
}

fn get(gateway: &Gateway, target: &str, lines: &str) -> Response {
    crate::harness::raw::get(gateway.address, target, lines)
}

fn post(gateway: &Gateway, target: &str, lines: &str, body: &[u8]) -> Response {
    let length = body.len();
    let head =
        format!("POST {target} HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n{lines}\r\n");
    once(gateway.address, [head.as_bytes(), body].concat())
}

fn refused(response: &Response, status: u16, code: &str) -> String {
    let text = response.text();
    assert_eq!(response.status, status, "{text}");
    assert_eq!(response.denial().as_deref(), Some(code), "{text}");
    response.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[test]
fn requests_are_held_to_a_document_in_a_file() {
    let (gateway, _files) = start();
    assert_eq!(
        get(&gateway, "/orders?limit=99&filter[state]=open", "").status,
        200
    );
    let detail = refused(
        &get(&gateway, "/orders?limit=100", ""),
        400,
        "parameter.invalid",
    );
    assert!(
        detail.contains("query parameter `limit`") && detail.contains("less than 100"),
        "{detail}"
    );
    let detail = refused(
        &get(&gateway, "/orders?filter[state]=canary", ""),
        400,
        "parameter.invalid",
    );
    assert!(
        detail.contains("one of `open`, `closed`") && !detail.contains("canary"),
        "{detail}"
    );
    let none = get(&gateway, "/orders", "Accept: image/png\r\n");
    refused(&none, 406, "headers.not_acceptable");
    let sent = br#"{"sku": "aa", "count": 1, "note": null, "parent": {"sku": "a"}}"#;
    let good = post(&gateway, "/orders", JSON, sent);
    assert_eq!(good.status, 200, "{}", good.text());
    // It goes on as it came.
    assert!(
        good.text().contains(r#"\"count\": 1, \"note\": null"#),
        "{}",
        good.text()
    );
    let bad = br#"{"sku": "ab", "count": 0, "id": 7, "canary": true, "parent": {}}"#;
    let response = post(&gateway, "/orders", JSON, bad);
    let detail = refused(&response, 400, "body.schema_mismatch");
    assert!(detail.contains("more things are wrong"), "{detail}");
    refused(
        &post(
            &gateway,
            "/orders",
            JSON,
            b"{\"sku\": \"a\", \"sku\": \"b\"}",
        ),
        400,
        "body.unreadable",
    );
    refused(
        &post(&gateway, "/orders", "Content-Type: text/csv\r\n", b"a"),
        415,
        "headers.content_type_unsupported",
    );
    assert_eq!(
        post(&gateway, "/orders", FORM, b"sku=aa&count=1").status,
        200
    );
    refused(
        &post(&gateway, "/orders", FORM, b"sku=aa&count=x"),
        400,
        "body.schema_mismatch",
    );
    refused(
        &post(&gateway, "/orders", FORM, b"sku=%zz"),
        400,
        "body.unreadable",
    );
    refused(
        &get(&gateway, "/orders/x/photo", ""),
        405,
        "route.method_not_allowed",
    );
    refused(
        &post(&gateway, "/orders/x/photo", "", b""),
        400,
        "parameter.invalid",
    );
    // What the document does not have is free.
    assert_eq!(post(&gateway, "/free?any=%zz", JSON, b"{{{").status, 200);
}

fn photo(name: &str, label: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\nContent-Type: {label}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat()
}

#[test]
fn files_are_what_they_are_not_what_they_are_called() {
    let (gateway, _files) = start();
    let send = |body: &[u8]| {
        post(
            &gateway,
            "/orders/7/photo",
            "Content-Type: multipart/form-data; boundary=x\r\n",
            body,
        )
    };
    assert_eq!(
        send(&photo("photo", "image/png", b"\x89PNG\r\n\x1a\n\0\xff")).status,
        200
    );
    let detail = refused(
        &send(&photo("photo", "image/png", b"<html><script>")),
        415,
        "body.file_not_allowed",
    );
    assert!(
        detail.contains("`photo` is text/html by its content"),
        "{detail}"
    );
    refused(
        &send(&photo("other", "image/png", b"GIF89a")),
        400,
        "body.schema_mismatch",
    );
    let whole = photo("photo", "image/png", b"GIF89a");
    refused(&send(&whole[..whole.len() - 8]), 400, "body.unreadable");
    let mut hidden = b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename*=utf-8''a\r\n\r\nGIF89a\r\n--x--".to_vec();
    refused(&send(&hidden), 400, "body.unreadable");
    hidden = b"--x\r\n".repeat(20_000);
    refused(&send(&hidden), 400, "body.unreadable");
}

#[test]
fn hostile_bodies_cost_little() {
    let (gateway, _files) = start();
    // A gigabyte is announced, and nothing of it is read.
    let began = Instant::now();
    let mut raw = Raw::connect(gateway.address);
    raw.send("POST /orders HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n");
    refused(&raw.response(), 413, "body.too_large");
    let deep = "[".repeat(10_000);
    refused(
        &post(&gateway, "/orders", JSON, deep.as_bytes()),
        400,
        "body.unreadable",
    );
    let long = format!("{{\"sku\": \"{}!\"}}", "a".repeat(900_000));
    refused(
        &post(&gateway, "/orders", JSON, long.as_bytes()),
        400,
        "body.schema_mismatch",
    );
    let many = format!("[{}1]", "1,".repeat(500_000));
    refused(
        &post(&gateway, "/orders", JSON, many.as_bytes()),
        400,
        "body.schema_mismatch",
    );
    // Of a body without a length only so much is read as is allowed.
    let mut raw = Raw::connect(gateway.address);
    raw.send(format!(
        "POST /orders HTTP/1.1\r\nHost: test\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n"
    ));
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..17 {
        if raw.try_send(&chunk).is_err() {
            break;
        }
    }
    refused(&raw.response(), 413, "body.too_large");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(get(&gateway, "/orders", "").status, 200);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let compress = "import sys,gzip;print(gzip.compress(sys.stdin.buffer.read(),9).hex())";
    let mut command = std::process::Command::new("python3");
    command.args(["-c", compress]);
    let ran = crate::harness::program::run_with_input(&mut command, bytes, Duration::from_secs(30));
    let digits = ran.stdout.trim().as_bytes();
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[test]
fn codings_are_undone_under_a_limit_or_refused() {
    if !crate::harness::program::installed("python3") {
        crate::harness::program::skipped("python3 is not installed");
        return;
    }
    let (gateway, _files) = start();
    let coded = |coding: &str, body: &[u8]| {
        let lines = format!("{JSON}Content-Encoding: {coding}\r\n");
        post(&gateway, "/orders", &lines, body)
    };
    assert_eq!(coded("gzip", &gzip(b"{\"sku\": \"a\"}")).status, 200);
    refused(
        &coded("gzip", &gzip(b"{\"sku\": 7}")),
        400,
        "body.schema_mismatch",
    );
    refused(
        &coded("gzip", &gzip(&vec![b' '; 64 << 20])),
        413,
        "body.too_large",
    );
    refused(&coded("gzip", b"{\"sku\": \"a\"}"), 400, "body.unreadable");
    let response = coded("br", b"any");
    refused(&response, 415, "headers.encoding_unsupported");
    assert_eq!(
        response.header("accept-encoding").as_deref(),
        Some("gzip, deflate")
    );
}

#[test]
fn what_nobody_can_be_held_to_is_told_with_its_place() {
    let files = scratch("contract");
    let document = DOCUMENT.replace("^(a+)+$", "^(?!a)b");
    let file = files.write("orders.yaml", document);
    let config = configuration("orders.yaml");
    let config = files.write("postern.json", config.to_string());
    let ran = cli(&["check", &config.display().to_string()]);
    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!ran.status.success(), "{text}");
    let line = DOCUMENT
        .lines()
        .position(|line| line.contains("sku: {"))
        .unwrap()
        + 1;
    let place = format!("{}:{line}:", file.display());
    assert!(
        text.contains(&place) && text.contains("cannot be matched in linear time"),
        "{text}"
    );
    // Where no policy holds anybody to it, it is no fault.
    let mut free = configuration("orders.yaml");
    free["policies"] = json!({});
    files.write("postern.json", free.to_string());
    let ran = cli(&["check", &config.display().to_string()]);
    assert!(ran.status.success());
}

#[test]
fn a_document_that_changes_is_read_again() {
    let (gateway, files) = start();
    assert_eq!(get(&gateway, "/orders?limit=50", "").status, 200);
    files.write(
        "orders.yaml",
        DOCUMENT.replace("maximum: 100", "maximum: 10"),
    );
    gateway.signal("HUP");
    eventually("the new document is held to", || {
        (get(&gateway, "/orders?limit=50", "").status == 400).then_some(())
    });
}

#[test]
fn an_imported_document_is_held_to() {
    let postern = crate::commands::Stored::empty();
    let applied = postern.apply("upstreams: {echo: {targets: [\"builtin:echo\"]}}");
    assert!(applied.status.success(), "{applied:?}");
    let files = scratch("contract");
    let file = files.write("orders.yaml", DOCUMENT).display().to_string();
    let arguments = [
        "import",
        &file,
        "--service",
        "shop",
        "--upstream",
        "echo",
        "--state",
        "published",
        "--open",
        "--contract",
        "--yes",
    ];
    let said = postern.ok(&arguments);
    assert!(
        said.contains("a policy that holds requests to the document"),
        "{said}"
    );
    let ask = |target: &str| crate::harness::raw::get(postern.gateway, target, "");
    eventually("the import is served", || {
        (ask("/orders?limit=9").status == 200).then_some(())
    });
    refused(&ask("/orders?limit=x"), 400, "parameter.invalid");
    // It is told why, and what would let it pass.
    let id = ask("/orders?limit=x")
        .header("x-request-id")
        .expect("an id");
    let why = eventually("the record is there", || {
        let ran = postern.run(&["why", &id]);
        ran.status.success().then_some(ran.stdout)
    });
    assert!(why.contains("no longer check parameters"), "{why}");
}
