//! What is asked of headers and bodies.

use super::*;

pub(super) fn demands() -> Vec<Case> {
    vec![
        case(
            Code::HeaderMissing,
            headers(&json!({"required": ["X-Reason"]})),
            post(),
        ),
        case(
            Code::HeaderValueNotAllowed,
            headers(&json!({"values": {"X-Region": ["eu", "uk"]}})),
            Request {
                fields: vec!["X-Region: us".to_owned()],
                ..post()
            },
        ),
        case(
            Code::ContentTypeMissing,
            headers(&json!({"content_types": ["application/json"]})),
            body(&[], b"{}"),
        )
        .fixes(0),
        case(
            Code::ContentTypeUnsupported,
            headers(&json!({"content_types": ["application/json"]})),
            body(&["Content-Type: text/csv; charset=utf-8"], b"a,b"),
        ),
        case(
            Code::LengthRequired,
            headers(&json!({"length_required": true})),
            Request {
                body: Some(b"{}"),
                fields: vec!["Transfer-Encoding: chunked".to_owned()],
                ..post()
            },
        ),
        case(
            Code::ExpectationUnsupported,
            json!({}),
            Request {
                fields: vec!["Expect: a-miracle".to_owned()],
                ..post()
            },
        )
        .fixes(0),
        case(
            Code::BodyTooLarge,
            json!({"policies": {"small": {"kind": "body", "on": "platform", "max_size": "1KiB"}}}),
            Request {
                body: Some(b"{"),
                fields: vec!["Content-Length: 5000".to_owned()],
                ..post()
            },
        ),
    ]
}

/// The service held to a document, and what the policy says besides.
fn contract(policy: &serde_json::Value) -> serde_json::Value {
    let document = json!({"openapi": "3.1.0", "paths": {"/customers": {"post": {
        "parameters": [
            {"in": "query", "name": "dry_run", "schema": {"type": "boolean"}},
            {"in": "header", "name": "X-Reason", "required": true, "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {
            "application/json": {"schema": {"type": "object", "required": ["customer"]}},
            "multipart/form-data": {},
        }},
        "responses": {"201": {"content": {"application/json": {}}}},
    }}}});
    let mut held = json!({"kind": "contract", "on": {"service": "partners"}});
    crate::merge_patch(&mut held, policy);
    json!({
        "services": {"partners": {"versions": {"v1": {"openapi": document.to_string()}}}},
        "policies": {"as-documented": held},
    })
}

/// What is asked by the document of an operation.
pub(super) fn documented() -> Vec<Case> {
    let reason = "X-Reason: stock";
    let json = "Content-Type: application/json";
    vec![
        case(
            Code::EncodingUnsupported,
            contract(&json!({})),
            body(&[reason, json, "Content-Encoding: br"], b"{}"),
        ),
        case(
            Code::NotAcceptable,
            contract(&json!({})),
            Request {
                fields: vec![reason.to_owned(), "Accept: text/html".to_owned()],
                ..post()
            },
        ),
        case(Code::ParameterMissing, contract(&json!({})), post()),
        case(
            Code::ParameterInvalid,
            contract(&json!({"unknown_parameters": "refuse"})),
            Request {
                target: "/partners/customers?dry_runs=true".to_owned(),
                fields: vec![reason.to_owned()],
                ..post()
            },
        ),
        case(
            Code::BodyUnreadable,
            contract(&json!({"checks": ["body"]})),
            body(&[json], b"{\"customer\":"),
        ),
        case(Code::SchemaMismatch, contract(&json!({})), body(&[reason, json], b"{}")),
        case(
            Code::FileNotAllowed,
            contract(&json!({"uploads": {"types": ["image/png"]}})),
            body(
                &[reason, "Content-Type: multipart/form-data; boundary=x"],
                b"--x\r\nContent-Disposition: form-data; name=photo; filename=a.png\r\n\r\n<html>\r\n--x--",
            ),
        ),
    ]
}
