use super::*;

#[test]
fn files_are_told_by_their_bytes() {
    let docx = [
        &b"PK\x03\x04"[..],
        &[0; 26],
        b"[Content_Types].xml",
        b"PK\x03\x04",
        &[0; 26],
        b"word/document.xml",
    ]
    .concat();
    let odt = [
        &b"PK\x03\x04"[..],
        &[0; 26],
        b"mimetypeapplication/vnd.oasis.opendocument.textPK",
    ]
    .concat();
    for (bytes, kind) in [
        (&b"\x89PNG\r\n\x1a\n0000"[..], "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04rest", "application/zip"),
        (
            &docx,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (&odt, "application/vnd.oasis.opendocument.text"),
        (b"\x7fELF\x02", "application/x-elf"),
        (b"#!/bin/sh\n", "application/x-sh"),
        (b"a,b\n1,2\n", "text/plain"),
        (b"", "text/plain"),
        (b" \n<!DOCTYPE html><p>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns=''/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"<?php echo 1;", "application/x-httpd-php"),
        (b"\xff\xfe\0", "application/octet-stream"),
        (b"a\0b", "application/octet-stream"),
    ] {
        assert_eq!(detect(bytes), kind);
    }
}

#[test]
fn labels_count_only_where_bytes_cannot_tell() {
    let allowed = |list: &[&str]| {
        list.iter()
            .map(|one| (*one).into())
            .collect::<Vec<std::sync::Arc<str>>>()
    };
    for (detected, label, types, fit) in [
        ("image/png", None, &["image/*"][..], true),
        ("image/png", Some("image/jpeg"), &["image/jpeg"], false),
        ("text/plain", Some("text/csv"), &["text/csv"], true),
        ("text/plain", Some("text/plain"), &["text/csv"], false),
        ("text/plain", None, &["text/csv"], false),
        ("text/plain", Some("image/png"), &["image/png"], false),
        ("text/html", Some("text/csv"), &["text/csv"], false),
        (
            "application/octet-stream",
            Some("image/png"),
            &["image/png"],
            false,
        ),
        (
            "application/xml",
            Some("application/atom+xml"),
            &["application/atom+xml"],
            true,
        ),
        (
            "application/x-ole-storage",
            None,
            &["application/msword"],
            true,
        ),
    ] {
        assert_eq!(
            fits(detected, label, &allowed(types)),
            fit,
            "{detected} {label:?}"
        );
    }
}
