//! Reading a response's head (RFC 9112 §4), as strictly as a request's: a response that two
//! readers could read differently is not passed on.

use super::body::{only_crlf, span_in};
use super::length::{Invalid, invalid};
use crate::exchange::ResponseHead;

/// Largest head of a response, bytes.
pub(super) const MOST: usize = 128 << 10;
const MOST_FIELDS: usize = 256;

/// Reads the complete head in `block`; says whether it is HTTP/1.1.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(block: &[u8], head: &mut ResponseHead) -> Result<bool, Invalid> {
    let mut slots = [const { std::mem::MaybeUninit::uninit() }; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        block,
        &mut slots,
    );
    match parsed {
        Ok(httparse::Status::Complete(n)) if n == block.len() && only_crlf(block) => {}
        Ok(_) => return invalid("RFC 9112 §2.2", "a line ends in something other than CR LF"),
        Err(httparse::Error::TooManyHeaders) => {
            return invalid("RFC 9110 §5.4", "there are more than 256 header fields");
        }
        Err(_) => return invalid("RFC 9112 §4", "the response's head is malformed"),
    }
    let (Some(status @ 100..=599), Some(version)) = (response.code, response.version) else {
        return invalid("RFC 9110 §15", "the status is not between 100 and 599");
    };
    head.status = status;
    head.fields.load(block);
    for header in response.headers.iter() {
        let name = span_in(block, header.name.as_bytes());
        head.fields
            .point(name, span_in(block, header.value.trim_ascii()));
    }
    Ok(version == 1)
}
