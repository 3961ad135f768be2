//! Rows into a day file.
//!
//! SQLite keeps what a statement's parameters were bound to, and most columns of a row say what
//! they said in the row before: only the others are bound anew. Rows go in by their ids, so that
//! each lands behind the one before.

use super::HOUR;
use crate::codec::write_fold;
use crate::entry::{Entry, Outcome, fault_number};
use foldhash::fast::RandomState;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ToSql, Transaction, params};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

const INSERT: &str = "INSERT OR REPLACE INTO calls VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,\
     ?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32,?33,?34,?35,\
     ?36,?37,?38)";

/// The numbers of names in a day's file, as far as they were looked up.
pub(super) type Names = HashMap<Arc<str>, i64, RandomState>;

/// Service, version, operation, app and hour.
type Way = ([i64; 4], u64);

/// What a column of a row holds.
#[derive(Debug, PartialEq)]
enum Cell<'a> {
    Null,
    Number(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Id([u8; 16]),
    /// 4 or 16 bytes.
    Address([u8; 16], usize),
    Fold(Vec<u8>),
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id),
            Self::Address(bytes, length) => {
                ValueRef::Blob(bytes.get(..*length).unwrap_or_default())
            }
            Self::Fold(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl<'a> Cell<'a> {
    fn number(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Null, |number| Self::Number(number.into()))
    }

    fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    fn bytes(bytes: Option<&'a [u8]>) -> Self {
        bytes.map_or(Self::Null, Self::Bytes)
    }

    fn address(address: IpAddr) -> Self {
        let mut bytes = [0; 16];
        match address {
            IpAddr::V4(v4) => {
                bytes
                    .iter_mut()
                    .zip(v4.octets())
                    .for_each(|(slot, octet)| *slot = octet);
                Self::Address(bytes, 4)
            }
            IpAddr::V6(v6) => Self::Address(v6.octets(), 16),
        }
    }
}

/// Writes rows, and which way of calling was last seen allowed.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    names: &mut Names,
    rows: &[Entry],
) -> rusqlite::Result<()> {
    let mut rows: Vec<&Entry> = rows.iter().collect();
    rows.sort_by_key(|entry| entry.id);
    let mut interner = Interner {
        transaction,
        names,
        last: [const { None }; NAMED],
    };
    let mut seen: HashMap<Way, [[u8; 16]; 2]> = HashMap::new();
    let mut statement = transaction.prepare_cached(INSERT)?;
    let mut before = None;
    for entry in rows {
        let numbers = interner.numbers(entry)?;
        let cells = cells(entry, numbers, interner.code(entry)?);
        for (at, cell) in cells.iter().enumerate() {
            let same = before
                .as_ref()
                .and_then(|cells: &[Cell<'_>; 38]| cells.get(at));
            if same != Some(cell) {
                statement.raw_bind_parameter(at + 1, cell)?;
            }
        }
        statement.raw_execute()?;
        before = Some(cells);
        if entry.outcome == Outcome::Allowed {
            let [service, version, operation, app, ..] = numbers.map(Option::unwrap_or_default);
            let id = entry.id.bits().to_be_bytes();
            let way = ([service, version, operation, app], entry.id.millis() / HOUR);
            let [first, last] = seen.entry(way).or_insert([id, id]);
            *first = id.min(*first);
            *last = id.max(*last);
        }
    }
    write_seen(transaction, &seen)
}

/// A row, in the order of [`super::COLUMNS`].
fn cells(entry: &Entry, numbers: [Option<i64>; NAMED], code: Option<i64>) -> [Cell<'_>; 38] {
    let [
        service,
        version,
        operation,
        app,
        tenant,
        environment,
        subscription,
        policy,
        upstream,
        target,
    ] = numbers.map(Cell::number);
    let fold = entry.fold.as_ref().map(|fold| {
        let mut bytes = Vec::new();
        write_fold(&mut bytes, fold);
        bytes
    });
    [
        Cell::Id(entry.id.bits().to_be_bytes()),
        Cell::Number(entry.start.cast_signed()),
        Cell::Number(entry.duration.cast_signed()),
        Cell::Number(entry.outcome.number().into()),
        Cell::Number(entry.status.into()),
        Cell::number(code),
        Cell::number(entry.stage.map(postern_model::Stage::number)),
        Cell::number(entry.fault.map(|fault| fault_number(Some(fault)))),
        Cell::text(entry.method.as_ref().map(crate::MethodName::as_str)),
        Cell::text(entry.host.as_deref()),
        Cell::text(entry.path.as_deref()),
        entry.client.map_or(Cell::Null, Cell::address),
        Cell::address(entry.peer.ip()),
        Cell::Number(entry.peer.port().into()),
        Cell::number(entry.protocol.map(crate::Protocol::number)),
        tenant,
        app,
        Cell::text(entry.credential.as_deref()),
        service,
        version,
        operation,
        environment,
        subscription,
        policy,
        upstream,
        target,
        Cell::Number(entry.attempts.into()),
        Cell::Number(entry.bytes_in.cast_signed()),
        Cell::Number(entry.bytes_out.cast_signed()),
        Cell::Number(entry.revision.cast_signed()),
        Cell::Number(entry.directory.cast_signed()),
        Cell::text(entry.client_request_id.as_deref()),
        Cell::bytes(entry.trace.as_ref().map(<[u8; 16]>::as_slice)),
        Cell::Number(entry.weight.into()),
        Cell::Number(entry.count.cast_signed()),
        fold.map_or(Cell::Null, Cell::Fold),
        Cell::bytes(entry.facts.bytes()),
        Cell::bytes(entry.detail.as_deref()),
    ]
}

fn write_seen(
    transaction: &Transaction<'_>,
    seen: &HashMap<Way, [[u8; 16]; 2]>,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE
         SET first = min(first, excluded.first), last = max(last, excluded.last)",
    )?;
    for (([service, version, operation, app], hour), [first, last]) in seen {
        let hour = hour.cast_signed();
        statement.execute(params![service, version, operation, app, hour, first, last])?;
    }
    Ok(())
}

/// How many columns hold names that come from configuration.
const NAMED: usize = 10;

/// Names to numbers. A batch shares its names, so that most are the very ones of the row before.
struct Interner<'t, 'a> {
    transaction: &'t Transaction<'t>,
    names: &'t mut Names,
    last: [Option<(&'a Arc<str>, i64)>; NAMED],
}

impl<'a> Interner<'_, 'a> {
    /// Service, version, operation, app, tenant, environment, subscription, policy, upstream and
    /// target.
    fn numbers(&mut self, entry: &'a Entry) -> rusqlite::Result<[Option<i64>; NAMED]> {
        let names = [
            &entry.service,
            &entry.version,
            &entry.operation,
            &entry.app,
            &entry.tenant,
            &entry.environment,
            &entry.subscription,
            &entry.policy,
            &entry.upstream,
            &entry.target,
        ];
        let mut numbers = [None; NAMED];
        for ((number, name), last) in numbers.iter_mut().zip(names).zip(&mut self.last) {
            let Some(name) = name else {
                continue;
            };
            let known = match *last {
                Some((before, known)) if Arc::ptr_eq(before, name) => known,
                _ => match self.names.get(name) {
                    Some(known) => *known,
                    None => intern(self.transaction, self.names, name)?,
                },
            };
            *last = Some((name, known));
            *number = Some(known);
        }
        Ok(numbers)
    }

    fn code(&mut self, entry: &Entry) -> rusqlite::Result<Option<i64>> {
        let Some(code) = entry.code else {
            return Ok(None);
        };
        match self.names.get(code.name()) {
            Some(known) => Ok(Some(*known)),
            None => intern(self.transaction, self.names, code.name()).map(Some),
        }
    }
}

/// The number of a name that was not looked up yet.
fn intern(transaction: &Transaction<'_>, names: &mut Names, name: &str) -> rusqlite::Result<i64> {
    let mut insert =
        transaction.prepare_cached("INSERT OR IGNORE INTO names (name) VALUES (?1)")?;
    insert.execute([name])?;
    let mut find = transaction.prepare_cached("SELECT id FROM names WHERE name = ?1")?;
    let id = find.query_row([name], |row| row.get(0))?;
    names.insert(name.into(), id);
    Ok(id)
}
