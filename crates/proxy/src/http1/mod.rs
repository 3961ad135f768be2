//! HTTP/1.0 and 1.1, both sides (RFC 9112).

mod body;
mod chunked;
mod length;
mod request;
mod response;
mod serve;
mod upstream;
mod write;

pub(crate) use length::{Invalid, Length};
pub(crate) use serve::{serve, turn_away};
pub(crate) use upstream::Connection;
