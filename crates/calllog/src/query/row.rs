//! A row of a day file as an entry.

use crate::codec::{id_of, read_fold};
use crate::entry::{Entry, Facts, MethodName, Outcome, Protocol, fault_from, stage_from};
use postern_model::{Code, RequestId};
use rusqlite::{Connection, Row};
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Names by number, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Names(RefCell<HashMap<i64, Arc<str>>>);

impl Names {
    pub(super) fn get(&self, connection: &Connection, id: i64) -> rusqlite::Result<Arc<str>> {
        if let Some(name) = self.0.borrow().get(&id) {
            return Ok(name.clone());
        }
        let mut find = connection.prepare_cached("SELECT name FROM names WHERE id = ?1")?;
        let name: Arc<str> = find.query_row([id], |row| row.get::<_, String>(0))?.into();
        self.0.borrow_mut().insert(id, name.clone());
        Ok(name)
    }
}

/// Reads columns one after the other.
struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
    connection: &'a Connection,
    names: &'a Names,
}

impl Columns<'_> {
    fn take<T: rusqlite::types::FromSql>(&mut self) -> rusqlite::Result<T> {
        let at = self.next;
        self.next += 1;
        self.row.get(at)
    }

    /// A number that was written as `u64`.
    fn number(&mut self) -> rusqlite::Result<u64> {
        self.take::<i64>().map(i64::cast_unsigned)
    }

    fn text(&mut self) -> rusqlite::Result<Option<Arc<str>>> {
        Ok(self.take::<Option<String>>()?.map(Arc::from))
    }

    fn name(&mut self) -> rusqlite::Result<Option<Arc<str>>> {
        match self.take::<Option<i64>>()? {
            None => Ok(None),
            Some(id) => self.names.get(self.connection, id).map(Some),
        }
    }

    fn address(&mut self) -> rusqlite::Result<Option<IpAddr>> {
        let bytes: Option<Vec<u8>> = self.take()?;
        Ok(bytes.and_then(|bytes| address(&bytes)))
    }
}

/// The address of 4 or 16 bytes.
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => bytes.first_chunk::<4>().map(|b| IpAddr::from(*b)),
        16 => bytes.first_chunk::<16>().map(|b| IpAddr::from(*b)),
        _ => None,
    }
}

/// The id of 16 bytes, big endian.
pub(super) fn id(bytes: [u8; 16]) -> RequestId {
    id_of(u128::from_be_bytes(bytes))
}

/// The entry in a row of the columns `index::COLUMNS`, in their order.
pub(super) fn read(
    connection: &Connection,
    names: &Names,
    row: &Row<'_>,
) -> rusqlite::Result<Entry> {
    let mut from = Columns {
        row,
        next: 0,
        connection,
        names,
    };
    let nobody = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let mut entry = Entry::new(id(from.take()?), from.number()?, nobody);
    entry.duration = from.number()?;
    entry.outcome = Outcome::from_number(from.take()?).unwrap_or(Outcome::Refused);
    entry.status = from.take()?;
    entry.code = from.name()?.and_then(|name| Code::parse(&name));
    entry.stage = from.take::<Option<u8>>()?.and_then(stage_from);
    entry.fault = from.take::<Option<u8>>()?.and_then(fault_from);
    entry.method = from.text()?.map(|token| MethodName::read(&token));
    entry.host = from.text()?;
    entry.path = from.take::<Option<String>>()?.map(Arc::from);
    entry.client = from.address()?;
    let peer = from.address()?.unwrap_or(nobody.ip());
    entry.peer = SocketAddr::new(peer, from.take()?);
    entry.protocol = from.take::<Option<u8>>()?.and_then(Protocol::from_number);
    entry.tenant = from.name()?;
    entry.app = from.name()?;
    entry.credential = from.text()?;
    entry.service = from.name()?;
    entry.version = from.name()?;
    entry.operation = from.name()?;
    entry.environment = from.name()?;
    entry.subscription = from.name()?;
    entry.policy = from.name()?;
    entry.upstream = from.name()?;
    entry.target = from.name()?;
    entry.attempts = from.take()?;
    entry.bytes_in = from.number()?;
    entry.bytes_out = from.number()?;
    entry.revision = from.number()?;
    entry.directory = from.number()?;
    entry.client_request_id = from.text()?;
    entry.trace = from.take()?;
    entry.weight = from.take()?;
    entry.count = from.number()?;
    let fold: Option<Vec<u8>> = from.take()?;
    entry.fold = fold.and_then(|bytes| read_fold(&bytes)).map(Box::new);
    let facts: Option<Vec<u8>> = from.take()?;
    entry.facts = facts
        .and_then(|bytes| Facts::of(&bytes))
        .unwrap_or(Facts::NONE);
    entry.detail = from.take::<Option<Vec<u8>>>()?.map(Vec::into_boxed_slice);
    Ok(entry)
}
