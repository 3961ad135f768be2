//! HTTP/1.0 and 1.1, both sides (RFC 9112).

mod body;
mod chunked;
pub(crate) mod fuzz;
mod length;
mod request;
mod response;
mod serve;
#[cfg(test)]
pub(crate) mod testing;
mod upstream;
mod write;

pub(crate) use body::Pace;
pub(crate) use length::{Invalid, Length, of_request, of_response};
pub(crate) use request::{
    header_too_large, headers_too_large, malformed, too_many_fields, uri_too_long,
};
pub(crate) use serve::{LINGER, LINGER_BYTES, LINGER_SILENCE, serve, turn_away};
pub(crate) use upstream::Connection;
pub(crate) use write::may_trail;
