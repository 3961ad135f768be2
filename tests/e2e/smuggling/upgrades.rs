//! Upgrades, CONNECT, and what follows in the same breath.

use super::{Either, MALFORMED, Outcome, Passes, Refused, Row, ended, get, poison, post, row};

const UPGRADE: Outcome = Refused(&["connection.upgrade_not_allowed"]);
const X: Outcome = Passes("GET", "/x", "");
const PERHAPS_X: Outcome = Either("connection.upgrade_not_allowed", ("GET", "/x", ""));

/// The fields of a WebSocket handshake but for `Upgrade`.
macro_rules! handshake {
    () => {
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    };
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("h2c", get!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"), &[UPGRADE]),
    row("h2c and early bytes", get!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", poison!()), &[UPGRADE]),
    row("h2c without settings", get!("Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), &[UPGRADE]),
    row("h2c in capitals", get!("Connection: upgrade\r\nUpgrade: H2C\r\n\r\n"), &[UPGRADE]),
    row("h2c beside websocket", get!(handshake!(), "Upgrade: websocket, h2c\r\n\r\n"), &[UPGRADE]),
    row("HTTP2-Settings alone", get!("HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"), &[PERHAPS_X]),
    row("HTTP2-Settings named by Connection", get!("Connection: HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"), &[PERHAPS_X]),
    row("an unknown upgrade", get!("Connection: Upgrade\r\nUpgrade: foo/2\r\n\r\n"), &[UPGRADE]),
    row("an upgrade to TLS", get!("Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n\r\n"), &[UPGRADE]),
    row("an upgrade with a body", post!("Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 4\r\n\r\nfour"), &[UPGRADE]),
    row("Upgrade that Connection does not name", get!("Upgrade: foo\r\n\r\n"), &[PERHAPS_X]),
    row("Connection: Upgrade without Upgrade", get!("Connection: Upgrade\r\n\r\n"), &[PERHAPS_X]),
    row("a websocket where none is declared", get!(handshake!(), "Upgrade: websocket\r\n\r\n"), &[UPGRADE]),
    row("a websocket and early bytes", get!(handshake!(), "Upgrade: websocket\r\n\r\n", poison!()), &[UPGRADE]),
    row("two Upgrade fields", get!(handshake!(), "Upgrade: websocket\r\nUpgrade: websocket\r\n\r\n"), &[UPGRADE]),
    row("CONNECT", "CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n", &[UPGRADE]),
    row("CONNECT and early bytes", concat!("CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n", poison!()), &[UPGRADE]),
    row("CONNECT of a path", "CONNECT /x HTTP/1.1\r\nHost: test\r\n\r\n", &[Refused(&["connection.upgrade_not_allowed", "connection.malformed"])]),
    row("CONNECT with a length", "CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\nContent-Length: 4\r\n\r\nfour", &[UPGRADE]),

    // Callers that send no more, but still listen.
    ended("a whole request and no more", get!("\r\n"), &[X]),
    ended("a whole body and no more", post!("Content-Length: 4\r\n\r\nfour"), &[Passes("POST", "/x", "four")]),
    ended("a refused request and no more", get!("A : b\r\n\r\n"), &[MALFORMED]),

    // Pipelines.
    row("two requests", get!("\r\n", "GET /y HTTP/1.1\r\nHost: test\r\n\r\n"), &[X, Passes("GET", "/y", "")]),
    row("three requests, one with a body", concat!(get!("\r\n"), post!("Content-Length: 4\r\n\r\nfour"), get!("\r\n")), &[X, Passes("POST", "/x", "four"), X]),
    row("a chunked body and a request", post!("Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n", "GET /y HTTP/1.1\r\nHost: test\r\n\r\n"), &[Passes("POST", "/x", "four"), Passes("GET", "/y", "")]),
    row("an empty line between two requests", concat!(post!("Content-Length: 4\r\n\r\nfour"), "\r\n", get!("\r\n")), &[Passes("POST", "/x", "four"), X]),
    row("garbage after a body", post!("Content-Length: 4\r\n\r\nfour", "garbage\r\n\r\n"), &[Passes("POST", "/x", "four"), MALFORMED]),
    row("a body longer than its length", post!("Content-Length: 4\r\n\r\nfour5678\r\n\r\n"), &[Passes("POST", "/x", "four"), MALFORMED]),
    row("garbage after the last chunk", post!("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "garbage\r\n\r\n"), &[Passes("POST", "/x", ""), MALFORMED]),
    row("a good request, then two lengths", concat!(get!("\r\n"), post!("Content-Length: 4\r\nContent-Length: 5\r\n\r\nfour"), poison!()), &[X, MALFORMED]),
    row("a request behind a refused one", concat!(post!("Content-Length: x\r\n\r\n"), poison!()), &[MALFORMED]),
    row("a request behind a fault in a body", concat!(post!("Transfer-Encoding: chunked\r\n\r\nzz\r\n"), poison!()), &[MALFORMED]),
    row("a request behind Connection: close", concat!(get!("Connection: close\r\n\r\n"), poison!()), &[X]),
    row("a request behind HTTP/1.0", concat!("GET /x HTTP/1.0\r\nHost: test\r\n\r\n", poison!()), &[X]),
    row("a request behind a bad expectation", concat!(post!("Expect: x\r\nContent-Length: 36\r\n\r\n"), poison!()), &[Refused(&["headers.expectation_unsupported"])]),
    row("a request as body of a refused path", concat!("POST /a/../x HTTP/1.1\r\nHost: test\r\nContent-Length: 36\r\n\r\n", poison!()), &[Refused(&["route.path_rejected"])]),
];
