//! Header rules, until they move.
use super::attempt::Exchange;
use super::message::ResponseHead;
use postern_policy::fields::Known;

impl Exchange<'_> {
    pub(super) fn forward_request(&self, emit: &mut dyn FnMut(&[u8], &[u8])) {
        for f in self.head.fields.iter() {
            match f.known {
                Known::Host
                | Known::Connection
                | Known::ContentLength
                | Known::TransferEncoding
                | Known::KeepAlive
                | Known::ProxyConnection
                | Known::ProxyAuthorization
                | Known::Te
                | Known::Upgrade
                | Known::Http2Settings
                | Known::Expect
                | Known::Forwarded
                | Known::XForwardedFor
                | Known::XForwardedHost
                | Known::XForwardedProto
                | Known::XRealIp
                | Known::XRequestId
                | Known::ForwardedOther
                | Known::XPostern
                | Known::Disguised
                | Known::Trailer => {}
                _ => emit(f.name, f.value),
            }
        }
        emit(
            b"x-forwarded-for",
            self.allowed.client.address.to_string().as_bytes(),
        );
        emit(b"x-forwarded-proto", b"http");
        if let Some(a) = self.head.authority() {
            emit(b"x-forwarded-host", a);
        }
        emit(b"via", b"1.1 postern");
        emit(b"x-request-id", self.id.as_str().as_bytes());
        if self.allowed.websocket {
            emit(b"connection", b"upgrade");
            emit(b"upgrade", b"websocket");
        }
    }
    pub(super) fn forward_interim(&self, head: &ResponseHead, emit: &mut dyn FnMut(&[u8], &[u8])) {
        self.forward_response(head, emit);
    }
    pub(super) fn forward_response(&self, head: &ResponseHead, emit: &mut dyn FnMut(&[u8], &[u8])) {
        for f in head.fields.iter() {
            match f.known {
                Known::Connection
                | Known::ContentLength
                | Known::TransferEncoding
                | Known::KeepAlive
                | Known::Te
                | Known::Upgrade
                | Known::XRequestId
                | Known::Postern
                | Known::Trailer => {}
                _ => emit(f.name, f.value),
            }
        }
        emit(b"via", b"1.1 postern");
        emit(b"x-request-id", self.id.as_str().as_bytes());
    }
}
