use super::*;
use serde_json::json;

const FORM: &[u8] = b"application/x-www-form-urlencoded";
const PARTS: &[u8] = b"multipart/form-data; boundary=x";

fn body(content: &Value) -> Body {
    let root =
        json!({"openapi": "3.0.0", "paths": {}, "b": {"required": true, "content": content}});
    let document = Document::new(root).unwrap();
    let found = document.root().member("b").unwrap();
    Body::compile(&document, found).unwrap()
}

fn check(body: &Body, kind: &[u8], bytes: &[u8]) -> Result<(), BodyFault> {
    let media = body.media(kind).unwrap();
    media.check(kind, bytes, Uploads::default())
}

fn pointers(outcome: Result<(), BodyFault>) -> Vec<String> {
    match outcome {
        Err(BodyFault::Mismatch(all)) => all
            .iter()
            .map(|one| format!("{} {}", one.pointer, one.rule))
            .collect(),
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn the_most_precise_range_counts() {
    let body = body(
        &json!({"*/*": {}, "application/*": {}, "application/json": {"schema": false}, "application/*+json": {}}),
    );
    let of = |kind: &str| {
        body.media(kind.as_bytes())
            .map(|media| media.range.to_string())
    };
    assert_eq!(
        of("application/json; charset=utf-8").as_deref(),
        Some("application/json")
    );
    assert_eq!(
        of("application/a+json").as_deref(),
        Some("application/*+json")
    );
    assert_eq!(of("application/pdf").as_deref(), Some("application/*"));
    assert_eq!(of("text/html").as_deref(), Some("*/*"));
    assert_eq!(of("text"), None);
    // A range does not keep JSON from being read.
    let media = body.media(b"application/a+json").unwrap();
    assert!(
        media
            .check(b"application/a+json", b"{", Uploads::default())
            .is_err()
    );
}

#[test]
fn json_is_read_strictly() {
    let body = body(&json!({"application/json": {"schema": {"type": "object"}}}));
    let kind = b"application/json";
    assert_eq!(check(&body, kind, b"{}"), Ok(()));
    assert_eq!(pointers(check(&body, kind, b"[]")), [" type"]);
    let deep = "[".repeat(10_000);
    for bytes in [
        &b"{"[..],
        b"{\"a\":1,\"a\":2}",
        b"",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        deep.as_bytes(),
    ] {
        assert!(matches!(
            check(&body, kind, bytes),
            Err(BodyFault::Unreadable { .. })
        ));
    }
    assert_eq!(
        check(&body, b"application/json; charset=UTF-8", b"{}"),
        Ok(())
    );
    assert!(check(&body, b"application/json; charset=utf-16", b"{}").is_err());
}

#[test]
fn forms_become_objects() {
    let schema = json!({"type": "object", "required": ["n"], "additionalProperties": false, "properties": {
        "n": {"type": "integer"}, "list": {"type": "array", "items": {"type": "integer"}},
        "deep": {"type": "object", "properties": {"a": {"type": "boolean"}}},
        "json": {"type": "object", "properties": {"b": {"type": "integer"}}},
        "csv": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    }});
    let encoding = json!({"deep": {"style": "deepObject"}, "csv": {"explode": false}});
    let body = body(
        &json!({"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}}),
    );
    let against = |form: &str| check(&body, FORM, form.as_bytes());
    assert_eq!(
        against("n=1&list=1&list=2&deep[a]=true&json=%7B%22b%22:1%7D&csv=a,b"),
        Ok(())
    );
    for (form, wrong) in [
        ("", "/n required"),
        ("n=x", "/n type"),
        ("n=1&n=2", "/n once"),
        ("n=1&other=2", "/other additionalProperties"),
        ("n=1&list=1&list=x", "/list/1 type"),
        ("n=1&deep[a]=1", "/deep/a type"),
        ("n=1&json={", "/json contentType"),
        ("n=1&csv=a,b,c", "/csv maxItems"),
    ] {
        assert_eq!(pointers(against(form)), [wrong], "{form}");
    }
    assert!(matches!(
        against("n=%zz"),
        Err(BodyFault::Unreadable { line: 1, .. })
    ));
}

fn upload(file: &str, label: &str, bytes: &str) -> String {
    format!(
        "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{file}\"\r\nContent-Type: {label}\r\n\r\n{bytes}\r\n--x--"
    )
}

#[test]
fn files_are_judged_by_their_bytes() {
    let schema = json!({"type": "object", "required": ["photo"], "properties": {
        "photo": {"type": "string", "format": "binary", "minLength": 1}, "meta": {"type": "object", "required": ["a"]},
        "size": {"type": "integer"}, "pages": {"type": "array", "items": {"type": "string", "format": "binary"}},
    }});
    let encoding = json!({"photo": {"contentType": "image/gif, image/png"}});
    let body = body(&json!({"multipart/form-data": {"schema": schema, "encoding": encoding}}));
    let against = |form: &str| check(&body, PARTS, form.as_bytes());
    assert_eq!(against(&upload("a.gif", "image/gif", "GIF89a...")), Ok(()));
    let outcome = against(&upload("a.gif", "image/gif", "<script>"));
    let fault = BodyFault::File {
        part: "photo".into(),
        detected: Some("text/html".into()),
        accepted: vec!["image/gif".into(), "image/png".into()],
    };
    assert_eq!(outcome, Err(fault));
    let with = |more: &str| {
        format!(
            "--x\r\n{more}\r\n{}",
            upload("a.gif", "image/gif", "GIF89a")
        )
    };
    let field = |name: &str, value: &str| {
        with(&format!(
            "Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}"
        ))
    };
    assert_eq!(against(&field("meta", "{\"a\":1}")), Ok(()));
    assert_eq!(
        pointers(against(&field("meta", "{}"))),
        ["/meta/a required"]
    );
    assert_eq!(pointers(against(&field("size", "big"))), ["/size type"]);
    assert_eq!(pointers(against("--x--")), ["/photo required"]);
    let twice =
        with("Content-Disposition: form-data; name=\"photo\"; filename=\"b\"\r\n\r\nGIF89a");
    assert_eq!(pointers(against(&twice)), ["/photo once"]);
}

#[test]
fn policies_say_which_files_may_come() {
    let body = body(&json!({"multipart/form-data": {}, "application/octet-stream": {}}));
    let (types, names): (Vec<Arc<str>>, Vec<Arc<str>>) = (
        vec!["image/*".into()],
        vec!["*.png".into(), "scan-*-?.gif".into()],
    );
    let uploads = Uploads {
        types: &types,
        names: &names,
    };
    let media = body.media(PARTS).unwrap();
    let against = |file: &str, bytes: &str| {
        media.check(PARTS, upload(file, "image/png", bytes).as_bytes(), uploads)
    };
    assert_eq!(against("a.PNG", "GIF89a"), Ok(()));
    for file in ["a.gif", "a.png.exe", "../a.png", ".png", ""] {
        assert!(
            matches!(
                against(file, "GIF89a"),
                Err(BodyFault::File { detected: None, .. })
            ),
            "{file}"
        );
    }
    assert!(matches!(
        against("a.png", "MZ"),
        Err(BodyFault::File {
            detected: Some(_),
            ..
        })
    ));
    let raw = body.media(b"application/octet-stream").unwrap();
    assert!(raw.reads(b"application/octet-stream", uploads));
    assert!(!raw.reads(b"application/octet-stream", Uploads::default()));
    assert!(
        raw.check(b"application/octet-stream", b"MZ", uploads)
            .is_err()
    );
}

#[test]
fn plain_texts_have_schemas_too() {
    let body = body(&json!({"text/plain": {"schema": {"type": "integer"}}}));
    assert_eq!(check(&body, b"text/plain", b"12"), Ok(()));
    assert!(check(&body, b"text/plain", b"x").is_err());
    assert!(check(&body, b"text/plain", b"\xff").is_err());
}
