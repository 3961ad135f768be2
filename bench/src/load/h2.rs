//! HTTP/2, as little of it as a load generator needs: constant header blocks without indexing,
//! answers counted by their `END_STREAM` flags (RFC 9113 §4, §6; RFC 7541 §6). Much cheaper than a
//! whole implementation, so that the proxy is what is measured.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use super::tally::Tally;
use super::{Options, Stream};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
/// On SETTINGS and PING the same bit is ACK.
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const INITIAL_WINDOW_SIZE: u16 = 4;
/// The largest DATA frame that every peer takes.
const MAX_FRAME: usize = 16_384;
const MAX_WINDOW: u32 = (1 << 31) - 1;
/// `:status: 200` in the static table.
const STATUS_200: u8 = 0x88;

/// A connection with its streams.
pub(super) struct Client {
    stream: Stream,
    input: Vec<u8>,
    output: Vec<u8>,
    block: Vec<u8>,
    body: Vec<u8>,
    streams: usize,
    next_id: u32,
    /// What the peer still lets us send in DATA frames.
    window: i64,
    /// DATA bytes received since the last window update.
    received: u32,
    started: HashMap<u32, Instant>,
}

/// What came of the bytes read.
#[derive(Default)]
struct Progress {
    finished: Vec<(u32, Instant)>,
    bytes: u64,
    settings: bool,
}

impl Client {
    /// Says hello, waits for the peer's settings, and asks once.
    pub(super) async fn start(stream: Stream, options: &Options) -> Result<Self> {
        if options.body > MAX_FRAME {
            bail!("HTTP/2 bodies here are at most {MAX_FRAME} bytes");
        }
        let mut client = Self {
            stream,
            input: Vec::with_capacity(256 * 1024),
            output: PREFACE.to_vec(),
            block: block(options)?,
            body: super::request::body(options.body),
            streams: options.streams,
            next_id: 1,
            window: 65_535,
            received: 0,
            started: HashMap::new(),
        };
        let mut setting = INITIAL_WINDOW_SIZE.to_be_bytes().to_vec();
        setting.extend(MAX_WINDOW.to_be_bytes());
        put(&mut client.output, SETTINGS, 0, 0, &setting);
        put(
            &mut client.output,
            WINDOW_UPDATE,
            0,
            0,
            &(MAX_WINDOW - 65_535).to_be_bytes(),
        );
        while !client.turn().await?.settings {}
        client.ask();
        while client
            .turn()
            .await
            .context("first request")?
            .finished
            .is_empty()
        {}
        Ok(client)
    }

    /// Queues one request, if the peer's window lets it be sent.
    fn ask(&mut self) -> bool {
        let length = i64::try_from(self.body.len()).unwrap_or(i64::MAX);
        if length > self.window {
            return false;
        }
        let id = self.next_id;
        self.next_id += 2;
        if length == 0 {
            put(
                &mut self.output,
                HEADERS,
                END_HEADERS | END_STREAM,
                id,
                &self.block,
            );
        } else {
            self.window -= length;
            put(&mut self.output, HEADERS, END_HEADERS, id, &self.block);
            put(&mut self.output, DATA, END_STREAM, id, &self.body);
        }
        self.started.insert(id, Instant::now());
        true
    }

    /// Writes what is queued, then reads and handles what has come.
    async fn turn(&mut self) -> Result<Progress> {
        if !self.output.is_empty() {
            self.stream.write_all(&self.output).await?;
            self.stream.flush().await?;
            self.output.clear();
        }
        if self.stream.read_buf(&mut self.input).await? == 0 {
            bail!("connection closed by the proxy");
        }
        let mut progress = Progress::default();
        let input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        while let Some((frame, after)) = split(rest) {
            self.handle(&frame, &mut progress)?;
            rest = after;
        }
        let done = input.len() - rest.len();
        self.input = input;
        self.input.drain(..done);
        if self.received > MAX_WINDOW / 4 {
            put(
                &mut self.output,
                WINDOW_UPDATE,
                0,
                0,
                &self.received.to_be_bytes(),
            );
            self.received = 0;
        }
        Ok(progress)
    }

    fn handle(&mut self, frame: &Frame<'_>, progress: &mut Progress) -> Result<()> {
        let Frame {
            kind,
            flags,
            id,
            payload,
        } = *frame;
        match kind {
            HEADERS => {
                // A block may open with table size updates, `001xxxxx`.
                let status = payload.iter().find(|byte| **byte & 0xe0 != 0x20);
                if status != Some(&STATUS_200) {
                    bail!("status other than 200");
                }
            }
            DATA => {
                self.received += u32::try_from(payload.len())?;
                progress.bytes += payload.len() as u64;
            }
            SETTINGS if flags & END_STREAM == 0 => {
                self.settings(payload)?;
                progress.settings = true;
                put(&mut self.output, SETTINGS, END_STREAM, 0, &[]);
            }
            PING if flags & END_STREAM == 0 => {
                put(&mut self.output, PING, END_STREAM, 0, payload);
            }
            WINDOW_UPDATE if id == 0 => self.window += i64::from(number(payload)),
            RST_STREAM => bail!("stream reset with code {}", number(payload)),
            GOAWAY => bail!(
                "GOAWAY with code {}",
                number(payload.get(4..).unwrap_or_default())
            ),
            _ => {}
        }
        if (kind == HEADERS || kind == DATA) && flags & END_STREAM != 0 {
            let start = self
                .started
                .remove(&id)
                .context("answer to a stream that was not asked")?;
            progress.finished.push((id, start));
        }
        Ok(())
    }

    fn settings(&self, payload: &[u8]) -> Result<()> {
        for setting in payload.chunks_exact(6) {
            let (name, value) = setting.split_at(2);
            if name == INITIAL_WINDOW_SIZE.to_be_bytes()
                && (number(value) as usize) < self.body.len()
            {
                bail!(
                    "the proxy's stream window of {} bytes is smaller than the body",
                    number(value)
                );
            }
        }
        Ok(())
    }

    async fn run(mut self, tally: &Tally, deadline: Instant) -> Result<Stream> {
        loop {
            let now = Instant::now();
            while now < deadline && self.started.len() < self.streams && self.ask() {}
            if now >= deadline && self.started.is_empty() {
                return Ok(self.stream);
            }
            match self.turn().await {
                Ok(progress) => {
                    let mut bytes = progress.bytes;
                    for (_, start) in progress.finished {
                        tally.answered(std::mem::take(&mut bytes), start.elapsed());
                    }
                }
                Err(error) => {
                    tally.failed(&error)?;
                    return Ok(self.stream);
                }
            }
        }
    }
}

/// The closed loop; returns the connections, still open.
pub(super) async fn run(
    clients: Vec<Client>,
    tally: &Rc<Tally>,
    deadline: Instant,
) -> Result<Vec<Stream>> {
    let mut tasks = JoinSet::new();
    for client in clients {
        let tally = Rc::clone(tally);
        tasks.spawn_local(async move { client.run(&tally, deadline).await });
    }
    super::join(tasks).await
}

/// The request's header block: static table where it has the field, literals without indexing else.
fn block(options: &Options) -> Result<Vec<u8>> {
    let mut block = vec![match options.method.as_str() {
        "GET" => 0x82,
        "POST" => 0x83,
        other => bail!("method {other}: HTTP/2 load is GET or POST"),
    }];
    block.push(if options.tls { 0x87 } else { 0x86 });
    literal(&mut block, &[0x04], options.path.as_bytes())?;
    literal(&mut block, &[0x01], b"api.example.com")?;
    // Indexes above 14 take a second byte: 58 user-agent, 19 accept, 31 content-type, 28 content-length.
    literal(&mut block, &[0x0f, 58 - 15], b"postern-bench/1")?;
    literal(&mut block, &[0x0f, 19 - 15], b"*/*")?;
    if options.body > 0 {
        literal(&mut block, &[0x0f, 31 - 15], b"application/json")?;
        literal(
            &mut block,
            &[0x0f, 28 - 15],
            options.body.to_string().as_bytes(),
        )?;
    }
    Ok(block)
}

fn literal(block: &mut Vec<u8>, name: &[u8], value: &[u8]) -> Result<()> {
    let length = u8::try_from(value.len())
        .ok()
        .filter(|length| *length < 127)
        .context("header value too long")?;
    block.extend(name);
    block.push(length);
    block.extend(value);
    Ok(())
}

fn put(out: &mut Vec<u8>, kind: u8, flags: u8, id: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    out.extend(length.iter().skip(1));
    out.extend([kind, flags]);
    out.extend(id.to_be_bytes());
    out.extend(payload);
}

/// A frame as it was received.
struct Frame<'a> {
    kind: u8,
    flags: u8,
    id: u32,
    payload: &'a [u8],
}

/// The first frame of `input` and what follows it.
fn split(input: &[u8]) -> Option<(Frame<'_>, &[u8])> {
    let (head, rest) = input.split_first_chunk::<9>()?;
    let [a, b, c, kind, flags, id @ ..] = *head;
    let (payload, after) = rest.split_at_checked(u32::from_be_bytes([0, a, b, c]) as usize)?;
    let frame = Frame {
        kind,
        flags,
        id: u32::from_be_bytes(id) & MAX_WINDOW,
        payload,
    };
    Some((frame, after))
}

fn number(payload: &[u8]) -> u32 {
    payload
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests;
