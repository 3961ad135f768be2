use super::super::testing::pair;
use super::*;
use tokio::io::AsyncReadExt as _;

const WAIT: Duration = Duration::from_secs(5);

/// A message with that length and these pieces, as the peer reads it.
async fn sent(length: Length, pieces: &[&[u8]], trailers: Option<&Fields>) -> Vec<u8> {
    let (link, mut peer) = pair().await;
    let write = async move {
        let mut out = b"left over".to_vec();
        let mut writer = Writer::new(&link, &mut out, WAIT);
        writer.status_line(200);
        writer.field(b"X-A", b"b");
        writer.end_head(length);
        for piece in pieces {
            writer.data(piece).await.unwrap();
        }
        writer.end(trailers).await.unwrap();
        assert!(writer.is_sent() && !writer.is_aborted());
        drop(link);
    };
    let mut read = Vec::new();
    let ((), result) = tokio::join!(write, peer.read_to_end(&mut read));
    result.unwrap();
    read
}

#[tokio::test]
async fn a_small_message_is_one_head_and_its_content() {
    let message = sent(Length::Exact(5), &[b"he", b"llo"], None).await;
    let expected = "HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 5\r\n\r\nhello";
    assert_eq!(message, expected.as_bytes());
    let message = sent(Length::None, &[], None).await;
    assert_eq!(message, b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n");
}

#[tokio::test]
async fn chunks_carry_their_size_whether_gathered_or_not() {
    let large = vec![b'x'; GATHER + 1];
    let message = sent(Length::Chunked, &[b"a", &large, b"bc"], None).await;
    let head = "HTTP/1.1 200 OK\r\nX-A: b\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = message.strip_prefix(head.as_bytes()).unwrap();
    let expected = [
        b"1\r\na\r\n4001\r\n",
        large.as_slice(),
        b"\r\n2\r\nbc\r\n0\r\n\r\n",
    ]
    .concat();
    assert_eq!(body, expected);
}

#[tokio::test]
async fn trailers_hold_nothing_that_frames_or_routes() {
    let mut trailers = Fields::default();
    trailers.push(b"X-Sum", b"6");
    trailers.push(b"Content-Length", b"7");
    trailers.push(b"Host", b"evil");
    let message = sent(Length::Chunked, &[], Some(&trailers)).await;
    assert!(
        message.ends_with(b"\r\n\r\n0\r\nX-Sum: 6\r\n\r\n"),
        "{}",
        message.escape_ascii()
    );
    // Without chunks there is no place for them.
    let message = sent(Length::Exact(1), &[b"a"], Some(&trailers)).await;
    assert!(
        message.ends_with(b"\r\n\r\na"),
        "{}",
        message.escape_ascii()
    );
}

#[tokio::test]
async fn numbers_and_status_lines_are_exact() {
    let (link, _peer) = pair().await;
    let mut out = Vec::new();
    let mut writer = Writer::new(&link, &mut out, WAIT);
    for n in [0, 9, 10, 1_234_567_890, u64::MAX] {
        writer.number(b"n: ", n);
        assert_eq!(writer.out(), format!("n: {n}\r\n").as_bytes());
        writer.out().clear();
    }
    for n in [1, 15, 16, 0x1234, usize::MAX] {
        writer.hex(n);
        assert_eq!(writer.out(), format!("{n:x}\r\n").as_bytes());
        writer.out().clear();
    }
    writer.status_line(599);
    assert_eq!(writer.out(), b"HTTP/1.1 599 \r\n");
}

#[tokio::test]
async fn what_is_broken_off_after_it_began_is_reset() {
    let (link, mut peer) = pair().await;
    let mut out = Vec::new();
    let mut writer = Writer::new(&link, &mut out, WAIT);
    writer.status_line(200);
    writer.end_head(Length::Chunked);
    writer.data(b"half").await.unwrap();
    writer.flush().await.unwrap();
    writer.data(b"never sent").await.unwrap();
    writer.abort();
    assert!(writer.is_aborted());
    drop(link);
    let mut read = Vec::new();
    let error = peer.read_to_end(&mut read).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(!read.ends_with(b"0\r\n\r\n"));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_too_slow() {
    let (link, _peer) = pair().await;
    let mut out = Vec::new();
    let mut writer = Writer::new(&link, &mut out, Duration::from_millis(20));
    writer.end_head(Length::UntilClose);
    let piece = vec![0; 1 << 20];
    let mut fault = None;
    for _ in 0..64 {
        if let Err(error) = writer.data(&piece).await {
            fault = Some(error);
            break;
        }
    }
    assert_eq!(fault, Some(SinkFault::TooSlow));
}
