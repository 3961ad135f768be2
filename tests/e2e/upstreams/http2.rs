//! What passes besides requests and responses where HTTP/2 is spoken, seen by callers and upstreams
//! that write their frames by hand: cancelled requests, goodbyes, floods of interim responses.

use crate::harness::h2::frame::{self, frame};
use crate::harness::h2::{GET_BLOCK, frames};
use crate::harness::{Gateway, SOON, setup};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The header block of `POST /x` at `test`.
const POST_BLOCK: &[u8] = b"\x83\x86\x04\x02/x\x01\x04test";
/// The header block of a response with status 200 (RFC 7541, Appendix A).
const OK_BLOCK: &[u8] = b"\x88";
/// The same of status 102.
const PROCESSING_BLOCK: &[u8] = b"\x08\x03102";
/// RFC 9113 §7.
const CANCEL: &[u8] = &8_u32.to_be_bytes();

/// One end of a connection.
struct Wire {
    tcp: TcpStream,
    buffer: Vec<u8>,
    /// Frames of `buffer` that were looked at.
    looked: usize,
}

impl Wire {
    fn new(tcp: TcpStream) -> Self {
        tcp.set_read_timeout(Some(SOON)).expect("a socket");
        Self {
            tcp,
            buffer: Vec::new(),
            looked: 0,
        }
    }

    /// A caller's end.
    fn connect(to: SocketAddr) -> Self {
        let mut wire = Self::new(TcpStream::connect(to).expect("a connection"));
        wire.tcp.write_all(PREFACE).expect("the gateway reads");
        wire.send(frame::SETTINGS, 0, 0, &[]);
        wire
    }

    /// An upstream's end.
    fn accept(listener: &TcpListener) -> Self {
        let (tcp, _) = listener.accept().expect("a connection");
        let mut wire = Self::new(tcp);
        let mut preface = [0; PREFACE.len()];
        wire.tcp.read_exact(&mut preface).expect("a preface");
        assert_eq!(preface, PREFACE);
        wire.send(frame::SETTINGS, 0, 0, &[]);
        wire
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let bytes = frame(kind, flags, stream, payload);
        self.tcp.write_all(&bytes).expect("the gateway reads");
    }

    /// Sends a head with nothing after it.
    fn head(&mut self, stream: u32, block: &[u8]) {
        self.send(frame::HEADERS, END_HEADERS | END_STREAM, stream, block);
    }

    /// The next frame of that kind, its stream and payload; `None` at the end of the connection.
    fn next(&mut self, wanted: u8) -> Option<(u32, Vec<u8>)> {
        loop {
            for (kind, _, stream, payload) in frames(&self.buffer).split_off(self.looked) {
                self.looked += 1;
                if kind == wanted {
                    return Some((stream, payload));
                }
            }
            let mut piece = [0; 4096];
            match self.tcp.read(&mut piece).expect("a frame in time") {
                0 => return None,
                count => self.buffer.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// The next head's stream, and the first byte of its block, which is its status.
    fn next_head(&mut self) -> (u32, u8) {
        let (stream, block) = self.next(frame::HEADERS).expect("a head");
        (stream, block[0])
    }
}

/// A gateway before an upstream that the test plays.
fn before(protocol: &str) -> (Gateway, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let setup = setup::open(address).upstream("protocol", protocol);
    (Gateway::start(setup), listener)
}

#[test]
fn a_request_cancelled_over_http2_is_reset_upstream() {
    let (gateway, listener) = before("http2");
    let mut caller = Wire::connect(gateway.address);
    caller.head(1, GET_BLOCK);
    let mut upstream = Wire::accept(&listener);
    let (first, _) = upstream.next_head();
    caller.send(frame::RST_STREAM, 0, 1, CANCEL);
    let (reset, reason) = upstream.next(frame::RST_STREAM).expect("a reset");
    assert_eq!((reset, &*reason), (first, CANCEL));
    // Once the response has begun, too; and over the same connections.
    caller.head(3, GET_BLOCK);
    let (second, _) = upstream.next_head();
    upstream.send(frame::HEADERS, END_HEADERS, second, OK_BLOCK);
    upstream.send(frame::DATA, 0, second, b"a part");
    assert_eq!(caller.next_head(), (3, OK_BLOCK[0]));
    caller.send(frame::RST_STREAM, 0, 3, CANCEL);
    let (reset, reason) = upstream.next(frame::RST_STREAM).expect("a reset");
    assert_eq!((reset, &*reason), (second, CANCEL));
    caller.head(5, GET_BLOCK);
    let (third, _) = upstream.next_head();
    upstream.head(third, OK_BLOCK);
    assert_eq!(caller.next_head(), (5, OK_BLOCK[0]));
}

#[test]
fn a_request_cancelled_over_http2_closes_its_http1_connection() {
    let (gateway, listener) = before("http1");
    let mut caller = Wire::connect(gateway.address);
    for (stream, answer) in [
        (1, ""),
        (3, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
    ] {
        caller.head(stream, GET_BLOCK);
        let (mut upstream, _) = listener.accept().expect("a connection");
        upstream.set_read_timeout(Some(SOON)).expect("a socket");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            upstream.read_exact(&mut byte).expect("a head");
            head.extend(byte);
        }
        upstream.write_all(answer.as_bytes()).expect("sent");
        if !answer.is_empty() {
            assert_eq!(caller.next_head(), (stream, OK_BLOCK[0]));
        }
        caller.send(frame::RST_STREAM, 0, stream, CANCEL);
        let end = upstream.read(&mut [0; 16]);
        let reset = std::io::ErrorKind::ConnectionReset;
        assert!(
            matches!(&end, Ok(0)) || matches!(&end, Err(error) if error.kind() == reset),
            "{end:?}"
        );
    }
}

#[test]
fn what_a_goodbye_leaves_undone_is_sent_again() {
    let (gateway, listener) = before("http2");
    let mut caller = Wire::connect(gateway.address);
    caller.head(1, GET_BLOCK);
    let mut leaving = Wire::accept(&listener);
    let (done, _) = leaving.next_head();
    // Not idempotent: only the promise that it was not processed allows another attempt.
    caller.head(3, POST_BLOCK);
    let (undone, _) = leaving.next_head();
    assert!(undone > done);
    let goodbye = [done.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    leaving.send(frame::GOAWAY, 0, 0, &goodbye);
    let mut next = Wire::accept(&listener);
    let (again, _) = next.next_head();
    next.head(again, OK_BLOCK);
    assert_eq!(caller.next_head(), (3, OK_BLOCK[0]));
    // What was promised is still awaited from the old connection, which then ends.
    leaving.head(done, OK_BLOCK);
    assert_eq!(caller.next_head(), (1, OK_BLOCK[0]));
    assert_eq!(leaving.next(frame::RST_STREAM), None);
}

#[test]
fn a_flood_of_interim_responses_over_http2_is_bounded() {
    let (gateway, listener) = before("http2");
    let mut caller = Wire::connect(gateway.address);
    caller.head(1, POST_BLOCK);
    let mut upstream = Wire::accept(&listener);
    let (stream, _) = upstream.next_head();
    let interim = frame(frame::HEADERS, END_HEADERS, stream, PROCESSING_BLOCK);
    // The gateway may hang up in the middle of it.
    for _ in 0..100 {
        if upstream.tcp.write_all(&interim.repeat(1000)).is_err() {
            break;
        }
    }
    let mut passed = 0;
    loop {
        let (_, block) = caller.next(frame::HEADERS).expect("a head");
        // An interim response is its status; a refusal has many fields.
        if block.len() > 64 {
            break;
        }
        passed += 1;
    }
    assert!(passed <= 100, "{passed} interim responses");
    assert_eq!(gateway.ready().status, 200);
}
