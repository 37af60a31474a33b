//! SQL statements that write.

use sqlx::any::Any;
use sqlx::{Row, Transaction};

use super::rows::{column, document, failed, fenced, not_found, search_text};
use super::{Dialect, Result, SqlStore};
use crate::clock::Timestamp;
use crate::store::{
    Batch, Direction, ItemRecord, SessionId, SessionRecord, StoreError, StoreErrorKind,
    ToolCallRecord, TurnRecord,
};

impl SqlStore {
    pub(in crate::store) async fn create(&self, record: &SessionRecord) -> Result<()> {
        sqlx::query(
            "INSERT INTO sessions (id, name, search, document, generation, updated_at, expires_at, \
             lease_fence, lease_until) VALUES ($1, $2, $3, $4, 0, $5, $6, 0, 0)",
        )
        .bind(record.id.as_str())
        .bind(record.name.clone())
        .bind(search_text(record))
        .bind(document(record)?)
        .bind(record.updated_at.as_millis())
        .bind(record.expires_at.map(Timestamp::as_millis))
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    pub(in crate::store) async fn delete(&self, id: &SessionId) -> Result<bool> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        for statement in [
            "DELETE FROM turns WHERE session_id = $1",
            "DELETE FROM items WHERE session_id = $1",
            "DELETE FROM effects WHERE session_id = $1",
        ] {
            sqlx::query(statement)
                .bind(id.as_str())
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(gone.rows_affected() > 0)
    }

    pub(in crate::store) async fn purge(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let expired = match self.dialect {
            Dialect::Sqlite => {
                "DELETE FROM sessions WHERE expires_at IS NOT NULL AND expires_at <= $1 \
                 AND (lease_holder IS NULL OR lease_until <= $1)"
            }
            // Leases end by the server's clock.
            Dialect::Postgres => {
                "DELETE FROM sessions WHERE expires_at IS NOT NULL AND expires_at <= $1 \
                 AND (lease_holder IS NULL \
                 OR lease_until <= (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT)"
            }
        };
        let gone = sqlx::query(expired)
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        for statement in [
            "DELETE FROM turns WHERE session_id NOT IN (SELECT id FROM sessions)",
            "DELETE FROM items WHERE session_id NOT IN (SELECT id FROM sessions)",
            "DELETE FROM effects WHERE session_id NOT IN (SELECT id FROM sessions)",
        ] {
            if gone.rows_affected() > 0 {
                sqlx::query(statement)
                    .execute(&mut *tx)
                    .await
                    .map_err(failed)?;
            }
        }
        tx.commit().await.map_err(failed)?;
        Ok(gone.rows_affected())
    }

    pub(in crate::store) async fn apply(&self, batch: &Batch) -> Result<u64> {
        let mut tx = self.begin().await?;
        // The first statement locks the session's row, so that nobody takes the lease while the
        // batch is written.
        self.write_session(&mut tx, batch).await?;
        let id = batch.session.id.as_str();
        if let Some(from) = batch.drop_items_from {
            sqlx::query("DELETE FROM items WHERE session_id = $1 AND position >= $2")
                .bind(id)
                .bind(column(from))
                .execute(&mut *tx)
                .await
                .map_err(failed)?;
        }
        if let Some(last) = batch.drop_turns_after {
            for statement in [
                "DELETE FROM turns WHERE session_id = $1 AND seq > $2",
                "DELETE FROM effects WHERE session_id = $1 AND turn > $2",
            ] {
                sqlx::query(statement)
                    .bind(id)
                    .bind(column(last))
                    .execute(&mut *tx)
                    .await
                    .map_err(failed)?;
            }
        }
        for item in &batch.items {
            write_item(&mut tx, id, item).await?;
        }
        for effect in &batch.effects {
            write_effect(&mut tx, id, effect).await?;
        }
        if let Some(turn) = &batch.turn {
            write_turn(&mut tx, id, turn).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(batch.session.generation + 1)
    }

    async fn write_session(&self, tx: &mut Transaction<'static, Any>, batch: &Batch) -> Result<()> {
        let record = &batch.session;
        let written = sqlx::query(
            "UPDATE sessions SET name = $1, search = $2, document = $3, \
             generation = generation + 1, updated_at = $4, expires_at = $5, \
             lease_holder = CASE WHEN $6 = 1 THEN NULL ELSE lease_holder END \
             WHERE id = $7 AND generation = $8 AND lease_fence = $9",
        )
        .bind(record.name.clone())
        .bind(search_text(record))
        .bind(document(record)?)
        .bind(record.updated_at.as_millis())
        .bind(record.expires_at.map(Timestamp::as_millis))
        .bind(i64::from(batch.release))
        .bind(record.id.as_str())
        .bind(column(record.generation))
        .bind(column(batch.fence))
        .execute(&mut **tx)
        .await
        .map_err(failed)?;
        if written.rows_affected() == 1 {
            return Ok(());
        }
        let row = sqlx::query("SELECT generation, lease_fence FROM sessions WHERE id = $1")
            .bind(record.id.as_str())
            .fetch_optional(&mut **tx)
            .await
            .map_err(failed)?
            .ok_or_else(|| not_found(&record.id))?;
        let generation: i64 = row.try_get(0).map_err(failed)?;
        let fence: i64 = row.try_get(1).map_err(failed)?;
        if fence != column(batch.fence) {
            return Err(fenced(&record.id));
        }
        Err(StoreError::new(
            StoreErrorKind::Conflict,
            format!(
                "session `{}` is at generation {generation}, not {}",
                record.id, record.generation
            ),
        ))
    }
}

async fn write_item(
    tx: &mut Transaction<'static, Any>,
    session: &str,
    item: &ItemRecord,
) -> Result<()> {
    let direction = match item.direction {
        Direction::Input => "input",
        Direction::Output => "output",
    };
    sqlx::query(
        "INSERT INTO items (session_id, position, turn, round, direction, item_id, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session)
    .bind(column(item.position))
    .bind(column(item.turn))
    .bind(i64::from(item.round))
    .bind(direction)
    .bind(item.item_id.clone())
    .bind(item.body.as_str())
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn write_effect(
    tx: &mut Transaction<'static, Any>,
    session: &str,
    effect: &ToolCallRecord,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO effects (session_id, turn, place, call_id, name, state, output) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (session_id, turn, place) DO UPDATE SET call_id = excluded.call_id, \
         name = excluded.name, state = excluded.state, output = excluded.output",
    )
    .bind(session)
    .bind(column(effect.turn))
    .bind(effect.key())
    .bind(effect.call_id.as_str())
    .bind(effect.name.as_str())
    .bind(effect.state.as_str())
    .bind(effect.output.as_ref().map(document).transpose()?)
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn write_turn(
    tx: &mut Transaction<'static, Any>,
    session: &str,
    turn: &TurnRecord,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO turns (session_id, seq, turn_id, state, document) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_id, seq) DO UPDATE SET \
         turn_id = excluded.turn_id, state = excluded.state, document = excluded.document",
    )
    .bind(session)
    .bind(column(turn.seq))
    .bind(turn.turn_id.as_str())
    .bind(turn.state.as_str())
    .bind(document(turn)?)
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    Ok(())
}
