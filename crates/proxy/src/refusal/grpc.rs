//! gRPC statuses (the gRPC over HTTP/2 protocol, "Responses": trailers-only).

use super::headers::{Headers, names};
use postern_model::denial::Shown;
use std::fmt::{self, Write};

/// Adds `grpc-status` and `grpc-message`.
pub(super) fn headers(shown: &Shown<'_>, status: u16, headers: &mut Headers) {
    headers.push(names::GRPC_STATUS, code(status));
    headers.write(names::GRPC_MESSAGE, |out| {
        out.reserve(256);
        // Writing to a String cannot fail.
        let mut out = Percent(out);
        let _ = shown.write_detail(&mut out);
        let mut fix = Fix(&mut out, true);
        let _ = shown.write_fix(&mut fix);
    });
}

/// The gRPC status for an HTTP status.
fn code(status: u16) -> &'static str {
    match status {
        401 => "16",
        403 => "7",
        404 | 501 => "12",
        429 => "8",
        502 | 503 => "14",
        504 => "4",
        400..=499 => "3",
        // A redirection means nothing to a gRPC client.
        300..=399 => "9",
        _ => "13",
    }
}

/// Percent-encodes what `grpc-message` may not hold as it is.
struct Percent<'a>(&'a mut String);

impl Write for Percent<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if (b' '..=b'~').contains(&byte) && byte != b'%' {
                self.0.push(char::from(byte));
            } else {
                write!(self.0, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Puts a space before the fix, if there is one.
struct Fix<'a, 'b>(&'a mut Percent<'b>, bool);

impl Write for Fix<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if std::mem::take(&mut self.1) {
            self.0.write_str(" ")?;
        }
        self.0.write_str(text)
    }
}
