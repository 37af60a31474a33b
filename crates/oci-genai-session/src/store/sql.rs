//! What the SQLite and the PostgreSQL store share: one schema and one set of statements.

use std::time::Duration;

use sqlx::any::{Any, AnyRow};
use sqlx::migrate::MigrateError;
use sqlx::{AnyPool, Row, Transaction};

use super::{
    Batch, Direction, EffectRecord, EffectState, Grant, ItemRange, ItemRecord, Lease, SessionId,
    SessionQuery, SessionRecord, StoreError, StoreErrorKind, TurnRecord,
};
use crate::clock::Timestamp;

/// How a transaction that will write begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// A pool of connections to a database that holds the schema.
#[derive(Clone, Debug)]
pub(super) struct SqlStore {
    pool: AnyPool,
    dialect: Dialect,
}

type Result<T> = std::result::Result<T, StoreError>;

/// Brings the schema up to date.
pub(super) async fn migrate(pool: &AnyPool) -> std::result::Result<(), MigrateError> {
    sqlx::migrate!("./migrations").run(pool).await
}

fn failed(error: sqlx::Error) -> StoreError {
    let taken = error
        .as_database_error()
        .is_some_and(|e| e.is_unique_violation());
    if taken {
        return StoreError::new(
            StoreErrorKind::Exists,
            "a name, id or position is taken in the session store",
        )
        .with_source(error);
    }
    StoreError::new(
        StoreErrorKind::Unavailable,
        "the session store did not answer",
    )
    .with_source(error)
}

fn damaged(what: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    let text = format!("the session store holds a damaged {what}; restore it from a copy");
    StoreError::new(StoreErrorKind::Corrupt, text).with_source(source)
}

fn not_found(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::NotFound,
        format!("there is no session `{id}`"),
    )
}

fn fenced(id: &SessionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Fenced,
        format!("session `{id}` was taken over by another writer"),
    )
}

/// Positions and numbers grow by one at a time: none ever reaches the end of a signed 64-bit column.
fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

fn document<T: serde::Serialize>(record: &T) -> Result<String> {
    serde_json::to_string(record).map_err(|error| {
        StoreError::new(
            StoreErrorKind::Corrupt,
            "a record cannot be written as JSON",
        )
        .with_source(error)
    })
}

/// A session's columns: the document and the generation, which alone is right.
fn session(row: &AnyRow) -> Result<SessionRecord> {
    let text: String = row.try_get(0).map_err(failed)?;
    let generation: i64 = row.try_get(1).map_err(failed)?;
    let mut record: SessionRecord =
        serde_json::from_str(&text).map_err(|error| damaged("session", error))?;
    record.generation = number(generation);
    Ok(record)
}

fn turn(row: &AnyRow) -> Result<TurnRecord> {
    let text: String = row.try_get(0).map_err(failed)?;
    serde_json::from_str(&text).map_err(|error| damaged("turn", error))
}

fn item(row: &AnyRow) -> Result<ItemRecord> {
    let direction: String = row.try_get(3).map_err(failed)?;
    let round: i64 = row.try_get(2).map_err(failed)?;
    let mut item = ItemRecord::new(
        number(row.try_get(0).map_err(failed)?),
        number(row.try_get(1).map_err(failed)?),
        u32::try_from(round).map_err(|error| damaged("item", error))?,
        if direction == "input" {
            Direction::Input
        } else {
            Direction::Output
        },
        row.try_get(5).map_err(failed)?,
    );
    item.item_id = row.try_get(4).map_err(failed)?;
    Ok(item)
}

fn effect(row: &AnyRow) -> Result<EffectRecord> {
    let state: String = row.try_get(3).map_err(failed)?;
    let state = EffectState::from_name(&state)
        .ok_or_else(|| damaged("effect", format!("`{state}` is no state of an effect")))?;
    let call: String = row.try_get(1).map_err(failed)?;
    let name: String = row.try_get(2).map_err(failed)?;
    let output: Option<String> = row.try_get(4).map_err(failed)?;
    let mut effect = EffectRecord::new(number(row.try_get(0).map_err(failed)?), call, name, state);
    // JSON text, because PostgreSQL takes no NUL character in plain text.
    effect.output = output
        .map(|text| serde_json::from_str(&text).map_err(|error| damaged("effect", error)))
        .transpose()?;
    Ok(effect)
}

/// What a search looks through.
fn search_text(record: &SessionRecord) -> String {
    let pairs = record.metadata.iter().flat_map(|(key, value)| [key, value]);
    let texts: Vec<String> = record
        .name
        .iter()
        .chain(&record.title)
        .chain(pairs)
        .map(|text| text.to_lowercase().replace('\0', " "))
        .collect();
    texts.join("\n")
}

/// A text as the inside of a LIKE pattern with `!` as escape.
fn like(text: &str) -> String {
    let escaped = text
        .to_lowercase()
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{}%", escaped.replace('\0', " "))
}

impl SqlStore {
    pub(super) fn new(pool: AnyPool, dialect: Dialect) -> Self {
        Self { pool, dialect }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction that holds the right to write from its start, so that it never has to give up midway.
    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        match self.dialect {
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.pool.begin().await,
        }
        .map_err(failed)
    }

    pub(super) async fn create(&self, record: &SessionRecord) -> Result<()> {
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

    pub(super) async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>> {
        sqlx::query("SELECT document, generation FROM sessions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(session)
            .transpose()
    }

    pub(super) async fn session_by_name(&self, name: &str) -> Result<Option<SessionRecord>> {
        sqlx::query("SELECT document, generation FROM sessions WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .as_ref()
            .map(session)
            .transpose()
    }

    pub(super) async fn sessions(&self, query: &SessionQuery) -> Result<Vec<SessionRecord>> {
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

    pub(super) async fn delete(&self, id: &SessionId) -> Result<bool> {
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

    pub(super) async fn purge(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query(
            "DELETE FROM sessions WHERE expires_at IS NOT NULL AND expires_at <= $1 \
             AND (lease_holder IS NULL OR lease_until <= $1)",
        )
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

    pub(super) async fn apply(&self, batch: &Batch) -> Result<u64> {
        let mut tx = self.begin().await?;
        // The first statement locks the session's row, so nobody takes the lease while the batch is written.
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

    pub(super) async fn turn(&self, id: &SessionId, seq: u64) -> Result<Option<TurnRecord>> {
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

    pub(super) async fn turn_by_id(
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

    pub(super) async fn turns(
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

    pub(super) async fn items(&self, id: &SessionId, range: ItemRange) -> Result<Vec<ItemRecord>> {
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

    pub(super) async fn turn_items(&self, id: &SessionId, turn: u64) -> Result<Vec<ItemRecord>> {
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

    pub(super) async fn effects(&self, id: &SessionId, turn: u64) -> Result<Vec<EffectRecord>> {
        let rows = sqlx::query(
            "SELECT turn, call_id, name, state, output FROM effects \
             WHERE session_id = $1 AND turn = $2",
        )
        .bind(id.as_str())
        .bind(column(turn))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let mut effects = rows.iter().map(effect).collect::<Result<Vec<_>>>()?;
        // Databases sort text by their own rules; byte order is the same everywhere.
        effects.sort_by(|a, b| a.call_id.cmp(&b.call_id));
        Ok(effects)
    }

    pub(super) async fn acquire(
        &self,
        id: &SessionId,
        holder: &str,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Grant> {
        let until = now.after(ttl);
        let row = sqlx::query(
            "UPDATE sessions SET lease_holder = $1, lease_fence = lease_fence + 1, lease_until = $2 \
             WHERE id = $3 AND (lease_holder IS NULL OR lease_holder = $1 OR lease_until <= $4) \
             RETURNING document, generation, lease_fence",
        )
        .bind(holder)
        .bind(until.as_millis())
        .bind(id.as_str())
        .bind(now.as_millis())
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        if let Some(row) = row {
            let fence = number(row.try_get(2).map_err(failed)?);
            let lease = Lease {
                session: id.clone(),
                holder: holder.to_owned(),
                fence,
                until,
            };
            return Ok(Grant::Granted(lease, Box::new(session(&row)?)));
        }
        let row = sqlx::query("SELECT lease_until FROM sessions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .ok_or_else(|| not_found(id))?;
        Ok(Grant::Held(Timestamp::from_millis(
            row.try_get(0).map_err(failed)?,
        )))
    }

    pub(super) async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<()> {
        let renewed =
            sqlx::query("UPDATE sessions SET lease_until = $1 WHERE id = $2 AND lease_fence = $3")
                .bind(until.as_millis())
                .bind(lease.session.as_str())
                .bind(column(lease.fence))
                .execute(&self.pool)
                .await
                .map_err(failed)?;
        if renewed.rows_affected() == 1 {
            return Ok(());
        }
        match self.session(&lease.session).await? {
            Some(_) => Err(fenced(&lease.session)),
            None => Err(not_found(&lease.session)),
        }
    }

    pub(super) async fn release(&self, lease: &Lease) -> Result<()> {
        sqlx::query("UPDATE sessions SET lease_holder = NULL WHERE id = $1 AND lease_fence = $2")
            .bind(lease.session.as_str())
            .bind(column(lease.fence))
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
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
    effect: &EffectRecord,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO effects (session_id, turn, call_id, name, state, output) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (session_id, turn, call_id) DO UPDATE SET \
         name = excluded.name, state = excluded.state, output = excluded.output",
    )
    .bind(session)
    .bind(column(effect.turn))
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

/// Implements [`Store`](super::Store) for a store that wraps a [`SqlStore`] in its member `sql`.
macro_rules! store_through_sql {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl $crate::store::Store for $store {
            async fn create(&self, session: &SessionRecord) -> Result<(), StoreError> {
                self.sql.create(session).await
            }

            async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
                self.sql.session(id).await
            }

            async fn session_by_name(
                &self,
                name: &str,
            ) -> Result<Option<SessionRecord>, StoreError> {
                self.sql.session_by_name(name).await
            }

            async fn sessions(
                &self,
                query: &SessionQuery,
            ) -> Result<Vec<SessionRecord>, StoreError> {
                self.sql.sessions(query).await
            }

            async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
                self.sql.delete(id).await
            }

            async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
                self.sql.purge(now).await
            }

            async fn apply(&self, batch: &Batch) -> Result<u64, StoreError> {
                self.sql.apply(batch).await
            }

            async fn turn(
                &self,
                id: &SessionId,
                seq: u64,
            ) -> Result<Option<TurnRecord>, StoreError> {
                self.sql.turn(id, seq).await
            }

            async fn turn_by_id(
                &self,
                id: &SessionId,
                turn_id: &str,
            ) -> Result<Option<TurnRecord>, StoreError> {
                self.sql.turn_by_id(id, turn_id).await
            }

            async fn turns(
                &self,
                id: &SessionId,
                after: u64,
                limit: u32,
            ) -> Result<Vec<TurnRecord>, StoreError> {
                self.sql.turns(id, after, limit).await
            }

            async fn items(
                &self,
                id: &SessionId,
                range: ItemRange,
            ) -> Result<Vec<ItemRecord>, StoreError> {
                self.sql.items(id, range).await
            }

            async fn turn_items(
                &self,
                id: &SessionId,
                turn: u64,
            ) -> Result<Vec<ItemRecord>, StoreError> {
                self.sql.turn_items(id, turn).await
            }

            async fn effects(
                &self,
                id: &SessionId,
                turn: u64,
            ) -> Result<Vec<EffectRecord>, StoreError> {
                self.sql.effects(id, turn).await
            }

            async fn acquire(
                &self,
                id: &SessionId,
                holder: &str,
                now: Timestamp,
                ttl: Duration,
            ) -> Result<Grant, StoreError> {
                self.sql.acquire(id, holder, now, ttl).await
            }

            async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
                self.sql.renew(lease, until).await
            }

            async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
                self.sql.release(lease).await
            }
        }
    };
}
pub(super) use store_through_sql;
