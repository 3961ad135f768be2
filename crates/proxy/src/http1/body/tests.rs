use super::super::testing::pair;
use super::*;
use tokio::io::AsyncWriteExt as _;

const PACE: Pace = Pace {
    silence: Duration::from_secs(5),
    rate: 0,
};

/// Reads a whole body that the peer sends in these packets before it closes: the content, the
/// trailers, and what is left in the buffer.
async fn receive(
    length: Length,
    packets: &[&[u8]],
) -> Result<(Vec<u8>, Option<Fields>, Vec<u8>), BodyFault> {
    let (link, mut peer) = pair().await;
    let mut buffer = Buffer::default();
    let mut body = Body::new(&link, &mut buffer, length, PACE);
    let mut packets = packets.iter();
    let mut content = Vec::new();
    loop {
        match body.take()? {
            Some(Piece::Data(piece)) => {
                assert!(!piece.is_empty());
                content.extend_from_slice(piece);
            }
            Some(Piece::End) => break,
            None => {
                // Each packet is read before the next one is sent.
                match packets.next() {
                    Some(packet) => peer.write_all(packet).await.unwrap(),
                    None => peer.shutdown().await.unwrap(),
                }
                body.fill().await?;
            }
        }
    }
    assert!(body.is_ended());
    let trailers = body.trailers().cloned();
    Ok((content, trailers, buffer.filled().to_vec()))
}

#[tokio::test]
async fn a_body_ends_where_its_length_says() {
    let (content, _, rest) = receive(Length::Exact(5), &[b"he", b"lloGET"])
        .await
        .unwrap();
    assert_eq!(
        (content.as_slice(), rest.as_slice()),
        (&b"hello"[..], &b"GET"[..])
    );
    let (content, _, _) = receive(Length::Exact(0), &[]).await.unwrap();
    assert!(content.is_empty());
    let (content, _, _) = receive(Length::UntilClose, &[b"a", b"bc"]).await.unwrap();
    assert_eq!(content, b"abc");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_whole_body() {
    for (length, packets) in [
        (Length::Exact(5), &[&b"hell"[..]][..]),
        (Length::Chunked, &[b"5\r\nhello\r\n"]),
        (Length::Chunked, &[b"5\r\nhello\r\n0\r\n"]),
        (Length::Chunked, &[b"0\r\nX: y\r\n"]),
    ] {
        let fault = receive(length, packets).await.unwrap_err();
        assert_eq!(fault, BodyFault::ClosedEarly, "{packets:?}");
    }
}

#[tokio::test]
async fn chunks_and_trailers_are_read_wherever_they_are_cut() {
    let wire = b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 6\r\n\r\nGET";
    for size in [1, 3, wire.len()] {
        let packets: Vec<&[u8]> = wire.chunks(size).collect();
        let (content, trailers, rest) = receive(Length::Chunked, &packets).await.unwrap();
        assert_eq!(content, b"hello!");
        let trailers = trailers.unwrap();
        assert_eq!(trailers.named(b"x-sum").next(), Some(&b"6"[..]));
        assert!(b"GET".starts_with(&rest), "{size}: {}", rest.escape_ascii());
    }
}

#[tokio::test]
async fn bad_chunks_and_trailers_are_told_by_section() {
    for (wire, section) in [
        (&b"5\r\nhelloX"[..], "RFC 9112 §7.1"),
        (b"5\nhello", "RFC 9112 §7.1"),
        (b"0\r\nGE T / HTTP/1.1\r\n\r\n", "RFC 9112 §7.1.2"),
        (b"0\r\n\0", "RFC 9112 §7.1.2"),
        (b"0\r\nX: a\nY: b\r\n\r\n", "RFC 9112 §7.1.2"),
    ] {
        match receive(Length::Chunked, &[wire]).await {
            Err(BodyFault::Invalid(invalid)) => assert_eq!(invalid.section, section),
            other => panic!("{}: {other:?}", wire.escape_ascii()),
        }
    }
    let endless = [b"0\r\n".to_vec(), b"X: a\r\n".repeat(MAX_TRAILERS)].concat();
    let packets: Vec<&[u8]> = endless.chunks(8 << 10).collect();
    let fault = receive(Length::Chunked, &packets).await.unwrap_err();
    assert!(matches!(fault, BodyFault::Invalid(_)), "{fault:?}");
}

#[tokio::test]
async fn silence_and_trickles_are_too_slow() {
    let (link, mut peer) = pair().await;
    let mut buffer = Buffer::default();
    let pace = Pace {
        silence: Duration::from_millis(20),
        rate: 0,
    };
    let mut body = Body::new(&link, &mut buffer, Length::Exact(5), pace);
    assert!(matches!(body.take(), Ok(None)));
    assert_eq!(body.fill().await, Err(BodyFault::TooSlow));

    let mut buffer = Buffer::default();
    let pace = Pace {
        silence: Duration::from_secs(1),
        rate: 1000,
    };
    let mut body = Body::new(&link, &mut buffer, Length::Exact(5000), pace);
    // As if it had begun long ago.
    body.begun = Instant::now().checked_sub(Duration::from_secs(4));
    peer.write_all(b"a").await.unwrap();
    assert_eq!(body.fill().await, Err(BodyFault::TooSlow));
}

#[tokio::test]
async fn a_body_knows_when_all_of_it_is_here() {
    let (link, mut peer) = pair().await;
    let mut buffer = Buffer::default();
    let mut body = Body::new(&link, &mut buffer, Length::Exact(4), PACE);
    assert!(!body.is_here());
    peer.write_all(b"abcd").await.unwrap();
    while !body.is_here() {
        body.fill().await.unwrap();
    }
    assert!(matches!(body.take(), Ok(Some(Piece::Data(b"abcd")))));
    assert!(matches!(body.take(), Ok(Some(Piece::End))));
}
