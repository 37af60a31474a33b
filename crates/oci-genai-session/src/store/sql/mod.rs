//! Shared parts of the SQLite and PostgreSQL stores: one schema and one set of statements.

mod leases;
mod rows;
mod snapshot;
mod store_impl;
mod writing;

use sqlx::any::Any;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{AnyPool, Transaction};

use self::rows::{column, effect, failed, item, like, session, turn};
pub(super) use self::store_impl::store_through_sql;
use super::{
    ItemRange, ItemRecord, SessionId, SessionQuery, SessionRecord, StoreError, ToolCallRecord,
    TurnRecord,
};

/// SQL dialect, which decides how a writing transaction begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Dialect {
    Sqlite,
    Postgres,
}

/// A pool of connections to a database that holds the schema.
#[derive(Clone, Debug)]
pub(in crate::store) struct SqlStore {
    pool: AnyPool,
    dialect: Dialect,
}

type Result<T> = std::result::Result<T, StoreError>;

/// Migrates the schema to the current version.
pub(in crate::store) static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Whether a database has each migration and no other. Then it opens without a lock: a process that stands still while it
/// writes or migrates keeps nobody from opening it. What cannot be read is left to the migration, which says what is wrong.
pub(in crate::store) async fn is_up_to_date(connection: &mut impl Migrate) -> bool {
    let applied = connection.list_applied_migrations(&MIGRATOR.table_name);
    let Ok(applied) = applied.await else {
        return false;
    };
    let wanted = MIGRATOR.iter().map(|one| (one.version, &one.checksum));
    wanted.eq(applied.iter().map(|one| (one.version, &one.checksum)))
}

impl SqlStore {
    pub(in crate::store) fn new(pool: AnyPool, dialect: Dialect) -> Self {
        Self { pool, dialect }
    }

    pub(in crate::store) async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction that holds the right to write from its start, so that it never has to
    /// abort midway.
    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        match self.dialect {
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.pool.begin().await,
        }
        .map_err(failed)
    }

    pub(in crate::store) async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>> {
        sqlx::query("SELECT document, generation FROM sessions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(session)
            .transpose()
    }

    pub(in crate::store) async fn session_by_name(
        &self,
        name: &str,
    ) -> Result<Option<SessionRecord>> {
        sqlx::query("SELECT document, generation FROM sessions WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(session)
            .transpose()
    }

    pub(in crate::store) async fn sessions(
        &self,
        query: &SessionQuery,
    ) -> Result<Vec<SessionRecord>> {
        let pattern = query.text.as_deref().map_or_else(|| "%".to_owned(), like);
        let rows = sqlx::query(
            "SELECT document, generation FROM sessions WHERE search LIKE $1 ESCAPE '!' \
             ORDER BY updated_at DESC, id LIMIT $2 OFFSET $3",
        )
        .bind(pattern)
        .bind(i64::from(query.limit))
        .bind(column(query.offset))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(session).collect()
    }

    pub(in crate::store) async fn turn(
        &self,
        id: &SessionId,
        seq: u64,
    ) -> Result<Option<TurnRecord>> {
        sqlx::query("SELECT document FROM turns WHERE session_id = $1 AND seq = $2")
            .bind(id.as_str())
            .bind(column(seq))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(turn)
            .transpose()
    }

    pub(in crate::store) async fn turn_by_id(
        &self,
        id: &SessionId,
        turn_id: &str,
    ) -> Result<Option<TurnRecord>> {
        sqlx::query("SELECT document FROM turns WHERE session_id = $1 AND turn_id = $2")
            .bind(id.as_str())
            .bind(turn_id)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(turn)
            .transpose()
    }

    pub(in crate::store) async fn turns(
        &self,
        id: &SessionId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TurnRecord>> {
        let rows = sqlx::query(
            "SELECT document FROM turns WHERE session_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(id.as_str())
        .bind(column(after))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(turn).collect()
    }

    pub(in crate::store) async fn items(
        &self,
        id: &SessionId,
        range: ItemRange,
    ) -> Result<Vec<ItemRecord>> {
        let statement = if range.newest_first {
            "SELECT position, turn, round, direction, item_id, body FROM items \
             WHERE session_id = $1 AND position >= $2 AND position < $3 ORDER BY position DESC LIMIT $4"
        } else {
            "SELECT position, turn, round, direction, item_id, body FROM items \
             WHERE session_id = $1 AND position >= $2 AND position < $3 ORDER BY position LIMIT $4"
        };
        let rows = sqlx::query(statement)
            .bind(id.as_str())
            .bind(column(range.from))
            .bind(column(range.to.unwrap_or(u64::MAX)))
            .bind(i64::from(range.limit))
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        rows.iter().map(item).collect()
    }

    pub(in crate::store) async fn turn_items(
        &self,
        id: &SessionId,
        turn: u64,
    ) -> Result<Vec<ItemRecord>> {
        let rows = sqlx::query(
            "SELECT position, turn, round, direction, item_id, body FROM items \
             WHERE session_id = $1 AND turn = $2 ORDER BY position",
        )
        .bind(id.as_str())
        .bind(column(turn))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(item).collect()
    }

    pub(in crate::store) async fn tool_calls(
        &self,
        id: &SessionId,
        turn: u64,
    ) -> Result<Vec<ToolCallRecord>> {
        let rows = sqlx::query(
            "SELECT turn, call_id, name, state, output, place FROM effects \
             WHERE session_id = $1 AND turn = $2",
        )
        .bind(id.as_str())
        .bind(column(turn))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let mut effects = rows.iter().map(effect).collect::<Result<Vec<_>>>()?;
        effects.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        Ok(effects)
    }
}
