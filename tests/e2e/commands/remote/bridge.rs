//! The commands of the API, answered by the socket of a running Postern.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The one token that is good.
pub(super) const TOKEN: &str = "ptok_e2e0123456789_kx83jf02mq";

/// What kind of problem one of the API is.
const TYPE: &str = "/api/v1/problems/a.code";

/// A server, for as long as the test.
pub(super) struct Bridge(SocketAddr);

impl Bridge {
    pub(super) fn to(data: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let socket = data.join("postern.sock");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let socket = socket.clone();
                // Whoever asks may leave in the middle.
                std::thread::spawn(move || answer(stream, socket).ok());
            }
        });
        Self(address)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn answer(mut stream: TcpStream, socket: PathBuf) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        head.push_str(&line);
        line.clear();
    }
    let field = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let length = field("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if field("authorization") != Some(format!("Bearer {TOKEN}")) {
        let problem =
            json!({"type": TYPE, "code": "credential.invalid", "detail": "The token is not good."});
        return problem_document(&mut stream, 401, &problem);
    }
    let method = head
        .strip_prefix("POST /api/v1/commands/")
        .and_then(|rest| rest.split(' ').next())
        .expect("a command");
    let params: Value = serde_json::from_slice(&body).expect("JSON");
    let mut running = UnixStream::connect(socket)?;
    writeln!(running, "{}", json!({"method": method, "params": params}))?;
    let mut lines = BufReader::new(running).lines();
    let mut line = lines.next().expect("an answer")?;
    let reply: Value = serde_json::from_str(&line).expect("JSON");
    if let Some(refusal) = reply.get("error") {
        let problem = json!({
            "type": TYPE, "code": "resource.conflict", "detail": "d", "fix": "f", "refusal": refusal,
        });
        return problem_document(&mut stream, 409, &problem);
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    loop {
        write!(stream, "{:x}\r\n{line}\n\r\n", line.len() + 1)?;
        if !line.starts_with("{\"item\"") {
            return stream.write_all(b"0\r\n\r\n");
        }
        line = lines.next().expect("an end")?;
    }
}

fn problem_document(stream: &mut TcpStream, status: u16, problem: &Value) -> std::io::Result<()> {
    let body = problem.to_string();
    write!(
        stream,
        "HTTP/1.1 {status} No\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
