//! A statement whose conditions depend on what is asked for.

use tokio_postgres::types::ToSql;

/// A statement, and the values of its parameters.
pub(super) struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql + Sync>>,
}

impl Conditions {
    pub(super) fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds to it; each `?` stands for the next of the values.
    pub(super) fn also<T: ToSql + Sync + 'static, const N: usize>(
        &mut self,
        text: &str,
        values: [T; N],
    ) {
        let mut parts = text.split('?');
        self.sql.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            self.values.push(Box::new(value));
            self.sql.push('$');
            self.sql.push_str(&self.values.len().to_string());
            self.sql.push_str(part);
        }
    }

    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(AsRef::as_ref).collect()
    }
}
