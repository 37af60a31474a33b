//! Statements about leases.

use std::time::Duration;

use sqlx::Row;

use super::rows::{column, failed, fenced, not_found, number, session};
use super::{Result, SqlStore};
use crate::clock::Timestamp;
use crate::store::{Grant, Lease, SessionId};

impl SqlStore {
    pub(in crate::store) async fn acquire(
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

    pub(in crate::store) async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<()> {
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
