//! Whose schema it is, and bringing it up to date. Forward only.

use tokio_postgres::Client;

use super::address::Address;
use super::{fault, path};
use crate::error::StoreError;

/// The schema's versions: applying the first `n` makes version `n`. A released one never changes.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("../../migrations/postgres/0001_initial.sql")];

/// "PSTN": the advisory lock of nodes that begin at the same time.
const LOCK: i64 = 0x5053_544e;

/// Tells a schema of ours from another's of that name, and an empty one.
const LOOK: &str = "SELECT to_regclass('postern.schema_version') IS NOT NULL,
    EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'postern'),
    (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'postern')";

const BEGIN: &str = "CREATE TABLE postern.schema_version (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL
);
INSERT INTO postern.schema_version VALUES (1, 0);";

/// Refuses what a newer Postern wrote.
pub(super) fn known(address: &Address, found: i64, migrations: &[&str]) -> Result<(), StoreError> {
    let known = newest(migrations);
    if found > known {
        return Err(StoreError::Newer {
            path: path(address),
            found,
            known,
        });
    }
    Ok(())
}

/// Applies the versions that are missing, all or none. Refuses what is not ours, or newer, without
/// writing to it.
pub(super) async fn migrate(
    client: &mut Client,
    address: &Address,
    migrations: &[&str],
) -> Result<(), StoreError> {
    if version(client, address).await? == Some(newest(migrations)) {
        return Ok(());
    }
    let failed = |error| fault(address, &error);
    let transaction = client.transaction().await.map_err(failed)?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    transaction.execute(lock, &[&LOCK]).await.map_err(failed)?;
    let version = if let Some(version) = version(&transaction, address).await? {
        version
    } else {
        let row = transaction.query_one(LOOK, &[]).await.map_err(failed)?;
        // Who may not make schemas can be given an empty one.
        if !row.try_get::<_, bool>(1).map_err(failed)? {
            let make = transaction.batch_execute("CREATE SCHEMA postern").await;
            make.map_err(failed)?;
        }
        transaction.batch_execute(BEGIN).await.map_err(failed)?;
        0
    };
    known(address, version, migrations)?;
    for (to, sql) in (1_i64..).zip(migrations) {
        if to > version {
            transaction.batch_execute(sql).await.map_err(failed)?;
        }
    }
    let newest = newest(migrations);
    let write = "UPDATE postern.schema_version SET version = $1";
    transaction
        .execute(write, &[&newest])
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    tracing::info!(database = %address, version = newest, "made the schema's next version");
    Ok(())
}

/// The schema's version; none if there is nothing yet.
async fn version(
    client: &impl tokio_postgres::GenericClient,
    address: &Address,
) -> Result<Option<i64>, StoreError> {
    let failed = |error| fault(address, &error);
    let row = client.query_one(LOOK, &[]).await.map_err(failed)?;
    if row.try_get::<_, bool>(0).map_err(failed)? {
        let sql = "SELECT version FROM postern.schema_version";
        let row = client.query_one(sql, &[]).await.map_err(failed)?;
        return row.try_get(0).map(Some).map_err(failed);
    }
    if row.try_get::<_, i64>(2).map_err(failed)? > 0 {
        return Err(StoreError::ForeignSchema {
            database: address.to_string().into(),
        });
    }
    Ok(None)
}

fn newest(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}
