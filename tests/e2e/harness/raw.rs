//! A client that sends bytes exactly as told and reads what comes back.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A connection, plain or TLS.
pub(crate) trait Wire: Read + Write + Send {}

impl<T: Read + Write + Send> Wire for T {}

/// A socket that several may hold with one file descriptor.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<TcpStream>);

impl Shared {
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self(Arc::new(tcp))
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        (&*self.0).flush()
    }
}

/// A raw HTTP/1 client connection.
pub(crate) struct Raw {
    wire: Box<dyn Wire>,
    tcp: Arc<TcpStream>,
    buffer: Vec<u8>,
    limit: Duration,
}

/// How a connection ended, or that it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The peer said that it sends no more.
    Closed,
    /// The peer reset the connection.
    Reset,
    /// Still open.
    Open,
}

/// A response as it was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Response {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Interim responses (1xx) that came before.
    pub(crate) interim: Vec<Response>,
    /// Whether the body came to its proper end.
    pub(crate) complete: bool,
}

impl Response {
    /// The value of a header, joined with commas where it came several times.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {:?}", self.text()))
    }

    /// The denial code, if it is a refusal of the gateway's.
    pub(crate) fn denial(&self) -> Option<String> {
        self.header("postern-denial")
    }
}

impl Raw {
    /// Connects.
    pub(crate) fn connect(to: SocketAddr) -> Self {
        let tcp = TcpStream::connect_timeout(&to, super::SOON)
            .unwrap_or_else(|error| panic!("{to}: {error}"));
        Self::plain(tcp)
    }

    /// Speaks over a connection that was made already.
    pub(crate) fn plain(tcp: TcpStream) -> Self {
        tcp.set_nodelay(true).expect("a connected socket");
        let tcp = Shared::new(tcp);
        Self::over(Box::new(tcp.clone()), tcp)
    }

    /// Speaks over `wire`, which runs on `tcp`.
    pub(crate) fn over(wire: Box<dyn Wire>, tcp: Shared) -> Self {
        let tcp = tcp.0;
        let limit = Some(super::SOON);
        tcp.set_read_timeout(limit).expect("a connected socket");
        tcp.set_write_timeout(limit).expect("a connected socket");
        Self {
            wire,
            tcp,
            buffer: Vec::new(),
            limit: super::SOON,
        }
    }

    /// Waits at most this long for a byte from now on.
    pub(crate) fn patience(&mut self, limit: Duration) -> &mut Self {
        self.limit = limit;
        self.tcp.set_read_timeout(Some(limit)).expect("a socket");
        self
    }

    /// Sends bytes; a peer that has closed already is no failure.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.try_send(bytes);
        self
    }

    /// Sends bytes, and says whether that went well.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.wire.write_all(bytes.as_ref())?;
        self.wire.flush()
    }

    /// Says that nothing more will be sent (the connection stays readable).
    pub(crate) fn half_close(&mut self) -> &mut Self {
        let _ = self.tcp.shutdown(std::net::Shutdown::Write);
        self
    }

    /// Sends a request and reads its response.
    pub(crate) fn exchange(&mut self, request: impl AsRef<[u8]>) -> Response {
        let head = request.as_ref().starts_with(b"HEAD ");
        self.send(request);
        self.response_to(head)
    }

    /// Reads the response to anything but a HEAD request.
    pub(crate) fn response(&mut self) -> Response {
        self.response_to(false)
    }

    /// Reads a response; panics if none comes.
    pub(crate) fn response_to(&mut self, head: bool) -> Response {
        self.try_response(head)
            .unwrap_or_else(|| panic!("no response; read {:?}", lossy(&self.buffer)))
    }

    /// Reads a response; `None` if the connection ends or nothing comes in time.
    pub(crate) fn try_response(&mut self, head: bool) -> Option<Response> {
        let mut interim = Vec::new();
        loop {
            let mut response = self.head()?;
            if (100..200).contains(&response.status) && response.status != 101 {
                response.complete = true;
                interim.push(response);
                continue;
            }
            let bodiless = head || matches!(response.status, 101 | 204 | 304);
            response.interim = interim;
            self.body(&mut response, bodiless);
            return Some(response);
        }
    }

    /// Reads a head only: for bodies that are looked at as they come.
    pub(crate) fn head(&mut self) -> Option<Response> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if !self.fill() {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let text = String::from_utf8_lossy(&head).into_owned();
        let mut lines = text.trim_end().split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let mut parts = status_line.splitn(3, ' ');
        let version = parts.next().unwrap_or_default().to_owned();
        let status = parts.next().and_then(|code| code.parse().ok());
        Some(Response {
            version,
            status: status.unwrap_or_else(|| panic!("a status line: {status_line:?}")),
            headers: lines.map(field).collect(),
            ..Response::default()
        })
    }

    fn body(&mut self, response: &mut Response, bodiless: bool) {
        let chunked = response
            .header("transfer-encoding")
            .is_some_and(|te| te.eq_ignore_ascii_case("chunked"));
        if bodiless {
            response.complete = true;
        } else if chunked {
            response.complete = self.chunked(response).is_some();
        } else if let Some(length) = response.header("content-length") {
            let length = length.parse().expect("one number");
            response.complete = self.fill_to(length);
            let take = length.min(self.buffer.len());
            response.body = self.buffer.drain(..take).collect();
        } else {
            while self.fill() {}
            response.complete = self.end(Duration::ZERO) == End::Closed;
            response.body = std::mem::take(&mut self.buffer);
        }
    }

    fn chunked(&mut self, response: &mut Response) -> Option<()> {
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                break;
            }
            response.body.extend(chunk);
        }
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Some(());
            }
            response.trailers.push(field(&line));
        }
    }

    /// Reads one chunk of a chunked body; empty for the last one (its trailers still to come).
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.line()?;
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16)
            .unwrap_or_else(|_| panic!("a chunk size: {size:?}, then {:?}", lossy(&self.buffer)));
        if size == 0 {
            return Some(Vec::new());
        }
        if !self.fill_to(size + 2) {
            return None;
        }
        let mut chunk: Vec<u8> = self.buffer.drain(..size + 2).collect();
        assert!(chunk.ends_with(b"\r\n"), "a chunk ends in CRLF");
        chunk.truncate(size);
        Some(chunk)
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(lossy(&line[..end]));
            }
            if !self.fill() {
                return None;
            }
        }
    }

    fn fill_to(&mut self, length: usize) -> bool {
        while self.buffer.len() < length {
            if !self.fill() {
                return false;
            }
        }
        true
    }

    fn fill(&mut self) -> bool {
        let mut piece = [0; 16 << 10];
        loop {
            match self.wire.read(&mut piece) {
                Ok(0) => return false,
                Ok(count) => {
                    self.buffer.extend_from_slice(&piece[..count]);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Everything up to the end of the connection, or what came within `limit`.
    pub(crate) fn rest(&mut self, limit: Duration) -> (Vec<u8>, End) {
        let end = self.end(limit);
        (std::mem::take(&mut self.buffer), end)
    }

    /// Waits for the end of the connection, keeping what is read meanwhile.
    pub(crate) fn end(&mut self, limit: Duration) -> End {
        let start = Instant::now();
        let mut piece = [0; 16 << 10];
        let end = loop {
            let left = limit
                .saturating_sub(start.elapsed())
                .max(Duration::from_millis(1));
            self.tcp.set_read_timeout(Some(left)).expect("a socket");
            match self.wire.read(&mut piece) {
                Ok(0) => break End::Closed,
                Ok(count) => self.buffer.extend_from_slice(&piece[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => break End::Open,
                    // TLS without close_notify.
                    ErrorKind::UnexpectedEof => break End::Closed,
                    _ => break End::Reset,
                },
            }
        };
        self.tcp
            .set_read_timeout(Some(self.limit))
            .expect("a socket");
        end
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn once(to: SocketAddr, request: impl AsRef<[u8]>) -> Response {
    Raw::connect(to).exchange(request)
}

/// A GET with `Host: test` and further header lines (each ending in CRLF).
pub(crate) fn get(to: SocketAddr, target: &str, lines: &str) -> Response {
    once(
        to,
        format!("GET {target} HTTP/1.1\r\nHost: test\r\n{lines}\r\n"),
    )
}

fn field(line: impl AsRef<str>) -> (String, String) {
    let line = line.as_ref();
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name.to_owned(), value.trim().to_owned())
}

/// Where `needle` begins.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// Bytes as text, for messages.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
