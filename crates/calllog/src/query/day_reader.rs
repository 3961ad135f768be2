//! One day's file, as it is read.

use super::filter::{CodeFilter, Filter};
use super::row::{self, Names};
use crate::entry::{Entry, fault_number};
use crate::index::{COLUMNS, LAYOUT, progress_of};
use ipnet::IpNet;
use postern_model::{Code, RequestId};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Result, params_from_iter};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A snapshot of a day's file.
#[derive(Debug)]
pub(super) struct DayReader {
    pub(super) connection: Connection,
    pub(super) names: Names,
}

/// A condition in SQL, with its values.
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    fn add(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.extend(values);
    }
}

impl DayReader {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match begin(Connection::open_with_flags(path, flags)?) {
            Ok(connection) => connection,
            // On a file system that is read-only the journal's index cannot be made.
            Err(_) if path.exists() => {
                let uri = format!("file:{}?immutable=1", escape(path));
                let flags = flags | OpenFlags::SQLITE_OPEN_URI;
                begin(Connection::open_with_flags(uri, flags)?)?
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            connection,
            names: Names::default(),
        })
    }

    /// How far a segment was moved into this snapshot.
    pub(super) fn progress(&self, segment: i64) -> Result<u64> {
        progress_of(&self.connection, segment)
    }

    /// The number of a name; `None` if the day does not have it.
    pub(super) fn name(&self, name: &str) -> Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT id FROM names WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    /// Rows that meet the condition, newest first.
    pub(super) fn rows(&self, condition: &Condition, limit: usize) -> Result<Vec<Entry>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT {COLUMNS} FROM calls WHERE {} ORDER BY id DESC LIMIT {limit}",
            condition.sql
        );
        let mut query = self.connection.prepare(&sql)?;
        let rows = query.query_and_then(params_from_iter(&condition.values), |row| {
            row::read(&self.connection, &self.names, row)
        })?;
        rows.collect()
    }

    /// The row of that id.
    pub(super) fn get(&self, id: RequestId) -> Result<Option<Entry>> {
        let sql = format!("SELECT {COLUMNS} FROM calls WHERE id = ?1");
        let mut query = self.connection.prepare_cached(&sql)?;
        let mut rows = query.query([id.bits().to_be_bytes()])?;
        match rows.next()? {
            Some(row) => row::read(&self.connection, &self.names, row).map(Some),
            None => Ok(None),
        }
    }

    /// The oldest id.
    pub(super) fn oldest(&self) -> Result<Option<RequestId>> {
        self.connection
            .query_row("SELECT id FROM calls ORDER BY id LIMIT 1", [], |row| {
                row.get(0).map(row::id)
            })
            .optional()
    }

    /// A filter as a condition; `None` if no row of this day can meet it.
    pub(super) fn condition(&self, filter: &Filter) -> Result<Option<Condition>> {
        let mut condition = Condition {
            sql: "true".to_owned(),
            values: Vec::new(),
        };
        let bound = |millis| Value::Blob(RequestId::new(millis, 0).bits().to_be_bytes().to_vec());
        if let Some(from) = filter.from {
            condition.add("id >= ?", [bound(from.min(MAX_MILLIS))]);
        }
        if let Some(to) = filter.to.filter(|to| *to <= MAX_MILLIS) {
            condition.add("id < ?", [bound(to)]);
        }
        if let Some(outcome) = filter.outcome {
            condition.add("outcome = ?", [Value::Integer(outcome.number().into())]);
        }
        if let Some(code) = &filter.code {
            let ids = self.codes(code)?;
            if ids.is_empty() {
                return Ok(None);
            }
            condition.add(&format!("code IN ({})", ids.join(",")), []);
        }
        if let Some(whose) = &filter.whose {
            let tenants = self.numbers(&whose.tenants)?;
            let apps = self.numbers(&whose.apps)?;
            if tenants.is_empty() && apps.is_empty() {
                return Ok(None);
            }
            let (tenants, apps) = (tenants.join(","), apps.join(","));
            condition.add(&format!("(tenant IN ({tenants}) OR app IN ({apps}))"), []);
        }
        let named = [
            ("app", &filter.app),
            ("tenant", &filter.tenant),
            ("service", &filter.service),
            ("version", &filter.version),
            ("operation", &filter.operation),
        ];
        let named = named.into_iter();
        let named = named.filter_map(|(column, wanted)| Some((column, wanted.as_ref()?)));
        let others = filter.columns.iter();
        let others = others.filter(|(column, _)| column.is_numbered());
        let others = others.map(|(column, wanted)| (column.name(), wanted));
        for (column, wanted) in named.chain(others) {
            let Some(id) = self.name(wanted)? else {
                return Ok(None);
            };
            condition.add(&format!("{column} = ?"), [Value::Integer(id)]);
        }
        add_the_rest(&mut condition, filter);
        Ok(Some(condition))
    }

    /// The numbers of those names that the day has.
    fn numbers(&self, names: &BTreeSet<Arc<str>>) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for name in names {
            ids.extend(self.name(name)?.map(|id| id.to_string()));
        }
        Ok(ids)
    }

    /// The numbers of the codes that pass.
    fn codes(&self, wanted: &CodeFilter) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for code in Code::ALL.iter().filter(|code| wanted.matches(**code)) {
            ids.extend(self.name(code.name())?.map(|id| id.to_string()));
        }
        Ok(ids)
    }
}

/// The highest time that an id can have.
pub(super) const MAX_MILLIS: u64 = (1 << 48) - 1;

fn begin(connection: Connection) -> Result<Connection> {
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.execute_batch("BEGIN")?;
    // The first read makes the snapshot.
    let layout: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if layout != LAYOUT {
        return Err(rusqlite::Error::IntegralValueOutOfRange(0, layout));
    }
    connection.query_row("SELECT count(*) FROM progress", [], |_| Ok(()))?;
    Ok(connection)
}

/// The conditions that need no look into the day's names.
fn add_the_rest(condition: &mut Condition, filter: &Filter) {
    let text = |text: &str| Value::Text(text.to_owned());
    for (column, wanted) in &filter.columns {
        if !column.is_numbered() {
            condition.add(&format!("{} = ?", column.name()), [text(wanted)]);
        }
    }
    for empty in &filter.without {
        condition.add(&format!("{} IS NULL", empty.name()), []);
    }
    if let Some(method) = &filter.method {
        condition.add("method = ?", [text(method)]);
    }
    if let Some(status) = filter.status {
        let (low, high) = status.range();
        let bounds = [low, high].map(|bound| Value::Integer(bound.into()));
        condition.add("status BETWEEN ? AND ?", bounds);
    }
    if filter.fault.is_some() {
        let number = fault_number(filter.fault).into();
        condition.add("fault = ?", [Value::Integer(number)]);
    }
    if let Some(stage) = filter.stage {
        condition.add("stage = ?", [Value::Integer(stage.number().into())]);
    }
    if let Some(net) = filter.address {
        let [low, high] = bounds(net).map(Value::Blob);
        // Of addresses of one length, byte order is numeric order.
        let sql = "length(coalesce(client, peer)) = length(?) \
                   AND coalesce(client, peer) BETWEEN ? AND ?";
        condition.add(sql, [low.clone(), low, high]);
    }
    if let Some(phrase) = &filter.phrase {
        let phrase = text(&phrase.to_ascii_lowercase());
        let sql = "(instr(lower(path), ?) OR instr(lower(host), ?) \
                   OR instr(lower(CAST(detail AS TEXT)), ?) \
                   OR code IN (SELECT id FROM names WHERE instr(lower(name), ?)))";
        condition.add(
            sql,
            [phrase.clone(), phrase.clone(), phrase.clone(), phrase],
        );
    }
}

/// The first and the last address of a network, as bytes.
fn bounds(net: IpNet) -> [Vec<u8>; 2] {
    [net.network(), net.broadcast()].map(|address| match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    })
}

/// A path in a URI of SQLite (<https://sqlite.org/uri.html>).
fn escape(path: &Path) -> String {
    path.to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}
