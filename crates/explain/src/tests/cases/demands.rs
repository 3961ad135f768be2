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
