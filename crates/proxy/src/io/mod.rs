//! Sockets, buffers and deadlines.

mod alarm;
mod buffer;
mod link;

pub(crate) use alarm::Alarm;
pub(crate) use buffer::Buffer;
pub(crate) use link::{Link, Stream, Wait};
