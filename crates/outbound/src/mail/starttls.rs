//! The first words with a server up to STARTTLS (RFC 3207). Our own, since what a server (or somebody
//! on the way) sends in the clear behind its consent must not be taken for what it says encrypted,
//! and lettre keeps it.

use super::error::MailError;
use super::session::Session;
use crate::dial::{Dialer, Stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Longest reply, bytes.
const LONGEST: usize = 8 * 1024;

/// A reply of the server, whole and nothing behind it.
struct Reply {
    bytes: Vec<u8>,
}

/// Turns a plain connection into an encrypted session. Nothing but `EHLO` and `STARTTLS` is said
/// before.
pub(super) async fn starttls(
    dialer: &Dialer,
    host: &str,
    hello: &str,
    mut stream: Stream,
) -> Result<Session, MailError> {
    let greeting = reply(host, &mut stream).await?;
    greeting.expect(host, "220")?;
    say(host, &mut stream, &format!("EHLO {hello}\r\n")).await?;
    let features = reply(host, &mut stream).await?;
    features.expect(host, "250")?;
    if !features.offers("STARTTLS") {
        return Err(MailError::NoStartTls {
            host: host.to_owned(),
        });
    }
    say(host, &mut stream, "STARTTLS\r\n").await?;
    reply(host, &mut stream).await?.expect(host, "220")?;
    let stream = dialer.encrypt(host, stream).await?;
    Ok(Session::new(stream, greeting.bytes))
}

async fn say(host: &str, stream: &mut Stream, line: &str) -> Result<(), MailError> {
    let written = stream.write_all(line.as_bytes()).await;
    written.map_err(|error| broken(host, error.to_string()))
}

async fn reply(host: &str, stream: &mut Stream) -> Result<Reply, MailError> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await;
        let read = read.map_err(|error| broken(host, error.to_string()))?;
        if read == 0 {
            return Err(broken(host, "it ended the connection".to_owned()));
        }
        bytes.extend_from_slice(part.get(..read).unwrap_or_default());
        if bytes.len() > LONGEST {
            let error = format!("a reply is longer than {LONGEST} bytes");
            return Err(broken(host, error));
        }
        match end(&bytes) {
            Some(end) if end == bytes.len() => return Ok(Reply { bytes }),
            Some(_) => {
                let error = "it sent more than the reply to what was asked".to_owned();
                return Err(broken(host, error));
            }
            None => {}
        }
    }
}

/// Where the reply ends: after the first whole line that is not `NNN-…` (RFC 5321 §4.2.1).
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if !line.ends_with(b"\n") {
            return None;
        }
        end += line.len();
        if line.get(3) != Some(&b'-') {
            return Some(end);
        }
    }
    None
}

impl Reply {
    /// That it begins with a code.
    fn expect(&self, host: &str, code: &str) -> Result<(), MailError> {
        if self.bytes.starts_with(code.as_bytes()) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.bytes);
        Err(broken(
            host,
            format!("{code} was expected, not `{}`", shown(&text)),
        ))
    }

    /// Whether one of its lines names a feature (RFC 5321 §4.1.1.1).
    fn offers(&self, feature: &str) -> bool {
        let offers = |line: &[u8]| {
            let text = line.get(4..).unwrap_or_default();
            text.trim_ascii().eq_ignore_ascii_case(feature.as_bytes())
        };
        self.bytes.split(|byte| *byte == b'\n').any(offers)
    }
}

fn broken(host: &str, error: String) -> MailError {
    MailError::Protocol {
        host: host.to_owned(),
        error,
    }
}

/// What a server said, as it may be shown: one line, not endless.
pub(super) fn shown(text: &str) -> String {
    let plain = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    plain.take(200).collect()
}
