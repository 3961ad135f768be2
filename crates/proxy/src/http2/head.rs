//! A request's head, from HTTP/2's form into everybody's (RFC 9113 §8.3).

use crate::http1::{
    self, Invalid, Length, header_too_large, headers_too_large, malformed, too_many_fields,
    uri_too_long,
};
use h2::ext::Protocol;
use http::header::COOKIE;
use http::request::Parts;
use postern_model::Denial;
use postern_model::entity::Limits;
use postern_policy::fields::{Known, Span};
use postern_policy::head::{Head, Version};

/// Fills `head`; gives the body's length. `ended` says whether there is none.
///
/// # Errors
/// The refusal; `head` holds what was understood.
pub(super) fn read(
    parts: &Parts,
    ended: bool,
    limits: &Limits,
    head: &mut Head,
) -> Result<Length, Denial> {
    head.clear();
    head.version = Version::Http2;
    head.method = head.fields.append(parts.method.as_str().as_bytes());
    let protocol = parts.extensions.get::<Protocol>().map(Protocol::as_str);
    head.protocol = protocol.map(|protocol| head.fields.append(protocol.as_bytes()));
    // What follows an extended CONNECT is another protocol's.
    head.has_body = !ended && protocol.is_none();
    // An extended CONNECT has a path like any other request (RFC 8441 §4).
    let connect = parts.method == http::Method::CONNECT && protocol.is_none();
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let target = match parts.uri.path_and_query() {
        Some(target) if !connect => target.as_str(),
        _ => authority.unwrap_or_default(),
    };
    if target.len() > limits.uri {
        return Err(uri_too_long(target.len(), limits));
    }
    head.target = head.fields.append(target.as_bytes());
    if target.starts_with('/') {
        head.split_path(head.target);
    } else if target == "*" && parts.method == http::Method::OPTIONS {
        head.path = head.target;
    } else if !connect {
        return Err(malformed(
            "RFC 9113 §8.3.1",
            ":path does not begin with `/`",
        ));
    }
    head.authority = authority.map(|authority| head.fields.append(authority.as_bytes()));
    fields(parts, limits, head)?;
    check_authority(head)?;
    if protocol.is_some() {
        return tunnel(head);
    }
    length(head, ended).map_err(|Invalid { section, what }| malformed(section, what))
}

/// Copies the fields, as one list whatever pieces cookies come in (RFC 9113 §8.2.3).
fn fields(parts: &Parts, limits: &Limits, head: &mut Head) -> Result<(), Denial> {
    let count = parts.headers.len();
    if count > limits.header_count {
        return Err(too_many_fields(count, limits));
    }
    let mut size = 0;
    let mut cookies = None;
    for (name, value) in &parts.headers {
        let value = value.as_bytes();
        if value.trim_ascii().len() != value.len() {
            let what = "a field's value begins or ends with white space";
            return Err(malformed("RFC 9113 §8.2.1", what));
        }
        let length = name.as_str().len() + value.len();
        if length > limits.header {
            return Err(header_too_large(name.as_str(), length, limits));
        }
        // What it would take in HTTP/1, with colon, blank and line end.
        size += length + 4;
        if name == COOKIE {
            cookies = cookies.max(Some(length));
        } else {
            head.fields.push(name.as_str().as_bytes(), value);
        }
    }
    if size > limits.headers {
        return Err(headers_too_large(size, limits));
    }
    if cookies.is_some() {
        let name = head.fields.append(b"cookie");
        let start = head.fields.bytes().len();
        for (turn, piece) in parts.headers.get_all(COOKIE).iter().enumerate() {
            if turn > 0 {
                head.fields.append(b"; ");
            }
            head.fields.append(piece.as_bytes());
        }
        let value = Span::new(start, head.fields.bytes().len());
        if value.end() - start > limits.header {
            return Err(header_too_large("cookie", value.end() - start, limits));
        }
        head.fields.point(name, value);
    }
    Ok(())
}

/// `:authority` and `Host` say the same, and one of them says something (RFC 9113 §8.3.1).
fn check_authority(head: &mut Head) -> Result<(), Denial> {
    let section = "RFC 9113 §8.3.1";
    let mut hosts = head.fields.all(Known::Host);
    let (host, more) = (hosts.next(), hosts.next().is_some());
    drop(hosts);
    if more {
        return Err(malformed(section, "Host is there more than once"));
    }
    match (host, head.authority()) {
        (Some([]), _) | (_, Some([])) => Err(malformed(section, "the authority is empty")),
        (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => {
            Err(malformed(section, ":authority and Host differ"))
        }
        (_, Some(_)) => Ok(()),
        (Some(host), None) => {
            let host = host.to_vec();
            head.authority = Some(head.fields.append(&host));
            Ok(())
        }
        (None, None) => Err(malformed(section, "there is neither :authority nor Host")),
    }
}

/// What follows an extended CONNECT is no body but the tunnel's bytes, which have no length.
fn tunnel(head: &Head) -> Result<Length, Denial> {
    if head.fields.has(Known::ContentLength) {
        let what = "an extended CONNECT has a Content-Length";
        return Err(malformed("RFC 9110 §9.3.6", what));
    }
    Ok(Length::None)
}

fn length(head: &Head, ended: bool) -> Result<Length, Invalid> {
    let declared = http1::of_request(&head.fields, true)?;
    match (declared, ended) {
        (Length::Exact(1..), true) => Err(Invalid {
            section: "RFC 9113 §8.1.1",
            what: "Content-Length announces a body that is not there",
        }),
        (Length::Exact(0), true) => Ok(Length::Exact(0)),
        (_, true) => Ok(Length::None),
        (Length::Exact(length), false) => Ok(Length::Exact(length)),
        (_, false) => Ok(Length::Chunked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn read_one(builder: http::request::Builder, ended: bool) -> (Head, Result<Length, Denial>) {
        let (parts, ()) = builder.body(()).unwrap().into_parts();
        let mut head = Head::default();
        let length = read(&parts, ended, &Limits::default(), &mut head);
        (head, length)
    }

    fn error(builder: http::request::Builder) -> String {
        let denial = read_one(builder, true).1.unwrap_err();
        format!("{} {:?}", denial.code, denial.evidence)
    }

    #[test]
    fn pseudo_fields_become_target_path_query_and_authority() {
        let (head, length) = read_one(Request::get("http://a.test:8080/x/%41?q=1"), true);
        assert_eq!(length, Ok(Length::None));
        assert_eq!(head.method(), b"GET");
        assert_eq!(head.target(), b"/x/%41?q=1");
        assert_eq!(head.path(), b"/x/%41");
        assert_eq!(head.query(), Some(&b"q=1"[..]));
        assert_eq!(head.authority(), Some(&b"a.test:8080"[..]));
        assert_eq!(head.version, Version::Http2);
    }

    #[test]
    fn host_stands_in_for_a_missing_authority_and_must_not_contradict_it() {
        let (head, _) = read_one(Request::get("/").header("host", "b.test"), true);
        assert_eq!(head.authority(), Some(&b"b.test"[..]));
        let agreed = Request::get("http://b.test/").header("host", "B.test");
        assert!(read_one(agreed, true).1.is_ok());
        assert!(error(Request::get("http://a.test/").header("host", "b.test")).contains("differ"));
        assert!(error(Request::get("/")).contains("neither"));
        let twice = Request::get("/").header("host", "a").header("host", "a");
        assert!(error(twice).contains("more than once"));
    }

    #[test]
    fn pieces_of_a_cookie_become_one_field() {
        let request = Request::get("http://a/")
            .header("cookie", "a=1")
            .header("x", "y")
            .header("cookie", "b=2");
        let (head, _) = read_one(request, true);
        let cookies: Vec<_> = head.fields.all(Known::Cookie).collect();
        assert_eq!(cookies, [b"a=1; b=2"]);
        assert_eq!(head.fields.len(), 2);
    }

    #[test]
    fn a_length_is_what_is_declared_or_unknown() {
        let post = || Request::post("http://a/");
        assert_eq!(read_one(post(), false).1, Ok(Length::Chunked));
        let declared = |n: &str| post().header("content-length", n);
        assert_eq!(read_one(declared("5"), false).1, Ok(Length::Exact(5)));
        assert_eq!(read_one(declared("0"), true).1, Ok(Length::Exact(0)));
        assert!(read_one(declared("5"), true).1.is_err());
        assert!(read_one(declared("+5"), false).1.is_err());
        assert!(error(declared("5").header("content-length", "5")).contains("more than once"));
    }

    #[test]
    fn an_extended_connect_has_a_path_and_a_protocol_but_no_body() {
        let connect = || {
            Request::connect("http://a.test/chat?x").extension(Protocol::from_static("websocket"))
        };
        let (head, length) = read_one(connect(), false);
        assert_eq!(length, Ok(Length::None));
        assert_eq!(head.protocol(), Some(&b"websocket"[..]));
        assert_eq!(head.path(), b"/chat");
        assert_eq!(head.authority(), Some(&b"a.test"[..]));
        let sized = connect().header("content-length", "0");
        assert!(read_one(sized, false).1.is_err());
        let (plain, _) = read_one(Request::connect("a.test:443"), false);
        assert_eq!((plain.protocol(), plain.path()), (None, &b""[..]));
    }

    #[test]
    fn limits_hold() {
        let long = format!("http://a/{}", "x".repeat(9000));
        assert!(error(Request::get(long)).starts_with("connection.uri_too_long"));
        let large = Request::get("http://a/").header("x", "y".repeat(17_000));
        assert!(error(large).starts_with("connection.header_too_large"));
        let mut many = Request::get("http://a/");
        for n in 0..129 {
            many = many.header(format!("x{n}"), "y");
        }
        assert!(error(many).contains("number"));
        let mut much = Request::get("http://a/");
        for n in 0..5 {
            much = much.header(format!("x{n}"), "y".repeat(15_000));
        }
        assert!(error(much).contains("all header fields"));
        assert!(error(Request::get("http://a/").header("x", "y ")).contains("white space"));
    }
}
