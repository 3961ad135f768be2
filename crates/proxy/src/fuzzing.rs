//! Functions for fuzzing and nothing else: what holds of any bytes that are read.

pub use crate::http1::fuzz::{chunked, request_head, response_head};
pub use crate::redact::fuzz as redact;
pub use crate::wellknown::issuers::fuzz::fuzz as grant;
pub use crate::wellknown::session::fuzz::fuzz as session;
