//! HTTP/2.
use crate::connection::Caller;
use crate::gateway::Core;
use crate::io::{Buffer, Stream};
use std::rc::Rc;

pub(crate) async fn serve(_core: &Rc<Core>, _caller: Caller, _stream: Stream, _buffer: Buffer) {}
