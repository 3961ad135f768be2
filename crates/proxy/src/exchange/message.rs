//! What the two sides of an exchange have to offer each other, whatever protocol each speaks.

use crate::http1::{Invalid, Length};
use crate::tunnel::{Inflow, Outflow};
use postern_policy::fields::Fields;
use postern_policy::head::Version;
use std::time::{Duration, Instant};

/// The next part of a body.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// Some content, never empty.
    Data(&'a [u8]),
    /// The end; trailers, if any, are [`Source::trailers`].
    End,
}

/// Why a body cannot be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// Its framing is wrong.
    Invalid(Invalid),
    /// Nothing came for too long, or too little.
    TooSlow,
    /// There is more of it than rules allow, bytes.
    TooLarge {
        /// The most.
        limit: u64,
        /// How much came.
        seen: u64,
    },
    /// The peer closed or reset before the end.
    ClosedEarly,
}

/// A body that comes in.
pub(crate) trait Source {
    /// Its length as far as its head tells.
    fn length(&self) -> Length;

    /// What is there without waiting; `None` where [`Source::fill`] has to be awaited first.
    ///
    /// # Errors
    /// Why the body ends here.
    fn take(&mut self) -> Result<Option<Piece<'_>>, BodyFault>;

    /// Waits for more.
    ///
    /// # Errors
    /// Why the body ends here.
    async fn fill(&mut self) -> Result<(), BodyFault>;

    /// The fields after the end.
    fn trailers(&self) -> Option<&Fields>;

    /// Whether the end was reached.
    fn is_ended(&self) -> bool;
}

/// The caller's body: a source that may have to be asked for.
pub(crate) trait RequestSource: Source {
    /// Whether the whole body is at hand, and small enough to be sent in one go.
    fn is_small(&self) -> bool;

    /// Tells a caller that waits for it to go on (`100 Continue`).
    ///
    /// # Errors
    /// The caller has gone.
    async fn proceed(&mut self) -> Result<(), BodyFault>;

    /// What the caller sends once both sides have left HTTP.
    fn inflow(&mut self) -> Inflow<'_>;

    /// Resolves when the caller has left. Must not be awaited together with [`Source::fill`].
    async fn gone(&mut self);
}

/// The peer takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SinkFault {
    /// It closed or reset.
    Gone,
    /// It took no byte for too long.
    TooSlow,
}

/// A message that goes out. Nothing is sent before [`Sink::flush`] or [`Sink::end`] unless it is
/// much.
pub(crate) trait Sink {
    /// Adds a header field.
    fn field(&mut self, name: &[u8], value: &[u8]);

    /// Ends the head.
    fn end_head(&mut self, length: Length);

    /// Adds content.
    ///
    /// # Errors
    /// The peer takes no more.
    async fn data(&mut self, piece: &[u8]) -> Result<(), SinkFault>;

    /// Sends what was added.
    ///
    /// # Errors
    /// The peer takes no more.
    async fn flush(&mut self) -> Result<(), SinkFault>;

    /// Ends the body and sends everything.
    ///
    /// # Errors
    /// The peer takes no more.
    async fn end(&mut self, trailers: Option<&Fields>) -> Result<(), SinkFault>;

    /// Breaks the message off so that nobody can take it for a whole one.
    fn abort(&mut self);
}

/// The response on its way to the caller.
pub(crate) trait ResponseSink: Sink {
    /// Begins a head.
    fn begin(&mut self, status: u16);

    /// Ends the connection after this response.
    fn close(&mut self);

    /// The way to the caller once both sides have left HTTP.
    fn outflow(&self) -> Outflow<'_>;

    /// Whether anything of the final response may have left.
    fn is_started(&self) -> bool;

    /// When the first byte of the request came, where that was before its head was complete.
    fn begun(&self) -> Option<Instant> {
        None
    }
}

/// The first line of a request on its way to the upstream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLine<'a> {
    /// The method's token.
    pub(crate) method: &'a str,
    /// `http` or `https`.
    pub(crate) scheme: &'a str,
    /// The authority for `Host` or `:authority`.
    pub(crate) authority: &'a [u8],
    /// Path and query, never empty.
    pub(crate) target: &'a [u8],
    /// Whether it asks for a WebSocket, which HTTP/2 does by a method of its own (RFC 8441 §4).
    pub(crate) websocket: bool,
}

/// The request on its way to the upstream.
pub(crate) trait RequestSink: Sink {
    /// Begins a head.
    fn begin(&mut self, line: &RequestLine<'_>);
}

/// A response's head.
#[derive(Debug, Default)]
pub(crate) struct ResponseHead {
    /// The status code.
    pub(crate) status: u16,
    /// The version of HTTP/1 that it came in; over HTTP/2 the default.
    pub(crate) version: Version,
    /// Its fields.
    pub(crate) fields: Fields,
}

/// Why no response's head came. Says how far the upstream may have got, since that decides what
/// may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseFault {
    /// The connection was closed before a byte of a response.
    ClosedUnanswered,
    /// The connection was closed or reset within the head.
    ClosedWithin,
    /// What came is not HTTP.
    Invalid(Invalid),
    /// The head is larger than we take.
    TooLarge,
    /// No head in time.
    TimedOut,
    /// The upstream says it has not processed the request (RFC 9113 §8.7).
    NotProcessed,
}

/// The response as it comes from the upstream.
pub(crate) trait ResponseSource: Source {
    /// Reads the next head, interim ones included, within `wait`. Dropping the future loses
    /// nothing.
    ///
    /// # Errors
    /// Why there is none.
    async fn head(&mut self, into: &mut ResponseHead, wait: Duration) -> Result<(), ResponseFault>;
}
