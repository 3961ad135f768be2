use super::*;

#[test]
fn reads_a_response_with_a_length() {
    let raw = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nConnection: close\r\n\r\nhello";
    let head = response_head(raw).unwrap().unwrap();
    assert_eq!(
        head,
        Head {
            len: raw.len() - 5,
            body: 12,
            status: 200,
            keep_alive: false
        }
    );
}

#[test]
fn an_incomplete_head_asks_for_more() {
    assert_eq!(response_head(b"HTTP/1.1 200 OK\r\nconte").unwrap(), None);
    assert!(request_head(b"GET / HT").unwrap().is_none());
}

#[test]
fn a_response_without_a_length_is_an_error() {
    assert!(response_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    assert!(response_head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    assert_eq!(
        response_head(b"HTTP/1.1 204 No Content\r\n\r\n")
            .unwrap()
            .unwrap()
            .body,
        0
    );
}

#[test]
fn reads_a_request_and_its_path() {
    let raw = b"POST /bytes/65536 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    let (head, path) = request_head(raw).unwrap().unwrap();
    assert_eq!(
        (head.len, head.body, head.keep_alive),
        (raw.len() - 3, 3, true)
    );
    assert_eq!(bytes_of(path), Some(65_536));
    assert_eq!(bytes_of("/bytes/x"), None);
}
