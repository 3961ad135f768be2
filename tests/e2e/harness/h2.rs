//! An HTTP/2 client: requests with bodies and trailers, and connections written by hand.

use super::raw::{End, Raw};
use bytes::Bytes;
use http::{HeaderMap, Request};
use std::net::SocketAddr;
use std::time::Duration;

/// A response over HTTP/2.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: HeaderMap,
    /// Why the stream ended before its end, if it did.
    pub(crate) broken: Option<h2::Error>,
}

impl Answer {
    /// A header or else a trailer.
    pub(crate) fn field(&self, name: &str) -> String {
        let value = self.headers.get(name).or_else(|| self.trailers.get(name));
        value.map_or_else(String::new, |v| {
            String::from_utf8_lossy(v.as_bytes()).into_owned()
        })
    }
}

/// Sends one request by prior knowledge, its body in one piece, then trailers if there are any.
pub(crate) fn exchange(to: SocketAddr, request: Request<Vec<u8>>, trailers: HeaderMap) -> Answer {
    run(async move {
        let tcp = tokio::net::TcpStream::connect(to)
            .await
            .expect("a connection");
        let (client, connection) = h2::client::handshake(tcp).await.expect("a handshake");
        tokio::spawn(async move {
            let _ = connection.await;
        });
        send(client, request, trailers).await
    })
}

/// Sends one request over TLS, on a connection of its own that is made for a server name; and how
/// its session came about.
pub(crate) fn over_tls(
    to: SocketAddr,
    sni: &str,
    config: rustls::ClientConfig,
    request: Request<Vec<u8>>,
) -> (Answer, Option<rustls::HandshakeKind>) {
    let name = rustls::pki_types::ServerName::try_from(sni.to_owned()).expect("a server name");
    run(async move {
        let tcp = tokio::net::TcpStream::connect(to)
            .await
            .expect("a connection");
        let tls = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config))
            .connect(name, tcp)
            .await
            .expect("a session");
        let kind = tls.get_ref().1.handshake_kind();
        assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (client, connection) = h2::client::handshake(tls).await.expect("a handshake");
        tokio::spawn(async move {
            let _ = connection.await;
        });
        (send(client, request, HeaderMap::new()).await, kind)
    })
}

/// A GET without a body.
pub(crate) fn get(uri: &str) -> Request<Vec<u8>> {
    Request::get(uri).body(Vec::new()).expect("a request")
}

/// Runs something asynchronous to its end, at most 30 s.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(30), work)
            .await
            .expect("an end within 30 s")
    })
}

/// Sends one request on a session.
pub(crate) async fn send(
    client: h2::client::SendRequest<Bytes>,
    request: Request<Vec<u8>>,
    trailers: HeaderMap,
) -> Answer {
    let mut answer = Answer::default();
    if let Err(error) = try_send(client, request, trailers, &mut answer).await {
        answer.broken = Some(error);
    }
    answer
}

async fn try_send(
    client: h2::client::SendRequest<Bytes>,
    request: Request<Vec<u8>>,
    trailers: HeaderMap,
    answer: &mut Answer,
) -> Result<(), h2::Error> {
    let mut client = client.ready().await?;
    let (parts, body) = request.into_parts();
    let mut body = Bytes::from(body);
    let last = body.is_empty() && trailers.is_empty();
    let (response, mut stream) = client.send_request(Request::from_parts(parts, ()), last)?;
    let upload = async {
        while !body.is_empty() {
            stream.reserve_capacity(body.len());
            match std::future::poll_fn(|context| stream.poll_capacity(context)).await {
                Some(Ok(room)) => {
                    let piece = body.split_to(room.min(body.len()));
                    let end = body.is_empty() && trailers.is_empty();
                    stream.send_data(piece, end)?;
                }
                _ => return Ok(()),
            }
        }
        if trailers.is_empty() {
            return Ok(());
        }
        stream.send_trailers(trailers)
    };
    let (uploaded, response) = tokio::join!(upload, response);
    let response = response?;
    // A response may come before the end of an upload that is then given up.
    drop(uploaded);
    answer.status = response.status().as_u16();
    answer.headers = response.headers().clone();
    let mut body = response.into_body();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        answer.body.extend_from_slice(&piece);
    }
    answer.trailers = body.trailers().await?.unwrap_or_default();
    Ok(())
}

/// Types of frames (RFC 9113 §6).
pub(crate) mod frame {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const HEADERS: u8 = 1;
    pub(crate) const RST_STREAM: u8 = 3;
    pub(crate) const SETTINGS: u8 = 4;
    pub(crate) const PING: u8 = 6;
    pub(crate) const GOAWAY: u8 = 7;
    pub(crate) const WINDOW_UPDATE: u8 = 8;
    pub(crate) const CONTINUATION: u8 = 9;

    /// A frame's bytes.
    pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).expect("a short payload");
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(payload);
        bytes
    }
}

/// The header block of `GET /x` at `test` (RFC 7541; nothing in it depends on state).
pub(crate) const GET_BLOCK: &[u8] = b"\x82\x86\x04\x02/x\x01\x04test";

/// Opens a connection by hand: preface and empty SETTINGS.
pub(crate) fn by_hand(to: SocketAddr) -> Raw {
    let mut raw = Raw::connect(to);
    raw.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    raw.send(frame::frame(frame::SETTINGS, 0, 0, &[]));
    raw
}

/// The frames in `bytes`: type, flags, stream, payload.
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<(u8, u8, u32, Vec<u8>)> {
    let mut frames = Vec::new();
    while bytes.len() >= 9 {
        let length = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize;
        let stream = u32::from_be_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]);
        let Some(payload) = bytes.get(9..9 + length) else {
            break;
        };
        frames.push((bytes[3], bytes[4], stream, payload.to_vec()));
        bytes = &bytes[9 + length..];
    }
    frames
}

/// Whether a connection was ended, by GOAWAY or by closing it.
pub(crate) fn was_ended(bytes: &[u8], end: End) -> bool {
    end != End::Open || frames(bytes).iter().any(|frame| frame.0 == frame::GOAWAY)
}
