//! What files are, by what is in them: their names and their labels are the sender's word.

/// What files begin with (WHATWG MIME Sniffing §6, and each format's own specification).
const BEGINNINGS: [(&[u8], &str); 24] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\0\0\x01\0", "image/vnd.microsoft.icon"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-elf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\0asm", "application/wasm"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
    ),
];

/// What the first bytes of an archive are searched for.
const ARCHIVE: usize = 4096;

/// What a file is, by its bytes.
pub fn detect(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"PK\x03\x04") {
        return zip(bytes);
    }
    let beginning = BEGINNINGS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic));
    if let Some((_, name)) = beginning {
        return name;
    }
    match (bytes.get(..4), bytes.get(8..12)) {
        (Some(b"RIFF"), Some(b"WEBP")) => return "image/webp",
        (Some(b"RIFF"), Some(b"WAVE")) => return "audio/wav",
        (Some(b"RIFF"), Some(b"AVI ")) => return "video/x-msvideo",
        _ => {}
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        // ISO/IEC 14496-12 §4.3: the brand says what for.
        return match bytes.get(8..12) {
            Some(b"avif" | b"avis") => "image/avif",
            Some(b"heic" | b"heix" | b"mif1") => "image/heic",
            Some(b"qt  ") => "video/quicktime",
            _ => "video/mp4",
        };
    }
    if bytes.starts_with(b"#!") {
        return "application/x-sh";
    }
    text(bytes)
}

/// Which documents an archive is: their first members say so (ECMA-376 part 2, ODF 1.3 part 2 §3.3).
fn zip(bytes: &[u8]) -> &'static str {
    let start = bytes.get(..ARCHIVE.min(bytes.len())).unwrap_or_default();
    let has = |what: &[u8]| memchr::memmem::find(start, what).is_some();
    let opendocument = [
        (
            &b"mimetypeapplication/vnd.oasis.opendocument.text"[..],
            "application/vnd.oasis.opendocument.text",
        ),
        (
            b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        (
            b"mimetypeapplication/vnd.oasis.opendocument.presentation",
            "application/vnd.oasis.opendocument.presentation",
        ),
        (b"mimetypeapplication/epub+zip", "application/epub+zip"),
    ];
    if let Some((_, name)) = opendocument.iter().find(|(mark, _)| has(mark)) {
        return name;
    }
    if !has(b"[Content_Types].xml") && !has(b"_rels/.rels") {
        return if has(b"META-INF/MANIFEST.MF") {
            "application/java-archive"
        } else {
            "application/zip"
        };
    }
    let office = [
        (
            &b"word/"[..],
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            b"xl/",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            b"ppt/",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
    ];
    let found = memchr::memmem::find_iter(bytes, b"PK\x03\x04").take(64);
    let named = found.filter_map(|at| bytes.get(at + 30..at + 40));
    let mut kinds = named.filter_map(|name| {
        let mut all = office.iter();
        all.find(|(folder, _)| name.starts_with(folder))
    });
    kinds.next().map_or("application/zip", |(_, name)| name)
}

/// What text is; what is no text is `application/octet-stream`.
fn text(bytes: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return "application/octet-stream";
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    if !text.chars().all(is_text) {
        return "application/octet-stream";
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |with: &str| {
        let head = start.as_bytes().get(..with.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    let html = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<iframe",
        "<!--",
    ];
    if html.iter().any(|tag| begins(tag)) {
        return "text/html";
    }
    if begins("<svg") || (begins("<?xml") || begins("<!doctype svg")) && start.contains("<svg") {
        return "image/svg+xml";
    }
    if begins("<?xml") {
        return "application/xml";
    }
    if begins("<?php") {
        return "application/x-httpd-php";
    }
    "text/plain"
}

/// Whether a file may be of one of these types, in some of which text can be written: there the
/// sender's label counts, as nothing in the bytes tells such types apart.
pub(crate) fn fits(detected: &str, label: Option<&str>, allowed: &[std::sync::Arc<str>]) -> bool {
    let covered = |media: &str| {
        let mut all = allowed.iter();
        all.any(|range| crate::media::covers(range, media.as_bytes()))
    };
    if covered(detected) {
        return true;
    }
    let same = [
        ("application/xml", "text/xml"),
        ("image/vnd.microsoft.icon", "image/x-icon"),
        ("application/gzip", "application/x-gzip"),
        ("application/zip", "application/x-zip-compressed"),
        ("video/mp4", "audio/mp4"),
        ("video/webm", "video/x-matroska"),
        ("application/ogg", "audio/ogg"),
        ("application/ogg", "video/ogg"),
        ("application/x-ole-storage", "application/msword"),
        ("application/x-ole-storage", "application/vnd.ms-excel"),
        ("application/x-ole-storage", "application/vnd.ms-powerpoint"),
    ];
    if same
        .iter()
        .any(|(name, other)| *name == detected && covered(other))
    {
        return true;
    }
    let labelled = |kinds: &[&str]| {
        label.is_some_and(|label| {
            let is = |kind: &&str| crate::media::covers(kind, label.as_bytes());
            covered(label) && kinds.iter().any(is)
        })
    };
    match detected {
        "text/plain" => labelled(&[
            "text/plain",
            "text/csv",
            "text/markdown",
            "text/tab-separated-values",
            "text/calendar",
            "text/vcard",
            "text/x-yaml",
            "application/json",
            "application/*+json",
            "application/yaml",
            "application/toml",
        ]),
        "application/xml" => labelled(&["application/*+xml"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
