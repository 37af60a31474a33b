//! SQL statements for leases.

use std::time::Duration;

use sqlx::any::{Any, AnyRow};
use sqlx::{Row, Transaction};

use super::rows::{column, damaged, document, failed, fenced, not_found, number, session};
use super::{Dialect, Result, SqlStore};
use crate::clock::Timestamp;
use crate::store::{Lease, LeaseRequest, LeaseResult, LeaseState, SessionId};

/// Takes a lease that is free and has no queue, or that the requester already holds. Nearly every
/// request takes this path.
const TAKE: &str = "UPDATE sessions SET lease_holder = $1, lease_fence = lease_fence + 1, \
    lease_renewals = lease_renewals + 1, lease_until = $2 + $3, lease_ttl = $3 \
    WHERE id = $4 AND (lease_holder = $1 OR (lease_holder IS NULL AND lease_interrupted = 0 AND lease_queue IS NULL)) \
    RETURNING document, generation, lease_fence, lease_until";
/// The same by the server's clock, which all its clients share. The caller's time is bound but not
/// used.
const TAKE_BY_SERVER_CLOCK: &str = "UPDATE sessions SET lease_holder = $1, lease_fence = lease_fence + 1, \
    lease_renewals = lease_renewals + 1, lease_ttl = $3, \
    lease_until = COALESCE((EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT, $2) + $3 \
    WHERE id = $4 AND (lease_holder = $1 OR (lease_holder IS NULL AND lease_interrupted = 0 AND lease_queue IS NULL)) \
    RETURNING document, generation, lease_fence, lease_until";

const STATE: &str = "SELECT document, generation, lease_fence, lease_until, lease_holder, lease_ttl, lease_renewals, \
    lease_interrupted, lease_queue, $2 AS now FROM sessions WHERE id = $1";
const STATE_BY_SERVER_CLOCK: &str = "SELECT document, generation, lease_fence, lease_until, lease_holder, lease_ttl, \
    lease_renewals, lease_interrupted, lease_queue, \
    COALESCE((EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT, $2) AS now FROM sessions WHERE id = $1";
/// Locks the row until the transaction ends. SQLite needs no such clause, because its transaction
/// holds the right to write.
const STATE_FOR_UPDATE: &str = "SELECT document, generation, lease_fence, lease_until, lease_holder, lease_ttl, \
    lease_renewals, lease_interrupted, lease_queue, \
    COALESCE((EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT, $2) AS now FROM sessions WHERE id = $1 FOR UPDATE";

const RENEW: &str = "UPDATE sessions SET lease_until = $1 + $2, lease_ttl = $2, lease_renewals = lease_renewals + 1 \
    WHERE id = $3 AND lease_fence = $4";
const RENEW_BY_SERVER_CLOCK: &str = "UPDATE sessions SET lease_ttl = $2, lease_renewals = lease_renewals + 1, \
    lease_until = COALESCE((EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT, $1) + $2 \
    WHERE id = $3 AND lease_fence = $4";

/// Returns the statement for the dialect.
fn by(dialect: Dialect, sqlite: &'static str, postgres: &'static str) -> &'static str {
    match dialect {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

impl SqlStore {
    pub(in crate::store) async fn acquire(
        &self,
        id: &SessionId,
        request: &LeaseRequest,
    ) -> Result<LeaseResult> {
        let taken = sqlx::query(by(self.dialect, TAKE, TAKE_BY_SERVER_CLOCK))
            .bind(request.holder.as_str())
            .bind(request.now.as_millis())
            .bind(millis(request.ttl))
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        if let Some(row) = taken {
            return granted(id, request, &row, false);
        }
        // A requester that only asks again changes nothing, and need not block writers.
        let row = sqlx::query(by(self.dialect, STATE, STATE_BY_SERVER_CLOCK))
            .bind(id.as_str())
            .bind(request.now.as_millis())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .ok_or_else(|| not_found(id))?;
        let (before, now) = state(&row)?;
        let mut after = before.clone();
        match after.request(request, now) {
            Err(held) if after == before => Ok(LeaseResult::Held(held)),
            _ => self.request(id, request).await,
        }
    }

    /// Grants a lease or a place in the queue, in a transaction.
    async fn request(&self, id: &SessionId, request: &LeaseRequest) -> Result<LeaseResult> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(by(self.dialect, STATE, STATE_FOR_UPDATE))
            .bind(id.as_str())
            .bind(request.now.as_millis())
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?
            .ok_or_else(|| not_found(id))?;
        let (mut state, now) = state(&row)?;
        let outcome = state.request(request, now);
        write(&mut tx, id, &state).await?;
        tx.commit().await.map_err(failed)?;
        match outcome {
            Err(held) => Ok(LeaseResult::Held(held)),
            Ok(taken_over) => {
                let lease = Lease {
                    session: id.clone(),
                    holder: request.holder.clone(),
                    fence: state.fence,
                    until: state.until,
                    taken_over,
                };
                Ok(LeaseResult::Granted(lease, Box::new(session(&row)?)))
            }
        }
    }

    pub(in crate::store) async fn renew(
        &self,
        lease: &Lease,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<()> {
        let renewed = sqlx::query(by(self.dialect, RENEW, RENEW_BY_SERVER_CLOCK))
            .bind(now.as_millis())
            .bind(millis(ttl))
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

    pub(in crate::store) async fn release(&self, lease: &Lease) -> Result<()> {
        sqlx::query("UPDATE sessions SET lease_holder = NULL WHERE id = $1 AND lease_fence = $2")
            .bind(lease.session.as_str())
            .bind(column(lease.fence))
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }
}

/// Makes a lease from the first columns of a row.
fn granted(
    id: &SessionId,
    request: &LeaseRequest,
    row: &AnyRow,
    taken_over: bool,
) -> Result<LeaseResult> {
    let lease = Lease {
        session: id.clone(),
        holder: request.holder.clone(),
        fence: number(row.try_get(2).map_err(failed)?),
        until: Timestamp::from_millis(row.try_get(3).map_err(failed)?),
        taken_over,
    };
    Ok(LeaseResult::Granted(lease, Box::new(session(row)?)))
}

/// Returns a row's lease state and the time.
fn state(row: &AnyRow) -> Result<(LeaseState, Timestamp)> {
    let queue: Option<String> = row.try_get(8).map_err(failed)?;
    let interrupted: i64 = row.try_get(7).map_err(failed)?;
    let state = LeaseState {
        holder: row.try_get(4).map_err(failed)?,
        fence: number(row.try_get(2).map_err(failed)?),
        until: Timestamp::from_millis(row.try_get(3).map_err(failed)?),
        ttl_ms: number(row.try_get(5).map_err(failed)?),
        renewals: number(row.try_get(6).map_err(failed)?),
        interrupted: interrupted != 0,
        queue: match queue {
            Some(text) => serde_json::from_str(&text).map_err(|error| damaged("lease", error))?,
            None => Vec::new(),
        },
    };
    Ok((
        state,
        Timestamp::from_millis(row.try_get(9).map_err(failed)?),
    ))
}

async fn write(
    tx: &mut Transaction<'static, Any>,
    id: &SessionId,
    state: &LeaseState,
) -> Result<()> {
    let queue = match state.queue.is_empty() {
        true => None,
        false => Some(document(&state.queue)?),
    };
    sqlx::query(
        "UPDATE sessions SET lease_holder = $1, lease_fence = $2, lease_until = $3, lease_ttl = $4, \
         lease_renewals = $5, lease_interrupted = $6, lease_queue = $7 WHERE id = $8",
    )
    .bind(state.holder.clone())
    .bind(column(state.fence))
    .bind(state.until.as_millis())
    .bind(column(state.ttl_ms))
    .bind(column(state.renewals))
    .bind(i64::from(state.interrupted))
    .bind(queue)
    .bind(id.as_str())
    .execute(&mut **tx)
    .await
    .map_err(failed)?;
    Ok(())
}
