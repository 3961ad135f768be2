use super::{Unreadable, check};
use crate::{BodyFault, Document, Uploads};
use proptest::prelude::*;

fn fault(text: &str) -> Unreadable {
    check(text.as_bytes()).expect_err(text)
}

#[test]
fn documents_are_read() {
    for text in [
        "<a/>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- x -->\n<a b='1' c=\"&lt;&#65;\">x &amp; <b/><![CDATA[<&]]></a>\n",
        "\u{feff}<a xmlns=\"urn:x\"><b:c xmlns:b=\"urn:y\"/></a>",
    ] {
        assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
    }
}

#[test]
fn what_is_none_is_told_by_its_place() {
    for (text, line, expected) in [
        ("", 1, "an element"),
        ("x", 1, "no text outside of the one element"),
        ("<a>\n</b>", 2, "well-formed XML"),
        ("<a>", 1, "the end of every element"),
        ("<a/><b/>", 1, "nothing behind the one element"),
        ("<a/>x", 1, "no text outside of the one element"),
        (
            "<a b='1' b='2'/>",
            1,
            "each attribute once, in quotes, with references that are known",
        ),
        (
            "<a b='&x;'/>",
            1,
            "each attribute once, in quotes, with references that are known",
        ),
        (
            "<a>\n&x;</a>",
            2,
            "a reference to a character, or `amp`, `apos`, `gt`, `lt` or `quot`",
        ),
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            1,
            "no document type",
        ),
        (
            "<a/><?xml version='1.0'?>",
            1,
            "`<?xml` at the beginning alone",
        ),
    ] {
        let found = fault(text);
        assert_eq!((found.line, found.expected), (line, expected), "{text}");
    }
    let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert_eq!(check(nested(100).as_bytes()), Ok(()));
    let deep = fault(&nested(101));
    assert_eq!(deep.expected, "at most 100 elements in each other");
    assert_eq!(check(b"<a>\xff</a>").expect_err("no UTF-8").column, 4);
}

proptest! {
    #[test]
    fn nothing_panics(bytes in prop::collection::vec(prop::sample::select(&b"<>/a'=&;#x!?-[] \"\n\xff"[..]), 0..60)) {
        let _ = check(&bytes);
    }
}

#[test]
fn bodies_of_media_types_of_xml_are_read() {
    let document = serde_json::json!({"openapi": "3.1.0", "paths": {"/": {"post": {
        "requestBody": {"content": {"application/*+xml": {}, "text/xml": {}}},
    }}}});
    let document = Document::new(document).unwrap();
    let contract = document.contract("POST", "/").unwrap().unwrap();
    for kind in [&b"text/xml; charset=utf-8"[..], b"application/soap+xml"] {
        let media = contract.body().unwrap().media(kind).unwrap();
        let read = |bytes: &[u8]| media.check(kind, bytes, Uploads::default());
        assert!(media.reads(kind, Uploads::default()));
        assert_eq!(read(b"<a/>"), Ok(()));
        let BodyFault::Unreadable {
            format,
            line,
            column,
            ..
        } = read(b"<a>\n</b>").unwrap_err()
        else {
            panic!("it is read");
        };
        assert_eq!((&*format, line, column > 0), ("xml", 2, true));
    }
}
