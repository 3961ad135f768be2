use super::*;
use crate::upstream::Upstreams;
use crate::upstream::health::tests::settings;
use crate::upstream::tests::{configuration, upstream};
use proptest::prelude::*;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Instant;
use tokio::io::DuplexStream;

/// Every connection gets this answer; port 1 cannot be connected to.
struct Answers {
    bytes: Vec<u8>,
    http2: bool,
}

impl Dial for Answers {
    fn dial<'a>(
        &'a self,
        _: &'a UpstreamState,
        _: &'a TargetState,
        _: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Connection, String>> + Send + 'a>> {
        Box::pin(async {
            let (ours, theirs) = tokio::io::duplex(64 << 10);
            if self.http2 {
                tokio::spawn(serve_http2(theirs));
            } else {
                tokio::spawn(serve(theirs, self.bytes.clone()));
            }
            Ok(Connection {
                stream: Box::new(ours),
                http2: self.http2,
            })
        })
    }
}

async fn serve(mut stream: DuplexStream, answer: Vec<u8>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            return;
        }
    }
    let expected = "GET /healthz HTTP/1.1\r\nHost: 10.0.0.1\r\nUser-Agent: postern-health-check\r\n\
        Accept: */*\r\nConnection: close\r\n\r\n";
    assert_eq!(String::from_utf8(request).unwrap(), expected);
    // In pieces: a status line may come in two reads.
    for piece in answer.chunks(7) {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn serve_http2(stream: DuplexStream) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert_eq!(request.uri(), "http://10.0.0.1/healthz");
        let response = http::Response::builder().status(204).body(()).unwrap();
        respond.send_response(response, true).unwrap();
    }
}

async fn check(answer: &[u8], http2: bool) -> Result<(), CheckError> {
    let config = configuration(upstream(&[("10.0.0.1", 1)]));
    let set = Upstreams::build(&config, None, Instant::now());
    let upstream = set.get(0).unwrap();
    let dial = Answers {
        bytes: answer.to_vec(),
        http2,
    };
    run(&dial, upstream, &upstream.targets[0].target, &settings(), 0).await
}

#[tokio::test]
async fn statuses_are_judged() {
    let wanted = (200, 299);
    assert_eq!(check(b"HTTP/1.1 200 OK\r\n", false).await, Ok(()));
    assert_eq!(check(b"HTTP/1.0 204\r\n\r\n", false).await, Ok(()));
    let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 503 No\r\n\r\n";
    let down = CheckError::Status { got: 503, wanted };
    assert_eq!(check(interim, false).await, Err(down));
}

#[tokio::test]
async fn what_is_not_http_fails() {
    let endless = vec![b'x'; 100_000];
    let hints = b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10_000);
    for answer in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"HTTP/1.1 20 OK\r\n",
        b"HTTP/1.1 2000\r\n",
        b"HTTP/1.1 +20 \r\n",
        b"HTTP/2 200\r\n",
        b"HTTP/1.1 099 \r\n",
        &endless,
        &hints,
    ] {
        assert_eq!(check(answer, false).await, Err(CheckError::NotHttp));
    }
    assert!(matches!(
        check(b"", false).await,
        Err(CheckError::Broken(_))
    ));
    assert!(matches!(
        check(b"HTTP/1.1 200", false).await,
        Err(CheckError::Broken(_))
    ));
}

#[tokio::test]
async fn http2_is_spoken_where_it_was_agreed() {
    assert_eq!(check(b"", true).await, Ok(()));
}

proptest! {
    /// However the bytes arrive, the verdict is the same.
    #[test]
    fn a_verdict_is_final(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        "(HTTP/1\\.[01] [0-9]{3}( [a-z]*)?\r\n(a: b\r\n)?\r\n){0,4}".prop_map(String::into_bytes),
    ]) {
        let mut verdict = None;
        for end in 0..=bytes.len() {
            match (final_status(&bytes[..end]), &verdict) {
                (Ok(None), before) => prop_assert!(before.is_none()),
                (now, None) => verdict = Some(now),
                (now, Some(before)) => prop_assert_eq!(&now, before),
            }
        }
    }
}
