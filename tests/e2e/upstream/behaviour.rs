//! What a request's path makes the upstream do: `/do/<name>/<number>/<number>`, wherever it
//! stands in the path. Any other path is echoed.

use std::time::Duration;

/// What the upstream does. Numbers come from the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Answers 200 with JSON of what it saw.
    Echo,
    /// Answers that status, with a short text.
    Status(u16),
    /// Answers with that many bytes and their `Content-Length`.
    Body(usize),
    /// Answers with that many bytes in chunks of that size.
    Chunked(usize, usize),
    /// Answers after a while.
    SlowHead(Duration),
    /// Answers with four pieces and that pause before each.
    SlowBody(Duration),
    /// Takes the body in slowly: that pause after every 64 KiB.
    SlowRead(Duration),
    /// Resets the connection before any byte of a response.
    ResetBeforeHead,
    /// Resets after the head and a part of the body; a WebSocket after its first bytes.
    ResetAfterHead,
    /// Closes in an orderly way before any byte of a response.
    CloseBeforeHead,
    /// Promises more bytes than it sends, then closes.
    Short,
    /// Sends more bytes than it promises.
    Long,
    /// Sends a chunk size that is no number.
    BadChunk,
    /// Closes before the last chunk.
    HalfChunked,
    /// Two `Content-Length` fields that differ.
    DuplicateLength,
    /// `Content-Length` and `Transfer-Encoding`.
    LengthAndChunked,
    /// Something that is no HTTP at all.
    Garbage,
    /// A head of that many bytes.
    HugeHead(usize),
    /// Answers 413 when it has read the head, and reads on.
    EarlyAnswer,
    /// Answers 413 when it has read the head, and closes.
    EarlyClose,
    /// Answers with fields about limits of its own.
    Limits,
    /// Sends 103 before its answer.
    EarlyHints,
    /// Sends that many 102 before its answer.
    Interims(usize),
    /// Sends trailers, echoing those it got.
    Trailers,
    /// Sends that many events with that pause between them.
    Events(usize, Duration),
    /// Answers, and resets the connection when it is used again.
    DieOnReuse,
    /// Answers with `Connection: close` and closes.
    CloseAfter,
    /// A body that ends with the connection.
    UntilClose,
    /// HTTP/1.0, a body that ends with the connection.
    Http10,
    /// A refusal that pretends to be the gateway's.
    Forged,
    /// Hop-by-hop and confusing response headers.
    OddHeaders,
    /// 101 with a wrong `Sec-WebSocket-Accept`.
    WrongAccept,
    /// 101 for a request that asked for no upgrade.
    Unasked101,
    /// Fails with 503 the first so many times, then echoes.
    FailFirst(usize),
    /// HTTP/2: resets the stream with `REFUSED_STREAM` the first so many times, then echoes.
    Refused(usize),
    /// HTTP/2: sends GOAWAY, then answers.
    Goaway,
    /// HTTP/2: resets the stream after a part of the body.
    StreamReset,
    /// Answers with the request's body and media type, or that of `X-Media`, in the coding of
    /// `X-Coding`, and with an `ETag`.
    Mirror,
    /// gRPC: every message back, then `grpc-status` 0 in trailers.
    Grpc,
}

impl Behaviour {
    /// Reads the path.
    pub(crate) fn of(target: &str) -> Self {
        let path = target.split('?').next().unwrap_or_default();
        let Some((_, command)) = path.split_once("/do/") else {
            return if path.contains("/grpc.") {
                Self::Grpc
            } else {
                Self::Echo
            };
        };
        let mut parts = command.split('/');
        let name = parts.next().unwrap_or_default();
        let numbers: Vec<usize> = parts.filter_map(|part| part.parse().ok()).collect();
        let first = numbers.first().copied().unwrap_or(1);
        let second = numbers.get(1).copied().unwrap_or(1);
        let millis = |n: usize| Duration::from_millis(n as u64);
        match name {
            "status" => Self::Status(u16::try_from(first).unwrap_or(500)),
            "body" => Self::Body(first),
            "chunked" => Self::Chunked(first, second),
            "slow-head" => Self::SlowHead(millis(first)),
            "slow-body" => Self::SlowBody(millis(first)),
            "slow-read" => Self::SlowRead(millis(first)),
            "reset-before-head" => Self::ResetBeforeHead,
            "reset-after-head" => Self::ResetAfterHead,
            "close-before-head" => Self::CloseBeforeHead,
            "short" => Self::Short,
            "long" => Self::Long,
            "bad-chunk" => Self::BadChunk,
            "half-chunked" => Self::HalfChunked,
            "duplicate-length" => Self::DuplicateLength,
            "length-and-chunked" => Self::LengthAndChunked,
            "garbage" => Self::Garbage,
            "huge-head" => Self::HugeHead(first),
            "early-answer" => Self::EarlyAnswer,
            "early-close" => Self::EarlyClose,
            "limits" => Self::Limits,
            "early-hints" => Self::EarlyHints,
            "interims" => Self::Interims(first),
            "trailers" => Self::Trailers,
            "events" => Self::Events(first, millis(second)),
            "die-on-reuse" => Self::DieOnReuse,
            "close-after" => Self::CloseAfter,
            "until-close" => Self::UntilClose,
            "http10" => Self::Http10,
            "forged" => Self::Forged,
            "odd-headers" => Self::OddHeaders,
            "wrong-accept" => Self::WrongAccept,
            "unasked-101" => Self::Unasked101,
            "fail-first" => Self::FailFirst(first),
            "refused" => Self::Refused(first),
            "goaway" => Self::Goaway,
            "stream-reset" => Self::StreamReset,
            "echo" => Self::Echo,
            "mirror" => Self::Mirror,
            other => panic!("the upstream knows no behaviour `{other}`"),
        }
    }
}

/// The fields of an answer that mirrors its request.
pub(super) fn mirrored(seen: &super::Seen) -> Vec<(&'static str, String)> {
    let media = seen
        .header("x-media")
        .or_else(|| seen.header("content-type"));
    let mut fields = vec![
        (
            "content-type",
            media.unwrap_or_else(|| "application/json".to_owned()),
        ),
        ("etag", "\"1\"".to_owned()),
        ("x-theirs", "1".to_owned()),
    ];
    fields.extend(
        seen.header("x-coding")
            .map(|coding| ("content-encoding", coding)),
    );
    fields
}

/// Large bodies are made of such pieces: whole rounds of what [`filler`] repeats.
pub(crate) const PIECE: usize = 37 * 1024;

/// The bytes of a generated body: they tell where they are, so that a shift shows.
pub(crate) fn filler(length: usize) -> Vec<u8> {
    b"0123456789abcdefghijklmnopqrstuvwxyz."
        .iter()
        .copied()
        .cycle()
        .take(length)
        .collect()
}
