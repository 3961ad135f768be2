//! Entries to bytes.

use super::VERSION;
use crate::entry::{Entry, Fold, fault_number};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Slots of the cache that finds a name's position by the address of its text.
const SLOTS: usize = 256;

/// Makes batches, with buffers that it keeps.
#[derive(Debug)]
pub(crate) struct Encoder {
    names: Vec<u8>,
    count: u64,
    body: Vec<u8>,
    entries: u64,
    /// Address and length of a text, and its position in the table.
    cache: Vec<(usize, usize, u64)>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            count: 0,
            body: Vec::new(),
            entries: 0,
            cache: vec![(0, 0, 0); SLOTS],
        }
    }
}

impl Encoder {
    /// Bytes of the batch so far.
    pub(crate) fn len(&self) -> usize {
        self.names.len() + self.body.len() + 32
    }

    /// Appends the batch to `out` and begins a new one. The entries of the batch may be dropped
    /// from now on.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        out.push(VERSION);
        number(out, self.count);
        out.extend_from_slice(&self.names);
        number(out, self.entries);
        out.extend_from_slice(&self.body);
        self.names.clear();
        self.body.clear();
        self.count = 0;
        self.entries = 0;
        // A text may be freed now and another take its address.
        self.cache.fill((0, 0, 0));
    }

    /// Adds an entry. It must live until `finish`: its names are recognised by their addresses.
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        let body = &mut self.body;
        body.extend_from_slice(&entry.id.bits().to_le_bytes());
        number(body, entry.start);
        number(body, entry.duration);
        optional_address(body, entry.client);
        socket(body, entry.peer);
        body.push(entry.protocol.map_or(0, crate::Protocol::number));
        text(body, entry.method.as_ref().map(crate::MethodName::as_str));
        text(body, entry.host.as_deref());
        text(body, entry.path.as_deref());
        number(body, u64::from(entry.status));
        body.push(entry.outcome.number());
        text(body, entry.code.map(postern_model::Code::name));
        body.push(entry.stage.map_or(0, postern_model::Stage::number));
        body.push(fault_number(entry.fault));
        for name in [
            &entry.policy,
            &entry.tenant,
            &entry.service,
            &entry.version,
            &entry.operation,
            &entry.environment,
            &entry.app,
            &entry.credential,
            &entry.subscription,
            &entry.upstream,
            &entry.target,
        ] {
            self.name(name.as_ref());
        }
        let body = &mut self.body;
        number(body, u64::from(entry.attempts));
        number(body, entry.bytes_in);
        number(body, entry.bytes_out);
        number(body, entry.revision);
        number(body, entry.directory);
        text(body, entry.client_request_id.as_deref());
        match entry.trace {
            None => body.push(0),
            Some(trace) => {
                body.push(1);
                body.extend_from_slice(&trace);
            }
        }
        number(body, u64::from(entry.weight));
        number(body, entry.count);
        match &entry.fold {
            None => body.push(0),
            Some(fold) => {
                body.push(1);
                write_fold(body, fold);
            }
        }
        bytes(body, entry.facts.bytes());
        bytes(body, entry.detail.as_deref());
    }

    fn name(&mut self, name: Option<&Arc<str>>) {
        let Some(name) = name else {
            self.body.push(0);
            return;
        };
        let address = Arc::as_ptr(name).cast::<u8>().addr();
        let slot = (address >> 4) % SLOTS;
        let place = match self.cache.get_mut(slot) {
            Some((known, len, place)) if *known == address && *len == name.len() => *place,
            other => {
                self.count += 1;
                number(&mut self.names, name.len() as u64);
                self.names.extend_from_slice(name.as_bytes());
                if let Some(entry) = other {
                    *entry = (address, name.len(), self.count);
                }
                self.count
            }
        };
        number(&mut self.body, place);
    }
}

/// A fold's bytes; also a column of the day file.
pub(crate) fn write_fold(out: &mut Vec<u8>, fold: &Fold) {
    out.extend_from_slice(&fold.first.bits().to_le_bytes());
    out.extend_from_slice(&fold.last.bits().to_le_bytes());
    number(out, fold.samples.len() as u64);
    for sample in &fold.samples {
        out.extend_from_slice(&sample.bits().to_le_bytes());
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Length + 1, then the bytes; 0 for none.
fn bytes(out: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        None => out.push(0),
        Some(value) => {
            number(out, value.len() as u64 + 1);
            out.extend_from_slice(value);
        }
    }
}

fn text(out: &mut Vec<u8>, value: Option<&str>) {
    bytes(out, value.map(str::as_bytes));
}

fn optional_address(out: &mut Vec<u8>, address: Option<IpAddr>) {
    match address {
        None => out.push(0),
        Some(IpAddr::V4(v4)) => {
            out.push(4);
            out.extend_from_slice(&v4.octets());
        }
        Some(IpAddr::V6(v6)) => {
            out.push(6);
            out.extend_from_slice(&v6.octets());
        }
    }
}

fn socket(out: &mut Vec<u8>, socket: SocketAddr) {
    optional_address(out, Some(socket.ip()));
    out.extend_from_slice(&socket.port().to_le_bytes());
}
