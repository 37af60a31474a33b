//! Reads a whole session in one transaction, isolated from concurrent writes.

use sqlx::Transaction;
use sqlx::any::Any;

use super::rows::{effect, failed, item, session, turn};
use super::{Dialect, Result, SqlStore};
use crate::store::{SessionId, SessionSnapshot};

impl SqlStore {
    pub(in crate::store) async fn snapshot(
        &self,
        id: &SessionId,
    ) -> Result<Option<SessionSnapshot>> {
        let mut tx = self.begin_reading().await?;
        let row = sqlx::query("SELECT document, generation FROM sessions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let mut snapshot = SessionSnapshot::new(session(&row)?);
        for row in all(
            &mut tx,
            id,
            "SELECT document FROM turns WHERE session_id = $1 ORDER BY seq",
        )
        .await?
        {
            snapshot.turns.push(turn(&row)?);
        }
        for row in all(
            &mut tx,
            id,
            "SELECT turn, call_id, name, state, output, place FROM effects WHERE session_id = $1",
        )
        .await?
        {
            snapshot.effects.push(effect(&row)?);
        }
        snapshot
            .effects
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        for row in all(
            &mut tx,
            id,
            "SELECT position, turn, round, direction, item_id, body FROM items \
             WHERE session_id = $1 ORDER BY position",
        )
        .await?
        {
            snapshot.items.push(item(&row)?);
        }
        tx.commit().await.map_err(failed)?;
        Ok(Some(snapshot))
    }

    /// Begins a transaction that sees one state of the database from its first to its last
    /// statement.
    async fn begin_reading(&self) -> Result<Transaction<'static, Any>> {
        match self.dialect {
            Dialect::Sqlite => self.pool.begin().await,
            Dialect::Postgres => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                self.pool.begin_with(begin).await
            }
        }
        .map_err(failed)
    }
}

async fn all(
    tx: &mut Transaction<'static, Any>,
    id: &SessionId,
    statement: &'static str,
) -> Result<Vec<sqlx::any::AnyRow>> {
    sqlx::query(statement)
        .bind(id.as_str())
        .fetch_all(&mut **tx)
        .await
        .map_err(failed)
}
